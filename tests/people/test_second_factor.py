"""The second factor by codes, as people use it with their browsers, without JavaScript."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy import text as sql

from app import clock
from app.access.passwords import Passwords
from app.access.people import People
from app.access.roster import NewAccount, Roster
from app.api.people.current import install_people
from app.records.changing import digested
from app.records.people.account_tables import second_factors
from app.records.people.accounts import Account
from app.records.verifying.verification import verify
from tests.audit import AuditTrail
from tests.people.conftest import OFFICE, OTHER, PASSWORD, Browser, Counting, text
from tests.people.proving import add_app, code_of, field_of, key_on, prove, required, time

__all__ = ["required", "time"]
Browse = Callable[..., Browser]


@pytest.fixture
def key(required: Flask, browser: Browser, time: Any, trail: AuditTrail) -> str:
    """The key of Alma's app; she has signed out, and half a minute has passed."""
    browser.sign_in()
    key, _ = add_app(browser)
    browser.sign_out()
    time.tick(timedelta(seconds=30))
    trail.clear()
    return key


def test_the_first_sign_in_leads_to_setting_one_up_and_nowhere_else(
    required: Flask, browser: Browser
) -> None:
    led = browser.sign_in(next="/answers")
    page = browser.get("/second-factor")

    assert "/second-factor?next=/answers" == led.headers["Location"]
    assert "You are not signed in yet" in text(page)
    assert 'href="/second-factor/app"' in page.get_data(as_text=True)
    for path in ("/sessions", "/account", "/password", "/answers", "/account/second-factor"):
        answer = browser.get(path)
        assert (303, f"/second-factor?next={path}") == (
            answer.status_code,
            answer.headers["Location"],
        )
    assert not browser.is_signed_in


def test_an_app_is_set_up_at_the_first_sign_in_and_asked_for_from_then_on(
    required: Flask, browser: Browser, browse: Browse, time: Any, trail: AuditTrail
) -> None:
    browser.sign_in()
    before = browser.cookie
    key, codes = add_app(browser)

    assert 10 == len(set(codes))
    assert browser.is_signed_in
    assert before != browser.cookie
    assert [
        ("session.began", "done"),
        ("second_factor.added", "done"),
        ("second_factor.added", "done"),
        ("session.signed_in", "done"),
    ] == trail.outcomes()

    time.tick(timedelta(seconds=30))
    other = browse()
    other.sign_in()
    assert not other.is_signed_in
    assert 303 == other.fill("/second-factor", code=code_of(key), next="/account").status_code
    assert other.is_signed_in


def test_neither_key_nor_codes_are_in_the_database(
    required: Flask, browser: Browser, app: Flask
) -> None:
    browser.sign_in()
    key, codes = add_app(browser)

    with app.extensions["eligibility"].store.engine.connect() as connection:
        rows = str(connection.execute(sql("select * from second_factors")).all())
    assert [] == [secret for secret in (key, *codes) if secret in rows]
    assert "Telephone" in rows


def test_a_code_works_once(key: str, browser: Browser, browse: Browse, time: Any) -> None:
    code = code_of(key)
    browser.sign_in()
    assert 303 == prove(browser, code)

    other = browse()
    other.sign_in()
    assert 403 == prove(other, code)
    assert not other.is_signed_in
    time.tick(timedelta(seconds=30))
    assert 303 == prove(other, code_of(key))


def test_the_code_that_confirmed_an_app_signs_nobody_in(
    required: Flask, browser: Browser, browse: Browse
) -> None:
    browser.sign_in()
    key, _ = add_app(browser)

    other = browse()
    other.sign_in()
    assert 403 == prove(other, code_of(key))


def test_of_two_browsers_that_send_one_code_at_once_one_is_signed_in(
    key: str, browse: Browse
) -> None:
    browsers = [browse(), browse()]
    for each in browsers:
        each.sign_in()
    tokens = [
        field_of(it.get("/second-factor").get_data(as_text=True), "csrf_token") for it in browsers
    ]
    code = code_of(key)

    with ThreadPoolExecutor() as pool:
        list(
            pool.map(
                lambda each: each[0].post("/second-factor", csrf_token=each[1], code=code),
                zip(browsers, tokens, strict=True),
            )
        )

    assert [False, True] == sorted(each.is_signed_in for each in browsers)


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_code_of_another_minute_is_wrong(key: str, browser: Browser, seconds: int) -> None:
    browser.sign_in()

    assert 403 == prove(browser, pyotp.TOTP(key).at(clock.now() + timedelta(seconds=seconds)))


@pytest.mark.parametrize("code", ["", " ", "12345", "1234567", "१२३४५६", "x" * 2000, "\x00" * 6])
def test_what_is_no_code_is_refused(key: str, browser: Browser, code: str) -> None:
    browser.sign_in()

    assert prove(browser, code) in (403, 422)
    assert not browser.is_signed_in


def test_a_code_may_be_typed_with_spaces(key: str, browser: Browser) -> None:
    code = code_of(key)
    browser.sign_in()

    assert 303 == prove(browser, f" {code[:3]} {code[3:]} ")


def test_a_recovery_code_works_once(
    required: Flask, browser: Browser, browse: Browse, trail: AuditTrail
) -> None:
    browser.sign_in()
    _, codes = add_app(browser)
    other, third = browse(), browse()
    other.sign_in()
    third.sign_in()
    trail.clear()

    led = other.fill("/second-factor", code=codes[3].upper())
    assert (303, "/account/second-factor") == (led.status_code, led.headers["Location"])
    assert "You used a recovery code. 9 are left." in text(other.get("/account/second-factor"))
    assert [("second_factor.used", "done"), ("session.signed_in", "done")] == trail.outcomes()
    assert 403 == prove(third, codes[3])
    assert 303 == prove(third, codes[4])


def test_an_older_list_of_recovery_codes_put_back_opens_nothing_and_is_named(
    required: Flask, browser: Browser, browse: Browse, app: Flask
) -> None:
    """Somebody who can write to the database makes a used code good again."""
    browser.sign_in()
    _, codes = add_app(browser)
    store, table = app.extensions["eligibility"].store, second_factors
    mine = select(table).where(table.c.kind == "recovery")
    with store.engine.begin() as connection:
        before = dict(connection.execute(mine).mappings().one())
    other, third = browse(), browse()
    other.sign_in()
    prove(other, codes[0])
    with store.engine.begin() as connection:
        now = dict(connection.execute(mine).mappings().one())
        forged = {**now, "secret": before["secret"]}
        forged.pop("record_digest")
        connection.execute(
            update(table).where(table.c.id == now["id"]).values(digested(table, forged))
        )
    third.sign_in()
    assert 403 == prove(third, codes[0])

    with store.engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == now["id"]).values(before))
    assert f"second factor {now['id']}: differs from what the audit trail says it became" in [
        str(each) for each in verify(store).complaints
    ]
    with store.engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == now["id"]).values(now))


def test_wrong_codes_lock_the_account_however_often_the_password_was_right(
    key: str, browser: Browser, people: People, alma: Account, trail: AuditTrail, time: Any
) -> None:
    for _ in range(5):
        browser.sign_in()
        assert 403 == prove(browser, "000000")

    assert ("account.locked", "done") in trail.outcomes()
    assert 5 == trail.outcomes().count(("second_factor.used", "refused"))
    browser.sign_in()
    assert 403 == prove(browser, code_of(key))
    time.tick(timedelta(minutes=1, seconds=1))
    assert 303 == browser.sign_in().status_code
    assert 303 == prove(browser, code_of(key))
    found = people.accounts.find(alma.id)
    assert found is not None and 0 == found.failed_attempts


def test_a_waiting_session_ends_with_the_password(
    key: str, browser: Browser, roster: Roster, people: People, alma: Account
) -> None:
    browser.sign_in()
    token = field_of(browser.get("/second-factor").get_data(as_text=True), "csrf_token")
    account = people.accounts.find(alma.id)
    assert account is not None
    roster.reset_password(account, OFFICE, OTHER)

    led = browser.post("/second-factor", csrf_token=token, code=code_of(key))
    assert (303, "/sign-in") == (led.status_code, led.headers["Location"])


def test_an_account_with_an_app_adds_no_other_by_the_password_alone(
    key: str, browser: Browser
) -> None:
    browser.sign_in()

    for path in ("/second-factor/app", "/second-factor/passkey"):
        led = browser.get(path)
        assert (303, "/second-factor") == (led.status_code, led.headers["Location"])


def test_a_key_that_a_form_names_is_taken_only_from_the_service(
    required: Flask, browser: Browser, browse: Browse, roster: Roster
) -> None:
    """Neither one that somebody chose, nor one that was made for another account."""
    roster.create(NewAccount("bo", "auditor"), OFFICE, PASSWORD)
    other = browse()
    other.sign_in("bo")
    foreign = other.get("/second-factor/app").get_data(as_text=True)
    browser.sign_in()
    page = browser.get("/second-factor/app").get_data(as_text=True)

    for sealed, key in ((field_of(foreign, "key"), key_on(foreign)), ("A" * 32, "A" * 32)):
        fields = {"key": sealed, "code": code_of(key), "name": "Mine"}
        token = field_of(page, "csrf_token")
        assert 422 == browser.post("/second-factor/app", csrf_token=token, **fields).status_code
    assert not browser.is_signed_in


def test_a_session_from_before_the_second_factor_was_required_waits_for_it(
    app: Flask, browser: Browser, hasher: Counting
) -> None:
    browser.sign_in()
    assert browser.is_signed_in
    store = app.extensions["eligibility"].store
    install_people(app, People(store, Passwords(lambda: hasher), requires_second_factor=True))

    assert "/second-factor?next=/sessions" == browser.get("/sessions").headers["Location"]


def test_a_one_time_password_leads_to_the_second_factor_then_to_the_own_password(
    required: Flask, browse: Browse, roster: Roster
) -> None:
    one_time = roster.create(NewAccount("bo", "auditor"), OFFICE)[1]
    assert one_time is not None
    browser = browse()
    browser.sign_in("bo", one_time)
    add_app(browser)

    assert "/password" == browser.get("/account").headers["Location"]
    changed = browser.fill("/password", current=one_time, new=OTHER, again=OTHER)
    assert 303 == changed.status_code
    assert browser.is_signed_in


def test_the_page_can_be_left_for_another_account(key: str, browser: Browser) -> None:
    browser.sign_in()

    assert 'href="/sign-in"' in browser.get("/second-factor").get_data(as_text=True)
    assert 200 == browser.get("/sign-in").status_code


def test_without_the_requirement_those_who_set_one_up_are_asked(
    browser: Browser, browse: Browse, time: Any
) -> None:
    browser.sign_in()
    key, _ = add_app(browser, password=PASSWORD)
    other = browse()
    other.sign_in()
    assert not other.is_signed_in
    time.tick(timedelta(seconds=30))
    assert 303 == prove(other, code_of(key))


def test_what_was_typed_comes_again_after_the_second_factor(key: str, browser: Browser) -> None:
    """A form whose session had ended, which goes through the sign-in."""
    form = browser.get("/sign-in").get_data(as_text=True)
    page = browser.post(
        "/sign-in",
        csrf_token=field_of(form, "csrf_token"),
        name="alma",
        password=PASSWORD,
        next="/answers/x/notes",
        **{"kept.text": "She called at noon."},
    )
    token = field_of(page.get_data(as_text=True), "csrf_token")
    assert "She called at noon." in page.get_data(as_text=True)

    again = browser.post(
        "/second-factor",
        csrf_token=token,
        code=code_of(key),
        next="/answers/x/notes",
        **{"kept.text": "She called at noon."},
    )
    assert 200 == again.status_code
    assert "She called at noon." in again.get_data(as_text=True)
    assert browser.is_signed_in

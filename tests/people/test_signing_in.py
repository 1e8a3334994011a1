"""Signing in and out with a password, as people do it with their browsers."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text as sql

from app.access.people import People
from app.access.roster import NewAccount, Roster
from app.records.people.accounts import Account
from tests.audit import AuditTrail
from tests.people.conftest import OFFICE, OTHER, PASSWORD, Browser, Counting, text

Browse = Callable[..., Browser]


def test_somebody_with_an_account_signs_in_and_is_told_who_they_are(browser: Browser) -> None:
    answer = browser.sign_in()

    assert (303, "/") == (answer.status_code, answer.headers["Location"])
    assert "You are signed in as alma , eligibility worker of The organization office-12" in text(
        browser.get("/")
    )


def test_the_case_of_the_sign_in_name_does_not_count(browser: Browser) -> None:
    assert 303 == browser.sign_in(name=" Alma ").status_code


def test_the_password_may_be_composed_in_another_way(browse: Browse, roster: Roster) -> None:
    roster.create(NewAccount("bo", "auditor"), OFFICE, "sept hérons très gris là")

    assert 303 == browse().sign_in("bo", "sept hérons très gris là").status_code


def test_after_signing_in_one_goes_on_to_the_page_one_came_for(browser: Browser) -> None:
    led = browser.get("/sessions")
    form = browser.get(led.headers["Location"]).get_data(as_text=True)

    assert "/sign-in?next=/sessions" == led.headers["Location"]
    assert 'name="next" value="/sessions"' in form
    assert "/sessions" == browser.sign_in(next="/sessions").headers["Location"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\tb",
        "/ /evil",
        "x",
        "/é",
    ],
)
def test_nobody_is_led_to_another_site(browser: Browser, elsewhere: str) -> None:
    assert "/" == browser.sign_in(next=elsewhere).headers["Location"]
    assert (
        "/"
        == browser.client.get(
            "/sign-in", query_string={"next": elsewhere}, base_url="https://localhost"
        ).headers["Location"]
    )


def test_the_cookie_is_kept_to_this_host_to_tls_and_from_scripts(browser: Browser) -> None:
    given = next(
        c for c in browser.sign_in().headers.getlist("Set-Cookie") if "eligibility-session" in c
    )

    name, *attributes = re.split("; ?", given)
    assert re.fullmatch(r"__Host-eligibility-session=[\w-]{43}", name)
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} == set(attributes)


def test_the_form_has_a_cookie_of_the_same_kind(browser: Browser) -> None:
    (given,) = browser.get("/sign-in").headers.getlist("Set-Cookie")

    assert given.startswith("__Host-eligibility-form=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} == set(re.split("; ?", given)[1:])


def test_the_database_does_not_hold_the_secret_of_a_session(browser: Browser, app: Flask) -> None:
    browser.sign_in()

    with app.extensions["eligibility"].store.engine.connect() as connection:
        rows = connection.execute(sql("select * from account_sessions")).all()
    assert 1 == len(rows)
    assert browser.cookie is not None
    assert browser.cookie not in str(rows)


def test_signing_in_gives_a_new_secret_each_time(browser: Browser) -> None:
    browser.sign_in()
    first = browser.cookie
    browser.fill("/", action="/sign-in", name="alma", password=PASSWORD)

    assert first != browser.cookie


def test_signing_in_again_ends_the_former_session_of_that_browser(
    browser: Browser, people: People, alma: Account
) -> None:
    browser.sign_in()
    browser.fill("/", action="/sign-in", name="alma", password=PASSWORD)

    assert browser.cookie is not None
    here = people.of(browser.cookie)
    assert here is not None
    assert [here.session] == people.sessions.of(alma.id, here.session.created_at)


def test_a_secret_planted_before_signing_in_is_worth_nothing(browser: Browser, app: Flask) -> None:
    planted = "A" * 43
    browser.client.set_cookie(
        "__Host-eligibility-session", planted, domain="localhost", secure=True
    )
    browser.sign_in()

    intruder = Browser(app)
    intruder.client.set_cookie(
        "__Host-eligibility-session", planted, domain="localhost", secure=True
    )
    assert planted != browser.cookie
    assert browser.is_signed_in
    assert not intruder.is_signed_in


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "é" * 43, "' or 1=1", "A" * 5000])
@pytest.mark.filterwarnings("ignore:The '__Host-eligibility-session' cookie is too large")
def test_an_invented_secret_is_nobodys(browser: Browser, secret: str) -> None:
    browser.sign_in()
    browser.client.set_cookie("__Host-eligibility-session", secret, domain="localhost", secure=True)

    assert 303 == browser.get("/sessions").status_code


def test_what_was_signed_out_of_does_not_come_back(browser: Browser) -> None:
    browser.sign_in()
    kept = browser.cookie
    answer = browser.sign_out()

    assert (303, "/sign-in") == (answer.status_code, answer.headers["Location"])
    assert browser.cookie is None
    assert "You have signed out." in text(browser.get("/sign-in"))
    browser.client.set_cookie(
        "__Host-eligibility-session", str(kept), domain="localhost", secure=True
    )
    assert not browser.is_signed_in


def test_signing_out_is_a_form_and_no_link(browser: Browser) -> None:
    browser.sign_in()

    assert 405 == browser.get("/sign-out").status_code
    assert browser.is_signed_in


@pytest.mark.parametrize(
    ("name", "password"),
    [("alma", OTHER), ("nobody", PASSWORD), ("alma", PASSWORD.upper()), ("", "x"), ("alma", "")],
)
def test_a_wrong_name_or_password_opens_nothing(browser: Browser, name: str, password: str) -> None:
    answer = browser.sign_in(name, password)

    assert answer.status_code in (403, 422)
    assert browser.cookie is None


@pytest.mark.parametrize(
    "name",
    ["al\x00ma", "alma\u212a", "\ud800", "😀", "x" * 900, "alma\r\nSet-Cookie: x=y", "%", "al_a"],
)
def test_whatever_is_typed_as_a_name_is_at_most_nobodys(browser: Browser, name: str) -> None:
    assert 403 == browser.sign_in(name.encode("utf-8", "replace").decode()).status_code
    assert 403 == browser.sign_in("alma", f"{PASSWORD}\x00").status_code


def test_refusals_look_the_same_whatever_was_wrong(
    browser: Browser, browse: Browse, roster: Roster, alma: Account
) -> None:
    roster.change(
        roster.create(NewAccount("gone", "auditor"), OFFICE, PASSWORD)[0],
        {"disabled": True},
        OFFICE,
    )
    roster.create(
        NewAccount("at-provider", "auditor", None, "https://provider.example", "1"), OFFICE
    )
    for _ in range(6):
        browse(address="192.0.2.1").sign_in(password=OTHER)  # locks alma

    def refusal(name: str, password: str) -> tuple[int, str, list[str]]:
        answer = browse().sign_in(name, password)
        own = r'name="csrf_token"[^>]*|value="[^"]*"|request_id=[0-9a-f-]+'
        page = re.sub(own, "", answer.get_data(as_text=True))
        headers = sorted(name for name, _ in answer.headers)
        return answer.status_code, page, headers

    told = [
        refusal("alma", PASSWORD),
        refusal("alma", OTHER),
        refusal("gone", PASSWORD),
        refusal("gone", OTHER),
        refusal("at-provider", PASSWORD),
        refusal("nobody", PASSWORD),
        refusal("' or 1=1 --", PASSWORD),
    ]
    assert 403 == told[0][0]
    assert [told[0]] * len(told) == told


def test_refusals_cost_the_same_work_whatever_was_wrong(
    browse: Browse, roster: Roster, hasher: Counting, alma: Account
) -> None:
    roster.change(
        roster.create(NewAccount("gone", "auditor"), OFFICE, PASSWORD)[0],
        {"disabled": True},
        OFFICE,
    )
    roster.create(
        NewAccount("at-provider", "auditor", None, "https://provider.example", "1"), OFFICE
    )

    for name in ("alma", "nobody", "gone", "at-provider"):
        hasher.compared.clear()
        browse().sign_in(name, OTHER)
        (compared,) = hasher.compared
        assert "$argon2id$v=19$m=64,t=1,p=1$" == compared[: compared.index("p=1$") + 4]


def test_a_hash_of_another_cost_is_made_anew_at_sign_in(
    browser: Browser, people: People, alma: Account
) -> None:
    dear = people.passwords.__class__(
        lambda: Counting.__mro__[1](time_cost=2, memory_cost=128, parallelism=1)
    ).hash(PASSWORD)
    people.accounts.rehashed(alma, dear, OFFICE.did("account.rehashed", alma.id))

    browser.sign_in()

    found = people.accounts.find(alma.id)
    assert found is not None
    assert "$m=64,t=1,p=1$" in (found.password_hash or "")
    assert 303 == Browser(browser.client.application).sign_in().status_code


def test_the_trail_tells_who_came_and_went_and_never_what_was_typed(
    browser: Browser, trail: AuditTrail, alma: Account
) -> None:
    browser.sign_in(password=OTHER)
    browser.sign_in(name=PASSWORD)
    browser.sign_in()
    browser.sign_out()

    entries = trail.of_accounts
    assert [
        ("session.signed_in", "refused"),
        ("session.signed_in", "refused"),
        ("session.signed_in", "done"),
        ("session.signed_out", "done"),
    ] == [(entry.action, entry.outcome) for entry in entries]
    assert [alma.id, "unknown", alma.id, alma.id] == [entry.object_id for entry in entries]
    assert ["anybody", "anybody", f"account:{alma.id}", f"account:{alma.id}"] == [
        entry.actor for entry in entries
    ]
    assert {"203.0.113.7"} == {entry.address for entry in entries}
    assert all(entry.request_id for entry in entries)
    assert PASSWORD not in str(entries) and OTHER not in str(entries)


def test_a_change_that_the_trail_cannot_tell_does_not_happen(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("app.records.people.account_sessions.enter", broken)
    answer = browser.sign_in()

    assert 500 == answer.status_code
    assert browser.cookie is None
    assert "disk full" not in text(answer)


def test_too_many_comparisons_at_once_are_put_off(
    browser: Browser,
    browse: Browse,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    trail: AuditTrail,
) -> None:
    monkeypatch.setattr("app.access.passwords.PATIENCE_SECONDS", 0.01)
    with people.passwords.slot(), people.passwords.slot():
        answer = browser.sign_in()

    assert (503, "3") == (answer.status_code, answer.headers["Retry-After"])
    assert [] == trail.outcomes()
    assert 303 == browser.sign_in().status_code


def test_a_password_replaced_while_somebody_signs_in_with_it_opens_nothing(
    browser: Browser, hasher: Counting, roster: Roster, alma: Account, people: People
) -> None:
    hasher.meanwhile = lambda: roster.accounts.change(
        alma.id, {"password_hash": "another"}, OFFICE.did("account.changed", alma.id)
    )

    assert 403 == browser.sign_in().status_code
    assert [] == people.sessions.of(alma.id, alma.created_at)


def test_an_account_disabled_while_somebody_signs_in_opens_nothing(
    browser: Browser, hasher: Counting, roster: Roster, alma: Account, people: People
) -> None:
    hasher.meanwhile = lambda: roster.change(alma, {"disabled": True}, OFFICE)

    assert 403 == browser.sign_in().status_code
    roster.change(people.accounts.page()[0], {"disabled": False}, OFFICE)
    assert [] == people.sessions.of(alma.id, alma.created_at)


def test_many_people_of_one_office_sign_in_at_once(
    app: Flask, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.access.passwords.PATIENCE_SECONDS", 60)
    names = [f"person-{number}" for number in range(6)]
    for name in names:
        roster.create(NewAccount(name, "supervisor", "office-3"), OFFICE, PASSWORD)

    def morning(number: int) -> list[int]:
        browser, name = Browser(app), names[number % len(names)]
        typed_wrong = browser.sign_in(name, OTHER).status_code if number < len(names) else 403
        return [typed_wrong, browser.sign_in(name).status_code, browser.sign_out().status_code]

    with ThreadPoolExecutor(8) as pool:
        mornings = list(pool.map(morning, range(48)))

    assert [[403, 303, 303]] * 48 == mornings

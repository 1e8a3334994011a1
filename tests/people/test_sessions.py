"""How long a session lasts, where one is signed in, and how sessions end."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from freezegun import freeze_time

from app.access.people import People
from app.access.roster import NewAccount, Roster
from app.records.people.accounts import Account
from tests.audit import AuditTrail
from tests.people.conftest import OFFICE, OTHER, PASSWORD, Browser, text

Browse = Callable[..., Browser]
NOW = "2026-03-02 14:00:00"


def test_a_session_ends_after_fifteen_minutes_without_use(browser: Browser) -> None:
    with freeze_time(NOW) as clock:
        browser.sign_in()
        clock.tick(timedelta(minutes=14, seconds=59))
        assert browser.is_signed_in
        clock.tick(timedelta(minutes=15))
        assert not browser.is_signed_in


def test_use_keeps_a_session_open_but_not_beyond_twelve_hours(browser: Browser) -> None:
    with freeze_time(NOW) as clock:
        browser.sign_in()
        for _ in range(71):
            clock.tick(timedelta(minutes=10))
            assert browser.is_signed_in
        clock.tick(timedelta(minutes=9, seconds=59))
        assert browser.is_signed_in
        clock.tick(timedelta(seconds=1))
        assert not browser.is_signed_in


def test_a_form_opened_with_a_session_leads_back_to_signing_in_once_it_has_ended(
    browser: Browser,
) -> None:
    with freeze_time(NOW) as clock:
        browser.sign_in()
        token = re.search(
            r'name="csrf_token"[^>]*value="([^"]+)"',
            browser.get("/password").get_data(as_text=True),
        )
        assert token
        clock.tick(timedelta(minutes=16))
        answer = browser.post(
            "/password", csrf_token=token[1], current=PASSWORD, new=OTHER, again=OTHER
        )

        assert (303, "/sign-in") == (answer.status_code, answer.headers["Location"])
        assert 303 == browser.sign_in().status_code


def test_a_clock_set_back_makes_no_session_last_for_ever(browser: Browser) -> None:
    with freeze_time("2027-03-02 14:00:00"):
        browser.sign_in()
    with freeze_time(NOW):
        assert not browser.is_signed_in


def test_sessions_that_have_ended_are_cleared_away(
    browser: Browser, browse: Browse, app: Flask
) -> None:
    with freeze_time(NOW) as clock:
        browser.sign_in()
        clock.tick(timedelta(minutes=16))
        browse().sign_in()

    with app.extensions["eligibility"].store.engine.connect() as connection:
        assert 1 == connection.exec_driver_sql("select count(*) from account_sessions").scalar_one()


def test_one_sees_where_one_is_signed_in(browse: Browse, alma: Account) -> None:
    with freeze_time(NOW) as clock:
        office = browse(address="203.0.113.7", agent="Office Browser")
        office.sign_in()
        clock.tick(timedelta(minutes=2))
        home = browse(address="2001:db8::7", agent="<b>Home</b> Browser")
        home.sign_in()
        page = home.get("/sessions")

    assert (
        "March 2, 2026, 9:00 AM March 2, 2026, 9:00 AM 203.0.113.7 Office Browser Sign out"
        in text(page)
    )
    assert "2001:db8::/64 <b>Home</b> Browser This browser" in text(page)
    assert "<b>Home" not in page.get_data(as_text=True)


def test_one_signs_out_another_browser(browse: Browse, alma: Account, trail: AuditTrail) -> None:
    here, there = browse(), browse()
    there.sign_in()
    here.sign_in()
    trail.clear()
    action = re.search(
        r'action="(/sessions/[0-9a-f-]+/end)"', here.get("/sessions").get_data(as_text=True)
    )
    assert action

    answer = here.fill("/sessions", action=action[1])

    assert (303, "/sessions") == (answer.status_code, answer.headers["Location"])
    assert "We signed that browser out." in text(here.get("/sessions"))
    assert here.is_signed_in
    assert not there.is_signed_in
    assert [("session.ended", "done")] == trail.outcomes()


def test_one_signs_out_every_other_browser(browse: Browse, alma: Account) -> None:
    browsers = [browse() for _ in range(4)]
    for each in browsers:
        each.sign_in()

    browsers[2].fill("/sessions", action="/sessions/end-others")

    assert [False, False, True, False] == [each.is_signed_in for each in browsers]


def test_nobody_signs_out_somebody_else(
    browser: Browser, browse: Browse, roster: Roster, people: People, alma: Account
) -> None:
    roster.create(NewAccount("bo", "auditor"), OFFICE, OTHER)
    browser.sign_in()
    session = people.sessions.of(alma.id, alma.created_at)[0]
    bo = browse()
    bo.sign_in("bo", OTHER)

    answer = bo.fill("/", action=f"/sessions/{session.id}/end")

    assert 303 == answer.status_code
    assert "already" in text(bo.get("/sessions"))
    assert browser.is_signed_in


def test_disabling_an_account_ends_its_sessions_at_once(
    browser: Browser, roster: Roster, alma: Account
) -> None:
    browser.sign_in()
    roster.change(alma, {"disabled": True}, OFFICE)

    assert not browser.is_signed_in


def test_another_role_holds_from_the_next_request(
    browser: Browser, roster: Roster, alma: Account
) -> None:
    browser.sign_in()
    roster.change(alma, {"role": "supervisor"}, OFFICE)

    assert "supervisor of The organization office-12" in text(browser.get("/"))


# --- the password ---


def test_changing_the_password_ends_every_session_and_opens_a_new_one_here(
    browse: Browse, alma: Account, trail: AuditTrail
) -> None:
    here, there = browse(), browse()
    there.sign_in()
    here.sign_in()
    before = here.cookie
    trail.clear()

    answer = here.fill("/password", current=PASSWORD, new=OTHER, again=OTHER)

    assert (303, "/") == (answer.status_code, answer.headers["Location"])
    assert "We changed your password" in text(here.get("/"))
    assert before != here.cookie
    assert here.is_signed_in
    assert not there.is_signed_in
    assert [("account.password_changed", "done"), ("session.signed_in", "done")] == [
        (entry.action, entry.outcome) for entry in trail.of_accounts
    ]
    assert 403 == browse().sign_in().status_code
    assert 303 == browse().sign_in(password=OTHER).status_code


@pytest.mark.parametrize(
    ("current", "new", "again", "says"),
    [
        (
            OTHER,
            "eleven amber lanterns drift",
            "eleven amber lanterns drift",
            "Check the current password",
        ),
        (PASSWORD, "short", "short", "at least 15 characters"),
        (PASSWORD, OTHER, OTHER + "!", "differ"),
        (PASSWORD, PASSWORD, PASSWORD, "another password than the current one"),
        ("", OTHER, OTHER, "Enter your current password"),
    ],
)
def test_a_password_is_not_changed(
    browser: Browser, current: str, new: str, again: str, says: str
) -> None:
    browser.sign_in()
    answer = browser.fill("/password", current=current, new=new, again=again)

    assert answer.status_code in (403, 422)
    assert says in text(answer)
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert not {PASSWORD, OTHER, "short"} & set(
        re.findall(r'value="([^"]*)"', answer.get_data(as_text=True))
    )
    assert browser.is_signed_in


def test_a_stolen_session_cannot_guess_the_password_without_end(browser: Browser) -> None:
    with freeze_time(NOW):
        browser.sign_in()
        guesses = [
            browser.fill("/password", current=f"{OTHER} {n}", new=OTHER, again=OTHER).status_code
            for n in range(5)
        ]
        right = browser.fill("/password", current=PASSWORD, new=OTHER, again=OTHER)

    assert [403] * 6 == [*guesses, right.status_code]


def test_with_a_one_time_password_it_must_be_changed_before_anything_else(
    browse: Browse, roster: Roster
) -> None:
    one_time = roster.create(NewAccount("bo", "auditor"), OFFICE)[1]
    assert one_time
    bo = browse()
    bo.sign_in("bo", one_time)

    assert "/password" == bo.get("/sessions").headers["Location"]
    assert "Choose your own password" in text(bo.get("/password"))
    assert 303 == bo.fill("/password", current=one_time, new=OTHER, again=OTHER).status_code
    assert bo.is_signed_in
    assert 403 == browse().sign_in("bo", one_time).status_code


def test_a_one_time_password_waits_for_seven_days(browse: Browse, roster: Roster) -> None:
    with freeze_time(NOW) as clock:
        one_time = roster.create(NewAccount("bo", "auditor"), OFFICE)[1]
        assert one_time
        clock.tick(timedelta(days=7))
        assert 303 == browse().sign_in("bo", one_time).status_code
        clock.tick(timedelta(seconds=1))
        assert 403 == browse().sign_in("bo", one_time).status_code

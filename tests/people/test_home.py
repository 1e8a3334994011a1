"""The home page of each kind of work."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from app import clock
from app.access.credentials import KEY, Wanted
from app.access.roster import NewAccount, Roster
from app.api.http.asked.authentication import authenticator
from app.records.people.accounts import Account
from tests.people.conftest import OFFICE, OTHER, Browser, text
from tests.people.test_asking import begin

Browse = Callable[..., Browser]


def at_home(browse: Browse, name: str) -> str:
    browser = browse()
    browser.sign_in(name, OTHER)
    return text(browser.get("/"))


def test_a_worker_sees_the_days_to_come_in_their_answers(browser: Browser, alma: Account) -> None:
    browser.sign_in()
    assert "What comes soon" not in text(browser.get("/"))
    received = clock.today() - timedelta(days=5)
    day = {f"enrollment.requested_on.{part}": str(getattr(clock.today(), part)) for part in PARTS}
    told = {f"waiver.approval_received_on.{part}": str(getattr(received, part)) for part in PARTS}
    form = begin(browser, "form", **day)
    browser.fill(form, **day, **told, **{"waiver.granted": "true"})
    draft = form.rpartition("/")[0]
    stored = browser.fill(f"{draft}/answer", subject="case-77")
    assert 303 == stored.status_code

    page = text(browser.get("/"))

    assert "What comes soon" in page
    assert "Tell the carrier" in page
    assert "case-77" in page


PARTS = ("month", "day", "year")


def test_an_administrator_sees_what_is_left_to_do(
    app: Flask, browse: Browse, roster: Roster
) -> None:
    roster.create(NewAccount("adam", "administrator"), OFFICE, OTHER)
    roster.create(NewAccount("rosa", "auditor"), OFFICE)
    gone, _ = roster.create(NewAccount("gone", "auditor"), OFFICE)
    roster.change(gone, {"disabled": True}, OFFICE)
    with app.app_context():
        credentials = authenticator().credentials
        for name, days in (("soon over", 7), ("long lived", 300)):
            credentials.create(Wanted(KEY, name, "auditor", days=days), OFFICE)

    page = at_home(browse, "adam")

    assert "One-time passwords not used yet: 1" in page
    assert "Disabled accounts: 1" in page
    assert "soon over" in page
    assert "long lived" not in page
    assert "audit trail" not in page.lower()


def test_an_auditor_sees_the_last_verification_and_the_newest_entries(
    browse: Browse, roster: Roster
) -> None:
    roster.create(NewAccount("ada", "auditor"), OFFICE, OTHER)

    page = at_home(browse, "ada")

    assert "The last verification" in page
    assert "Session signed in" in page


def test_a_one_time_password_opens_no_work(browse: Browse, roster: Roster) -> None:
    _, one_time = roster.create(NewAccount("ada", "auditor"), OFFICE)
    browser = browse()
    browser.sign_in("ada", one_time or "")

    page = text(browser.get("/"))

    assert "Choose your own password" in page
    assert "The last verification" not in page

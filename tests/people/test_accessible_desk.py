"""The waiver desk's pages in each of their states, looked at by axe-core and on a screen 320 pixels
wide, as a supervisor of the Office sees them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.access.roster import NewAccount, Roster
from tests.people import test_waiver_desk
from tests.people.conftest import OFFICE, PASSWORD, Browser
from tests.people.looking import NARROW, chromium, enter, tab, violations, width, window
from tests.people.one_database import served
from tests.people.test_real_browser import press, sign_in
from tests.people.test_waiver_desk import granted, office, remarks, take

__all__ = ["chromium", "served", "tab", "window"]

# Fixtures of the desk: a stored denial, and a request against it.
subject, denial, entered = (
    test_waiver_desk.subject,
    test_waiver_desk.denial,
    test_waiver_desk.entered,
)


@dataclass(frozen=True)
class Desk:
    """A request that waits at the desk, and a supervisor's browser: *page* with a screen, *chief*
    without one.
    """

    page: Page
    chief: Browser
    entered: str
    denial: str

    def takes(self, step: str, **fields: str) -> None:
        """Take a step on the request."""
        answer = take(self.chief, self.entered, step, **fields)
        assert 303 == answer.status_code, answer.get_data(as_text=True)

    def opens(self, place: str = "") -> None:
        """Look at the request, or at a page below it."""
        answer = self.page.goto(self.entered + place)
        assert answer is not None and answer.ok, f"{place}: {answer and answer.status}"
        for each in self.page.locator("details").all():
            each.evaluate("each => each.open = true")


@pytest.fixture
def desk(app: Flask, roster: Roster, tab: Page, entered: str, denial: str) -> Desk:
    chief = office(app, roster, "cleo", "opp_supervisor")
    roster.create(NewAccount("rosa", "opp_reviewer", "opp"), OFFICE, PASSWORD)
    enter(tab, app, "cleo")
    return Desk(tab, chief, entered, denial)


def day(place: str, year: str = "2012", month: str = "6", day: str = "1") -> dict[str, str]:
    """The fields of a day."""
    return {f"{place}.month": month, f"{place}.day": day, f"{place}.year": year}


def incomplete(desk: Desk) -> None:
    desk.takes("ask-for-missing", missing="proof", **day("remind_on", "2099"))


def claimed(desk: Desk) -> None:
    desk.takes("claim")


def decided(desk: Desk) -> None:
    assert 303 == granted(desk.chief, desk.entered).status_code


def received(desk: Desk) -> None:
    """As it was entered."""


def withdrawn(desk: Desk) -> None:
    desk.takes("withdraw", said_by="applicant", note="She found work.", **day("said_on"))


def opened_at(place: str, before: Callable[[Desk], None]) -> Callable[[Desk], None]:
    """The request, or a page below it, after some steps."""

    def go(desk: Desk) -> None:
        before(desk)
        desk.opens(place)

    return go


def queue(show: str) -> Callable[[Desk], object]:
    """The queue through one of its filters."""
    return lambda desk: desk.page.goto(f"/waivers?show={show}")


def wrong_request(desk: Desk) -> None:
    desk.page.goto(f"/waivers/new?denial={desk.denial}")
    desk.page.get_by_label("Day").first.fill("77")
    press(desk.page, "Enter the request")


def wrong_step(desk: Desk) -> None:
    desk.opens("/steps/recuse")
    press(desk.page, "Recuse yourself")


def stale_step(desk: Desk) -> None:
    desk.opens("/steps/claim")
    desk.takes("recuse", because="I know the person.")
    press(desk.page, "Claim it")


def previewed(desk: Desk) -> None:
    claimed(desk)
    desk.opens("/decide/grant")
    left_open = remarks(desk.chief, f"{desk.entered}/decide/grant", "left_open")
    for place in left_open:
        desk.page.locator(f'input[name="{place}"][value="left_open"] + label').click()
        because = place.replace(".says", ".because")
        desk.page.locator(f'select[name="{because}"]').select_option("not_needed")
    press(desk.page, "Preview what goes out")
    assert desk.page.locator("#preview").count()


def refused_decision(desk: Desk) -> None:
    claimed(desk)
    answer = desk.page.goto(f"{desk.entered}/decide/not-needed")
    assert answer is not None and answer.status == 409


def wrong_decision(desk: Desk) -> None:
    claimed(desk)
    desk.opens("/decide/grant")
    press(desk.page, "Preview what goes out")


def ended(desk: Desk) -> None:
    """A session that ended while somebody typed: the sign-in page with what is kept."""
    desk.opens("/steps/recuse")
    desk.page.get_by_label("Why?").fill("I know the person.")
    desk.page.context.clear_cookies(name="__Host-eligibility-session")
    desk.page.context.clear_cookies(name="eligibility-session")
    press(desk.page, "Recuse yourself")
    assert "We keep what you typed." in desk.page.inner_text("main")


def signed_in_again(desk: Desk) -> None:
    ended(desk)
    sign_in(desk.page, "cleo", PASSWORD)
    assert "Go on with what you typed" in desk.page.inner_text("main")


STATES: dict[str, Callable[[Desk], object]] = {
    "queue, empty": queue("mine"),
    "queue, one overdue": queue("open"),
    "new request": lambda desk: desk.page.goto("/waivers/new"),
    "new request, from a denial": lambda desk: desk.page.goto(f"/waivers/new?denial={desk.denial}"),
    "new request, wrong": wrong_request,
    "request, received": opened_at("", received),
    "request, incomplete": opened_at("", incomplete),
    "request, under review": opened_at("", claimed),
    "request, granted": opened_at("", decided),
    "request, withdrawn": opened_at("", withdrawn),
    "step, claim": opened_at("/steps/claim", received),
    "step, ask for what is missing": opened_at("/steps/ask-for-missing", received),
    "step, complete": opened_at("/steps/complete", incomplete),
    "step, add a paper": opened_at("/steps/add-paper", received),
    "step, withdraw": opened_at("/steps/withdraw", received),
    "step, reassign": opened_at("/steps/reassign", claimed),
    "letter, papers are missing": opened_at("/letter?language=es", incomplete),
    "step, wrong": wrong_step,
    "step, stale": stale_step,
    "decide, deny": opened_at("/decide/deny", claimed),
    "decide, not possible": refused_decision,
    "decide, preview": previewed,
    "decide, wrong": wrong_decision,
    "session ended": ended,
    "signed in again": signed_in_again,
    "home of a reviewer": lambda desk: desk.page.goto("/"),
}


@pytest.mark.parametrize("state", STATES)
def test_each_page_of_the_desk_is_accessible_and_fits_a_narrow_screen(
    desk: Desk, state: str
) -> None:
    STATES[state](desk)

    assert [] == violations(desk.page)
    desk.page.set_viewport_size(NARROW)
    assert width(desk.page) <= NARROW["width"]

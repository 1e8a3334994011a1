"""The desk's own pages in each of their states, looked at by axe-core and on a narrow screen."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.access.roster import Roster
from tests.people.conftest import Browser
from tests.people.looking import NARROW, chromium, enter, tab, violations, width, window
from tests.people.one_database import served
from tests.people.test_real_browser import press
from tests.people.test_waiver_desk import (
    denial,
    entered,
    granted,
    office,
    reviewer,
    subject,
    take,
)

__all__ = [
    "chromium",
    "denial",
    "entered",
    "reviewer",
    "served",
    "subject",
    "tab",
    "window",
]
State = Callable[[Page, str], object]


def claimed(page: Page, entered: str) -> None:
    page.goto("/waivers/hand-over")
    expect(page.get_by_role("checkbox").first).to_be_attached()


def unchosen(page: Page, entered: str) -> None:
    claimed(page, entered)
    press(page, "Hand them over")


def at(path: str) -> State:
    """A page of the desk."""
    return lambda page, entered: page.goto(path.format(entered=entered))


def unproposed(page: Page, entered: str) -> None:
    at("{entered}/steps/correct")(page, entered)
    press(page, "Propose it")


UNDER_REVIEW: dict[str, State] = {
    "queue": at("/waivers"),
    "figures": at("/waivers/figures?from=2012-01&to=2012-12"),
    "figures, many months": at("/waivers/figures?from=2012-01&to=2020-12"),
    "hand over": claimed,
    "hand over, wrong": unchosen,
}
DECIDED: dict[str, State] = {
    "hand over, nothing": at("/waivers/hand-over"),
    "propose": at("{entered}/steps/correct"),
    "propose, wrong": unproposed,
    "proposed": at("{entered}"),
}


@pytest.fixture
def page(tab: Page, app: Flask, roster: Roster) -> Page:
    """A supervisor of the Office at a browser with JavaScript."""
    office(app, roster, "carla", "opp_supervisor")
    enter(tab, app, "carla")
    return tab


def look_at(page: Page) -> None:
    assert [] == violations(page)
    page.set_viewport_size(NARROW)
    assert width(page) <= NARROW["width"]


@pytest.mark.parametrize("state", UNDER_REVIEW)
def test_each_page_is_accessible_while_a_request_is_under_review(
    page: Page, entered: str, reviewer: Browser, state: str
) -> None:
    take(reviewer, entered, "claim")
    UNDER_REVIEW[state](page, entered)

    look_at(page)


@pytest.mark.parametrize("state", DECIDED)
def test_each_page_is_accessible_after_a_decision(
    app: Flask, roster: Roster, page: Page, entered: str, reviewer: Browser, state: str
) -> None:
    assert 303 == granted(reviewer, entered).status_code
    if state == "proposed":
        second = office(app, roster, "dora", "opp_supervisor")
        asked = take(second, entered, "correct", to="denied", because="A mistake.")
        assert 303 == asked.status_code
    DECIDED[state](page, entered)

    look_at(page)

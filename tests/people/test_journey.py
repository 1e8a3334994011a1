"""A day of two people in a real browser: a worker's interview ends in a denial, her request for a
waiver comes to a reviewer who grants it, and the worker finds the person eligible by waiver.

By pointer with and without JavaScript, and by keyboard alone.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app import clock
from app.access.roster import NewAccount, Roster
from app.records.people.accounts import Account
from tests.people.conftest import OFFICE, PASSWORD
from tests.people.test_real_browser import opened
from tests.people.test_waiver_desk import unique_reference

MAY_25 = datetime(2012, 5, 25, 14, tzinfo=UTC)
TABS_AT_MOST = 250
QUESTION = "May the person enroll in an individual plan on the requested day?"
PERSON: Mapping[str, str] = {
    "Does the person live in Massachusetts?": "Yes",
    "Does the person have Medicare?": "No",
    "Is an employer's health plan open to the person now, which the individual plan would "
    "replace?": "No",
    "What does the person want to enroll in?": "Individual",
    "Through whom does the person enroll?": "carrier",
    "Has health coverage of the person ended, or is it about to end?": "No",
    "What happened that could open enrollment outside the open enrollment periods?": "Nothing",
}
"""What the worker answers. What else is asked she does not know."""
NO_WAIVER = {"Has the Office of Patient Protection granted the person a waiver?": "No"}


@pytest.fixture(autouse=True)
def late_in_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is May 25, 2012: no enrollment period is open, and a waiver granted today counts today."""
    ticks = count()
    monkeypatch.setattr(clock, "now", lambda: MAY_25 + timedelta(milliseconds=next(ticks)))


class Hands(Protocol):
    """How somebody uses a page."""

    page: Page

    def fill(self, field: Locator, text: str) -> None:
        """Type into a field."""

    def select(self, field: Locator, words: str) -> None:
        """Choose from a list."""

    def choose(self, group: Locator, words: str) -> None:
        """Choose one of some round buttons."""

    def press(self, button: Locator) -> None:
        """Press a button or follow a link, and wait for the page that it leads to."""


class Pointer:
    """A mouse, and a keyboard for what is typed."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, field: Locator, text: str) -> None:
        field.fill(text)

    def select(self, field: Locator, words: str) -> None:
        field.select_option(words)

    def choose(self, group: Locator, words: str) -> None:
        group.locator(".usa-radio__label", has_text=words).first.click()

    def press(self, button: Locator) -> None:
        with self.page.expect_navigation():
            button.click()


class Keyboard:
    """The keys alone: Tab to get somewhere, letters, arrows, Space and Enter."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, field: Locator, text: str) -> None:
        self._reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def select(self, field: Locator, words: str) -> None:
        self._reach(field)
        self.page.keyboard.type(words)
        assert words == field.evaluate("it => it.selectedOptions[0].text")

    def choose(self, group: Locator, words: str) -> None:
        wanted = group.locator(".usa-radio", has_text=words).first.locator("input")
        self._reach(group.locator("input"))
        if not self._focused().evaluate("it => it.checked"):
            self.page.keyboard.press("Space")
        for _ in range(group.locator("input").count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{words} cannot be chosen by keyboard")

    def press(self, button: Locator) -> None:
        self._reach(button)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _focused(self) -> Locator:
        return self.page.locator("*:focus")

    def _reach(self, places: Locator) -> None:
        """Press Tab until one of the places has the focus."""
        places.first.wait_for(state="attached")
        for _ in range(TABS_AT_MOST):
            self.page.keyboard.press("Tab")
            if places.evaluate_all("all => all.includes(document.activeElement)"):
                return
        raise AssertionError(f"{places} cannot be reached by keyboard")


class Person:
    """Somebody at a browser, who does what the pages say."""

    def __init__(self, hands: Hands) -> None:
        self.hands, self.page = hands, hands.page

    def button(self, name: str) -> None:
        self.hands.press(self.page.get_by_role("button", name=name, exact=True))

    def link(self, name: str) -> None:
        self.hands.press(self.page.get_by_role("link", name=name, exact=True).first)

    def fill(self, label: str, text: str) -> None:
        self.hands.fill(self.page.get_by_label(label, exact=True), text)

    def choose(self, legend: str, words: str) -> None:
        self.hands.choose(self.page.get_by_role("group", name=legend, exact=True), words)

    def day(self, legend: str, month: str, day: int) -> None:
        group = self.page.get_by_role("group", name=legend)
        self.hands.select(group.get_by_label("Month"), month)
        self.hands.fill(group.get_by_label("Day"), str(day))
        self.hands.fill(group.get_by_label("Year"), "2012")

    def reads(self, words: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(words)

    def sign_in(self, name: str) -> None:
        self.page.goto("/")
        self.link("Sign in")
        self.fill("Sign-in name", name)
        self.fill("Password", PASSWORD)
        self.button("Sign in")

    def sign_out(self) -> None:
        self.button("Sign out")


def asks(worker: Person, month: str, day: int, answers: Mapping[str, str]) -> None:
    """The interview about enrollment on a day, until nothing more matters."""
    worker.link("Ask")
    worker.link(QUESTION)
    worker.day("On which day was the application received?", month, day)
    worker.button("One question at a time")
    while worker.page.get_by_role("button", name="I do not know").count():
        legend = worker.page.get_by_role("heading", level=1).inner_text()
        if legend in answers:
            worker.choose(legend, answers[legend])
            worker.button("Continue")
        else:
            worker.button("I do not know")


def stores(worker: Person, subject: str) -> None:
    """Store the answer under a reference."""
    worker.fill("Reference of the person or business", subject)
    worker.button("Store")


def requests_a_waiver(worker: Person) -> None:
    """The request for a waiver, from the denial on the page."""
    worker.link("Ask for a waiver")
    worker.day("On which day did the applicant receive the denial?", "May", 10)
    worker.day("On which day did the Office first receive the request?", "May", 20)
    worker.choose("How did it come?", "By mail")
    worker.choose("Who asks?", "The applicant")
    worker.choose("Why did the person go without coverage?", "Another reason")
    worker.fill("What the person wrote about it", "The plant closed.")
    worker.day("On which day was the sworn statement signed?", "May", 18)
    worker.choose("Which coverage could the person have had while uninsured?", "No coverage")
    worker.button("Enter the request")
    worker.reads("We received the request.")


def grants(reviewer: Person, subject: str) -> None:
    """From the queue to the decision: claimed, previewed, taken by one button."""
    reviewer.link("Waivers")
    row = reviewer.page.get_by_role("row", name=subject)
    reviewer.hands.press(row.get_by_role("link"))
    reviewer.reads("The plant closed.")
    reviewer.link("Claim it for your review")
    reviewer.button("Claim it")
    reviewer.link("Grant the waiver")
    for number, group in enumerate(reviewer.page.locator("fieldset").all()):
        if group.get_by_text("The decision relies on it").count():
            reviewer.hands.choose(group, "The decision relies on it")
        else:
            reviewer.hands.choose(group, "It is left open")
            because = reviewer.page.get_by_label("Why is it left open?").nth(number)
            reviewer.hands.select(because, "The decision rests on other findings")
    reviewer.button("Preview what goes out")
    reviewer.reads("granted your request for an enrollment waiver")
    reviewer.button("Grant the waiver")
    reviewer.reads("You granted the waiver.")


def walk(worker: Person, reviewer: Person) -> None:
    """The whole way."""
    subject = unique_reference()
    worker.sign_in("alma")
    asks(worker, "May", 3, {**PERSON, **NO_WAIVER})
    stores(worker, subject)
    requests_a_waiver(worker)

    reviewer.sign_in("rosa")
    grants(reviewer, subject)

    worker.link("Waivers")
    worker.link("Decided too")
    worker.hands.press(worker.page.get_by_role("row", name=subject).get_by_role("link"))
    worker.link("The last letter: the waiver is granted")
    worker.reads("granted your request for an enrollment waiver")
    worker.link("Request")
    worker.link("Record when the approval came")
    worker.day("On which day did the applicant receive the approval?", "May", 25)
    worker.button("Record it")
    worker.link("Record when the carrier was told")
    worker.day("On which day was the carrier told about the approval?", "May", 25)
    worker.button("Record it")
    asks(worker, "May", 25, PERSON)
    stores(worker, subject)
    expect(worker.page.get_by_role("heading", level=1)).to_contain_text(
        "You may enroll on May 25, 2012."
    )
    worker.reads("The Office of Patient Protection granted you a waiver.")


@pytest.fixture
def rosa(roster: Roster) -> Account:
    """A reviewer of the Office."""
    return roster.create(NewAccount("rosa", "opp_reviewer", "opp"), OFFICE, PASSWORD)[0]


@pytest.mark.parametrize("hands", [Pointer, Keyboard])
def test_from_a_denial_to_a_waiver(
    chromium: Browser, address: str, alma: Account, rosa: Account, hands: type[Hands]
) -> None:
    contexts = [chromium.new_context(base_url=address) for _ in range(2)]
    walk(*(Person(hands(context.new_page())) for context in contexts))
    for context in contexts:
        context.close()


def test_from_a_denial_to_a_waiver_without_javascript(
    chromium: Browser, address: str, alma: Account, rosa: Account
) -> None:
    theirs = [opened(chromium, address) for _ in range(2)]
    walk(*(Person(Pointer(page)) for _, page, _ in theirs))
    for context, _, complaints in theirs:
        assert [] == complaints
        context.close()

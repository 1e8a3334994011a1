"""Each page in each of its states, looked at by axe-core in Debian's Chromium for WCAG 2.2 AA, and
on a screen 320 pixels wide; and a day at work by keyboard alone and without JavaScript.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.access.roster import NewAccount, Roster
from app.records.machines.programs import Program, ProgramStore
from app.records.people.accounts import Account
from tests.people.administering_states import ADMINISTERING, State
from tests.people.conftest import OFFICE, PASSWORD
from tests.people.looking import NARROW, chromium, enter, tab, violations, width, window
from tests.people.one_database import served
from tests.people.test_real_browser import opened, press, sign_in

__all__ = ["chromium", "served", "tab", "window"]

ENROLLMENT = "/ask/new?question=enrollment.permitted"


PROGRAM = Program(
    "01925b1e-7e3f-7000-8000-00000000000a",
    "Desk helper",
    ("http://127.0.0.1/signed-in",),
    datetime(2026, 11, 1, tzinfo=UTC),
    OFFICE.actor,
)


@pytest.fixture
def staff(app: Flask, roster: Roster) -> None:
    """An administrator, an auditor, and somebody whose account is disabled by and by; and a program
    that people may let act in their name.
    """
    programs = ProgramStore(app.extensions["eligibility"].store)
    if programs.find(PROGRAM.id) is None:
        programs.create(PROGRAM, OFFICE.did("program.created", PROGRAM.id, kind="program"))
    for name, role in (("adam", "administrator"), ("ada", "auditor"), ("bo", "auditor")):
        roster.create(NewAccount(name, role), OFFICE, PASSWORD)


@pytest.fixture
def page(tab: Page, app: Flask, alma: Account, staff: None) -> Page:
    """Alma's browser, with JavaScript."""
    enter(tab, app, "alma")
    return tab


def start(page: Page, way: str) -> None:
    page.goto(ENROLLMENT)
    page.get_by_label("Month").select_option("May")
    page.get_by_label("Day").fill("3")
    page.get_by_label("Year").fill("2012")
    press(page, way)


def choose(page: Page, words: str) -> None:
    """Answer the question of an interview."""
    page.locator(".usa-radio__label", has_text=words).first.click()
    press(page, "Continue")


def interview_at(fact: str) -> State:
    """The interview at one fact."""

    def go(page: Page) -> None:
        start(page, "One question at a time")
        page.goto(f"{page.url.partition('?')[0]}?fact={fact}")

    return go


def wrong_day(page: Page) -> None:
    start(page, "One question at a time")
    page.goto(f"{page.url.partition('?')[0]}?fact=event.occurred_on")
    page.get_by_label("Day").fill("77")
    press(page, "Continue")


def form(page: Page) -> None:
    start(page, "All in one form")


def wrong_form(page: Page) -> None:
    form(page)
    page.get_by_label("Day").first.fill("77")
    press(page, "See the answer")


def denied(page: Page) -> None:
    """An interview to a denial."""
    start(page, "One question at a time")
    choose(page, "Individual")
    choose(page, "No")


def open_still(page: Page) -> None:
    form(page)
    press(page, "See the answer")


def not_stored(page: Page) -> None:
    denied(page)
    page.get_by_label("Reference").fill("a name")
    press(page, "Store")


def one_stands(page: Page) -> None:
    """The choice between the new answer and one that stands for the same day."""
    for _ in range(2):
        denied(page)
        page.get_by_label("Reference").fill("case-1048")
        press(page, "Store")
        if page.locator("#instead").count():
            return


def store_as(page: Page, subject: str) -> None:
    """Store the answer beside those that are there."""
    page.get_by_label("Reference").fill(subject)
    press(page, "Store")
    beside = page.locator("label[for=instead-beside]")
    if beside.count():
        beside.click()
        press(page, "Store")


def stored(page: Page) -> None:
    denied(page)
    store_as(page, "case-1047")
    for each in page.locator("details").all():
        each.evaluate("each => each.open = true")


def notes(page: Page) -> None:
    stored(page)
    page.get_by_role("link", name="Notes, objections and reminders").click()
    page.get_by_role("textbox", name="Note", exact=True).fill("She called and said it is wrong.")
    press(page, "Store the note")


def wrong_notes(page: Page) -> None:
    notes(page)
    page.get_by_label("What the person says").fill("It is wrong.")
    press(page, "Store the objection")


def wrong_feedback(page: Page) -> None:
    page.goto("/feedback?page=/ask")
    press(page, "Send")


def wrong_number(page: Page) -> None:
    page.goto("/answers")
    page.get_by_label("Number").fill("4821 0937 5515")
    press(page, "Go to it")


def with_answers(path: str) -> State:
    """A page that lists answers, with one."""

    def go(page: Page) -> None:
        stored(page)
        page.goto(path)

    return go


def of_stored(path: str) -> State:
    """A page of a stored answer."""

    def go(page: Page) -> None:
        stored(page)
        page.goto(page.url + path)

    return go


def moved(page: Page) -> None:
    """Both answers: the person lives elsewhere, or in the state."""
    of_stored("/change?fact=applicant.resident")(page)
    page.locator(".usa-radio__label", has_text="Yes").first.click()
    press(page, "See both answers")


def not_changed(page: Page) -> None:
    of_stored("/change?fact=enrollment.requested_on")(page)
    page.get_by_label("Day").fill("77")
    press(page, "See both answers")


def other_edition(page: Page) -> None:
    of_stored("/other-day")(page)
    press(page, "See both answers")


def same_day(page: Page) -> None:
    of_stored("/other-day")(page)
    page.locator("label[for=edition-chapter-288]").click()
    press(page, "See both answers")


def two_stored(page: Page, path: str) -> None:
    """Two stored answers under one reference, and a page of the later one."""
    stored(page)
    of_stored(path)(page)


def compared(page: Page) -> None:
    two_stored(page, "/compare")
    page.locator("table a").first.click()
    page.wait_for_url("**other=*")


def not_compared(page: Page) -> None:
    of_stored("/compare")(page)
    page.get_by_label("Number of another answer").fill("77")
    press(page, "Compare")


def preview(page: Page) -> None:
    """The letter of a stored answer, in Spanish and large print."""
    stored(page)
    page.get_by_role("link", name="Letter", exact=True).click()
    page.get_by_label("Language").select_option("es")
    page.locator("label[for=large_print]").click()
    press(page, "Show")


def letter(page: Page) -> None:
    """A letter that waits to be sent."""
    preview(page)
    press(page, "Make this letter")


def wrong_letter(page: Page) -> None:
    letter(page)
    page.get_by_label("Day").fill("77")
    press(page, "Note that it was sent")


def letters(page: Page) -> None:
    """The list, with a letter to send and one that was sent."""
    letter(page)
    press(page, "Note that it was sent")
    letter(page)
    page.goto("/letters")


def signed_out(path: str) -> State:
    """A page without a person."""

    def go(page: Page) -> None:
        page.goto("/")
        press(page, "Sign out")
        page.goto(path)

    return go


def law(path: str) -> State:
    """A page about the law with all its parts open."""

    def go(page: Page) -> None:
        page.goto(f"/law{path}")
        for each in page.locator("main details").all():
            each.evaluate("each => each.open = true")

    return go


def follow(page: Page, name: str) -> None:
    """Follow a link."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


def born_in_1931(page: Page) -> None:
    page.get_by_label("Month").select_option("July")
    page.get_by_label("Day").fill("13")
    page.get_by_label("Year").fill("1931")


def add_person(page: Page, reference: str = "") -> None:
    page.goto("/people/new")
    page.get_by_label("Name", exact=True).fill("Zora O’Quackenbush")
    born_in_1931(page)
    page.get_by_label("Reference").fill(reference)
    press(page, "Store")


def person_twice(page: Page) -> None:
    add_person(page)
    add_person(page)


def wrong_person(page: Page) -> None:
    page.goto("/people/new")
    press(page, "Store")


def known_person(page: Page) -> None:
    """A person with a former name, an address and answers."""
    stored(page)
    add_person(page, "case-1047")
    follow(page, "Correct or complete this")
    page.get_by_label("Name", exact=True).fill("Zora Pelican")
    page.get_by_label("Postal address").fill("12 Main Street\nBoston, MA 02110")
    press(page, "Save")


def correcting(page: Page) -> None:
    add_person(page)
    follow(page, "Correct or complete this")


def wrong_correction(page: Page) -> None:
    correcting(page)
    page.get_by_label("Name", exact=True).fill("--")
    page.get_by_label("By what authority").fill("Guardian")
    press(page, "Save")


def look_for(**typed: str) -> State:
    """What comes of looking for somebody."""

    def go(page: Page) -> None:
        stored(page)
        add_person(page, "case-1048")
        page.goto("/people")
        for label, words in typed.items():
            page.get_by_label(label).fill(words)
        press(page, "Find")

    return go


def program_asks(page: Page) -> None:
    """A program asks for what the person's role has, and for more."""
    asked = {
        "response_type": "code",
        "client_id": PROGRAM.id,
        "redirect_uri": PROGRAM.redirect_uris[0],
        "scope": "law.decide accounts.write",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    page.goto(f"/oauth/authorize?{urlencode(asked)}")


CONTINUATION = "/provisions/enrollment/continuation-coverage-ended"
STATES: dict[str, State] = {
    "home, signed out": signed_out("/"),
    "sign-in": signed_out("/sign-in"),
    "home": with_answers("/"),
    "account": lambda page: page.goto("/account"),
    "sessions": lambda page: page.goto("/sessions"),
    "password": lambda page: page.goto("/password"),
    "a program asks": program_asks,
    "questions": lambda page: page.goto("/ask"),
    "start": lambda page: page.goto(ENROLLMENT),
    "interview, choices": interview_at("event.kind"),
    "interview, a day": interview_at("event.occurred_on"),
    "interview, wrong": wrong_day,
    "form": form,
    "form, wrong": wrong_form,
    "answer, open": open_still,
    "answer, denied": denied,
    "answer, not stored": not_stored,
    "answer, one stands": one_stands,
    "answer, stored": stored,
    "notes": notes,
    "notes, wrong": wrong_notes,
    "feedback": lambda page: page.goto("/feedback?page=/ask"),
    "feedback, wrong": wrong_feedback,
    "answers": with_answers("/answers"),
    "law": law(""),
    "law, found by words": law("?as_of=2012-05-03&words=waiver"),
    "law, wrong day": law("?as_of=2012-02-30"),
    "law, nothing found": law("?words=zyzzyva"),
    "provision": law(f"{CONTINUATION}?as_of=2011-03-05"),
    "provision, not in force": law(f"{CONTINUATION}?as_of=2011-01-01"),
    "provision, in another edition": law("/provisions/enrollment/qualifying-event-carrier"),
    "provision, wrong day": law(f"{CONTINUATION}?as_of=2012-02-30"),
    "calendar of the law": law("/provisions/calendars/open-enrollment-designated?edition=current"),
    "changes": law("/changes?from=2010-01-01&to=2011-12-31"),
    "changes, wrong day": law("/changes?from=2011-01-01&to=2010-01-01"),
    "editions compared": law("/differences?as_of=2014-07-05"),
    "enrollment calendar": law("/calendar/2014?edition=current"),
    "enrollment calendar, wrong year": law("/calendar?year=1"),
    "questions of the law": law("/questions"),
    "question of the law": law("/questions/enrollment.permitted"),
    "change, the facts": of_stored("/change"),
    "change, a fact": of_stored("/change?fact=applicant.resident"),
    "change, both answers": moved,
    "change, wrong": not_changed,
    "other day": of_stored("/other-day"),
    "other day, both answers": other_edition,
    "other day, wrong": same_day,
    "compare, others": lambda page: two_stored(page, "/compare"),
    "compare, none": of_stored("/compare"),
    "compare, both answers": compared,
    "compare, wrong": not_compared,
    "history": of_stored("/history"),
    "people": lambda page: page.goto("/people"),
    "people, wrong": look_for(),
    "people, found": look_for(name="zora oquackenbush"),
    "people, not found": look_for(name="Zora"),
    "people, no name": look_for(Reference="case-1047"),
    "person": known_person,
    "person, new": add_person,
    "person, wrong": wrong_person,
    "person, on record": person_twice,
    "person, correcting": correcting,
    "person, wrongly corrected": wrong_correction,
    "answers, wrong number": wrong_number,
    "letter, preview": preview,
    "letter": letter,
    "letter, wrong": wrong_letter,
    "letters": letters,
    "letters, none": lambda page: page.goto("/letters"),
    "no such page": lambda page: page.goto("/nothing"),
    "not for this role": lambda page: page.goto("/accounts"),
    **ADMINISTERING,
}


def voiding(page: Page, roster: Roster) -> str:
    """An answer's page of voiding, as a supervisor; the answer's address."""
    roster.create(NewAccount("sam", "supervisor", "office-12"), OFFICE, PASSWORD)
    stored(page)
    answer = page.url
    press(page, "Sign out")
    page.goto("/sign-in")
    sign_in(page, "sam", PASSWORD)
    page.goto(f"{answer}/void")
    return answer


def test_voiding_an_answer_is_accessible(page: Page, roster: Roster) -> None:
    answer = voiding(page, roster)
    assert [] == violations(page)
    press(page, "Void the answer")
    expect(page.get_by_role("alert")).to_contain_text("Reason")
    assert [] == violations(page)
    page.get_by_label("Reason").fill("Stored under the wrong reference")
    page.locator(".usa-checkbox__label").click()
    page.set_viewport_size(NARROW)
    assert width(page) <= NARROW["width"]
    press(page, "Void the answer")
    expect(page.get_by_role("main")).to_contain_text("This answer is void and counts for nothing.")
    assert answer == page.url
    assert [] == violations(page)


def received_feedback(page: Page, roster: Roster) -> None:
    roster.create(NewAccount("sue", "supervisor", "office-12"), OFFICE, PASSWORD)
    page.goto("/feedback?page=/ask")
    page.get_by_label("What is wrong or unclear?").fill("The second question.")
    press(page, "Send")
    press(page, "Sign out")
    page.goto("/sign-in")
    sign_in(page, "sue", PASSWORD)
    page.goto("/feedback/received")


def test_the_open_work_is_accessible(page: Page, roster: Roster) -> None:
    roster.create(NewAccount("sue", "supervisor", "office-12"), OFFICE, PASSWORD)
    notes(page)
    of_reminder = page.get_by_role("group", name="On which day?")
    of_reminder.get_by_label("Month").select_option("6")
    of_reminder.get_by_label("Day").fill("1")
    of_reminder.get_by_label("Year").fill("2099")
    press(page, "Remind me")
    press(page, "Sign out")
    page.goto("/sign-in")
    sign_in(page, "sue", PASSWORD)
    page.goto("/work")

    expect(page.get_by_role("main")).to_contain_text("June 1, 2099")
    assert [] == violations(page)
    page.set_viewport_size(NARROW)
    assert width(page) <= NARROW["width"]


def test_received_feedback_is_accessible(page: Page, roster: Roster) -> None:
    received_feedback(page, roster)

    assert [] == violations(page)
    page.set_viewport_size(NARROW)
    assert width(page) <= NARROW["width"]


@pytest.mark.parametrize("state", STATES)
def test_each_page_in_each_state_is_accessible_and_fits_a_narrow_screen(
    page: Page, state: str
) -> None:
    STATES[state](page)

    assert [] == violations(page)
    page.set_viewport_size(NARROW)
    assert width(page) <= NARROW["width"]


def test_a_page_for_another_role_is_accessible(page: Page) -> None:
    page.goto("/")
    press(page, "Sign out")
    sign_in(page, "adam", PASSWORD)
    page.goto("/ask")

    expect(page.get_by_role("heading", level=1)).to_have_text("Not for your role")
    assert [] == violations(page)


def test_the_history_is_accessible_to_an_auditor(
    page: Page, chromium: Browser, address: str, roster: Roster
) -> None:
    roster.create(NewAccount("ava", "auditor"), OFFICE, PASSWORD)
    stored(page)
    answer = page.url
    press(page, "Sign out")
    sign_in(page, "ava", PASSWORD)
    page.goto(f"{answer}/history")
    press(page, "Decide again")

    expect(page.get_by_role("main")).to_contain_text("The answer is the same to the letter.")
    expect(page.get_by_role("main")).to_contain_text("Who did what")
    assert [] == violations(page)
    page.set_viewport_size(NARROW)
    assert width(page) <= NARROW["width"]


def test_two_answers_stand_in_columns_under_their_heads(page: Page) -> None:
    moved(page)
    page.set_viewport_size({"width": 800, "height": 900})

    def lefts(cells: str) -> list[float]:
        found: list[float] = page.locator(f"table.beside >> nth=0 >> {cells}").evaluate_all(
            "cells => cells.map(cell => cell.getBoundingClientRect().left)"
        )
        return found

    assert 4 == len(lefts("thead th"))
    assert lefts("thead th") == lefts("tbody tr:first-child > *")


def test_the_months_of_a_year_can_be_read_on_a_narrow_screen(page: Page) -> None:
    denied(page)
    page.set_viewport_size(NARROW)

    assert 9 < page.locator("svg.year text").first.evaluate("e => e.getBoundingClientRect().height")
    assert width(page) <= NARROW["width"]


def test_an_answer_on_paper_has_what_is_shown_and_no_buttons(page: Page) -> None:
    denied(page)
    page.emulate_media(media="print")

    for gone in ("header", ".doors", "form", ".usa-breadcrumb"):
        assert all(not each.is_visible() for each in page.locator(gone).all())
    for kept in ("h1", "#why", ".reasons .mark", ".said"):
        assert page.locator(kept).first.is_visible()
    assert not page.locator("details .findings").first.is_visible()  # as it is on the screen


def test_an_answer_without_javascript(chromium: Browser, address: str, alma: Account) -> None:
    context, page, complaints = opened(chromium, address)
    page.goto("/sign-in")
    sign_in(page, "alma", PASSWORD)
    denied(page)

    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "You may not enroll on May 3, 2012."
    )
    store_as(page, "case-1047")
    expect(page.get_by_role("main")).to_contain_text("case-1047")
    assert [] == complaints
    context.close()


def test_the_law_without_javascript_and_without_an_account(chromium: Browser, address: str) -> None:
    context, page, complaints = opened(chromium, address)
    page.goto("/law")
    page.get_by_label("Month").select_option("May")
    page.get_by_label("Day").fill("3")
    page.get_by_label("Year").fill("2012")
    page.get_by_label("Words to look for").fill("yearly open period")
    press(page, "Show")

    expect(page).to_have_url(re.compile(r"as_of=2012-05-03"))
    page.get_by_role("main").get_by_role("link", name="Waiver not needed").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Waiver not needed")
    expect(page.get_by_role("main")).to_contain_text("As of May 3, 2012")
    page.goto("/law/calendar/2012")
    page.get_by_role("link", name="2013", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enrollment calendar of 2013")
    assert [] == complaints
    context.close()


def test_an_answer_by_keyboard_alone(page: Page) -> None:
    page.goto(ENROLLMENT)
    page.get_by_label("Month").focus()
    for typed in ("May", "Tab", "3", "Tab", "2012"):
        if typed == "Tab":
            page.keyboard.press("Tab")
        else:
            page.keyboard.press("Control+a")
            page.keyboard.type(typed)
    tab_to(page, "One question at a time")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/*-*")
    for keys in (["Space"], ["Space", "ArrowDown"]):  # an individual plan; lives elsewhere
        heading = page.get_by_role("heading", level=1)
        asked = heading.inner_text()
        tab_to_radio(page)
        for key in [*keys, "Enter"]:
            page.keyboard.press(key)
        expect(heading).not_to_have_text(asked)

    expect(page.get_by_role("heading", level=1)).to_contain_text("May 3, 2012")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a button of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def tab_to_radio(page: Page) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            return
    raise AssertionError("no choice can be reached by keyboard")

"""The open work of an office, as those who lead it see it: on the page, at home, over HTTP."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from app import clock
from app.access.roster import NewAccount, Roster
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.people.conftest import OFFICE, PASSWORD, Browser, text
from tests.people.test_asking import MAY_3, PERSON, begin
from tests.people.test_notes import DAYS, WORDS
from tests.waivers.asking import enter

PAGE, ADDRESS = "/work", "/v1/open-work"
MAY, JUNE = date(2012, 5, 3), date(2012, 6, 10)
"""When the work came, and when somebody looks at it: the answer runs out on June 30."""


def at_noon(day: date) -> AbstractContextManager[None]:
    """A day in Massachusetts, as it is for the service."""
    return clock.played_at(datetime.combine(day, time(12), clock.MASSACHUSETTS))


@pytest.fixture
def here() -> str:
    """An office of its own for each test, without what others left."""
    return f"office-{uuid4().hex[:8]}"


@pytest.fixture
def june(answer: str) -> Iterator[None]:
    """The day on which somebody looks at the work."""
    with at_noon(JUNE):
        yield


def person(app: Flask, roster: Roster, name: str, role: str, organization: str) -> Browser:
    """The browser of somebody who signed in."""
    roster.create(NewAccount(name, role, organization), OFFICE, PASSWORD)
    browser = Browser(app)
    browser.sign_in(name)
    return browser


def stored(browser: Browser, subject: str, **chosen: str) -> str:
    """The address of an answer that runs out on June 30."""
    form = begin(browser, "form")
    browser.fill(form, **MAY_3, **PERSON)
    answer = browser.fill(f"{form.removesuffix('/form')}/answer", subject=subject, **chosen)
    return str(answer.headers["Location"])


@pytest.fixture
def answer(app: Flask, roster: Roster, here: str) -> str:
    """The answer of a worker of the office with an objection, a reminder, a letter of a program and
    a waiver request.
    """
    with at_noon(MAY):
        cy = person(app, roster, "cy", "eligibility_worker", here)
        stored(cy, "work-1")
        answer = stored(cy, "work-1", instead="beside")
        notes = f"{answer}/notes"
        day = {"on.month": "6", "on.day": "20", "on.year": "2012"}
        assert 303 == cy.fill(notes, f"{answer}/objection", objection=WORDS, **DAYS).status_code
        assert 303 == cy.fill(notes, f"{answer}/reminder", **day).status_code
        worker = client_of(app, "eligibility_worker", here)
        letter = worker.post(f"/v1/determinations/{answer.rpartition('/')[2]}/letters", json={})
        assert 201 == letter.status_code
        assert 201 == enter(worker, subject="work-1").status_code
    return answer


def listed(app: Flask, organization: str, query: str = "") -> dict[str, Any]:
    answer = client_of(app, "supervisor", organization).get(f"{ADDRESS}{query}")
    assert 200 == answer.status_code
    document: dict[str, Any] = answer.get_json()
    return document


def of_work_1(document: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [
        (each["kind"], each["on"], each["overdue"])
        for each in document["work"]
        if each["subject"] == "work-1"
    ]


@pytest.mark.usefixtures("june")
def test_a_supervisor_finds_the_work_of_the_office_by_its_day(
    app: Flask, roster: Roster, here: str, answer: str, trail: AuditTrail
) -> None:
    sam = person(app, roster, "sam", "supervisor", here)
    trail.clear()
    page = sam.get(PAGE)
    shown = re.findall(r'data-label="Day">([^<]+)<.*?>([^<]+)<span', page.get_data(as_text=True))

    assert {("work.listed", "done")} == set(trail.outcomes())
    assert [
        ("March 31, 2012", "Waiver request"),
        ("May 3, 2012", "Letter to send, made on this day"),
        ("June 1, 2012", "Objection to look at again"),
        ("June 20, 2012", "Reminder"),
        ("June 30, 2012", "Answer runs out"),
    ] == [(day.strip(), what) for day, what in shown]
    assert f'href="{answer}/notes"' in page.get_data(as_text=True)
    assert "Overdue: 2" in text(page)
    home = text(sam.get("/"))
    for words in ("Answers that run out within 30 days: 1", "Objections: 1", "Overdue: 2"):
        assert words in home


@pytest.mark.usefixtures("june")
def test_the_list_has_the_work_of_one_worker(
    app: Flask, roster: Roster, here: str, answer: str
) -> None:
    sam = person(app, roster, "sam", "supervisor", here)
    cy = re.search(r'<option value="(account:[^"]+)">cy<', sam.get(PAGE).get_data(as_text=True))
    assert cy
    of_cy = text(sam.get(f"{PAGE}?worker={cy[1]}"))

    assert "Reminder" in of_cy
    assert "Letter to send," not in of_cy
    assert {cy[1]} == {
        each["worker"] for each in listed(app, here, query=f"?worker={cy[1]}")["work"]
    }
    assert 404 == sam.get(f"{PAGE}?worker=cy").status_code
    wrong = client_of(app, "supervisor", here).get(f"{ADDRESS}?worker=cy")
    assert 422 == wrong.status_code


@pytest.mark.usefixtures("june")
def test_programs_of_the_office_get_the_same_list_and_others_none_of_it(
    app: Flask, roster: Roster, here: str, answer: str
) -> None:
    document = listed(app, here)

    assert [
        ("waiver_request", "2012-03-31", True),
        ("letter", "2012-05-03", False),
        ("objection", "2012-06-01", True),
        ("reminder", "2012-06-20", False),
        ("answer", "2012-06-30", False),
    ] == of_work_1(document)
    assert {
        "answer": 1,
        "objection": 1,
        "reminder": 1,
        "waiver_request": 1,
        "letter": 1,
    } == document["counts"]
    assert [] == document["more"]
    supervisor = client_of(app, "supervisor", here)
    assert {200} == {supervisor.get(each["href"]).status_code for each in document["work"]}

    assert [] == of_work_1(listed(app, "office-elsewhere"))
    assert "work-1" not in text(person(app, roster, "eli", "supervisor", "office-12").get(PAGE))
    assert 403 == client_of(app, "eligibility_worker", here).get(ADDRESS).status_code


@pytest.mark.usefixtures("june")
def test_what_is_done_leaves_the_list(app: Flask, roster: Roster, here: str, answer: str) -> None:
    sam = person(app, roster, "sam", "supervisor", here)
    sam.fill(f"{answer}/void", because="Stored under the wrong reference", sure="yes")
    first = [kind for kind, _, _ in of_work_1(listed(app, here))]
    letter = re.search(r'href="(/letters/[^"/]+)"', sam.get(PAGE).get_data(as_text=True))
    assert letter
    sam.fill(letter[1], f"{letter[1]}/sent", version="1")

    # The answer before the void one stands again as the newest, and it has no objection.
    assert ["waiver_request", "letter", "reminder", "answer"] == first
    assert "letter" not in [kind for kind, _, _ in of_work_1(listed(app, here))]


def test_days_that_are_far_are_not_listed_and_those_of_two_months_are(
    app: Flask, here: str, answer: str
) -> None:
    days = {date(2012, 5, 30): 0, date(2012, 5, 31): 1, date(2012, 6, 30): 1, date(2012, 7, 1): 0}
    for day, number in days.items():
        with at_noon(day):
            assert number == listed(app, here)["counts"]["answer"], day

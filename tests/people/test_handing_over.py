"""Handing requests over in bulk, and correcting a decision with a second person, on pages."""

import re
from uuid import UUID

import pytest
from flask import Flask

from app.access.roster import Roster
from app.api.http.service import Service
from app.records.people.accounts import Account
from tests.people.conftest import Browser, text
from tests.people.test_waiver_desk import (
    denial,
    entered,
    granted,
    office,
    reviewer,
    subject,
    take,
)

__all__ = ["denial", "entered", "reviewer", "subject"]
PAGE = "/waivers/hand-over"


@pytest.fixture
def chief(app: Flask, roster: Roster) -> Browser:
    """A supervisor of the Office, signed in."""
    return office(app, roster, "carla", "opp_supervisor")


def account(roster: Roster, name: str) -> Account:
    found = roster.accounts.named(name)
    assert found is not None
    return found


def chosen(browser: Browser, entered: str) -> str:
    """The value of the box of a request."""
    id = entered.rpartition("/")[2]
    found = re.search(rf'value="({id}\.\d+)"', browser.get(PAGE).get_data(as_text=True))
    assert found
    return found[1]


def test_a_supervisor_hands_over_what_was_chosen(
    app: Flask, roster: Roster, entered: str, reviewer: Browser, chief: Browser
) -> None:
    other = office(app, roster, "otto", "opp_reviewer")
    take(reviewer, entered, "claim")
    assert "with rosa" in text(chief.get(PAGE))

    to = f"account:{account(roster, 'otto').id}"
    done = chief.fill(PAGE, requests=chosen(chief, entered), to=to, because="On leave.")

    assert 303 == done.status_code, text(done)
    assert "Handed over: 1." in text(chief.get(PAGE))
    assert entered in other.get("/waivers?show=mine").get_data(as_text=True)
    assert entered not in reviewer.get("/waivers?show=mine").get_data(as_text=True)
    assert "On leave." in text(chief.get(entered))


def test_what_somebody_changed_meanwhile_stays_with_the_reason(
    app: Flask, roster: Roster, browser: Browser, entered: str, reviewer: Browser, chief: Browser
) -> None:
    office(app, roster, "otto", "opp_reviewer")
    take(reviewer, entered, "claim")
    read = chosen(chief, entered)
    day = {"received_on.month": "6", "received_on.day": "2", "received_on.year": "2012"}
    paper = {f"papers.0.{name}": value for name, value in {"kind": "proof", **day}.items()}
    assert 303 == take(browser, entered, "add-paper", **paper).status_code

    to = f"account:{account(roster, 'otto').id}"
    stayed = chief.fill(PAGE, requests=read, to=to)

    assert 409 == stayed.status_code
    assert "somebody changed it meanwhile" in text(stayed)
    assert entered in reviewer.get("/waivers?show=mine").get_data(as_text=True)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"requests": "nothing.1"}, "Must be the id of a waiver request."),
        ({}, "Must be 1 to"),
        ({"because": "On leave."}, "On leave."),
    ],
)
def test_a_form_with_a_mistake_comes_again(
    entered: str, reviewer: Browser, chief: Browser, fields: dict[str, str], told: str
) -> None:
    take(reviewer, entered, "claim")

    again = chief.fill(PAGE, **fields)

    assert 422 == again.status_code
    assert told in text(again)
    assert "<title>Error:" in again.get_data(as_text=True)


def test_the_page_is_a_supervisors(reviewer: Browser, chief: Browser) -> None:
    assert 403 == reviewer.get(PAGE).status_code
    assert PAGE not in reviewer.get("/waivers").get_data(as_text=True)
    assert PAGE in chief.get("/waivers").get_data(as_text=True)


def test_a_decision_is_corrected_by_two_people(
    app: Flask, roster: Roster, entered: str, reviewer: Browser, chief: Browser
) -> None:
    assert 303 == granted(reviewer, entered).status_code
    letter = f"{entered}/letter"
    key = re.search(r'name="key" value="([^"]*)"', reviewer.get(letter).get_data(as_text=True))
    assert key
    made = str(reviewer.fill(letter, key=key[1]).headers["Location"])
    assert "was corrected" not in text(reviewer.get(made))
    second = office(app, roster, "dora", "opp_supervisor")
    assert "A correction waits" not in text(second.get(entered))

    again = take(chief, entered, "correct", to="denied")
    assert 422 == again.status_code and "This is still empty." in text(again)
    asked = take(chief, entered, "correct", to="denied", because="Another person.")
    assert 303 == asked.status_code, text(asked)

    shown = second.get(entered)
    assert "carla proposes: denied in place of granted." in text(shown)
    assert "Propose to correct" not in text(shown)
    found = re.search(r'href="(/approvals/[0-9a-f-]{36})"', shown.get_data(as_text=True))
    assert found
    assert "Another person." in text(second.get(found[1]))
    assert 403 == chief.fill(found[1], do="approve", version="1").status_code
    assert 303 == second.fill(found[1], do="approve", version="1").status_code
    service: Service = app.extensions["eligibility"]
    last = service.desk.requests.steps(str(UUID(entered.rpartition("/")[2])))[-1]
    assert ("approve-correction", "denied") == (last.step, last.state)
    assert f"account:{account(roster, 'dora').id}" == last.actor
    after = text(second.get(entered))
    assert "Proposed by: carla" in after and "A correction waits" not in after
    assert "Letter: the decision is corrected" in text(second.get(f"{entered}/letter"))
    number = re.search(r"/letter\?step=(\d+)", reviewer.get(entered).get_data(as_text=True))
    assert number
    for page in (made, f"{letter}?step={number[1]}"):
        assert "The decision that this letter tells of was corrected." in text(reviewer.get(page))
    row = reviewer.get("/letters").get_data(as_text=True).partition(made)[2].partition("</tr>")[0]
    assert "the waiver is granted" in row and "Corrected since" in row

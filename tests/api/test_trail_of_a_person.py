"""Who saw or changed anything that is stored about a person is found by the person's reference."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.api.http.service import current_service
from app.records.ledger.seals import seal_everything
from tests.api.asking import CLOSED
from tests.callers import client_of
from tests.waivers.asking import REQUEST, reviewer

Person = dict[str, str]
Act = Callable[[Flask, FlaskClient, Person], Any]


@pytest.fixture
def person(app: Flask) -> Person:
    """Somebody of whom something of each kind is stored, by what each is called."""
    worker, subject = client_of(app), f"person-{uuid4().hex[:8]}"
    named = {"subject": subject, "name": f"Zora {subject[7:]}", "born_on": "1980-02-29"}
    assert 201 == worker.post("/v1/applicants", json=named).status_code
    answer = worker.post("/v1/determinations", json={**CLOSED, "subject": subject})
    answer_id = answer.get_json()["id"]
    letter = worker.post(f"/v1/determinations/{answer_id}/letters", json={}).get_json()["id"]
    asked = {**REQUEST, "subject": subject}
    waiver = worker.post("/v1/waiver-requests", json=asked).get_json()["id"]
    note = worker.post(
        "/v1/notes", json={"about_kind": "applicant", "about": subject, "text": "She called."}
    ).get_json()["id"]
    hold = client_of(app, "supervisor").post(
        "/v1/holds", json={"kind": "subject", "object_id": subject, "because": "Matter 7"}
    )
    return {
        "subject": subject,
        "answer": answer_id,
        "letter": letter,
        "waiver": waiver,
        "note": note,
        "hold": hold.get_json()["id"],
    }


def entries(app: Flask, subject: str) -> list[tuple[str, str]]:
    """What the trail has about a person: actions and what they were done to."""
    found = client_of(app, "auditor", None).post(
        "/v1/audit/search", json={"subject": subject, "limit": 200}
    )
    return [(each["action"], each["object_id"]) for each in found.get_json()["entries"]]


def paper(app: Flask, client: FlaskClient, person: Person) -> Any:
    address = f"/v1/waiver-requests/{person['waiver']}"
    [kept] = client.get(address).get_json()["papers"]
    return client.get(kept["href"])


def recuse(app: Flask, client: FlaskClient, person: Person) -> Any:
    return reviewer(app).post(
        f"/v1/waiver-requests/{person['waiver']}/recuse",
        json={"because": "A neighbor."},
        headers={"If-Match": '"1"'},
    )


def events(app: Flask, client: FlaskClient, person: Person) -> Any:
    with app.app_context():
        list(seal_everything(current_service().store, clock.now()))
    supervisor, after = client_of(app, "supervisor"), 0
    while told := (answer := supervisor.get(f"/v1/events?after={after}&limit=200")).get_json():
        after = int(told[-1]["id"])
        if person["answer"] in {each["subject"] for each in told}:
            break
    return answer


ACTS: dict[str, tuple[str, str, Act]] = {
    "record": (
        "applicant.read",
        "subject",
        lambda app, client, person: client.get(f"/v1/applicants/{person['subject']}"),
    ),
    "search by name": (
        "applicant.read",
        "subject",
        lambda app, client, person: client.post(
            "/v1/applicants/search", json={"name": f"Zora {person['subject'][7:]}"}
        ),
    ),
    "file": (
        "waiver.read",
        "waiver",
        lambda app, client, person: client.get(f"/v1/applicants/{person['subject']}/file"),
    ),
    "answers found": (
        "determination.listed",
        "answer",
        lambda app, client, person: client.post("/v1/determinations/search", json={}),
    ),
    "note": (
        "note.read",
        "subject",
        lambda app, client, person: client.get(f"/v1/notes/{person['note']}"),
    ),
    "waiver request": (
        "waiver.read",
        "waiver",
        lambda app, client, person: reviewer(app).get(f"/v1/waiver-requests/{person['waiver']}"),
    ),
    "queue": (
        "waiver.listed",
        "waiver",
        lambda app, client, person: client.get("/v1/waiver-requests?limit=200"),
    ),
    "paper": ("waiver.paper_read", "waiver", paper),
    "recusal": ("waiver.recuse", "waiver", recuse),
    "letter": (
        "letter.read",
        "letter",
        lambda app, client, person: client.get(f"/v1/letters/{person['letter']}"),
    ),
    "letters found": (
        "letter.listed",
        "letter",
        lambda app, client, person: client.post("/v1/letters/search", json={}),
    ),
    "holds": (
        "hold.listed",
        "subject",
        lambda app, client, person: client_of(app, "supervisor").get("/v1/holds"),
    ),
    "hold": (
        "hold.read",
        "subject",
        lambda app, client, person: client_of(app, "supervisor").get(f"/v1/holds/{person['hold']}"),
    ),
    "open work": (
        "work.listed",
        "letter",
        lambda app, client, person: client_of(app, "supervisor").get("/v1/open-work"),
    ),
    "events": ("determination.listed", "answer", events),
}
"""What somebody does, and the entry that the trail of the person has of it."""


@pytest.mark.parametrize("act", ACTS)
def test_what_somebody_saw_or_changed_is_found(app: Flask, person: Person, act: str) -> None:
    action, named, does = ACTS[act]
    before = entries(app, person["subject"]).count((action, person[named]))

    answer = does(app, client_of(app), person)

    assert 200 == answer.status_code, answer.get_data(as_text=True)
    assert before < entries(app, person["subject"]).count((action, person[named]))


def test_what_was_made_about_a_person_is_found_and_nobody_elses(app: Flask, person: Person) -> None:
    made = {
        ("applicant.created", "subject"),
        ("determination.made", "answer"),
        ("letter.made", "letter"),
        ("applicant.read", "subject"),  # in which language the person wants it
        ("waiver.receive", "waiver"),
        ("note.entered", "subject"),
        ("hold.placed", "subject"),
    }
    client_of(app).post("/v1/waiver-requests", json={**REQUEST, "subject": "another-person"})

    found = entries(app, person["subject"])

    assert {(action, person[named]) for action, named in made} <= set(found)
    assert {id for _, id in found} <= set(person.values())


def test_the_office_that_made_the_denial_finds_it_under_its_own_reference(
    app: Flask, person: Person
) -> None:
    asked = {
        **REQUEST,
        "subject": f"opp-{person['subject']}",
        "denial": {"determination": person["answer"]},
    }
    sent = reviewer(app).post("/v1/waiver-requests", json=asked)

    assert 201 == sent.status_code, sent.get_json()
    assert ("waiver.receive", sent.get_json()["id"]) in entries(app, person["subject"])

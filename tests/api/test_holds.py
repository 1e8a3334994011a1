"""Legal holds over HTTP: placed, read, lifted once, and on record for ever."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.records.holds import active_holds
from tests.api.asking import CLOSED, pointers, problem
from tests.audit import AuditTrail
from tests.callers import client_of

HOLD = {"kind": "subject", "object_id": "person-1", "because": "Matter 12-34"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return client_of(app, "supervisor")


def place(client: FlaskClient, **changes: Any) -> Any:
    return client.post("/v1/holds", json={**HOLD, **changes})


def test_a_hold_is_placed_and_read_again(client: FlaskClient) -> None:
    placed = place(client)
    read = client.get(placed.headers["Location"])

    assert (201, 200) == (placed.status_code, read.status_code)
    assert placed.get_json() == read.get_json()
    assert {**HOLD, "lifted_at": None, "version": 1}.items() <= read.get_json().items()
    assert placed.get_json() in client.get("/v1/holds").get_json()["holds"]
    assert placed.headers["ETag"] == read.headers["ETag"]


def test_a_hold_is_lifted_once_by_whoever_has_read_it(client: FlaskClient) -> None:
    placed = place(client)
    address, tag = placed.headers["Location"], placed.headers["ETag"]

    assert (428, "precondition-required") == problem(client.delete(address))
    assert (412, "precondition-failed") == problem(
        client.delete(address, headers={"If-Match": '"7"'})
    )
    lifted = client.delete(address, headers={"If-Match": f'"7", {tag}'})
    assert 200 == lifted.status_code
    assert 2 == lifted.get_json()["version"]
    assert lifted.get_json()["lifted_at"] is not None
    assert (412, "precondition-failed") == problem(
        client.delete(address, headers={"If-Match": tag})
    )
    assert lifted.get_json() == client.get(address).get_json()


def test_a_request_for_a_hold_that_is_sent_again_places_one(client: FlaskClient) -> None:
    answers = [
        client.post("/v1/holds", json=HOLD, headers={"Idempotency-Key": "hold-1"}) for _ in range(2)
    ]

    assert answers[0].data == answers[1].data
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert "true" == answers[1].headers["Idempotent-Replayed"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"kind": "person"}, "/kind"),
        ({"object_id": "a b"}, "/object_id"),
        ({"because": "a\nb"}, "/because"),
        ({"because": ""}, "/because"),
    ],
)
def test_a_hold_that_says_something_else_is_refused(
    client: FlaskClient, changes: Any, pointer: str
) -> None:
    answer = place(client, **changes)

    assert (422, "invalid-request") == problem(answer)
    assert {pointer} == pointers(answer)


def test_a_hold_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert (404, "unknown-hold") == problem(
        client.get("/v1/holds/01925b1e-7e3f-7000-8000-000000000001")
    )


def test_a_hold_is_seen_and_lifted_by_the_organization_that_placed_it(
    app: Flask, client: FlaskClient
) -> None:
    placed = place(client)
    address, tag = placed.headers["Location"], placed.headers["ETag"]
    stranger, auditor = (
        client_of(app, "supervisor", "another-office"),
        client_of(app, "auditor", None),
    )

    assert (404, "unknown-hold") == problem(stranger.get(address))
    assert (404, "unknown-hold") == problem(stranger.delete(address, headers={"If-Match": tag}))
    assert placed.get_json() not in stranger.get("/v1/holds").get_json()["holds"]
    assert placed.get_json() in auditor.get("/v1/holds").get_json()["holds"]
    assert 200 == client.get(address).status_code


@pytest.mark.parametrize(
    "id", ["zz", "01925b1e-7e3f-7000-8000-000000000001", "00000000000040008000000000000000"]
)
def test_a_determination_that_is_not_there_cannot_be_held(client: FlaskClient, id: str) -> None:
    assert (404, "unknown-determination") == problem(
        place(client, kind="determination", object_id=id)
    )


def test_somebody_elses_determination_cannot_be_held(app: Flask, client: FlaskClient) -> None:
    theirs = (
        client_of(app, "eligibility_worker", "another-office")
        .post("/v1/determinations", json=CLOSED)
        .get_json()["id"]
    )
    ours = client_of(app).post("/v1/determinations", json=CLOSED).get_json()["id"]

    assert (404, "unknown-determination") == problem(
        place(client, kind="determination", object_id=theirs)
    )
    assert 201 == place(client, kind="determination", object_id=ours).status_code


def held(app: Flask, organization: str, subject: str) -> tuple[str, bool]:
    """A determination of an organization about a subject, and whether a hold keeps it."""
    body = {**CLOSED, "subject": subject}
    made = client_of(app, "eligibility_worker", organization).post("/v1/determinations", json=body)
    id = made.get_json()["id"]
    with app.extensions["eligibility"].store.reading() as connection:
        return id, active_holds(connection).keep(id, subject)


def lift(client: FlaskClient, placed: Any) -> Any:
    match = {"If-Match": placed.headers["ETag"]}
    return client.delete(placed.headers["Location"], headers=match)


def test_a_hold_on_a_subject_holds_within_its_organization(app: Flask, client: FlaskClient) -> None:
    placed = place(client, object_id="person-scoped")

    assert held(app, "county-office", "person-scoped")[1]
    assert not held(app, "another-office", "person-scoped")[1]
    assert 200 == lift(client, placed).status_code
    assert not held(app, "county-office", "person-scoped")[1]


def test_a_records_manager_holds_everywhere_and_both_see_what_concerns_them(
    app: Flask, client: FlaskClient
) -> None:
    manager = client_of(app, "records_manager", None)
    theirs, _ = held(app, "another-office", "person-everywhere")
    placed = place(manager, object_id="person-everywhere")
    on_one = place(manager, kind="determination", object_id=theirs)
    ours = place(client, object_id="person-ours")
    other = client_of(app, "supervisor", "another-office")

    def seen(by: FlaskClient) -> set[str]:
        return {hold["id"] for hold in by.get("/v1/holds").get_json()["holds"]}

    everywhere = {placed.get_json()["id"], on_one.get_json()["id"]}
    assert placed.get_json()["organization"] is None
    assert held(app, "another-office", "person-everywhere")[1]
    assert everywhere <= seen(other)
    assert not everywhere & seen(client)
    assert {*everywhere, ours.get_json()["id"]} <= seen(manager)
    assert (403, "another-organization") == problem(lift(other, placed))
    assert (403, "another-organization") == problem(lift(manager, ours))
    assert {200} == {lift(manager, one).status_code for one in (placed, on_one)}
    assert 200 == lift(client, ours).status_code


def test_what_a_hold_covers_is_entered_for_its_organization_and_released_with_it(
    app: Flask, client: FlaskClient
) -> None:
    ours, theirs = (
        held(app, of, "person-covered")[0] for of in ("county-office", "another-office")
    )
    trail = AuditTrail(app.extensions["eligibility"].store)
    placed = place(client, object_id="person-covered")
    lift(client, placed)

    covered = [(e.action, e.object_id) for e in trail.entries if "cover" in e.action]
    assert [("hold.covers", ours), ("hold.uncovers", ours)] == covered
    assert theirs not in {entry.object_id for entry in trail.entries}

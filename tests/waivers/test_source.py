"""A granted waiver is found by the reference of the applicant, within its two pairs and nowhere
else; what was found is decided again from what was kept of it.
"""

import json
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app import clock
from app.api.http.service import Service
from app.determinations.cases.found import GRANTED
from app.determinations.decide import Decider
from app.law.lawbook import Lawbook
from app.records.changing import change
from app.records.database import open_database
from app.records.ledger.seals import seal_everything
from app.records.store import Store
from app.records.waivers.waiver_requests import WaiverRequests
from app.records.waivers.waiver_tables import waiver_requests
from app.verify import checks, derive, read_packet
from app.waivers.source import WaiverSource
from tests.again.keeping import etag, trail
from tests.api.asking import lines, pointers, problem
from tests.callers import client_of
from tests.ordinary import applying
from tests.stored import record_of
from tests.waivers.granting import Pair, enter, follow, grant

GRANTED_AT = datetime(2011, 8, 20, 15, tzinfo=UTC)
OURS, THEIRS = "county-office", "carrier-1"
DAY = date(2011, 9, 1)


def asking(
    day: str = "2011-09-01", subject: str | None = "case-1", **waiver: Any
) -> dict[str, Any]:
    """A request of somebody whom nothing but a waiver lets in; what is said of one is *waiver*."""
    facts = {**applying(day, event={"kind": "none"}), "waiver": waiver}
    asked = {"question": "enrollment.permitted", "edition": "chapter-288", "facts": facts}
    return {**asked, "subject": subject} if subject else asked


@pytest.fixture
def store(app: Flask) -> Store:
    service: Service = app.extensions["eligibility"]
    return service.store


def determined(client: FlaskClient, keep: bool = False, **changes: Any) -> dict[str, Any]:
    address = f"/v1/determinations?keep={str(keep).lower()}"
    answer = client.post(address, json=asking(**changes))
    assert answer.status_code in (200, 201), answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def finding(decided: dict[str, Any], fact: str) -> dict[str, Any]:
    return next(f for r in decided["reasons"] for f in r["findings"] if f["fact"] == fact)


# --- what is found ---


def test_it_lets_in_and_shows_where_it_was_found(client: FlaskClient, store: Store) -> None:
    subject = "found-1"
    request = grant(store, GRANTED_AT, (subject, OURS), None, "2011-08-25", "2011-08-30")
    decided = determined(client, subject=subject)
    assert "eligible" == decided["outcome"] and "waiver" == decided["concludes"]["enrollment.route"]
    assert {
        "request": request.id,
        "decided_on": "2011-08-20",
        "facts": {
            "waiver.approval_received_on": "2011-08-25",
            "waiver.carrier_told_on": "2011-08-30",
            GRANTED: True,
        },
        "says": "Found at the waiver desk, which granted a waiver on August 20, 2011.",
    } == decided["found"]
    assert not [name for name in decided["facts"] if name.startswith("waiver.")]
    assert "found" == finding(decided, GRANTED)["source"]
    assert ("waiver.found", request.id, "done") in trail(store)
    brief = client.post(
        "/v1/determinations?keep=false&detail=brief", json=asking(subject=subject)
    ).get_json()
    assert decided["found"] == brief["found"]


def test_what_is_not_known_yet_is_asked_for(client: FlaskClient, store: Store) -> None:
    grant(store, GRANTED_AT, ("found-2", OURS))
    decided = determined(client, subject="found-2")
    assert "undetermined" == decided["outcome"]
    assert {"waiver.approval_received_on", "waiver.carrier_told_on"} == {
        need["fact"] for need in decided["needs"]
    }
    told = {"approval_received_on": "2011-08-25", "carrier_told_on": "2011-08-30"}
    assert "eligible" == determined(client, subject="found-2", **told)["outcome"]


@pytest.mark.parametrize("step", ["deny", "return", "not-needed", "withdraw", None])
def test_what_was_not_granted_is_not_found(
    client: FlaskClient, store: Store, step: str | None
) -> None:
    subject = f"not-granted-{step}"
    request = enter(store, GRANTED_AT, (subject, OURS))
    if step:
        follow(store, request, GRANTED_AT, step)
    assert determined(client, subject=None)["needs"] == determined(client, subject=subject)["needs"]
    assert "found" not in determined(client, subject=subject)


def test_without_a_reference_nothing_is_looked_up(app: Flask, client: FlaskClient) -> None:
    class Closed:
        def find(self, *_: object) -> None:
            raise AssertionError("it was looked up")

    service: Service = app.extensions["eligibility"]
    source, service.__dict__["waivers"] = service.waivers, Closed()
    try:
        assert "undetermined" == determined(client, subject=None)["outcome"]
    finally:
        service.__dict__["waivers"] = source


def test_a_question_without_waivers_finds_none(client: FlaskClient, store: Store) -> None:
    grant(store, GRANTED_AT, ("found-3", OURS), None, "2011-08-25")
    asked = {"question": "individual.eligible", "subject": "found-3", "facts": {}}
    assert "found" not in client.post("/v1/determinations?keep=false", json=asked).get_json()


# --- pairs ---


def test_the_organization_of_the_denial_finds_it_under_its_own_reference(
    app: Flask, store: Store
) -> None:
    grant(store, GRANTED_AT, ("paper-9", "opp"), ("member-9", THEIRS), "2011-08-25", "2011-08-30")
    carrier = client_of(app, "carrier_system", THEIRS)
    assert "eligible" == determined(carrier, subject="member-9")["outcome"]
    for organization, subject in (
        (THEIRS, "paper-9"),
        ("opp", "member-9"),
        ("carrier-2", "member-9"),
        ("carrier-2", "paper-9"),
    ):
        other = client_of(app, "carrier_system", organization)
        decided = determined(other, subject=subject)
        assert decided.pop("subject") == subject
        never = determined(other, subject="never-heard-of")
        never.pop("subject")
        assert {**never, "decided_at": ""} == {**decided, "decided_at": ""}


def test_a_waiver_against_a_void_denial_is_not_found(app: Flask, store: Store) -> None:
    supervisor = client_of(app, "supervisor", THEIRS)
    denied = determined(supervisor, keep=True, subject="member-7", granted=False)
    granted = grant(store, GRANTED_AT, ("member-7", THEIRS), ("member-7", THEIRS), "2011-08-25")
    with store.writing() as connection:
        chosen = waiver_requests.c.id == granted.id
        change(connection, waiver_requests, chosen, {"denial": denied["id"]})
    assert "found" in determined(supervisor, subject="member-7")

    voided = supervisor.post(
        f"/v1/determinations/{denied['id']}/void", json={"because": "another person's"}
    )
    assert 201 == voided.status_code
    assert "found" not in determined(supervisor, subject="member-7")


pairs = st.tuples(
    st.sampled_from(["case-1", "case-2", "Case-1"]), st.sampled_from(["a", "b", None])
)


@hypothesis_settings(max_examples=40, deadline=None)
@given(own=pairs, denial=st.none() | pairs, asked=pairs, granted=st.booleans())
def test_it_is_found_exactly_under_its_two_pairs(
    emptied: Store, lawbook: Lawbook, own: Pair, denial: Pair | None, asked: Pair, granted: bool
) -> None:
    _empty(emptied)
    request = enter(emptied, GRANTED_AT, own, denial)
    follow(emptied, request, GRANTED_AT, "grant" if granted else "deny")
    source, known = WaiverSource(WaiverRequests(emptied)), lawbook.known_facts("waiver.binding")
    found = source.find(known, *asked, {}, DAY)
    assert (granted and asked in (own, denial)) == (found is not None)


@pytest.fixture(scope="module")
def emptied(
    migrated_sqlite: Any, tmp_path_factory: pytest.TempPathFactory, decider: Decider
) -> Store:
    """A store that `_empty` empties before each example."""
    file = tmp_path_factory.mktemp("pairs") / "records.sqlite"
    file.write_bytes(migrated_sqlite.read_bytes())
    return Store(open_database(f"sqlite:///{file}"))


def _empty(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(waiver_requests.delete())


# --- several ---


def test_of_several_the_last_one_decided_by_then_counts(client: FlaskClient, store: Store) -> None:
    pair = ("several-1", OURS)
    first = grant(store, GRANTED_AT, pair, None, "2011-08-25", "2011-08-30")
    second_at = datetime(2012, 2, 20, 15, tzinfo=UTC)
    second = grant(store, second_at, pair, None, "2012-02-25", "2012-02-27")
    for day, expected in (
        ("2011-09-01", first),
        ("2012-02-20", second),
        ("2012-03-01", second),
        ("2011-08-19", first),
    ):
        assert expected.id == determined(client, subject="several-1", day=day)["found"]["request"]
    told = determined(client, subject="several-1", approval_received_on="2012-02-25")
    assert second.id == told["found"]["request"] and "conflicts" not in told


# --- contradictions ---


def test_a_fact_stated_otherwise_is_a_conflict(client: FlaskClient, store: Store) -> None:
    grant(store, GRANTED_AT, ("conflict-1", OURS), None, "2011-08-25", "2011-08-30")
    denied = determined(client, subject="conflict-1", granted=False)
    assert "undetermined" == denied["outcome"]
    assert denied["conflicts"][0]["facts"] == {GRANTED: False}
    assert "the waiver desk has yes" in denied["conflicts"][0]["says"]
    doubted = {need["fact"] for need in denied["needs"][:2]}
    assert {GRANTED, "waiver.approval_received_on"} == doubted
    assert {GRANTED: False} == {n: v for n, v in denied["facts"].items() if n[:7] == "waiver."}
    other = determined(client, subject="conflict-1", approval_received_on="2011-08-26")
    assert [{"waiver.approval_received_on": "2011-08-26"}] == [
        each["facts"] for each in other["conflicts"]
    ]
    same = determined(client, subject="conflict-1", approval_received_on="2011-08-25")
    assert "conflicts" not in same and "eligible" == same["outcome"]


def test_an_order_that_is_broken_is_refused(client: FlaskClient, store: Store) -> None:
    grant(store, GRANTED_AT, ("conflict-2", OURS), None, "2011-08-25")
    asked = asking(subject="conflict-2", carrier_told_on="2011-08-24")
    answer = client.post("/v1/determinations", json=asked)
    assert (422, "facts-contradict") == problem(answer)
    assert {"/facts/waiver/carrier_told_on"} == pointers(answer)


def test_several_events_find_it_too(client: FlaskClient, store: Store) -> None:
    grant(store, GRANTED_AT, ("events-1", OURS), None, "2011-08-25", "2011-08-30")
    asked = asking(subject="events-1")
    del asked["facts"]["event"]
    asked["facts"]["events"] = [
        {"kind": "marriage", "occurred_on": "2011-01-05"},
        {"kind": "divorce", "occurred_on": "2011-02-05"},
    ]
    decided = client.post("/v1/determinations", json=asked)
    assert 201 == decided.status_code and "eligible" == decided.get_json()["outcome"]
    assert GRANTED in decided.get_json()["found"]["facts"]
    assert not [name for name in decided.get_json()["facts"] if name.startswith("waiver.")]
    reviewer = client_of(client.application, "supervisor")
    again = reviewer.post(f"/v1/determinations/{decided.get_json()['id']}/replay")
    assert 200 == again.status_code


# --- kept ---


def test_it_is_decided_again_from_what_was_found_then(app: Flask, store: Store) -> None:
    request = grant(store, GRANTED_AT, ("kept-1", OURS), None, "2011-08-25", "2011-08-30")
    supervisor = client_of(app, "supervisor")
    made = determined(supervisor, keep=True, subject="kept-1")
    record = record_of(store, made["id"])
    assert record is not None
    stored = orjson.loads(record.request)
    assert {"request", "decided_on", "facts"} == set(stored.pop("found"))
    assert asking(subject="kept-1") == stored
    follow(store, request, GRANTED_AT, "carrier-told", on="2011-12-24")
    replayed = supervisor.post(f"/v1/determinations/{made['id']}/replay")
    assert (200, "bytes") == (replayed.status_code, replayed.get_json()["compared"])
    assert made == supervisor.get(f"/v1/determinations/{made['id']}").get_json()
    now = supervisor.post(f"/v1/determinations/{made['id']}/reconsider", json={}).get_json()
    assert now["same_outcome"] and not now["provisions"]
    list(seal_everything(store, clock.now()))
    packet = supervisor.get(f"/v1/determinations/{made['id']}/packet")
    read = read_packet(packet.data)
    assert not [complaint for _, look in checks(read, None, []) if (complaint := look())]
    assert derive(read) is None


def test_who_replaces_it_finds_what_is_known_then(app: Flask, store: Store) -> None:
    request = grant(store, GRANTED_AT, ("kept-2", OURS), None, "2011-08-25")
    supervisor = client_of(app, "supervisor")
    made = determined(supervisor, keep=True, subject="kept-2")
    assert "undetermined" == made["outcome"]
    follow(store, request, GRANTED_AT, "carrier-told", on="2011-08-30")
    replaced = supervisor.post(
        f"/v1/determinations/{made['id']}/redetermine",
        json={},
        headers={"If-Match": etag(supervisor, made["id"])},
    )
    assert 201 == replaced.status_code and "eligible" == replaced.get_json()["outcome"]


def test_nobody_sends_what_was_found(client: FlaskClient) -> None:
    asked = asking() | {"found": {"request": "x", "decided_on": "2011-08-20", "facts": {}}}
    assert 422 == client.post("/v1/determinations", json=asked).status_code


def test_every_line_of_a_batch_finds_its_own(client: FlaskClient, store: Store) -> None:
    grant(store, GRANTED_AT, ("batch-1", OURS), None, "2011-08-25", "2011-08-30")
    body = lines(*(asking(subject=subject) for subject in ("batch-1", "batch-2")))
    answer = client.post("/v1/determinations/batch", data=body, content_type="application/jsonl")
    told = [json.loads(line)["determination"] for line in answer.data.splitlines()]
    assert ["eligible", "undetermined"] == [each["outcome"] for each in told]
    assert ["found" in each for each in told] == [True, False]

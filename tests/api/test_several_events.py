"""Several events in one request over HTTP: decided, stored, read, decided again, and checked
without the service.
"""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

from app.api.http.service import Service
from app.determinations.cases.events import EVENTS_AT_MOST
from app.verify import main
from tests.api.asking import lines, pointers, post, problem
from tests.callers import client_of
from tests.ordinary import applying
from tests.sealing import seal_everything
from tests.stored import record_of

DETERMINATIONS = "/v1/determinations"
LATE = {"kind": "marriage", "occurred_on": "2012-01-01"}
CHILD = {"kind": "new_child", "occurred_on": "2012-02-01"}
FACTS = applying("2012-02-16")


def asked(*events: Any, **more: Any) -> dict[str, Any]:
    """A request with these events."""
    facts = {**FACTS, "events": list(events), **more}
    return {"question": "enrollment.permitted", "facts": facts}


def decided(client: FlaskClient, body: Any, query: str = "?keep=false") -> dict[str, Any]:
    answer = client.post(f"{DETERMINATIONS}{query}", json=body)
    assert 200 <= answer.status_code < 300, answer.get_json()
    document = answer.get_json()
    assert isinstance(document, dict)
    return document


def without_head(document: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k not in ("id", "decided_at")}


def test_one_event_in_time_is_enough(client: FlaskClient) -> None:
    document = decided(client, asked(LATE, CHILD))

    assert "eligible" == document["outcome"]
    assert {"number": 2, "event": CHILD} == document["leading_event"]
    [other] = document["events"]
    assert {
        "number": 1,
        "event": LATE,
        "outcome": "ineligible",
        "says": "You may not enroll on February 16, 2012.",
    }.items() <= other.items()
    assert {"concludes", "valid_until"} <= set(other)
    assert [LATE, CHILD] == document["facts"]["events"]
    alone = decided(client, {**asked(), "facts": {**FACTS, "event": CHILD}})
    same = ("outcome", "says", "because", "reasons", "concludes", "valid_until", "deadlines")
    assert [alone[name] for name in same] == [document[name] for name in same]


def test_a_brief_answer_has_the_events_too(client: FlaskClient) -> None:
    full = decided(client, asked(LATE, CHILD))
    brief = decided(client, asked(LATE, CHILD), "?keep=false&detail=brief")

    for name in ("leading_event", "events", "needs"):
        assert full[name] == brief[name]
    assert "facts" not in brief


def test_a_list_of_one_or_none_answers_as_one_event_or_none(client: FlaskClient) -> None:
    for listed, event in (([CHILD], CHILD), ([], {"kind": "none"}), ([{}], {})):
        several = decided(client, asked(*listed))
        single = decided(client, {**asked(), "facts": {**FACTS, "event": event}})

        assert without_head(single) == without_head(several)
        assert "events" not in several


def test_what_is_needed_and_what_would_change_name_their_event(client: FlaskClient) -> None:
    document = decided(client, asked({"kind": "new_child"}, {"kind": "divorce"}))
    days = [(n["fact"], n["event"]) for n in document["needs"] if "event" in n]
    denied = decided(client, asked(LATE, {**LATE, "kind": "divorce"}), "?keep=false&detail=full")
    changes = [c for c in denied["would_change"] if "event" in c["if"][0]]

    assert "undetermined" == document["outcome"]
    assert {("event.occurred_on", 1), ("event.occurred_on", 2)} == set(days)
    assert {1, 2} == {c["if"][0]["event"] for c in changes}
    assert all(c["says"].startswith(f"Event {c['if'][0]['event']} (") for c in changes)


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"event": CHILD}, {"/facts/event", "/facts/events"}),
        ({"event.kind": "moved"}, {"/facts/event.kind", "/facts/events"}),
        ({"events": [CHILD] * (EVENTS_AT_MOST + 1)}, {"/facts/events"}),
        ({"events": CHILD}, {"/facts/events"}),
        ({"events": [CHILD, 7]}, {"/facts/events/1"}),
        (
            {"events": [{"kind": "dancing"}, {"occurred_on": "soon", "a/b": 1}]},
            {"/facts/events/0/kind", "/facts/events/1/occurred_on", "/facts/events/1/a~1b"},
        ),
    ],
)
def test_what_cannot_be_taken_is_pointed_at(
    client: FlaskClient, facts: dict[str, Any], wrong: set[str]
) -> None:
    body = asked(CHILD, LATE, **facts)
    answer = client.post(f"{DETERMINATIONS}?keep=false", json=body)

    assert (422, "facts-refused") == problem(answer)
    assert wrong == pointers(answer)


def test_questions_without_events_refuse_the_list(client: FlaskClient) -> None:
    body = {"question": "individual.eligible", "facts": {"events": []}}
    answer = client.post(DETERMINATIONS, json=body)

    assert (422, "facts-refused") == problem(answer)
    assert {"/facts/events"} == pointers(answer)


def test_lines_of_a_batch_can_have_several_events(client: FlaskClient) -> None:
    body = lines(asked(LATE, CHILD), asked(CHILD, event=CHILD), asked(LATE, {**LATE}))
    answer = post(client, body, f"{DETERMINATIONS}/batch?keep=false", "application/jsonl")
    first, second, third = [json.loads(line) for line in answer.data.splitlines()]

    assert "eligible" == first["determination"]["outcome"]
    assert 2 == first["determination"]["leading_event"]["number"]
    assert "/problems/facts-refused" == second["problem"]["type"]
    assert "ineligible" == third["determination"]["outcome"]


def test_what_was_stored_is_read_and_replayed_byte_for_byte(
    app: Flask, client: FlaskClient
) -> None:
    service: Service = app.extensions["eligibility"]
    sent = json.dumps(asked(LATE, CHILD), indent=1)
    created = client.post(DETERMINATIONS, data=sent, content_type="application/json")
    address = created.headers["Location"]
    id = created.get_json()["id"]
    record = record_of(service.store, id)
    auditor = client_of(app, "auditor")

    assert record is not None
    assert (sent, "eligible") == (record.request, record.outcome)
    assert created.data == client.get(address).data
    brief = client.get(f"{address}?detail=brief").get_json()
    assert created.get_json()["events"] == brief["events"]
    replayed = auditor.post(f"{address}/replay").get_json()
    assert (True, "bytes") == (replayed["agrees"], replayed["compared"])


def test_it_is_reconsidered_and_redetermined_with_all_its_events(app: Flask) -> None:
    client = client_of(app, "supervisor")
    created = client.post(DETERMINATIONS, json=asked(LATE, CHILD))
    address = created.headers["Location"]

    later = client.post(f"{address}/reconsider", json={"as_of": "2012-03-20"}).get_json()
    again = client.post(f"{address}/reconsider", json={}).get_json()
    tag = {"If-Match": created.headers["ETag"]}
    newer = client.post(f"{address}/redetermine", json={}, headers=tag)

    assert ("ineligible", "eligible") == (later["now"]["outcome"], again["now"]["outcome"])
    assert (True, []) == (again["same_outcome"], again["provisions"])
    assert 201 == newer.status_code, newer.get_json()
    for name in ("leading_event", "events", "facts", "outcome", "reasons"):
        assert created.get_json()[name] == newer.get_json()[name]
    changed = client.post(
        f"{newer.headers['Location']}/redetermine",
        json={"facts": asked(LATE, LATE)["facts"]},
        headers={"If-Match": newer.headers["ETag"]},
    )
    assert (201, "ineligible") == (changed.status_code, changed.get_json()["outcome"])


def test_its_packet_is_checked_without_the_service(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service: Service = app.extensions["eligibility"]
    client = client_of(app, "supervisor")
    created = client.post(DETERMINATIONS, json=asked(LATE, CHILD))
    root = seal_everything(service.store)
    answer = client_of(app, "auditor").get(f"{created.headers['Location']}/packet")
    file = tmp_path / "packet.json"
    file.write_bytes(answer.data)

    assert 5 == main([str(file), "--root", root]), capsys.readouterr().out


def test_a_calendar_is_the_union_of_the_events(client: FlaskClient) -> None:
    def spans(**facts: Any) -> list[list[str]]:
        body = {"year": 2012, "facts": {**FACTS, **facts}}
        answer = client.post("/v1/eligibility-calendars", json=body)
        assert 200 == answer.status_code, answer.get_json()
        return [[each["first"], each["last"]] for each in answer.get_json()["eligible"]]

    spring = {"kind": "divorce", "occurred_on": "2012-04-02"}
    first, *summer = spans(event=CHILD)
    second, *_ = spans(event=spring)

    assert [["2012-07-01", "2012-08-15"]] == summer
    assert [first, second, *summer] == spans(events=[spring, CHILD])
    assert [["2012-01-01", first[1]], *summer] == spans(events=[CHILD, LATE])  # no day between


def test_the_schema_of_the_facts_takes_what_the_service_takes(client: FlaskClient) -> None:
    schema = client.get("/v1/questions/enrollment.permitted").get_json()["facts"]
    allows = Draft202012Validator(schema, format_checker=FormatChecker()).is_valid

    assert allows(asked(LATE, CHILD)["facts"])
    assert allows(asked()["facts"])
    assert allows(asked({})["facts"])
    assert not allows(asked(*[CHILD] * (EVENTS_AT_MOST + 1))["facts"])
    assert not allows(asked(CHILD, event=CHILD)["facts"])
    assert not allows(asked({"kind": "dancing"})["facts"])
    assert not allows(asked({"place": "here"})["facts"])
    other = client.get("/v1/questions/individual.eligible").get_json()["facts"]
    assert "events" not in other["properties"]


def test_the_openapi_document_has_the_answers_of_events(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    schemas = document["components"]["schemas"]
    full = decided(client, asked(LATE, CHILD))

    for name in ("Determination", "Brief"):
        assert {"leading_event", "events"} <= set(schemas[name]["properties"])
    checker = Draft202012Validator({"$ref": "#/components/schemas/Determination", **document})
    assert [] == list(checker.iter_errors(orjson.loads(orjson.dumps(full))))
    facts = schemas["Facts.enrollment.permitted"]
    assert EVENTS_AT_MOST == facts["properties"]["events"]["maxItems"]

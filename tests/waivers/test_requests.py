"""Waiver requests over HTTP: entered, read by those who may, and brought to a reviewer."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.http.service import Service
from tests.api.asking import CLOSED, pointers, problem
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.waivers.asking import DESK, INCOMPLETE, NOTICE, PDF, enter, entered, reviewer, step


@pytest.fixture
def service(app: Flask) -> Service:
    found: Service = app.extensions["eligibility"]
    return found


@pytest.fixture
def trail(service: Service) -> AuditTrail:
    return AuditTrail(service.store)


@pytest.fixture
def subject() -> str:
    return str(uuid4())


def test_a_request_is_entered_and_read_again_with_its_clocks(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    new = enter(client, subject=subject)
    read = client.get(new.headers["Location"])

    assert (201, 200) == (new.status_code, read.status_code)
    assert new.headers["ETag"] == read.headers["ETag"] == '"1"'
    found = read.get_json()
    assert {
        "state": "received",
        "subject": subject,
        "carrier": "carrier-1",
        "decide_by": "2012-03-31",
        "complete_on": "2012-03-01",
        "missing": [],
        "overdue": True,
        "reason": "unaware_of_loss",
        "facts": {"prior_coverage.ended": True, "prior_coverage.ended_on": "2012-01-31"},
    }.items() <= found.items()
    law = "waivers/request-after-denial"
    assert [("ask", "2012-03-21", law, True), ("decide", "2012-03-31", law, False)] == [
        (clock["clock"], clock["last_day"], clock["provision"], clock["moves"])
        for clock in found["clocks"]
    ]
    shared = {"representative": "Zoë Quill", "authority": "A signed form"}
    assert shared == found["steps"][0]["texts"]
    words = {**shared, "circumstances": "Ich wußte von nichts.\nWirklich."}
    assert words == reviewer(app).get(new.headers["Location"]).get_json()["steps"][0]["texts"]
    assert ["withdraw", "add-paper"] == found["possible"]


def test_an_unknown_day_starts_no_clock(client: FlaskClient, subject: str) -> None:
    denial = client.post("/v1/determinations", json={**CLOSED, "subject": subject}).get_json()
    new = entered(
        client, subject=subject, denial={"determination": denial["id"]}, papers=[], sworn=None
    )

    found = client.get(new["href"]).get_json()
    assert [
        (
            "ask",
            None,
            None,
            "The last day to ask the Office: not known until receipt of the denial is.",
        ),
        (
            "decide",
            None,
            None,
            "The day by which the Office answers: not known while the request is incomplete.",
        ),
    ] == [(it["clock"], it["starts_on"], it["last_day"], it["says"]) for it in found["clocks"]]
    assert ["sworn_statement"] == found["missing"]

    known = step(client, new, "add-paper", denial_received_on="2012-02-20")
    assert 200 == known.status_code
    clock = client.get(new["href"]).get_json()["clocks"][0]
    assert ("2012-02-20", "2012-03-21") == (clock["starts_on"], clock["last_day"])


def test_a_request_sent_again_under_its_key_is_one_record(
    client: FlaskClient, subject: str
) -> None:
    body = {**INCOMPLETE, "subject": subject}
    answers = [
        client.post(DESK, json=body, headers={"Idempotency-Key": f"key-{subject}"})
        for _ in range(2)
    ]

    assert answers[0].data == answers[1].data
    assert [] == client.get(answers[0].headers["Location"]).get_json()["others"]


WRONG = {
    "/subject": {"subject": "123-45-6789"},
    "/carrier": {"carrier": {"organization": "a", "name": "b"}},
    "/denial": {"denial": {}},
    "/denial/said_on": {"denial": {"received_on": "2012-02-20", "said_on": "2012-02-21"}},
    "/denial/determination": {"denial": {"determination": str(uuid4())}},
    "/received_on": {"received_on": "2999-01-01"},
    "/received_by": {"received_by": "pigeon"},
    "/entered_for/name": {"entered_for": {"who": "representative", "authority": "A form"}},
    "/entered_for/authority": {"entered_for": {"who": "applicant", "authority": "A form"}},
    "/circumstances/reason": {"circumstances": {"reason": "whim"}},
    "/circumstances/text": {"circumstances": {"reason": "no_choice", "text": "a\x07b"}},
    "/sworn/signed_on": {"sworn": {"signed_on": "soon"}},
    "/papers/0/kind": {"papers": [{"kind": "poem", "received_on": "2012-03-01"}]},
    "/papers/0/file": {"papers": [{**NOTICE, "file": base64.b64encode(b"MZ").decode()}]},
    "/facts": {"facts": {"waiver": {"sworn": True}}},
    "/unknown": {"unknown": 1},
}


@pytest.mark.parametrize("pointer", WRONG)
def test_a_request_that_says_something_else_is_refused(client: FlaskClient, pointer: str) -> None:
    answer = enter(client, **WRONG[pointer])

    assert 422 == answer.status_code
    assert {pointer} == pointers(answer)


def test_a_denial_after_the_request_cannot_be(client: FlaskClient) -> None:
    answer = enter(client, denial={"received_on": "2012-03-05"})

    assert (422, "facts-contradict") == problem(answer)


def test_only_a_denial_of_enrollment_can_be_named(client: FlaskClient) -> None:
    granted = {**CLOSED["facts"], "waiver": {"granted": False}, "enrollment": {}}
    other = client.post("/v1/determinations", json={**CLOSED, "facts": granted}).get_json()

    answer = enter(client, denial={"determination": other["id"]})
    assert other["outcome"] != "ineligible"
    assert {"/denial/determination"} == pointers(answer)


def test_a_void_denial_begins_no_request(app: Flask, client: FlaskClient, subject: str) -> None:
    denial = client.post("/v1/determinations", json={**CLOSED, "subject": subject}).get_json()
    address = f"/v1/determinations/{denial['id']}"
    voided = client_of(app, "supervisor").post(f"{address}/void", json={"because": "Wrong person"})
    assert 201 == voided.status_code

    answer = enter(client, subject=subject, denial={"determination": denial["id"]})
    assert {"/denial/determination"} == pointers(answer)
    assert (409, "already-void") == problem(client.post(f"{address}/letters", json={}))


def test_the_denial_of_another_person_of_the_same_office_is_refused(
    client: FlaskClient, subject: str
) -> None:
    other = client.post("/v1/determinations", json={**CLOSED, "subject": "case-9"}).get_json()

    answer = enter(client, subject=subject, denial={"determination": other["id"]})
    assert {"/denial/determination"} == pointers(answer)


def test_the_file_of_a_paper_is_a_download(
    client: FlaskClient, subject: str, trail: AuditTrail
) -> None:
    new = entered(client, subject=subject)
    paper = client.get(new["href"]).get_json()["papers"][0]
    trail.clear()
    file = client.get(paper["href"])

    assert (200, PDF, "application/pdf") == (file.status_code, file.data, file.mimetype)
    assert file.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "nosniff" == file.headers["X-Content-Type-Options"]
    assert [("waiver.paper_read", "done")] == trail.outcomes()
    assert (404, "unknown-paper") == problem(client.get(f"{new['href']}/papers/{uuid4()}"))


def test_a_large_file_is_taken_and_one_beyond_ten_megabytes_is_not(
    client: FlaskClient, subject: str
) -> None:
    file = b"\x89PNG\r\n\x1a\n" + bytes(10 * 1024 * 1024 - 8)
    large = {**NOTICE, "file": base64.b64encode(file).decode()}
    larger = {**NOTICE, "file": base64.b64encode(file + b".").decode()}

    assert 201 == enter(client, subject=subject, papers=[large]).status_code
    assert {"/papers/0/file"} == pointers(enter(client, subject=subject, papers=[larger]))


def test_a_second_request_for_the_same_denial_is_told(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    first, second = (entered(client, subject=subject) for _ in range(2))
    later = entered(client, subject=subject, denial={"received_on": "2012-02-28"})
    theirs = entered(client_of(app, organization="another-office"), subject=subject)

    assert ([], [first["id"]]) == (first["others"], second["others"])
    assert ([], []) == (later["others"], theirs["others"])
    assert [second["id"]] == client.get(first["href"]).get_json()["others"]


def test_two_offices_may_use_the_same_reference(app: Flask, client: FlaskClient) -> None:
    ours = entered(client, subject="case-1")
    stranger = client_of(app, organization="another-office")
    theirs = entered(stranger, subject="case-1")

    assert (404, "unknown-waiver-request") == problem(stranger.get(ours["href"]))
    assert (404, "unknown-waiver-request") == problem(client.get(theirs["href"]))
    assert 404 == step(stranger, ours, "withdraw").status_code == 422 or (
        404
        == step(stranger, ours, "withdraw", said_by="applicant", said_on="2012-03-02").status_code
    )
    listed = {it["id"] for it in stranger.get(f"{DESK}?state=all&limit=200").get_json()["requests"]}
    assert theirs["id"] in listed
    assert ours["id"] not in listed


def test_the_office_reads_the_denial_that_a_request_names_and_nothing_else(
    app: Flask, client: FlaskClient, subject: str, trail: AuditTrail
) -> None:
    carrier, office = client_of(app, "carrier_system", "carrier-1"), reviewer(app)
    denials = [
        carrier.post(
            "/v1/determinations",
            json={**CLOSED, "subject": "member-7"},
            headers={"Idempotency-Key": str(uuid4())},
        ).get_json()
        for _ in range(2)
    ]
    named, other = (f"/v1/determinations/{denial['id']}" for denial in denials)
    assert 404 == office.get(named).status_code
    entered(client, subject=subject, denial={"determination": denials[0]["id"]})
    trail.clear()

    assert denials[0] == office.get(named).get_json()
    assert [("determination.read", "done")] == trail.outcomes()
    assert 404 == office.get(other).status_code
    assert 404 == client.get(named).status_code
    assert 404 == office.get(f"{named}/packet").status_code


def test_the_carrier_sees_state_day_and_outcome_of_its_own_alone(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    new = entered(client, subject=subject)
    carrier, stranger = (client_of(app, "carrier_system", f"carrier-{n}") for n in (1, 2))

    seen = carrier.get(new["href"]).get_json()
    assert {"id", "href", "state", "received_on", "changed_on", "outcome"} == set(seen)
    assert ("received", None) == (seen["state"], seen["outcome"])
    listed = carrier.get(f"{DESK}?state=all&limit=200").get_json()["requests"]
    assert seen in listed
    assert {frozenset(seen)} == {frozenset(it) for it in listed}
    paper = client.get(new["href"]).get_json()["papers"][0]["href"]
    assert (404, "unknown-waiver-request") == problem(carrier.get(paper))
    assert (404, "unknown-waiver-request") == problem(stranger.get(new["href"]))


def test_what_people_wrote_stands_in_no_log_and_no_row(
    service: Service, client: FlaskClient, subject: str, caplog: pytest.LogCaptureFixture
) -> None:
    new = entered(client, subject=subject)
    client.get(new["href"])
    step(client, new, "withdraw", said_by="other", said_on="2012-03-02", note="Ich wußte nichts")

    kept = json.dumps([step.row() for step in service.desk.requests.steps(new["id"])], default=str)
    for text in ("Quill", "signed form", "wu\\u00dfte", "wußte"):
        assert text not in kept
        assert text not in caplog.text


def test_missing_papers_are_asked_for_and_completed(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    office = reviewer(app)
    new = entered(client, subject=subject, sworn=None, papers=[])
    assert None is client.get(new["href"]).get_json()["decide_by"]
    asked = step(
        office, new, "ask-for-missing", missing=["proof"], remind_on="2100-01-01", note="A letter"
    )
    assert ("incomplete", 2) == (asked.get_json()["state"], asked.get_json()["version"])
    found = client.get(new["href"]).get_json()
    assert {"denial_notice", "sworn_statement", "proof"} == set(found["missing"])

    early = step(client, new, "complete", 2, on="2012-03-09", papers=[NOTICE])
    assert {"/papers"} == pointers(early)
    papers = [NOTICE, {"kind": "proof", "received_on": "2012-03-09"}]
    sworn = {"signed_on": "2012-03-08"}
    done = step(client, new, "complete", 2, on="2012-03-09", papers=papers, sworn=sworn)
    assert ("received", "2012-04-08") == (done.get_json()["state"], done.get_json()["decide_by"])
    found = client.get(new["href"]).get_json()
    assert ([], None) == (found["missing"], found["remind_on"])


def test_the_last_missing_paper_completes_a_request_that_nobody_asked_about(
    client: FlaskClient, subject: str
) -> None:
    new = entered(client, subject=subject, papers=[])

    added = step(client, new, "add-paper", papers=[{**NOTICE, "received_on": "2012-03-06"}])
    assert "2012-04-05" == added.get_json()["decide_by"]
    assert {""} == pointers(step(client, new, "add-paper", 2))


@pytest.mark.parametrize(
    ("changes", "complete_on"),
    [
        ({"sworn": {"signed_on": "2012-03-05"}}, "2012-03-05"),
        ({"papers": [{**NOTICE, "received_on": "2012-03-04"}]}, "2012-03-04"),
        ({}, "2012-03-01"),
    ],
)
def test_no_request_is_complete_before_all_of_it_is_there(
    client: FlaskClient, subject: str, changes: Any, complete_on: str
) -> None:
    new = entered(client, subject=subject, **changes)

    assert complete_on == client.get(new["href"]).get_json()["complete_on"]


def test_a_paper_has_a_name_that_is_encrypted(
    app: Flask, client: FlaskClient, service: Service, subject: str
) -> None:
    new = entered(client, subject=subject, papers=[{**NOTICE, "name": "Ablehnung für Zoë.pdf"}])
    found = client.get(new["href"]).get_json()

    assert "Ablehnung für Zoë.pdf" == found["papers"][0]["name"]
    assert found["papers"] == found["steps"][0]["papers"]
    assert not [name for name in found["steps"][0]["texts"] if name.startswith("paper")]
    kept = [step.row() for step in service.desk.requests.steps(new["id"])]
    assert "Ablehnung" not in json.dumps(kept, default=str)
    control = enter(client, subject=subject, papers=[{**NOTICE, "name": "a\u0007"}])
    assert {"/papers/0/name"} == pointers(control)


def test_no_statement_completes_a_request_before_it_is_signed(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    new = entered(client, subject=subject, sworn=None)
    step(reviewer(app), new, "ask-for-missing", missing=["sworn_statement"], remind_on="2100-01-01")
    sworn = {"signed_on": "2012-03-29"}
    early = step(client, new, "complete", 2, on="2012-03-28", sworn=sworn)

    assert {"/on"} == pointers(early)
    done = step(client, new, "complete", 2, on="2012-03-29", sworn=sworn)
    assert 200 == done.status_code, done.get_json()


def test_who_recused_themselves_takes_no_step(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    new, office = entered(client, subject=subject), reviewer(app)
    assert 200 == step(office, new, "recuse", because="A neighbor.").status_code
    found = office.get(new["href"]).get_json()

    assert ([], True) == (found["possible"], found["recused"])
    missing = {"missing": ["proof"], "remind_on": "2100-01-01"}
    for name, body in (("claim", {}), ("ask-for-missing", missing), ("recuse", {"because": "x"})):
        assert (403, "step-not-yours") == problem(step(office, new, name, 2, **body))


def test_a_reviewer_claims_releases_and_is_overtaken(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    new = entered(client, subject=subject)
    one, two = reviewer(app, "opp"), reviewer(app, "opp-2")

    assert (428, "precondition-required") == problem(one.post(f"{new['href']}/claim", json={}))
    claimed = step(one, new, "claim")
    assert ("under_review", '"2"') == (claimed.get_json()["state"], claimed.headers["ETag"])
    late = step(two, new, "claim")
    assert (412, "precondition-failed") == problem(late)
    told, actor = late.get_json(), one.get(new["href"]).get_json()["claimed_by"]
    assert ("claim", actor) == (told["step"], told["by"])
    assert told["at"] == one.get(new["href"]).get_json()["steps"][-1]["at"]
    again = step(two, new, "claim", 2)
    assert (409, "step-not-possible") == problem(again)
    assert "grant" in again.get_json()["possible"]
    assert (403, "step-not-yours") == problem(step(two, new, "release", 2))
    assert "received" == step(one, new, "release", 2).get_json()["state"]
    assert None is client.get(new["href"]).get_json()["claimed_by"]


def test_a_reviewer_does_not_claim_what_they_entered(app: Flask, subject: str) -> None:
    office = reviewer(app)
    new = entered(office, subject=subject)

    assert (403, "step-not-yours") == problem(step(office, new, "claim"))
    assert "claim" not in office.get(new["href"]).get_json()["possible"]
    assert 200 == step(reviewer(app, "opp-2"), new, "claim").status_code


def test_a_reviewer_who_recuses_themselves_gives_the_request_back(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    new, office = entered(client, subject=subject), reviewer(app)
    step(office, new, "claim")

    recused = step(office, new, "recuse", 2, because="The applicant is my neighbor.")
    assert "received" == recused.get_json()["state"]
    assert (403, "step-not-yours") == problem(step(office, new, "claim", 3))
    found = office.get(new["href"]).get_json()
    assert {"because": "The applicant is my neighbor."} == found["steps"][-1]["texts"]
    assert 200 == step(reviewer(app, "opp-2"), new, "claim", 3).status_code


def test_a_request_is_withdrawn_by_who_said_so(client: FlaskClient, subject: str) -> None:
    new = entered(client, subject=subject)
    done = step(client, new, "withdraw", said_by="applicant", said_on="2012-03-02")

    assert "withdrawn" == done.get_json()["state"]
    details = client.get(new["href"]).get_json()["steps"][-1]["details"]
    assert "You told us so on March 2, 2012." in details.pop("letter")
    assert {"said_by": "applicant", "said_on": "2012-03-02"} == details
    gone = step(client, new, "withdraw", 2, said_by="applicant", said_on="2012-03-02")
    assert [] == gone.get_json()["possible"]


def queue_of(client: FlaskClient, query: str) -> list[Any]:
    found: list[Any] = []
    cursor = ""
    while True:
        page = client.get(f"{DESK}?limit=3&{query}{cursor}").get_json()
        found += page["requests"]
        if "next_cursor" not in page:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_the_queue_has_the_one_due_first_at_its_head_page_by_page(
    app: Flask, client: FlaskClient, subject: str
) -> None:
    days = ("2012-03-07", "2012-03-05", "2012-03-06", "2012-03-05")
    mine = [entered(client, subject=subject, received_on=day)["id"] for day in days]
    open_one = entered(client, subject=subject, papers=[])["id"]

    found = queue_of(client, "state=open")
    dues = [it["decide_by"] or it["remind_on"] or "9999-12-31" for it in found]
    assert sorted(dues) == dues
    ids = [it["id"] for it in found]
    assert len(set(ids)) == len(ids)
    assert [mine[1], mine[3], mine[2], mine[0], open_one] == [
        id for id in ids if id in {*mine, open_one}
    ]
    assert all(it["overdue"] for it in found if it["id"] in mine)


def test_the_queue_is_filtered(app: Flask, client: FlaskClient, subject: str) -> None:
    office = reviewer(app)
    claimed, free = entered(client, subject=subject), entered(client, subject=subject, papers=[])
    step(office, claimed, "claim")

    def ids(query: str) -> set[str]:
        return {it["id"] for it in queue_of(office, query)} & {claimed["id"], free["id"]}

    assert {claimed["id"]} == ids("mine=true") == ids("state=under_review")
    assert {free["id"]} == ids("unclaimed=true") == ids("state=received")
    assert {claimed["id"]} == ids("due_this_week=true")
    entered_here = {it["id"] for it in queue_of(client, "mine=true")}
    assert {claimed["id"], free["id"]} <= entered_here
    other = client_of(app, "supervisor")
    assert not {claimed["id"], free["id"]} & {it["id"] for it in queue_of(other, "mine=true")}
    assert set() == ids("state=incomplete")
    assert {claimed["id"], free["id"]} == ids("state=all")
    assert {"state"} == pointers(office.get(f"{DESK}?state=lost"))
    assert {"cursor"} == pointers(office.get(f"{DESK}?cursor=e30.x"))

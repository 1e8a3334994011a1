"""Decisions on waiver requests: advised, previewed, taken once, and what follows them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.api.http.service import Service
from app.waivers.late import mark_late
from tests.api.asking import CLOSED, pointers, problem
from tests.callers import client_of
from tests.ordinary import applying
from tests.waivers.asking import entered, reviewer, step

SUPPORTED = {
    "waiver": {"coverage_available": "none"},
    "prior_coverage": {"ended": True, "ended_on": "2012-01-31"},
}


@pytest.fixture
def service(app: Flask) -> Service:
    found: Service = app.extensions["eligibility"]
    return found


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    return reviewer(app)


@pytest.fixture
def subject() -> str:
    return str(uuid4())


def claimed(client: FlaskClient, office: FlaskClient, **changes: Any) -> Any:
    """A request under review, at version 2."""
    new = entered(client, **changes)
    answer = step(office, new, "claim")
    assert 200 == answer.status_code, answer.get_json()
    return new


def preview(office: FlaskClient, request: Any, name: str, **body: Any) -> Any:
    answer = office.post(f"{request['href']}/preview", json={"step": name, **body})
    assert 200 == answer.status_code, answer.get_json()
    return answer.get_json()


def rationale(office: FlaskClient, request: Any, name: str) -> list[dict[str, Any]]:
    """Every finding that decides, relied on; those that are not known are left open. A denial rests
    on a further finding where none of them speaks against a waiver.
    """
    found = preview(office, request, name)["advice"]["findings"]
    deciding = {each["says"]: each for each in reversed(found) if each["decides"]}
    against = [each for each in found if each["leaning"] == "against"]
    further = name == "deny" and not any(each["decides"] for each in against)
    ground = [{"finding": each["finding"], "says": "relied_on"} for each in against[:1] if further]
    return [
        {"finding": each["finding"], "says": "relied_on"}
        if each["status"] != "unknown"
        else {"finding": each["finding"], "says": "left_open", "because": "no_proof"}
        for each in reversed(deciding.values())
    ] + ground


def decide(
    office: FlaskClient, request: Any, name: str, version: int = 2, **body: Any
) -> TestResponse:
    """Preview a decision, and take it."""
    said = {"rationale": rationale(office, request, name), **body}
    digest = preview(office, request, name, **said)["digest"]
    return step(office, request, name, version, digest=digest, **said)


def grant(office: FlaskClient, request: Any, **body: Any) -> None:
    """Grant whatever is advised: where it departs, from the first finding."""
    found = preview(office, request, "grant")["advice"]
    said = rationale(office, request, "grant")
    if found["step"] == "deny":
        said[0] = {"finding": said[0]["finding"], "says": "left_open", "because": "not_needed"}
        body["departs_from"] = said[0]["finding"]
    answer = decide(office, request, "grant", rationale=said, **body)
    assert 200 == answer.status_code, answer.get_json()


# --- the advice and the preview ---


def test_the_preview_has_the_advice_the_letter_and_the_message(
    client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject, facts=SUPPORTED)
    empty = preview(office, request, "grant")
    assert empty["digest"] is None and empty["unspoken"]
    assert empty["unspoken"] == [
        each["finding"] for each in empty["advice"]["findings"] if each["decides"]
    ]
    said = rationale(office, request, "grant")
    full = preview(office, request, "grant", rationale=said)
    assert [] == full["unspoken"] and 64 == len(full["digest"])
    assert full["letter"][0].startswith("The Office of Patient Protection granted")
    relied = {each["finding"] for each in said if each["says"] == "relied_on"}
    says = [f["says"] for f in full["advice"]["findings"] if f["finding"] in relied]
    assert relied and set(says) <= set(full["letter"])
    assert not any(each in str(full["message"]) for each in says)
    assert full == preview(office, request, "grant", rationale=said)
    other = preview(office, request, "grant", rationale=said, words="Because.")
    assert full["digest"] != other["digest"] and full["letter"] == other["letter"]


def test_the_preview_stores_nothing(client: FlaskClient, office: FlaskClient, subject: str) -> None:
    request = claimed(client, office, subject=subject)
    preview(office, request, "deny")
    found = client.post("/v1/determinations/search", json={"subject": subject}).get_json()
    assert [] == found["determinations"]


def test_a_decision_keeps_its_advice_for_replay(
    app: Flask, client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject, facts=SUPPORTED)
    grant(office, request, words="Die Papiere überzeugen.")
    read = office.get(request["href"]).get_json()
    assert ("granted", "granted") == (read["state"], read["outcome"])
    last = read["steps"][-1]
    assert {"words": "Die Papiere überzeugen."} == last["texts"]
    assert {"waiver.reviewable", "waiver.supported"} == set(last["details"]["advice"])
    assert last["details"]["letter"] and last["details"]["preview"]
    supervisor = client_of(app, "supervisor")
    for id in last["details"]["advice"].values():
        made = supervisor.get(f"/v1/determinations/{id}").get_json()
        assert subject == made["subject"]
        assert 200 == supervisor.post(f"/v1/determinations/{id}/replay").status_code


# --- what stands before a decision ---


def test_no_request_is_granted_or_denied_while_papers_are_missing(
    client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject, sworn=None)
    for name in ("grant", "deny"):
        for answer in (
            office.post(f"{request['href']}/preview", json={"step": name}),
            step(office, request, name, 2, digest="0" * 64),
        ):
            assert (409, "papers-missing") == problem(answer)
            assert "Missing: the sworn statement." in answer.get_json()["detail"]
    assert not {"grant", "deny"} & set(office.get(request["href"]).get_json()["possible"])
    paper = {"kind": "sworn_statement", "received_on": "2012-03-05"}
    assert 200 == step(client, request, "add-paper", 2, papers=[paper]).status_code
    assert ["sworn_statement"] == client.get(request["href"]).get_json()["missing"]
    signed = {"signed_on": "2012-03-04"}
    assert 200 == step(client, request, "add-paper", 3, sworn=signed).status_code
    assert {"grant", "deny"} <= set(office.get(request["href"]).get_json()["possible"])


def test_a_denial_rests_on_a_finding_that_speaks_against_the_waiver(
    client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject, facts=SUPPORTED)
    found = preview(office, request, "deny")["advice"]["findings"]
    said = [each for each in rationale(office, request, "deny") if each["says"] != "relied_on"]
    sentences = {each["says"] for each in found if each["leaning"] == "for" and each["decides"]}
    keys = {each["says"]: each["finding"] for each in found if each["says"] in sentences}
    said += [{"finding": key, "says": "relied_on"} for key in keys.values()]
    told = preview(office, request, "deny", rationale=said)
    assert ([], None) == (told["unspoken"], told["digest"])
    assert ["A denial needs a finding that speaks against"] == [
        each.partition(" the waiver.")[0] for each in told["incomplete"]
    ]
    refused = step(office, request, "deny", 2, rationale=said, digest="0" * 64)
    assert {"/rationale"} == pointers(refused)
    shown = {"says": "contradicted_by", "paper": 1}
    said[-1] = {"finding": said[-1]["finding"], **shown}
    assert preview(office, request, "deny", rationale=said)["digest"]


def test_a_finding_of_two_provisions_needs_one_remark(
    client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    facts = {"waiver": {"coverage_available": "none"}}
    request = claimed(client, office, subject=subject, facts=facts)
    found = preview(office, request, "deny")["advice"]["findings"]
    alike = [each for each in found if "no_creditable" in each["finding"].replace("-", "_")]
    says = alike[0]["says"]
    both = [each["finding"] for each in found if each["says"] == says]
    assert 2 == len(both)
    one = [{"finding": both[0], "says": "relied_on"}]
    left = preview(office, request, "deny", rationale=one)["unspoken"]
    assert not set(both) & set(left)
    other = {"finding": both[1], "says": "left_open", "because": "not_needed"}
    body = {"step": "deny", "rationale": [*one, other]}
    answer = office.post(f"{request['href']}/preview", json=body)
    assert (422, {"/rationale/1/says"}) == (answer.status_code, pointers(answer))


# --- the rationale ---


def test_each_deciding_finding_needs_a_remark(
    client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject)
    said = rationale(office, request, "deny")
    digest = preview(office, request, "deny", rationale=said)["digest"]
    answer = step(office, request, "deny", 2, digest=digest or "0" * 64, rationale=said[1:])
    assert 422 == answer.status_code and "/rationale" in pointers(answer)
    wrong = {
        "/rationale/0": [{"finding": "waivers/none#none", "says": "relied_on"}],
        "/rationale/1": [said[0], said[0]],
    }
    for pointer, remarks in wrong.items():
        body = {"step": "deny", "rationale": remarks}
        answer = office.post(f"{request['href']}/preview", json=body)
        assert (422, {pointer}) == (answer.status_code, pointers(answer))


@pytest.mark.parametrize(
    ("pointer", "remark"),
    [
        ("/rationale/0/paper", {"says": "contradicted_by"}),
        ("/rationale/0/because", {"says": "left_open"}),
        ("/rationale/0/because", {"says": "left_open", "because": "whim"}),
        ("/rationale/0/paper", {"says": "relied_on", "paper": 1}),
        ("/rationale/0/says", {"says": "liked"}),
        ("/rationale/0/paper", {"says": "contradicted_by", "paper": 2}),
    ],
)
def test_a_remark_says_which_paper_or_why(
    client: FlaskClient, office: FlaskClient, pointer: str, remark: dict[str, Any]
) -> None:
    request = claimed(client, office, subject=str(uuid4()))
    key = rationale(office, request, "deny")[0]["finding"]
    body = {"step": "deny", "rationale": [{"finding": key, **remark}]}
    answer = office.post(f"{request['href']}/preview", json=body)
    assert (422, {pointer}) == (answer.status_code, pointers(answer))


def test_no_decision_relies_on_a_finding_that_is_not_known(
    client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject)
    said = rationale(office, request, "deny")
    open_at = next(n for n, each in enumerate(said) if each["says"] == "left_open")
    relied = [
        {"finding": each["finding"], "says": "relied_on"} if n == open_at else each
        for n, each in enumerate(said)
    ]
    wrong = {f"/rationale/{open_at}/says"}
    shown = office.post(f"{request['href']}/preview", json={"step": "deny", "rationale": relied})
    taken = step(office, request, "deny", 2, digest="0" * 64, rationale=relied)
    assert (422, wrong) == (shown.status_code, pointers(shown))
    assert (422, wrong) == (taken.status_code, pointers(taken))
    assert "under_review" == office.get(request["href"]).get_json()["state"]


def test_who_departs_from_the_advice_names_the_finding(
    client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(
        client,
        office,
        subject=subject,
        circumstances={"reason": "own_choice"},
        facts={"waiver": {"coverage_available": "minimum_creditable"}},
    )
    found = preview(office, request, "grant")["advice"]
    assert ("ineligible", "deny") == (found["supported"], found["step"])
    said = rationale(office, request, "grant")
    open_still = preview(office, request, "grant", rationale=said)
    assert open_still["digest"] is None
    assert ["The advice is to deny. Name the finding that you depart from."] == open_still[
        "incomplete"
    ]
    refused = step(office, request, "grant", 2, rationale=said, digest="0" * 64)
    assert (422, {"/departs_from"}) == (refused.status_code, pointers(refused))
    key = next(each["finding"] for each in said if "coverage-given-up" in each["finding"])
    relied = step(office, request, "grant", 2, rationale=said, digest="0" * 64, departs_from=key)
    assert {"/departs_from"} == pointers(relied)
    said = [
        {"finding": key, "says": "contradicted_by", "paper": 1} if s["finding"] == key else s
        for s in said
    ]
    done = decide(office, request, "grant", rationale=said, departs_from=key)
    assert 200 == done.status_code, done.get_json()
    last = client.get(request["href"]).get_json()["steps"][-1]["details"]
    assert (key, "deny") == (last["departs_from"], last["advised"])
    assert any(
        "The denial notice that came on March 1, 2012 shows something else." in each
        for each in last["letter"]
    )
    assert open_still["letter"] != last["letter"]


def test_who_follows_the_advice_departs_from_nothing(
    client: FlaskClient, office: FlaskClient
) -> None:
    request = claimed(
        client,
        office,
        subject=str(uuid4()),
        circumstances={"reason": "own_choice"},
        facts={"waiver": {"coverage_available": "minimum_creditable"}},
    )
    said = rationale(office, request, "deny")
    said[0] = {"finding": said[0]["finding"], "says": "left_open", "because": "not_stated"}
    body = {"rationale": said, "departs_from": said[0]["finding"], "digest": "0" * 64}
    assert {"/departs_from"} == pointers(step(office, request, "deny", 2, **body))
    assert 200 == decide(office, request, "deny").status_code


# --- who, when, once ---


def test_only_what_was_previewed_is_decided(
    client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject)
    said = rationale(office, request, "deny")
    digest = preview(office, request, "deny", rationale=said)["digest"]
    paper = {"kind": "proof", "received_on": "2012-03-05"}
    assert 200 == step(client, request, "add-paper", 2, papers=[paper]).status_code
    late = step(office, request, "deny", 2, rationale=said, digest=digest)
    assert (412, "precondition-failed") == problem(late)
    assert "add-paper" in late.get_json()["detail"]
    assert (409, "preview-differs") == problem(
        step(office, request, "deny", 3, rationale=said, digest=digest)
    )
    unread = office.post(f"{request['href']}/deny", json={"rationale": said, "digest": digest})
    assert (428, "precondition-required") == problem(unread)
    assert 200 == decide(office, request, "deny", 3).status_code


def test_of_two_at_once_one_decides_and_the_other_sees_who(
    app: Flask, client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject)
    said = rationale(office, request, "deny")
    digest = preview(office, request, "deny", rationale=said)["digest"]

    def take(_: int) -> TestResponse:
        return step(reviewer(app), request, "deny", 2, rationale=said, digest=digest, words="Mine")

    body = {"rationale": said, "words": "Mine"}
    digest = preview(office, request, "deny", **body)["digest"]
    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(take, range(2)), key=lambda answer: answer.status_code)
    assert [200, 412] == [answer.status_code for answer in answers]
    told = answers[1].get_json()
    assert "deny" == told["step"] and told["by"].startswith("key:") and told["at"]
    read = client.get(request["href"]).get_json()
    assert ["deny"] == [each["step"] for each in read["steps"] if each["step"] == "deny"]
    found = client.post("/v1/determinations/search", json={"subject": subject}).get_json()
    assert 2 == len(found["determinations"])


def test_only_the_claimer_decides(app: Flask, client: FlaskClient, office: FlaskClient) -> None:
    request = claimed(client, office, subject=str(uuid4()))
    other = reviewer(app, "opp-2")
    body = {"rationale": [], "digest": "0" * 64}
    assert (403, "step-not-yours") == problem(step(other, request, "deny", 2, **body))
    unclaimed = entered(client, subject=str(uuid4()))
    answer = step(office, unclaimed, "deny", 1, **body)
    assert (409, "step-not-possible") == problem(answer)
    assert "claim" in answer.get_json()["possible"]


def test_no_waiver_is_granted_without_its_denial(
    app: Flask, client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject, papers=[])
    assert (409, "denial-notice-missing") == problem(
        step(office, request, "grant", 2, digest="0" * 64)
    )
    denial = client.post("/v1/determinations", json={**CLOSED, "subject": subject}).get_json()
    ours = claimed(
        client, office, subject=subject, papers=[], denial={"determination": denial["id"]}
    )
    grant(office, ours)


def test_a_request_is_returned_only_where_the_law_leaves_that(
    client: FlaskClient, office: FlaskClient
) -> None:
    closed = claimed(client, office, subject=str(uuid4()))
    assert (409, "advice-not-followed") == problem(step(office, closed, "return", 2))
    near = claimed(
        client,
        office,
        subject=str(uuid4()),
        received_on="2012-06-15",
        denial={"received_on": "2012-06-10"},
        papers=[{"kind": "denial_notice", "received_on": "2012-06-15"}],
        sworn={"signed_on": "2012-06-12"},
        facts={
            "applicant": {"resident": True, "has_medicare": False},
            "employer_plan": {"available": False},
            "event": {"kind": "none"},
            "prior_coverage": {"ended": False},
            "waiver": {"group_coverage_sought": False},
        },
    )
    assert "referred" == preview(office, near, "return")["advice"]["reviewable"]
    assert 200 == step(office, near, "return", 2).status_code
    assert "returned_unreviewed" == client.get(near["href"]).get_json()["state"]


def test_who_needs_no_waiver_is_told_the_way(client: FlaskClient, office: FlaskClient) -> None:
    request = claimed(client, office, subject=str(uuid4()), **needless())
    for way in (
        {"question": "enrollment.nothing", "provision": "enrollment/prior-coverage"},
        {"question": "enrollment.permitted", "provision": "enrollment/not-an-eligible-individual"},
        {"question": "enrollment.permitted", "provision": "enrollment/waiver-held"},
        {"question": "enrollment.permitted", "provision": "enrollment/qualifying-event"},
    ):
        answer = step(office, request, "not-needed", 2, way_in=way)
        assert {"/way_in"} == pointers(answer)
    assert {"/way_in"} == pointers(step(office, request, "not-needed", 2))
    closed = claimed(client, office, subject=str(uuid4()))
    assert {"/way_in"} == pointers(step(office, closed, "not-needed", 2, way_in=WAY_IN))
    assert "not-needed" not in office.get(closed["href"]).get_json()["possible"]
    done = step(office, request, "not-needed", 2, way_in=WAY_IN)
    assert 200 == done.status_code, done.get_json()
    details = client.get(request["href"]).get_json()["steps"][-1]["details"]
    assert details["way_in"] == WAY_IN
    assert any("in another way" in sentence for sentence in details["letter"])


WAY_IN = {
    "question": "enrollment.permitted",
    "provision": "enrollment/prior-coverage-ended",
}


def needless() -> dict[str, Any]:
    """A request of today by somebody who lost coverage ten days ago, and needs no waiver."""
    today = clock.today()
    before = str(today - timedelta(days=2))
    return {
        "received_on": str(today),
        "denial": {"received_on": before},
        "papers": [{"kind": "denial_notice", "received_on": str(today)}],
        "sworn": {"signed_on": before},
        "facts": {
            "applicant": {"resident": True, "has_medicare": False},
            "employer_plan": {"available": False},
            "prior_coverage": {
                "ended": True,
                "ended_on": str(today - timedelta(days=10)),
                "end_reason": "lost",
                "creditable": True,
            },
        },
    }


# --- what follows ---


@pytest.fixture
def granted(client: FlaskClient, office: FlaskClient, subject: str) -> Any:
    """A granted request, at version 3."""
    request = claimed(client, office, subject=subject, facts=SUPPORTED)
    grant(office, request)
    return request


def test_the_receipt_of_the_approval_starts_the_clock(
    app: Flask, client: FlaskClient, granted: Any
) -> None:
    today = clock.today()
    early = step(client, granted, "approval-received", 3, on=str(today - timedelta(1)))
    assert {"/on"} == pointers(early)
    assert 200 == step(client, granted, "approval-received", 3, on=str(today)).status_code
    read = client.get(granted["href"]).get_json()
    last = date.fromisoformat(read["steps"][-1]["details"]["tell_carrier_by"])
    assert last > today
    told = step(
        client_of(app, "carrier_system", "carrier-1"), granted, "carrier-told", 4, on=str(today)
    )
    assert 200 == told.status_code, told.get_json()
    assert client.get(granted["href"]).get_json()["steps"][-1]["details"] == {
        "on": str(today),
        "in_time": True,
    }
    stranger = client_of(app, "carrier_system", "carrier-2")
    assert 404 == step(stranger, granted, "carrier-told", 5, on=str(today)).status_code


def test_who_was_first_is_told_to_those_who_see_the_steps(
    app: Flask, client: FlaskClient, granted: Any
) -> None:
    today = str(clock.today())
    told = step(client, granted, "approval-received", 2, on=today)
    assert (412, "precondition-failed") == problem(told)
    assert "the key tests as opp reviewer took the step grant" in told.get_json()["detail"]
    carrier = client_of(app, "carrier_system", "carrier-1")
    untold = step(carrier, granted, "carrier-told", 2, on=today)
    assert (412, "precondition-failed") == problem(untold)
    assert "at" in untold.get_json() and not {"by", "step"} & set(untold.get_json())
    assert "Somebody else took a step first." in untold.get_json()["detail"]


def test_a_granted_waiver_is_found_by_the_reference(
    client: FlaskClient, granted: Any, subject: str
) -> None:
    today = str(clock.today())
    step(client, granted, "approval-received", 3, on=today)
    step(client, granted, "carrier-told", 4, on=today)
    facts = {**applying(today, event={"kind": "none"}), "waiver": {}}
    asked = {"question": "enrollment.permitted", "facts": facts, "subject": subject}
    found = client.post("/v1/determinations?keep=false", json=asked).get_json()
    assert granted["id"] == found["found"]["request"]
    assert found["found"]["facts"] == {
        "waiver.granted": True,
        "waiver.approval_received_on": today,
        "waiver.carrier_told_on": today,
    }


def test_a_last_day_that_passed_is_recorded_once(
    service: Service, client: FlaskClient, granted: Any
) -> None:
    step(client, granted, "approval-received", 3, on=str(clock.today()))
    now, later = clock.now(), clock.today() + timedelta(days=60)
    assert granted["id"] not in mark_late(service.desk, clock.today(), now)
    assert granted["id"] in mark_late(service.desk, later, now)
    assert granted["id"] not in mark_late(service.desk, later, now)
    last = client.get(granted["href"]).get_json()["steps"][-1]
    assert ("not-told-in-time", "service", "granted") == (
        last["step"],
        last["actor"],
        last["state"],
    )


def test_what_the_reviewer_wrote_is_encrypted(
    service: Service, client: FlaskClient, office: FlaskClient, subject: str
) -> None:
    request = claimed(client, office, subject=subject)
    decide(office, request, "deny", words="Zwölf Boxkämpfer")
    steps = service.desk.requests.steps(request["id"])
    assert "Zwölf" not in orjson.dumps(steps[-1].content).decode()
    assert {"Zwölf Boxkämpfer"} & set(service.desk.texts(steps).values())

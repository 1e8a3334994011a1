"""Corrections of decisions: proposed by one person, approved by a second one, as every approval."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.access.approvals import Approval, Approvals, Proposal
from app.access.credentials import KEY, Wanted
from app.access.origin import Origin
from app.api.http.asked.authentication import authenticator
from app.records.errors import RecordsUnavailable
from app.records.waivers import waiver_requests as stored
from app.waivers.corrections import NAME, correction_of
from app.waivers.desk import Desk
from app.waivers.states import State
from tests.api.asking import pointers, problem
from tests.audit import AuditTrail
from tests.callers import ADMINISTRATOR, bearing, client_of
from tests.people.test_waiver_desk import unique_reference
from tests.waivers.asking import entered, reviewer, step
from tests.waivers.conftest import CHIEF, NOW
from tests.waivers.test_deciding import SUPPORTED, claimed, grant
from tests.waivers.test_steps import brought_to


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    return reviewer(app)


@pytest.fixture
def chief(app: Flask) -> FlaskClient:
    return client_of(app, "opp_supervisor", "opp")


@pytest.fixture
def second(app: Flask) -> FlaskClient:
    """Another supervisor of the same office."""
    return another(app)


def another(app: Flask) -> FlaskClient:
    with app.app_context():
        wanted = Wanted(KEY, "another chief", "opp_supervisor", "opp")
        told = authenticator().credentials.create(wanted, ADMINISTRATOR)
    return bearing(app.test_client(), told.secret)


@pytest.fixture
def granted(client: FlaskClient, office: FlaskClient) -> Any:
    """A granted request, at version 3."""
    request = claimed(client, office, subject=unique_reference(), facts=SUPPORTED)
    grant(office, request)
    return request


def propose(by: FlaskClient, request: Any, version: int = 3, to: str = "denied") -> TestResponse:
    return step(by, request, "correct", version, to=to, because="Wrong person")


def approve(by: FlaskClient, proposed: TestResponse) -> TestResponse:
    path = f"{proposed.headers['Location']}/approve"
    return by.post(path, headers={"If-Match": proposed.headers["ETag"]})


def test_a_decision_is_corrected_by_a_second_person(
    app: Flask, client: FlaskClient, chief: FlaskClient, second: FlaskClient, granted: Any
) -> None:
    trail = AuditTrail(app.extensions["eligibility"].store)
    proposed = propose(chief, granted)
    assert (201, "open") == (proposed.status_code, proposed.get_json()["state"])
    assert granted["href"] == proposed.get_json()["href"]
    assert "granted" == client.get(granted["href"]).get_json()["state"]
    assert (409, "correction-proposed") == problem(propose(second, granted))
    assert (403, "second-person-needed") == problem(approve(chief, proposed))
    trail.clear()
    assert 200 == approve(second, proposed).status_code
    actions = [("waiver.approve-correction", "done"), ("approval.approved", "done")]
    assert sorted(actions) == sorted(trail.outcomes())

    told = client.get(granted["href"]).get_json()
    last = told["steps"][-1]
    assert ("denied", 4, "approve-correction") == (told["state"], told["version"], last["step"])
    assert proposed.get_json()["id"] == last["details"]["approval"]
    assert proposed.get_json()["proposed_by"] == last["details"]["proposed_by"] != last["actor"]
    letters = [
        client.get(f"{granted['href']}/letter{query}").get_json()["letter"]["sections"][0]
        for query in ("?step=3", "")
    ]
    assert "granted" in letters[0]["heading"]["english"]
    assert "corrected" in letters[1]["heading"]["english"]
    assert (412, "precondition-failed") == problem(approve(second, proposed))


def test_a_correction_can_be_corrected(
    client: FlaskClient, chief: FlaskClient, second: FlaskClient, granted: Any
) -> None:
    assert 200 == approve(second, propose(chief, granted)).status_code
    assert {"/to"} == pointers(propose(chief, granted, 4))
    back = propose(second, granted, 4, to="granted")
    assert 200 == approve(chief, back).status_code
    assert "granted" == client.get(granted["href"]).get_json()["state"]


def test_what_cannot_be_proposed(
    client: FlaskClient, office: FlaskClient, chief: FlaskClient, granted: Any
) -> None:
    assert {"/to"} == pointers(propose(chief, granted, to="granted"))
    assert (412, "precondition-failed") == problem(propose(chief, granted, 2))
    assert (403, "forbidden") == problem(propose(office, granted))
    long = step(chief, granted, "correct", 3, to="denied", because="x" * 501)
    assert {"/because"} == pointers(long)
    open_still = entered(client, subject=unique_reference())
    assert (409, "step-not-possible") == problem(propose(chief, open_still, 1))


def test_who_took_the_decision_approves_no_correction_of_it(
    app: Flask, client: FlaskClient, chief: FlaskClient, second: FlaskClient
) -> None:
    request = claimed(client, chief, subject=unique_reference(), facts=SUPPORTED)
    grant(chief, request)
    proposed = propose(second, request)
    refused = approve(chief, proposed)
    assert (403, "second-person-needed") == problem(refused)
    assert "You took the decision" in refused.get_json()["detail"]
    assert "granted" == client.get(request["href"]).get_json()["state"]
    assert 200 == approve(another(app), proposed).status_code


def test_a_correction_outlasts_a_step_that_leaves_the_decision(
    client: FlaskClient, chief: FlaskClient, second: FlaskClient, granted: Any
) -> None:
    proposed = propose(chief, granted)
    received = step(client, granted, "approval-received", 3, on=str(clock.today()))
    assert 200 == received.status_code
    assert 200 == approve(second, proposed).status_code
    clocks = client.get(granted["href"]).get_json()["clocks"]
    assert "tell_carrier" not in [each["clock"] for each in clocks]


def test_a_correction_ends_after_seven_days(
    chief: FlaskClient, second: FlaskClient, granted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed = propose(chief, granted)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=7, seconds=1))
    assert (409, "approval-over") == problem(approve(second, proposed))
    assert 201 == propose(second, granted).status_code


# --- on both databases ---


@pytest.fixture
def proposed(desk: Desk) -> Iterator[tuple[Approvals, Approval]]:
    """The correction of a decision that the reviewer took, proposed by the chief."""
    request = brought_to(desk, State.GRANTED)
    correction = correction_of(request, desk.requests.steps(request.id))
    assert correction is not None
    approvals = Approvals(desk.store)
    proposal = Proposal(NAME, request.id, correction.digest, "Wrong person")
    yield approvals, approvals.propose(proposal, CHIEF.principal, CHIEF.origin)


def test_the_step_and_its_approval_are_one_transaction(
    desk: Desk, proposed: tuple[Approvals, Approval], monkeypatch: pytest.MonkeyPatch
) -> None:
    approvals, approval = proposed
    other = replace(CHIEF.principal, actor="command:second")

    def unavailable(*ignored: object) -> None:
        raise RecordsUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(stored, "enter", unavailable)
        with pytest.raises(RecordsUnavailable):
            approvals.approve(approval, other, Origin(other.actor))
    assert "granted" == desk.find(approval.object_id, other).state
    assert approvals.find(approval.id, other) == approval

    approvals.approve(approval, other, Origin(other.actor))
    corrected = desk.find(approval.object_id, other)
    last = desk.requests.steps(corrected.id)[-1]
    assert ("denied", 4, other.actor) == (corrected.state, last.number, last.actor)
    assert corrected.changed_at == last.at > NOW

"""A supervisor of the Office gives requests from one reviewer to another."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.asking import pointers, problem
from tests.callers import approved, client_of
from tests.waivers.asking import DESK, entered, reviewer, step


@pytest.fixture
def chief(app: Flask) -> FlaskClient:
    return client_of(app, "opp_supervisor", "opp")


def account(app: Flask, role: str = "opp_reviewer") -> str:
    """A new account, as an actor."""
    body = {"name": f"somebody-{uuid4().hex[:12]}", "role": role, "organization": "opp"}
    answer = client_of(app, "administrator", None).post(
        "/v1/accounts", json=body, headers={"Idempotency-Key": str(uuid4())}
    )
    assert 201 == answer.status_code, answer.get_json()
    approved(app, answer.get_json())
    return f"account:{answer.get_json()['id']}"


def test_a_claimed_request_goes_to_another_reviewer(
    app: Flask, client: FlaskClient, chief: FlaskClient
) -> None:
    new, other = entered(client, subject=str(uuid4())), account(app)
    step(reviewer(app), new, "claim")
    before = chief.get(new["href"]).get_json()["claimed_by"]

    given = step(chief, new, "reassign", 2, to=other, because="On leave.")
    assert (200, "under_review") == (given.status_code, given.get_json()["state"])
    found = chief.get(new["href"]).get_json()
    assert other == found["claimed_by"]
    assert {"from": before, "to": other} == found["steps"][-1]["details"]
    assert {"because": "On leave."} == found["steps"][-1]["texts"]
    assert (403, "step-not-yours") == problem(step(reviewer(app), new, "release", 3))


@pytest.mark.parametrize("role", ["eligibility_worker", None])
def test_only_a_reviewer_can_take_over(
    app: Flask, client: FlaskClient, chief: FlaskClient, role: str | None
) -> None:
    new = entered(client, subject=str(uuid4()))
    step(reviewer(app), new, "claim")
    to = f"account:{uuid4()}" if role is None else account(app, role)

    assert {"/to"} == pointers(step(chief, new, "reassign", 2, to=to))


def test_several_requests_are_handed_over_each_by_itself(
    app: Flask, client: FlaskClient, chief: FlaskClient
) -> None:
    other = account(app)
    claimed, changed, free = (entered(client, subject=str(uuid4())) for _ in range(3))
    for request in (claimed, changed):
        step(reviewer(app), request, "claim")
    wanted = [
        {"id": claimed["id"], "version": 2},
        {"id": changed["id"], "version": 1},
        {"id": free["id"], "version": 1},
        {"id": str(uuid4()), "version": 1},
    ]

    done = chief.post(f"{DESK}/hand-over", json={"to": other, "requests": wanted})
    assert [
        (True, None),
        (False, "/problems/precondition-failed"),
        (False, "/problems/step-not-possible"),
        (False, "/problems/unknown-waiver-request"),
    ] == [(it["done"], it.get("problem")) for it in done.get_json()["requests"]]
    assert other == chief.get(claimed["href"]).get_json()["claimed_by"]
    assert other != chief.get(changed["href"]).get_json()["claimed_by"]

"""Who oversees reads and replaces nothing: every role at every writing route, in a case of another
organization that the role sees, and in one of its own.
"""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import shipped_roles
from tests.api.asking import problem
from tests.audit import AuditTrail
from tests.callers import client_of

OWNER = "blue-harbor"
TOPICS = ("waiver.reviewable", "rate.permitted")
"""A question that the Office of Patient Protection sees of everybody, and one of the Division's."""
ROLES = sorted(shipped_roles().roles)
WRITES: dict[str, tuple[str, str, Any]] = {
    "redetermine": ("determinations.redetermine", "/redetermine", {}),
    "void": ("determinations.void", "/void", {"because": "wrong reference"}),
    "object": (
        "notes.write",
        "/objections",
        {"text": "I disagree.", "said_on": "2026-01-02", "look_again_on": "2026-02-02"},
    ),
    "settle": ("notes.write", "/settlements", {"text": "We explained it."}),
    "letter": ("letters.write", "/letters", {}),
}


@pytest.fixture(scope="module")
def theirs(app: Flask) -> dict[str, str]:
    """A determination of another organization on each topic, by its question."""
    return {
        question: stored(client_of(app, "eligibility_worker", OWNER), question)
        for question in TOPICS
    }


def stored(client: FlaskClient, question: str) -> str:
    answer = client.post(
        "/v1/determinations", json={"question": question, "as_of": "2025-03-04", "facts": {}}
    )
    assert 201 == answer.status_code, answer.get_json()
    id: str = answer.get_json()["id"]
    return id


def write(client: FlaskClient, id: str, how: str) -> Any:
    _, path, body = WRITES[how]
    tag = client.get(f"/v1/determinations/{id}").headers.get("ETag", "*")
    headers = {
        "If-Match": tag,
        "Idempotency-Key": f"{how}-{id}-{client.environ_base['HTTP_AUTHORIZATION'][-9:]}",
    }
    return client.post(f"/v1/determinations/{id}{path}", json=body, headers=headers)


@pytest.mark.parametrize("role", ROLES)
def test_a_case_of_another_organization_is_read_at_most(
    app: Flask, theirs: dict[str, str], role: str
) -> None:
    client, permissions = client_of(app, role), shipped_roles()[role].permissions
    trail = AuditTrail(app.extensions["eligibility"].store)
    for id in theirs.values():
        sees = 200 == client.get(f"/v1/determinations/{id}").status_code
        for how, (permission, _, _) in WRITES.items():
            trail.clear()
            answer = write(client, id, how)
            if permission not in permissions:
                assert (403, "forbidden") == problem(answer)
            elif sees:
                assert (403, "another-organization") == problem(answer), how
                [refused] = [entry for entry in trail.entries if entry.outcome == "refused"]
                assert (id, refused.actor) == (refused.object_id, refused.actor)
            else:
                assert (404, "unknown-determination") == problem(answer), how

    owner = client_of(app, "supervisor", OWNER)
    for id in theirs.values():
        document = owner.get(f"/v1/determinations/{id}").get_json()
        assert not {"replaced_by", "voided"} & document.keys()


@pytest.mark.parametrize("role", ["opp_reviewer", "opp_supervisor", "division_staff"])
def test_those_who_oversee_change_what_is_their_own(app: Flask, role: str) -> None:
    client = client_of(app, role)
    id = stored(client, TOPICS[0])

    assert 201 == write(client, id, "object").status_code
    assert 201 == write(client, id, "redetermine").status_code


def test_every_route_that_changes_a_determination_is_walked(app: Flask) -> None:
    harmless = {"/reconsider", "/replay"}
    walked = {f"/v1/determinations/<uuid:id>{path}" for _, path, _ in WRITES.values()}

    assert walked == {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/determinations/<uuid:id>/")
        and "POST" in (rule.methods or ())
        and not rule.rule.endswith(tuple(harmless))
    }

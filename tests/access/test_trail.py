"""What the audit trail is told of those who ask: never a secret, and of strangers no more than that
they were refused.
"""

import base64

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.credentials import CLIENT, NewSecret, Wanted
from app.api.http.asked.authentication import authenticator
from tests.audit import AuditTrail
from tests.callers import ADMINISTRATOR

REQUEST_ID = "0d5e0ac4-e530-4ba2-8a3d-2ba2c7a44e1f"


@pytest.fixture
def trail(served: Flask, carrier: NewSecret) -> AuditTrail:
    with served.app_context():
        authenticator().tokens.keys.rotate()
    return AuditTrail(served.extensions["eligibility"].store)


@pytest.fixture
def carrier(served: Flask) -> NewSecret:
    with served.app_context():
        return authenticator().credentials.create(
            Wanted(CLIENT, "claims", "carrier_system", "blue-harbor"), ADMINISTRATOR
        )


def ask_for_a_token(client: FlaskClient, id: str, secret: str) -> int:
    header = "Basic " + base64.b64encode(f"{id}:{secret}".encode()).decode()
    headers = {"Authorization": header, "X-Request-Id": REQUEST_ID}
    return client.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers=headers
    ).status_code


def test_a_token_given_is_noted(trail: AuditTrail, nobody: FlaskClient, carrier: NewSecret) -> None:
    assert 200 == ask_for_a_token(nobody, carrier.credential.id, carrier.secret)

    told = {
        "action": "token.issue",
        "kind": "client",
        "object_id": carrier.credential.id,
        "outcome": "done",
    }
    actor = f"client:{carrier.credential.id}"
    told |= {"actor": actor, "address": "127.0.0.1", "request_id": REQUEST_ID}
    assert [told] == [{name: getattr(entry, name) for name in told} for entry in trail.entries]


@pytest.mark.parametrize("known", [True, False])
def test_a_token_refused_is_noted_without_what_was_sent(
    trail: AuditTrail, nobody: FlaskClient, carrier: NewSecret, known: bool
) -> None:
    id = carrier.credential.id if known else "somebody@example.org"

    assert 401 == ask_for_a_token(nobody, id, "a wrong secret")

    assert [("anybody", id if known else "unknown", "refused")] == [
        (entry.actor, entry.object_id, entry.outcome) for entry in trail.entries
    ]
    assert "wrong" not in repr(trail.entries)


def test_somebody_recognized_who_may_not_is_noted_and_strangers_are_not(
    trail: AuditTrail, administrator: FlaskClient, nobody: FlaskClient
) -> None:
    path = "/v1/determinations/01925b1e-7e3f-7000-8000-000000000000"
    trail.clear()

    assert 401 == nobody.get(path).status_code
    assert 403 == administrator.get(path).status_code

    [entry] = trail.entries
    assert ("access.refuse", "permission", "determinations.read") == (
        entry.action,
        entry.kind,
        entry.object_id,
    )
    assert entry.actor.startswith("key:")

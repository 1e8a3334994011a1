"""Refused requests for access tokens: however many come, few are written down, and whoever has the
right secret is let in.
"""

import base64

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time
from prometheus_client import REGISTRY
from werkzeug.test import TestResponse

from app.access.credentials import CLIENT, NewSecret, Wanted
from app.api.http.asked.authentication import authenticator
from tests.access.test_trail import trail
from tests.audit import AuditTrail
from tests.callers import ADMINISTRATOR

__all__ = ["trail"]
NOON = "2026-05-01 12:00:00"
MANY = 100
UNKNOWN = "01925b1e-7e3f-7000-8000-000000000000"


@pytest.fixture
def carrier(served: Flask) -> NewSecret:
    with served.app_context():
        return authenticator().credentials.create(
            Wanted(CLIENT, "claims", "carrier_system", "blue-harbor"), ADMINISTRATOR
        )


def ask(
    client: FlaskClient, id: str, secret: str = "wrong", address: str = "192.0.2.1"
) -> TestResponse:
    header = "Basic " + base64.b64encode(f"{id}:{secret}".encode()).decode()
    form, overrides = {"grant_type": "client_credentials"}, {"REMOTE_ADDR": address}
    return client.post(
        "/oauth/token", data=form, headers={"Authorization": header}, environ_overrides=overrides
    )


@freeze_time(NOON)
def test_one_address_fails_so_often_a_minute_and_then_waits(
    trail: AuditTrail, nobody: FlaskClient, carrier: NewSecret
) -> None:
    answers = [ask(nobody, UNKNOWN) for _ in range(MANY)]

    assert 30 == [answer.status_code for answer in answers].count(401)
    assert 429 == answers[-1].status_code
    assert "temporarily_unavailable" == answers[-1].get_json()["error"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert 401 == ask(nobody, UNKNOWN, address="192.0.2.2").status_code


@freeze_time(NOON)
def test_the_right_secret_is_taken_whatever_others_of_the_same_address_send(
    trail: AuditTrail, nobody: FlaskClient, carrier: NewSecret
) -> None:
    for _ in range(MANY):
        ask(nobody, carrier.credential.id)

    assert 200 == ask(nobody, carrier.credential.id, carrier.secret).status_code


@freeze_time(NOON)
def test_few_refusals_of_one_address_are_written_down(
    trail: AuditTrail, nobody: FlaskClient
) -> None:
    for _ in range(MANY):
        ask(nobody, UNKNOWN)

    assert 10 == len(trail.entries)
    assert {("anybody", "unknown", "refused")} == {
        (entry.actor, entry.object_id, entry.outcome) for entry in trail.entries
    }


@freeze_time(NOON)
def test_few_refusals_of_unknown_clients_are_written_down_from_however_many_addresses(
    trail: AuditTrail, nobody: FlaskClient
) -> None:
    for number in range(MANY):
        ask(nobody, UNKNOWN, address=f"192.0.2.{number}")

    assert 60 == len(trail.entries)


@freeze_time(NOON)
def test_refusals_of_a_known_client_stay_visible_among_those_of_unknown_ones(
    trail: AuditTrail, nobody: FlaskClient, carrier: NewSecret
) -> None:
    for number in range(MANY):
        ask(nobody, UNKNOWN, address=f"192.0.2.{number}")
    for number in range(MANY):
        ask(nobody, carrier.credential.id, address=f"198.51.100.{number}")

    assert 10 == [entry.object_id for entry in trail.entries].count(carrier.credential.id)


@freeze_time(NOON)
def test_every_refusal_is_counted(trail: AuditTrail, nobody: FlaskClient) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("eligibility_token_refusals_total") or 0.0

    before = counted()
    for _ in range(MANY):
        ask(nobody, UNKNOWN)

    assert MANY == counted() - before


def test_after_the_minute_refusals_are_written_down_again(
    trail: AuditTrail, nobody: FlaskClient
) -> None:
    with freeze_time(NOON) as time:
        for _ in range(MANY):
            ask(nobody, UNKNOWN)
        time.tick(61)
        assert 401 == ask(nobody, UNKNOWN).status_code

    assert 11 == len(trail.entries)

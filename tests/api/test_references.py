"""References of the callers' own: no social security number is kept as one, wherever one is taken,
nor told again.
"""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.asking import asked, lines, pointers, post, problem
from tests.callers import client_of

NUMBERS = ["123-45-6789", "ssn123456789", "p_123.45.6789"]
WORDS = "This looks like a social security number. Send your own reference instead."


@pytest.fixture
def worker(app: Flask) -> FlaskClient:
    return client_of(app)


@pytest.fixture
def supervisor(app: Flask) -> FlaskClient:
    return client_of(app, "supervisor")


def is_refused(answer: TestResponse, pointer: str, number: str) -> bool:
    document = answer.get_json()
    return (
        problem(answer) == (422, "invalid-request")
        and [(error["pointer"], error["detail"]) for error in document["errors"]]
        == [(pointer, WORDS)]
        and number not in answer.get_data(as_text=True)
    )


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("query", ["", "?keep=false"])
def test_no_determination_is_made_about_a_social_security_number(
    worker: FlaskClient, number: str, query: str
) -> None:
    assert is_refused(
        worker.post(f"/v1/determinations{query}", json=asked(subject=number)), "/subject", number
    )


def test_no_line_of_a_batch_is_decided_about_one(worker: FlaskClient) -> None:
    answer = post(
        worker, lines(asked(subject="123-45-6789")), "/v1/determinations/batch", "application/jsonl"
    )

    [line] = answer.get_data(as_text=True).splitlines()
    assert WORDS in line
    assert "123-45-6789" not in line


@pytest.mark.parametrize("number", NUMBERS)
def test_determinations_are_not_searched_by_one(worker: FlaskClient, number: str) -> None:
    assert is_refused(
        worker.post("/v1/determinations/search", json={"subject": number}), "/subject", number
    )


@pytest.mark.parametrize(
    "changes",
    [{"object_id": "123-45-6789"}, {"object_id": "ssn123456789"}, {"because": "About 123 45 6789"}],
)
def test_nothing_is_held_under_one_or_because_of_one(
    supervisor: FlaskClient, changes: dict[str, Any]
) -> None:
    [(member, text)] = changes.items()

    refused = supervisor.post(
        "/v1/holds",
        json={"kind": "subject", "object_id": "person-1", "because": "Matter 12-34", **changes},
    )

    assert is_refused(refused, f"/{member}", text)


def test_a_uuid_is_a_reference_whatever_its_digits(worker: FlaskClient) -> None:
    assert (
        201
        == worker.post(
            "/v1/determinations", json=asked(subject="01234567-8912-4345-8678-123456789012")
        ).status_code
    )


def test_a_person_of_another_kind_of_reference_is_still_told_what_one_may_be(
    worker: FlaskClient,
) -> None:
    assert {"/subject"} == pointers(worker.post("/v1/determinations", json=asked(subject="a b")))

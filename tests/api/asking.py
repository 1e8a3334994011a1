"""Requests that several tests send."""

import json
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

JSON = "application/json"
PROBLEM = "application/problem+json"

CLOSED: dict[str, Any] = {
    "question": "enrollment.permitted",
    "facts": {
        "enrollment": {"requested_on": "2011-02-16", "product": "individual_plan"},
        "applicant": {"resident": True, "has_medicare": False},
        "employer_plan": {"available": False},
        "prior_coverage": {"ended": False},
        "event": {"kind": "none"},
        "waiver": {"granted": False},
    },
}
"""One day after the first open period of 2011: a denial with everything known."""


def post(
    client: FlaskClient,
    body: bytes | str,
    path: str = "/v1/determinations?keep=false",
    type: str = JSON,
) -> TestResponse:
    """A body sent as it stands."""
    return client.post(path, data=body, content_type=type)


def asked(**changes: Any) -> dict[str, Any]:
    """The request above with other members."""
    return {**CLOSED, **changes}


def lines(*requests: Any) -> bytes:
    """Requests as JSON Lines; text stands as it is."""
    return "\n".join(r if isinstance(r, str) else json.dumps(r) for r in requests).encode()


def problem(answer: TestResponse) -> tuple[int, str]:
    """The status and type of a problem document, once it is seen to be one."""
    document = answer.get_json()
    assert answer.content_type == PROBLEM
    assert answer.status_code == document["status"]
    assert answer.headers["X-Request-Id"] == document["request_id"]
    return answer.status_code, document["type"].removeprefix("/problems/")


def pointers(answer: TestResponse) -> set[str]:
    """Where the errors of a problem document point."""
    return {error.get("pointer", error.get("name")) for error in answer.get_json()["errors"]}

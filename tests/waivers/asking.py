"""Requests to the desk that several tests send."""

import base64
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.callers import client_of

PDF = b"%PDF-1.7 the denial notice"
NOTICE = {
    "kind": "denial_notice",
    "received_on": "2012-03-01",
    "file": base64.b64encode(PDF).decode(),
}
REQUEST: dict[str, Any] = {
    "subject": "case-1",
    "carrier": {"organization": "carrier-1"},
    "denial": {"received_on": "2012-02-20", "said_on": "2012-02-17"},
    "received_on": "2012-03-01",
    "received_by": "mail",
    "entered_for": {"who": "representative", "name": "Zoë Quill", "authority": "A signed form"},
    "circumstances": {"reason": "unaware_of_loss", "text": "Ich wußte von nichts.\nWirklich."},
    "sworn": {"signed_on": "2012-02-28"},
    "papers": [NOTICE],
    "facts": {"prior_coverage": {"ended": True, "ended_on": "2012-01-31"}},
}
"""A complete request of a worker's, under a notice on paper."""
INCOMPLETE = {name: it for name, it in REQUEST.items() if name != "sworn"} | {"papers": []}
DESK = "/v1/waiver-requests"


def reviewer(app: Flask, organization: str = "opp") -> FlaskClient:
    """A reviewer of the Office; another organization's is another reviewer."""
    return client_of(app, "opp_reviewer", organization)


def enter(client: FlaskClient, **changes: Any) -> TestResponse:
    """Enter a request, with other members; those that are none are left out."""
    body = {name: it for name, it in {**REQUEST, **changes}.items() if it is not None}
    return client.post(DESK, json=body)


def entered(client: FlaskClient, **changes: Any) -> Any:
    """The same, and what came of it."""
    answer = enter(client, **changes)
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()


def step(
    client: FlaskClient, request: Any, name: str, version: int = 1, **body: Any
) -> TestResponse:
    """Take a step on a request of a version."""
    headers = {"If-Match": f'"{version}"'}
    return client.post(f"{request['href']}/{name}", json=body, headers=headers)

"""The headers of security stand on every answer of every route, whatever the method; TRACE is
refused everywhere.
"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.http.asked.requests import CONTENT_SECURITY_POLICY, HEADERS
from tests.api.asking import problem

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
SOME_ID = "01925b1e-7e3f-7000-8000-000000000000"
FILLED = {
    **{f"uuid:{name}": SOME_ID for name in ("id", "other", "paper")},
    "int:year": "2011",
    "path:filename": "docs.css",
    "file": "docs.css",
}


def paths(app: Flask) -> list[str]:
    """An address for each route."""
    return sorted(
        {
            re.sub(r"<([^>]+)>", lambda found: FILLED.get(found[1], "x"), rule.rule)
            for rule in app.url_map.iter_rules()
        }
    )


@pytest.mark.parametrize("method", METHODS)
def test_every_answer_carries_them(client: FlaskClient, method: str) -> None:
    for path in [*paths(client.application), "/nothing", "/docs/static/nothing"]:
        answer = client.open(path, method=method)

        missing = {
            name: value
            for name, value in HEADERS.items()
            if answer.headers.getlist(name) != [value]
        }
        assert ({}, True, True) == (
            missing,
            "Cache-Control" in answer.headers,
            "X-Request-Id" in answer.headers,
        ), path
        assert answer.status_code < 500, path


def test_trace_is_refused_everywhere(client: FlaskClient) -> None:
    for path in paths(client.application):
        assert (405, "method-not-allowed") == problem(
            client.open(path, method="TRACE", headers={"Cookie": "secret=1"})
        ), path


def test_the_policy_lets_in_nothing_but_our_own() -> None:
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))

    assert "'none'" == policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"]
    assert {"'self'"} == {
        policy[name]
        for name in ("script-src", "style-src", "font-src", "connect-src", "form-action")
    }
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_they_are_those_that_are_asked_for() -> None:
    assert {
        "Content-Security-Policy",
        "Strict-Transport-Security",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Permissions-Policy",
    } == set(HEADERS)
    assert (
        int(HEADERS["Strict-Transport-Security"].split(";")[0].removeprefix("max-age="))
        >= 365 * 86_400
    )

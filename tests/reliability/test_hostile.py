"""Bodies that no client means to send, at every address that takes one: refused, never a 5xx, and
nothing of them in the answer.
"""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.again.keeping import etag, made
from tests.api.asking import CLOSED
from tests.callers import client_of

ROLES = {"accounts": "administrator", "credentials": "administrator", "audit": "auditor"}
"""Who may do what stands below an address; everything else is for supervisors."""
TYPES = {
    "/oauth/token": "application/x-www-form-urlencoded",
    "/v1/determinations/batch": "application/jsonl",
}
FLIPS = 40
SEED = 20101
BODIES: dict[str, Any] = {
    "/v1/determinations": CLOSED,
    "/v1/determinations/batch": CLOSED,
    "/v1/eligibility-calendars": {
        "question": "enrollment.permitted",
        "facts": CLOSED["facts"],
        "year": 2011,
    },
    "/v1/determinations/{id}/redetermine": {
        "facts": CLOSED["facts"],
        "as_of": "2011-02-16",
        "edition": "current",
    },
    "/v1/determinations/{id}/replay": {},
    "/v1/determinations/{id}/reconsider": {},
    "/v1/determinations/search": {"subject": "person-1", "limit": 5},
    "/v1/audit/search": {"actor": "key:x", "from": "2026-01-01T00:00:00Z", "limit": 5},
    "/v1/holds": {"kind": "subject", "object_id": "person-1", "because": "matter 7"},
    "/v1/accounts": {"name": "jo", "role": "auditor", "organization": "county-office"},
    "/v1/credentials": {
        "name": "batch",
        "role": "carrier_system",
        "organization": "blue-harbor",
        "scopes": ["law.decide"],
    },
    "/v1/credentials/{id}/secrets": {"overlap_hours": 1, "days": 30},
    "/v1/applicants": {"subject": "person-9", "name": "Ann Example", "born_on": "1980-02-29"},
    "/v1/applicants/search": {"name": "Ann Example", "born_on": "1980-02-29"},
    "/oauth/token": "grant_type=client_credentials&client_id=x&client_secret=y&scope=law.decide",
}
"""Something that each address takes, or nearly."""
CORPUS = [
    b"",
    b" ",
    b"null",
    b"0",
    b'""',
    b"[]",
    b"{}",
    b"{",
    b"}",
    b'{"',
    b"[" * 5000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 5000,
    b"\x00",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"a":"\xff"}',
    b'{"a":"\\ud800"}',
    b'{"a":"\\u0000"}',
    b"NaN",
    b"-",
    b"1e999999999",
    b'{"facts":' + b"9" * 5000 + b"}",
    b'{"facts":-1e400}',
    b'{"facts":{"a":Infinity}}',
    b'{"question":"x","question":"y"}',
    b'{"__proto__":{},"constructor":{}}',
    b'{"question":{"$ne":null},"facts":[]}',
    b'{"question":["x"],"facts":"x","as_of":1}',
    b'{"question":"../../etc/passwd","facts":{},"as_of":"9999-12-31"}',
    b'{"question":"enrollment.permitted","as_of":"0000-00-00"}',
    b'{"question":"enrollment.permitted","as_of":"2011-02-30","facts":{"":{"":{"":1}}}}',
    b'{"name":"' + b"a" * 100_000 + b'"}',
    b'{"name":"\xf0\x9f\x92\xa9","role":"administrator\'; DROP TABLE accounts; --"}',
    b'{"subject":"%s%n{}{0}${jndi:x}","limit":1e3}',
    b'{"limit":9223372036854775808,"cursor":"!!!!","subject":""}',
    b'{"days":1e30,"overlap_hours":-1}',
    b'{"year":99999999999}',
    b'{"year":true,"facts":null,"question":null}',
    '{"name":"\u202egnp\u2028\u2029"}'.encode(),
    b"<?xml version='1.0'?><a/>",
    b'{"facts":{"enrollment.requested_on":"2011-02-16","enrollment":{"requested_on":"2011-02-17"}}}',
    b"true false",
    b"\r\n\r\n",
    b"\xc0\xaf",
]


@pytest.fixture(scope="module")
def ids(app: Flask) -> dict[str, str]:
    """The ids that stand in the addresses, and the ETag that goes with the first."""
    supervisor, administrator = client_of(app, "supervisor"), client_of(app, "administrator", None)
    id = made(supervisor)
    key = administrator.post(
        "/v1/credentials", json={"name": "hostile", "role": "auditor"}
    ).get_json()["id"]
    return {"/v1/determinations": id, "/v1/credentials": key, "etag": etag(supervisor, id)}


def flipped(body: Any) -> Iterator[bytes]:
    """A body with one bit turned over, cut short or doubled, the same ones every time."""
    text = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    chosen = random.Random(SEED)
    for _ in range(FLIPS if len(text) > 2 else 0):
        bit = chosen.randrange(len(text) * 8)
        yield bytes(
            byte ^ (1 << bit % 8) if place == bit // 8 else byte for place, byte in enumerate(text)
        )
    yield text[: len(text) // 2]
    yield text + text


def test_every_address_that_takes_a_body_is_tried(app: Flask) -> None:
    taking = {
        str(rule.rule).replace("<uuid:id>", "{id}")
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set())
    }

    assert {path for path in taking if path.startswith(("/v1", "/oauth"))} == set(BODIES)


@pytest.mark.parametrize("path", BODIES)
def test_hostile_bodies_are_refused_or_answered_and_never_break_anything(
    app: Flask, ids: dict[str, str], path: str
) -> None:
    prefix = "/v1/credentials" if "credentials" in path else "/v1/determinations"
    client = client_of(app, ROLES.get(path.split("/")[2], "supervisor"))
    type = TYPES.get(path, "application/json")

    for number, body in enumerate([*CORPUS, *flipped(BODIES[path])]):
        headers = {"Idempotency-Key": f"{path}-{number}", "If-Match": ids["etag"]}
        answer = client.post(
            path.replace("{id}", ids[prefix]), data=body, content_type=type, headers=headers
        )
        text = answer.get_data(as_text=True)
        assert answer.status_code < 500, (body[:200], text[:500])
        assert '"status":5' not in text, (body[:200], text[:500])
        assert answer.status_code < 400 or answer.content_type.startswith(
            ("application/problem+json", "application/json")
        )


def test_the_service_is_as_it_was(app: Flask) -> None:
    assert 200 == app.test_client().get("/readyz").status_code
    assert 201 == client_of(app).post("/v1/determinations", json=CLOSED).status_code

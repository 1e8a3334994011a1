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

ROLES = {
    "accounts": "administrator",
    "credentials": "administrator",
    "programs": "administrator",
    "organizations": "administrator",
    "verifications": "auditor",
    "waiver-requests": "opp_supervisor",
    "audit": "auditor",
}
"""Who may do what stands below an address; everything else is for supervisors."""
TYPES = {
    "/oauth/token": "application/x-www-form-urlencoded",
    "/oauth/revoke": "application/x-www-form-urlencoded",
    "/v1/determinations/batch": "application/jsonl",
}
FLIPS = 40
SEED = 20101
SOME_ID = "01925b1e-7e3f-7000-8000-000000000000"
RATIONALE = {
    "rationale": [{"finding": "waivers/not-sworn#sworn", "says": "relied_on"}],
    "words": "The papers agree.",
}
WAIVERS: dict[str, Any] = {
    "/v1/waiver-requests": {
        "subject": "person-1",
        "carrier": {"name": "A carrier"},
        "denial": {"received_on": "2012-05-10"},
        "received_on": "2012-05-20",
        "received_by": "mail",
        "entered_for": {"who": "applicant"},
        "circumstances": {"reason": "no_choice", "text": "The plant closed."},
        "sworn": {"signed_on": "2012-05-18"},
        "papers": [{"kind": "proof", "received_on": "2012-05-20", "file": "JVBERi0="}],
        "facts": {"waiver": {"coverage_available": "none"}},
    },
    "/v1/waiver-requests/{id}/letters": {"language": "es", "large_print": True, "step": 3},
    "/v1/waiver-requests/hand-over": {
        "to": f"account:{SOME_ID}",
        "requests": [{"id": SOME_ID, "version": 1}],
    },
    **{
        f"/v1/waiver-requests/{{id}}/{step}": body
        for step, body in {
            "ask-for-missing": {"missing": ["proof"], "remind_on": "2099-01-05"},
            "complete": {"on": "2012-05-20", "papers": []},
            "add-paper": {"papers": [{"kind": "form", "received_on": "2012-05-20"}]},
            "claim": {},
            "release": {"because": "I am away."},
            "recuse": {"because": "I know the person."},
            "reassign": {"to": f"account:{SOME_ID}"},
            "withdraw": {"said_by": "applicant", "said_on": "2012-05-20"},
            "preview": {"step": "deny", **RATIONALE},
            "grant": {**RATIONALE, "digest": "0" * 64},
            "deny": {**RATIONALE, "digest": "0" * 64},
            "return": RATIONALE,
            "not-needed": {
                **RATIONALE,
                "way_in": {
                    "question": "enrollment.permitted",
                    "provision": "enrollment/open-periods-2011",
                },
            },
            "approval-received": {"on": "2012-05-30"},
            "carrier-told": {"on": "2012-05-31"},
            "correct": {"to": "denied", "because": "A paper was overlooked."},
        }.items()
    },
}
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
    "/v1/determinations/{id}/void": {"because": "Stored under the wrong reference."},
    "/v1/determinations/{id}/letters": {"language": "es", "large_print": True},
    "/v1/determinations/{id}/objections": {
        "text": "The letter names another day.",
        "said_on": "2012-05-20",
        "look_again_on": "2012-06-01",
    },
    "/v1/determinations/{id}/settlements": {"text": "She sent the letter; it names May 5."},
    "/v1/determinations/{id}/replay": {},
    "/v1/determinations/{id}/reconsider": {},
    "/v1/determinations/search": {"subject": "person-1", "limit": 5},
    "/v1/audit/search": {"actor": "key:x", "from": "2026-01-01T00:00:00Z", "limit": 5},
    "/v1/audit/exports": {"actor": "key:x", "format": "csv"},
    "/v1/verifications": {},
    "/v1/notes": {"about_kind": "applicant", "about": "person-1", "text": "She called."},
    "/v1/reminders": {"determination": SOME_ID, "on": "2012-06-01"},
    "/v1/feedback": {"text": "The second question.", "page": "/ask", "language": "en"},
    "/v1/letters/search": {"standing": "to_send"},
    "/v1/letters/{id}/sent": {"on": "2012-06-01"},
    "/v1/letters/{id}/came-back": {"on": "2012-06-02"},
    **WAIVERS,
    "/v1/holds": {"kind": "subject", "object_id": "person-1", "because": "matter 7"},
    "/v1/accounts/search": {"name": "jo"},
    "/v1/accounts/{id}/one-time-passwords": {},
    "/v1/accounts/{id}/second-factor-resets": {"because": "The telephone was lost."},
    "/v1/accounts": {"name": "jo", "role": "auditor", "organization": "county-office"},
    "/v1/approvals/{id}/approve": {},
    "/v1/approvals/{id}/refuse": {"because": "The second letter names another day."},
    "/v1/approvals/{id}/withdraw": {},
    "/v1/organizations": {
        "id": "office-77",
        "name": "An office",
        "kind": "office",
        "address": "1 Main Street",
        "contact": None,
        "since": "2011-07-01",
    },
    "/v1/organizations/{organization}/close": {"closed": "2012-01-01"},
    "/v1/organizations/{organization}/reopen": {},
    "/v1/credentials": {
        "name": "batch",
        "role": "carrier_system",
        "organization": "blue-harbor",
        "scopes": ["law.decide"],
    },
    "/v1/credentials/{id}/secrets": {"overlap_hours": 1, "days": 30},
    "/v1/applicants": {"subject": "person-9", "name": "Ann Example", "born_on": "1980-02-29"},
    "/v1/applicants/search": {"name": "Ann Example", "born_on": "1980-02-29"},
    "/v1/programs": {"name": "desk helper", "redirect_uris": ["http://127.0.0.1/signed-in"]},
    "/oauth/revoke": "client_id=x&token=y",
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
        str(rule.rule).replace("<uuid:id>", "{id}").replace("<organization>", "{organization}")
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and not rule.endpoint.startswith("pages.")
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
            path.replace("{id}", ids[prefix]).replace("{organization}", "county-office"),
            data=body,
            content_type=type,
            headers=headers,
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

"""Brief answers: what decided, what is needed and what can be done, of the same determination."""

import gzip
import json
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.decide import Decider
from app.determinations.telling.brief import brief_text
from tests.api.asking import CLOSED, lines, problem
from tests.determinations.any_case import decided_case

DETERMINATIONS = "/v1/determinations"
BRIEF = f"{DETERMINATIONS}?detail=brief"
LEFT_OUT = {"asks", "concludes_until", "valid_until_because", "facts"}
"""Of a denial; an approval says which conclusions change before the outcome does."""


def create(client: FlaskClient, path: str = BRIEF, **headers: str) -> Any:
    return client.post(path, json=CLOSED, headers=headers)


def test_a_brief_answer_holds_what_decided_and_nothing_else(client: FlaskClient) -> None:
    brief = create(client, f"{BRIEF}&keep=false").get_json()
    full = create(client, f"{DETERMINATIONS}?keep=false").get_json()

    assert LEFT_OUT == set(full) - set(brief)
    shared = set(brief) - {"reasons", "law", "decided_at", "would_change"}
    assert {name: full[name] for name in shared} == {name: brief[name] for name in shared}
    decisive = [reason["provision"] for reason in full["reasons"] if reason["decisive"]]
    assert decisive == [reason["provision"] for reason in brief["reasons"]]
    assert {"not_met"} == {f["status"] for reason in brief["reasons"] for f in reason["findings"]}
    assert full["law"]["digest"] == brief["law"]["digest"]
    assert [c["says"] for c in full["would_change"] if c.get("open_to_applicant")] == [
        change["says"] for change in brief["would_change"]
    ]


def test_what_is_stored_is_the_full_one_under_the_same_etag(client: FlaskClient) -> None:
    created = create(client)
    full = client.get(created.headers["Location"])
    brief = client.get(f"{created.headers['Location']}?detail=brief")

    assert 201 == created.status_code
    assert created.get_json() == brief.get_json()
    assert len(full.data) > 3 * len(brief.data)
    assert created.headers["ETag"] == full.headers["ETag"] == brief.headers["ETag"]
    not_modified = client.get(
        f"{created.headers['Location']}?detail=brief",
        headers={"If-None-Match": full.headers["ETag"]},
    )
    assert (304, b"") == (not_modified.status_code, not_modified.data)


def test_a_brief_answer_can_be_replaced_with_its_etag(client: FlaskClient) -> None:
    created = create(client)

    replaced = client.post(
        f"{created.headers['Location']}/redetermine",
        json={},
        headers={"If-Match": created.headers["ETag"]},
    )

    assert 201 == replaced.status_code
    earlier = client.get(f"{created.headers['Location']}?detail=brief").get_json()
    assert replaced.get_json()["id"] == earlier["replaced_by"]


@pytest.mark.parametrize("detail", ["brief", "full"])
def test_a_request_sent_again_is_answered_in_the_same_detail(
    client: FlaskClient, detail: str
) -> None:
    key = {"Idempotency-Key": f"detail-{detail}"}
    one = create(client, f"{DETERMINATIONS}?detail={detail}", **key)
    two = create(client, f"{DETERMINATIONS}?detail={detail}", **key)

    assert "true" == two.headers["Idempotent-Replayed"]
    assert one.data == two.data
    assert one.headers["ETag"] == two.headers["ETag"]


def test_a_detail_that_there_is_not_is_refused(client: FlaskClient) -> None:
    answer = create(client, f"{DETERMINATIONS}?detail=short")

    assert (422, "invalid-request") == problem(answer)


def test_a_batch_is_brief_and_compressed_where_it_is_asked_for(client: FlaskClient) -> None:
    path = f"{DETERMINATIONS}/batch?keep=false&detail=brief"
    sent = {"data": lines(CLOSED, CLOSED), "content_type": "application/jsonl"}
    plain = client.post(path, **sent)
    in_words = plain.data
    packed = client.post(path, **sent, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert "gzip" == packed.headers["Content-Encoding"]
    assert len(packed.data) < len(in_words) / 2
    unpacked = [json.loads(line) for line in gzip.decompress(packed.data).splitlines()]
    assert [1, 2] == [line["line"] for line in unpacked]
    assert all("asks" not in line["determination"] for line in unpacked)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_brief_is_the_same_whether_told_at_once_or_from_the_full_text(
    decider: Decider, data: st.DataObject
) -> None:
    _, decided = decided_case(decider, data)

    assert orjson.loads(decided.json("brief")) == orjson.loads(brief_text(decided.json("full")))

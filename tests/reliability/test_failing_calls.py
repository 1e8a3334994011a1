"""The database fails at its n-th call, for every n: what was being created is kept with all that
belongs to it, or not at all.
"""

import json
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.again.keeping import etag, made
from tests.api.asking import CLOSED, asked, lines, problem
from tests.callers import client_of
from tests.reliability.failing import Failing
from tests.reliability.kept import counted, require_sound, store_of

Send = Callable[[], TestResponse]
DETERMINATION = {"determinations": 1, "audit_entries": 1, "idempotency_records": 1}
MOST = 60
"""More calls than any request makes."""


@pytest.fixture
def failing(service_app: Flask) -> Failing:
    return Failing(store_of(service_app).engine)


@pytest.fixture
def supervisor(service_app: Flask) -> FlaskClient:
    return known(client_of(service_app, "supervisor"))


@pytest.fixture
def administrator(service_app: Flask) -> FlaskClient:
    return known(client_of(service_app, "administrator", None))


def known(client: FlaskClient) -> FlaskClient:
    """A caller whom the service has let in today already: it notes that once, and does without
    where it cannot.
    """
    client.get("/v1/accounts")
    client.get("/v1/holds")
    return client


def until_it_works(
    app: Flask, failing: Failing, send: Send, status: int = 201
) -> tuple[TestResponse, Counter[str]]:
    """Send until no call fails any more; the last answer, and what it added.

    Before it nothing was added, and 503 was told.
    """
    store = store_of(app)
    before = counted(store)
    for number in count(1):
        assert number < MOST
        failing.at(number)
        answer = send()
        if not failing.stop():
            assert number > 3, "hardly a call was made to fail"
            break
        assert (503, "records-unavailable") == problem(answer), number
        assert 1 <= int(answer.headers["Retry-After"])
        assert before == counted(store), number
    assert status == answer.status_code, answer.get_data(as_text=True)
    after = counted(store)
    return answer, Counter(
        {name: after[name] - before[name] for name in after if after[name] != before[name]}
    )


def without_law(added: Counter[str]) -> dict[str, int]:
    """What was added, without what varies: provisions, the text of the law, and what waits for a
    seal.
    """
    return {
        name: number
        for name, number in added.items()
        if name not in ("decisive_provisions", "laws", "unsealed")
    }


def test_a_determination_is_made_whole_or_not_at_all(
    service_app: Flask, failing: Failing, supervisor: FlaskClient
) -> None:
    def send() -> TestResponse:
        return supervisor.post(
            "/v1/determinations", json=CLOSED, headers={"Idempotency-Key": "k-1"}
        )

    answer, added = until_it_works(service_app, failing, send)

    assert DETERMINATION == without_law(added)
    assert (1, 3) == (added["laws"], added["unsealed"])
    decisive = [reason for reason in answer.get_json()["reasons"] if reason["decisive"]]
    assert len(decisive) == added["decisive_provisions"] > 0
    assert (answer.data, "true") == ((again := send()).data, again.headers["Idempotent-Replayed"])
    require_sound(store_of(service_app))


def test_a_commit_whose_answer_is_lost_creates_nothing_twice(
    service_app: Flask, failing: Failing, supervisor: FlaskClient
) -> None:
    for number in count(1):
        headers, before = (
            {"Idempotency-Key": f"k-{number}"},
            counted(store_of(service_app))["determinations"],
        )
        failing.at(number, loses_answer=True)
        first = supervisor.post("/v1/determinations", json=CLOSED, headers=headers)
        has_failed = failing.stop()
        assert (503 if has_failed else 201) == first.status_code
        again = supervisor.post("/v1/determinations", json=CLOSED, headers=headers)

        assert 201 == again.status_code
        assert 1 == counted(store_of(service_app))["determinations"] - before
        if not has_failed:
            assert number > 3
            break
    require_sound(store_of(service_app))


def test_what_a_batch_tells_is_kept_and_nothing_else(
    service_app: Flask, failing: Failing, supervisor: FlaskClient
) -> None:
    store, body = store_of(service_app), lines(CLOSED, asked(subject="two"), asked(subject="three"))

    for number in count(1):
        assert number < MOST
        before, headers = counted(store), {"Idempotency-Key": f"b-{number}"}
        failing.at(number)
        first = supervisor.post(
            "/v1/determinations/batch", data=body, content_type="application/jsonl", headers=headers
        )
        told = (
            [json.loads(line) for line in first.data.splitlines()]
            if first.status_code == 200
            else []
        )
        has_failed = failing.stop()
        between = counted(store)
        assert first.status_code == 200 or (503, "records-unavailable") == problem(first)
        assert {503} >= {line["problem"]["status"] for line in told if "problem" in line}
        whole = sum("determination" in line for line in told)
        assert [whole] * 3 == [between[name] - before[name] for name in DETERMINATION]

        again = supervisor.post(
            "/v1/determinations/batch", data=body, content_type="application/jsonl", headers=headers
        )
        again_told = [json.loads(line) for line in again.data.splitlines()]
        assert all("determination" in line for line in again_told)
        # The short number is read once all is stored: it is missing where that fails.
        numbered = [line.pop("record_number") for line in (*again_told, *told) if len(line) > 2]
        assert len(again_told) <= len(numbered)
        assert [line for line in told if "determination" in line] == [
            line
            for line, earlier in zip(again_told, told, strict=False)
            if "determination" in earlier
        ]
        assert 3 == counted(store)["determinations"] - before["determinations"]
        if not has_failed:
            assert number > 5 and whole == 3
            break
    require_sound(store)


def test_a_determination_is_replaced_whole_or_not_at_all(
    service_app: Flask, failing: Failing, supervisor: FlaskClient
) -> None:
    id = made(supervisor)
    headers = {"If-Match": etag(supervisor, id), "Idempotency-Key": "r-1"}

    def send() -> TestResponse:
        return supervisor.post(f"/v1/determinations/{id}/redetermine", json={}, headers=headers)

    answer, added = until_it_works(service_app, failing, send)

    assert DETERMINATION == without_law(added)
    assert answer.data == send().data
    require_sound(store_of(service_app))


def test_a_hold_is_placed_whole_or_not_at_all(
    service_app: Flask, failing: Failing, supervisor: FlaskClient
) -> None:
    asked_for = {"kind": "subject", "object_id": "person-1", "because": "matter 7"}

    def send() -> TestResponse:
        return supervisor.post("/v1/holds", json=asked_for, headers={"Idempotency-Key": "h-1"})

    answer, added = until_it_works(service_app, failing, send)

    assert {"holds": 1, "audit_entries": 1, "idempotency_records": 1} == without_law(added)
    assert answer.data == send().data
    require_sound(store_of(service_app))


def test_a_hold_is_lifted_whole_or_not_at_all(
    service_app: Flask, failing: Failing, supervisor: FlaskClient
) -> None:
    asked_for = {"kind": "subject", "object_id": "person-1", "because": "matter 7"}
    placed = supervisor.post("/v1/holds", json=asked_for, headers={"Idempotency-Key": "h-1"})
    here, headers = placed.headers["Location"], {"If-Match": placed.headers["ETag"]}

    def send() -> TestResponse:
        return supervisor.delete(here, headers=headers)

    answer, added = until_it_works(service_app, failing, send, 200)

    assert {"audit_entries": 1} == without_law(added)
    assert answer.get_json() == supervisor.get(here).get_json()
    require_sound(store_of(service_app))


def test_an_account_is_made_whole_or_not_at_all(
    service_app: Flask, failing: Failing, administrator: FlaskClient
) -> None:
    def send() -> TestResponse:
        return administrator.post("/v1/accounts", json={"name": "jo", "role": "auditor"})

    _, added = until_it_works(service_app, failing, send)

    waits = {"approvals": 1, "grants": 1, "audit_entries": 2}
    assert {"accounts": 1, **waits} == without_law(added)
    require_sound(store_of(service_app))


def test_a_key_is_made_whole_or_not_at_all(
    service_app: Flask, failing: Failing, administrator: FlaskClient
) -> None:
    def send() -> TestResponse:
        return administrator.post(
            "/v1/credentials", json={"name": "night batch", "role": "auditor"}
        )

    _, added = until_it_works(service_app, failing, send)

    waits = {"approvals": 1, "grants": 1, "audit_entries": 2}
    assert {"credentials": 1, "credential_secrets": 1, **waits} == without_law(added)
    require_sound(store_of(service_app))

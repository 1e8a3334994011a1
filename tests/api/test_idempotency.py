"""Sent again with the same key, a request is answered as it was, and nothing is created twice."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.access.principal import Principal
from app.api.http.service import current_service
from app.records.store import Store
from tests.acting import acting
from tests.api.asking import CLOSED, asked, lines, problem
from tests.callers import client_of

PATH, BATCH = "/v1/determinations", "/v1/determinations/batch"


@pytest.fixture
def client(database_url: str, serve: Callable[..., FlaskClient]) -> Iterator[FlaskClient]:
    client = serve(database_url=database_url)
    yield client
    store_of(client).close()


def store_of(client: FlaskClient) -> Store:
    with client.application.app_context():
        return current_service().store


def act_as(client: FlaskClient, who: Principal) -> None:
    acting(client.application, who)


def kept(client: FlaskClient) -> int:
    with store_of(client).reading() as connection:
        entered = "audit_entries WHERE action = 'determination.made'"
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("determinations", entered)
        ]
    assert counts[0] == counts[1]
    return int(counts[0])


def send(
    client: FlaskClient, key: str | None, body: Any = CLOSED, path: str = PATH
) -> TestResponse:
    headers = {} if key is None else {"Idempotency-Key": key}
    if path == BATCH:
        return client.post(path, data=body, content_type="application/jsonl", headers=headers)
    return client.post(path, json=body, headers=headers)


def test_the_first_answer_comes_again(client: FlaskClient) -> None:
    first, again = send(client, "a-1"), send(client, "a-1")

    assert (201, 201) == (first.status_code, again.status_code)
    assert (first.data, first.headers["Location"]) == (again.data, again.headers["Location"])
    assert (None, "true") == (
        first.headers.get("Idempotent-Replayed"),
        again.headers.get("Idempotent-Replayed"),
    )
    assert 1 == kept(client)


def test_another_key_creates_another(client: FlaskClient) -> None:
    assert send(client, "a-1").data != send(client, "a-2").data
    assert 2 == kept(client)


def test_without_a_key_each_request_creates_its_own(client: FlaskClient) -> None:
    send(client, None)
    send(client, None)

    assert 2 == kept(client)


def test_a_key_stands_for_one_request(client: FlaskClient) -> None:
    send(client, "a-1")

    assert (422, "idempotency-key-reused") == problem(
        send(client, "a-1", asked(subject="someone-else"))
    )
    assert 1 == kept(client)


def test_a_refused_request_does_not_use_up_its_key(client: FlaskClient) -> None:
    assert 422 == send(client, "a-1", asked(facts={"no.such": 1})).status_code
    assert 201 == send(client, "a-1").status_code


def test_what_is_not_kept_needs_no_key_and_remembers_none(client: FlaskClient) -> None:
    answers = [send(client, "a-1", path=f"{PATH}?keep=false") for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]
    assert all("Idempotent-Replayed" not in answer.headers for answer in answers)
    assert 0 == kept(client)


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "a" * 256])
def test_a_key_that_cannot_be_one_is_refused(client: FlaskClient, key: str) -> None:
    assert (400, "idempotency-key-malformed") == problem(send(client, key))


def test_two_hundred_at_once_with_one_key_create_one(client: FlaskClient) -> None:
    def one(_: int) -> tuple[int, bytes]:
        answer = send(client_of(client.application), "storm")
        if answer.status_code == 409:
            assert "request-in-flight" == problem(answer)[1]
            assert 1 <= int(answer.headers["Retry-After"])
        return answer.status_code, answer.data

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(200)))

    assert {201, 409} >= {status for status, _ in answers}
    assert 1 == len({data for status, data in answers if status == 201})
    assert 1 == kept(client)


def test_while_a_request_is_worked_on_its_twin_is_told_to_come_back(client: FlaskClient) -> None:
    act_as(client, Principal("key:1", "eligibility_worker", frozenset()))
    with client.application.app_context():
        here = current_service()
    with here.claims.claim("key:1", "POST /v1/determinations", "a-1"):
        refused, other = send(client, "a-1"), send(client, "a-2")

    assert (409, "request-in-flight") == problem(refused)
    assert ("1", 201) == (refused.headers["Retry-After"], other.status_code)
    assert 201 == send(client, "a-1").status_code


def test_a_key_belongs_to_whoever_sent_it(client: FlaskClient) -> None:
    first = send(client, "a-1")
    act_as(client, Principal("key:other", "eligibility_worker", frozenset()))

    assert first.data != send(client, "a-1").data


def test_a_machine_must_send_a_key(client: FlaskClient) -> None:
    act_as(client, Principal("client:1", "partner_system", frozenset(), is_machine=True))

    assert (400, "idempotency-key-required") == problem(send(client, None))
    assert (400, "idempotency-key-required") == problem(send(client, None, lines(CLOSED), BATCH))
    assert 201 == send(client, "a-1").status_code
    assert 200 == send(client, None, path=f"{PATH}?keep=false").status_code


def told(answer: TestResponse) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.data.splitlines()]


def test_a_batch_that_is_sent_again_keeps_only_what_was_not_kept(client: FlaskClient) -> None:
    bad = asked(facts={"no.such": 1})
    first = told(send(client, "b-1", lines(CLOSED, bad, asked(subject="two")), BATCH))
    again = told(
        send(client, "b-1", lines(CLOSED, asked(subject="mended"), asked(subject="two")), BATCH)
    )

    assert [first[0], first[2]] == [again[0], again[2]]
    assert "facts-refused" in first[1]["problem"]["type"]
    assert "mended" == again[1]["determination"]["subject"]
    assert 3 == kept(client)


def test_a_line_that_comes_otherwise_under_the_same_key_is_refused_in_its_place(
    client: FlaskClient,
) -> None:
    send(client, "b-1", lines(CLOSED, asked(subject="two")), BATCH)
    again = told(send(client, "b-1", lines(CLOSED, asked(subject="three")), BATCH))

    assert "determination" in again[0]
    assert "/problems/idempotency-key-reused" == again[1]["problem"]["type"]
    assert 2 == kept(client)


def test_a_key_is_not_kept_as_it_was_sent(client: FlaskClient) -> None:
    send(client, "jane-doe-1970")
    with store_of(client).reading() as connection:
        row = connection.execute(text("SELECT * FROM idempotency_records")).one()

    assert "jane" not in str(tuple(row))


SECRETS = [
    ("/v1/accounts", {"name": "alma", "role": "auditor"}, "one_time_password"),
    ("/v1/credentials", {"kind": "key", "name": "reader", "role": "auditor"}, "secret"),
]


@pytest.mark.parametrize(("path", "body", "secret"), SECRETS)
def test_what_is_told_once_is_not_told_again_and_nothing_is_made_twice(
    client: FlaskClient, path: str, body: dict[str, Any], secret: str
) -> None:
    administrator = client_of(client.application, "administrator", None)

    first, again = (send(administrator, "made-once", body, path) for _ in range(2))
    other = send(administrator, "made-once", {**body, "name": "berta"}, path)

    assert (201, 201) == (first.status_code, again.status_code)
    assert first.get_json()[secret]
    assert {**first.get_json(), secret: None} == again.get_json()
    assert [first.headers[name] for name in ("Location", "ETag")] == [
        again.headers[name] for name in ("Location", "ETag")
    ]
    assert "true" == again.headers["Idempotent-Replayed"]
    assert (422, "idempotency-key-reused") == problem(other)


def test_a_determination_is_replaced_with_the_etag_it_came_with_also_where_the_answer_came_again(
    client: FlaskClient,
) -> None:
    made, again = (
        client.post("/v1/determinations", json=CLOSED, headers={"Idempotency-Key": "etag-1"})
        for _ in range(2)
    )

    assert (
        made.headers["ETag"]
        == again.headers["ETag"]
        == client.get(made.headers["Location"]).headers["ETag"]
    )
    address = f"{made.headers['Location']}/redetermine"
    headers = {"If-Match": again.headers["ETag"], "Idempotency-Key": "etag-2"}
    assert 201 == client.post(address, json={}, headers=headers).status_code


@pytest.mark.parametrize("keys", [["one", "two"], ["one,two"], ["one", "one"]])
def test_two_keys_are_none(client: FlaskClient, keys: list[str]) -> None:
    """The server puts a header that came twice together with a comma."""
    sent = client.post(PATH, json=CLOSED, headers=[("Idempotency-Key", key) for key in keys])

    assert (400, "idempotency-key-malformed") == problem(sent)
    assert 0 == kept(client)

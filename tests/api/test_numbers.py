"""Short numbers over HTTP: told beside each determination, found by whoever may read it."""

from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.api.records.numbers import HEADER, KINDS
from app.records.numbers.check_digit import check_digit
from tests.api.asking import CLOSED, lines, problem
from tests.callers import client_of

PATH = "/v1/determinations"
UNUSED = "0" * 11 + check_digit("0" * 11)


def made(client: FlaskClient, **headers: str) -> tuple[str, str]:
    """The id and the number of a new determination."""
    answer = client.post(PATH, json=CLOSED, headers=headers)
    assert 201 == answer.status_code
    return answer.get_json()["id"], answer.headers[HEADER]


def test_a_number_leads_to_its_determination(client: FlaskClient) -> None:
    id, number = made(client)

    for typed in (number, number.replace(" ", ""), number.replace(" ", "-")):
        answer = client.get(f"/v1/numbers/{typed}")
        assert 200 == answer.status_code
        assert {
            "number": number.replace(" ", ""),
            "spoken": number,
            "kind": "determination",
            "id": id,
            "href": f"{PATH}/{id}",
        } == answer.get_json()
    assert number == client.get(f"{PATH}/{id}").headers[HEADER]
    assert number == client.get(f"{PATH}/{id}?detail=brief").headers[HEADER]


def test_the_document_is_as_it_was_without_numbers(client: FlaskClient) -> None:
    answer = client.post(PATH, json=CLOSED)

    assert answer.get_data() == client.get(answer.headers["Location"]).get_data()
    assert answer.headers[HEADER] not in answer.get_data(as_text=True)
    assert HEADER not in client.post(f"{PATH}?keep=false", json=CLOSED).headers


def test_a_retry_gets_the_same_number(client: FlaskClient) -> None:
    assert made(client, **{"Idempotency-Key": "n1"}) == made(client, **{"Idempotency-Key": "n1"})


def test_each_line_of_a_batch_has_its_own_also_when_it_is_sent_again(client: FlaskClient) -> None:
    sent = lines(CLOSED, {"question": "no.such"}, CLOSED)

    def send() -> list[dict[str, object]]:
        answer = client.post(
            f"{PATH}/batch",
            data=sent,
            content_type="application/jsonl",
            headers={"Idempotency-Key": "batch-of-numbers"},
        )
        return [orjson.loads(line) for line in answer.get_data().splitlines()]

    first, again = send(), send()
    assert [True, False, True] == ["record_number" in line for line in first]
    assert first == again
    for line in (first[0], first[2]):
        assert isinstance(line["determination"], dict)
        found = client.get(f"/v1/numbers/{line['record_number']}").get_json()
        assert line["determination"]["id"] == found["id"]


def test_numbers_that_were_given_just_now_are_not_asked_for_again(
    app: Flask, client: FlaskClient
) -> None:
    asked: list[str] = []
    engine = app.extensions["eligibility"].store.engine

    def note(*about: Any) -> None:
        if "FROM numbers" in about[2]:
            asked.append(about[2])

    def send(key: str) -> None:
        answer = client.post(
            f"{PATH}/batch",
            data=lines(CLOSED, CLOSED),
            content_type="application/jsonl",
            headers={"Idempotency-Key": key},
        )
        assert all("record_number" in orjson.loads(line) for line in answer.get_data().splitlines())

    event.listen(engine, "before_cursor_execute", note)
    try:
        send("carried-numbers")
        made(client)
        assert [] == asked
        send("carried-numbers")
        assert 1 == len(asked)
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_search_tells_it(client: FlaskClient) -> None:
    id, number = made(client)
    found = client.post(f"{PATH}/search", json={"limit": 1}).get_json()["determinations"]

    assert [(id, number)] == [(each["id"], each["number"]) for each in found]


def test_what_replaces_another_has_a_number_of_its_own(app: Flask, client: FlaskClient) -> None:
    id, number = made(client)
    tag = client.get(f"{PATH}/{id}").headers["ETag"]
    answer = client.post(
        f"{PATH}/{id}/redetermine",
        json={},
        headers={"If-Match": tag, "Idempotency-Key": "successor"},
    )

    assert 201 == answer.status_code, answer.get_json()
    assert answer.headers[HEADER] not in ("", number)


@pytest.mark.parametrize("typed", ["1111", "4821 0937 551x", "4821 0937 5515", "8421 0937 5514"])
def test_a_mistyped_one_is_noticed(client: FlaskClient, typed: str) -> None:
    answer = client.get(f"/v1/numbers/{typed}")

    assert (422, "number-mistyped") == problem(answer)
    assert typed not in answer.get_json()["detail"]


def test_one_out_of_reach_is_like_one_that_there_is_not(app: Flask, client: FlaskClient) -> None:
    _, number = made(client)
    elsewhere = client_of(app, "eligibility_worker", "elsewhere")

    def told(typed: str) -> dict[str, object]:
        answer = elsewhere.get(f"/v1/numbers/{typed}")
        assert (404, "unknown-number") == problem(answer)
        document: dict[str, object] = answer.get_json()
        return {n: v for n, v in document.items() if n not in ("instance", "request_id")}

    assert told(number) == told(UNUSED)
    assert 200 == client_of(app, "auditor", None).get(f"/v1/numbers/{number}").status_code


def test_who_may_not_read_the_kind_finds_nothing(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, number = made(client)
    kind = KINDS["determination"]
    other = type(kind)("accounts.write", kind.is_seen, kind.resource, kind.page)
    monkeypatch.setitem(KINDS, "determination", other)

    assert (404, "unknown-number") == problem(client.get(f"/v1/numbers/{number}"))

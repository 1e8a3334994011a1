"""POST /v1/determinations/batch: each line answered in its place, and nothing kept by halves."""

import json
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.api.determinations.batch import TOGETHER
from app.api.http.service import Service
from app.records.database import open_database
from app.records.store import Store
from app.records.tables import determinations
from tests.api.asking import CLOSED, asked, lines, post, problem
from tests.api.conftest import Serve, without_tables

BATCH = "/v1/determinations/batch"
JSONL = "application/jsonl"


def answers(client: FlaskClient, body: bytes, query: str = "?keep=false") -> list[dict[str, Any]]:
    answer = post(client, body, f"{BATCH}{query}", JSONL)
    assert 200 == answer.status_code, answer.get_json()
    assert JSONL == answer.content_type
    return [json.loads(line) for line in answer.data.splitlines()]


def kept(client: FlaskClient) -> int:
    """How many determinations the service's database holds."""
    service: Service = client.application.extensions["eligibility"]
    engine = open_database(service.settings.database_url)
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(determinations)).scalar_one()


def test_a_byte_order_mark_before_the_first_line_is_read_past(client: FlaskClient) -> None:
    [answer] = answers(client, b"\xef\xbb\xbf" + lines(asked()))

    assert "ineligible" == answer["determination"]["outcome"]


def test_each_line_is_answered_in_its_place(client: FlaskClient) -> None:
    bad = [
        "{",
        '{"question": 1}',
        json.dumps(asked(facts={"x": 1})),
        '{"question": "nobody.asked"}',
        "[" * 500,
    ]

    told = answers(client, lines(CLOSED, *bad, asked(subject="last")))

    assert [1, 2, 3, 4, 5, 6, 7] == [line["line"] for line in told]
    types = [
        line["problem"]["type"].removeprefix("/problems/") if "problem" in line else "decided"
        for line in told
    ]
    assert [
        "decided",
        "malformed-json",
        "invalid-request",
        "facts-refused",
        "unknown-question",
        "malformed-json",
        "decided",
    ] == types
    assert "last" == told[-1]["determination"]["subject"]
    assert "/facts/x" == told[3]["problem"]["errors"][0]["pointer"]


def test_blank_lines_are_skipped_and_counted(client: FlaskClient) -> None:
    text = json.dumps(CLOSED)

    told = answers(client, f"\n\r\n{text}\r\n   \n{text}".encode())

    assert [3, 5] == [line["line"] for line in told]
    assert all(line["determination"]["outcome"] == "ineligible" for line in told)


def test_an_empty_batch_has_an_empty_answer(client: FlaskClient) -> None:
    assert [] == answers(client, b"")


def test_a_line_is_decided_as_a_single_request_is(client: FlaskClient) -> None:
    single = client.post("/v1/determinations?keep=false", json=CLOSED).get_json()

    [line] = answers(client, lines(CLOSED))

    assert {k: v for k, v in single.items() if k != "decided_at"} == {
        k: v for k, v in line["determination"].items() if k != "decided_at"
    }


def test_kept_lines_are_read_again_as_told(client: FlaskClient) -> None:
    told = answers(client, lines(CLOSED, "{", CLOSED), query="")

    for line in (told[0], told[2]):
        assert (
            line["determination"]
            == client.get(f"/v1/determinations/{line['determination']['id']}").get_json()
        )


def test_without_keeping_only_the_caller_is_looked_up_in_the_database(serve: Serve) -> None:
    client = without_tables(serve())

    [line] = answers(client, lines(CLOSED))

    assert "id" not in line["determination"]


def test_an_aborted_stream_has_kept_what_was_told_and_whole_records_only(serve: Serve) -> None:
    client = serve()
    answer = client.post(BATCH, data=lines(*[CLOSED] * 120), content_type=JSONL, buffered=False)

    stream = answer.iter_encoded()
    first = json.loads(next(iter(stream)))
    answer.close()

    assert 200 == client.get(f"/v1/determinations/{first['determination']['id']}").status_code
    assert TOGETHER == kept(client)


def test_while_the_database_is_away_each_line_says_so(serve: Serve) -> None:
    client = without_tables(serve())

    told = answers(client, lines(CLOSED, "{"), query="")

    assert ["/problems/records-unavailable", "/problems/malformed-json"] == [
        line["problem"]["type"] for line in told
    ]


def test_a_line_too_long_disturbs_no_other(serve: Serve) -> None:
    client = serve(body_bytes=2_000)
    long = json.dumps(asked(subject="x" * 5_000))

    told = answers(client, lines(CLOSED, long, CLOSED))

    assert ["determination", "problem", "determination"] == [
        next(k for k in line if k != "line") for line in told
    ]
    assert "/problems/line-too-long" == told[1]["problem"]["type"]


def test_a_line_as_long_as_allowed_is_read(serve: Serve) -> None:
    client = serve(body_bytes=2_000)
    text = json.dumps(CLOSED)

    told = answers(
        client, f"{text.ljust(2_000)}\r\n{text.ljust(2_001)}\n{text.ljust(2_000)}".encode()
    )

    assert ["determination", "problem", "determination"] == [
        next(k for k in line if k != "line") for line in told
    ]


def test_a_batch_with_too_many_lines_is_answered_up_to_the_limit(serve: Serve) -> None:
    client = serve(batch_lines=3)

    told = answers(client, lines(*[CLOSED] * 5))

    assert [1, 2, 3, 4] == [line["line"] for line in told]
    assert "/problems/too-many-lines" == told[3]["problem"]["type"]


def test_a_batch_too_large_is_refused_whole(serve: Serve) -> None:
    client = serve(batch_bytes=3_000)

    answer = post(client, lines(*[CLOSED] * 20), BATCH, JSONL)

    assert (413, "body-too-large") == problem(answer)
    assert "3,000 bytes" in answer.get_json()["detail"]
    assert 0 == kept(client)


def test_a_batch_of_unannounced_length_is_bounded_too(serve: Serve) -> None:
    client = serve(batch_bytes=3_000)

    answer = client.post(
        BATCH,
        input_stream=BytesIO(lines(*[CLOSED] * 20)),
        content_type=JSONL,
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert (413, "body-too-large") == problem(answer)


def test_a_batch_may_be_larger_than_a_body(serve: Serve) -> None:
    client = serve(body_bytes=2_000)

    assert 20 == len(answers(client, lines(*[CLOSED] * 20)))


@pytest.mark.parametrize("type", ["application/json", "text/plain", ""])
def test_another_media_type_is_refused(client: FlaskClient, type: str) -> None:
    assert (415, "unsupported-media-type") == problem(post(client, lines(CLOSED), BATCH, type))


def test_a_line_that_the_database_refuses_takes_no_other_with_it(serve: Serve) -> None:
    client = serve()
    engine = open_database(client.application.config["SETTINGS"].database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refusing BEFORE INSERT ON determinations "
            "WHEN NEW.subject = 'case:2' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    engine.dispose()

    told = answers(client, lines(*({**CLOSED, "subject": f"case:{n}"} for n in range(1, 4))), "")

    assert ["determination", "problem", "determination"] == [list(line)[1] for line in told]
    assert 503 == told[1]["problem"]["status"]
    assert 2 == kept(client)


def test_lines_answered_by_another_server_meanwhile_are_not_kept_again(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    key = {"Idempotency-Key": "b-1"}
    client.post(BATCH, data=lines(CLOSED), content_type=JSONL, headers=key)
    monkeypatch.setattr(Store, "stored_responses", lambda *_: {})

    answer = client.post(BATCH, data=lines(CLOSED, CLOSED), content_type=JSONL, headers=key)

    first, second = [json.loads(line) for line in answer.data.splitlines()]
    assert 409 == first["problem"]["status"]
    assert "determination" in second
    assert 2 == kept(client)


def test_the_other_name_of_json_lines_is_taken_and_used_in_answering(client: FlaskClient) -> None:
    answer = post(client, lines(CLOSED), f"{BATCH}?keep=false", "application/x-ndjson")

    assert "application/x-ndjson" == answer.content_type


def test_lines_that_are_not_utf8_are_answered(client: FlaskClient) -> None:
    told = answers(client, b"\xff\xfe\n" + lines(CLOSED))

    assert "/problems/malformed-json" == told[0]["problem"]["type"]
    assert "determination" in told[1]


def test_a_wrong_query_is_refused(client: FlaskClient) -> None:
    assert (422, "invalid-request") == problem(
        post(client, lines(CLOSED), f"{BATCH}?keep=maybe", JSONL)
    )

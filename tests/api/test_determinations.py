"""POST and GET /v1/determinations: what is answered, and what is kept."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.determinations.decide import Decider
from app.engine import Engine, EngineFault
from app.law.lawbook import Lawbook
from tests.api.asking import CLOSED, asked, pointers, post, problem
from tests.api.conftest import Serve, without_tables
from tests.callers import client_of


def test_a_denial_is_created_like_an_approval(client: FlaskClient) -> None:
    answer = client.post("/v1/determinations", json=CLOSED)

    document = answer.get_json()
    assert 201 == answer.status_code
    assert "ineligible" == document["outcome"]
    assert f"/v1/determinations/{document['id']}" == answer.headers["Location"]


def test_an_id_is_a_uuid_of_version_7_made_when_it_was_decided(client: FlaskClient) -> None:
    document = client.post("/v1/determinations", json=CLOSED).get_json()

    decided_at = datetime.fromisoformat(document["decided_at"])
    assert 7 == UUID(document["id"]).version
    assert document["decided_at"].endswith("Z")
    assert UUID(document["id"]).int >> 80 == int(decided_at.astimezone(UTC).timestamp() * 1000)


def test_what_was_kept_is_read_byte_for_byte(client: FlaskClient) -> None:
    created = client.post("/v1/determinations", json=asked(subject="case:2011-17"))

    read = client.get(created.headers["Location"])

    assert created.data == read.data
    assert "application/json" == read.content_type
    assert "case:2011-17" == read.get_json()["subject"]


def test_without_keeping_there_is_no_id_and_no_row(serve: Serve) -> None:
    client = without_tables(serve())

    answer = client.post("/v1/determinations?keep=false", json=CLOSED)

    assert 200 == answer.status_code
    assert "Location" not in answer.headers
    assert "id" not in answer.get_json()


def test_kept_and_not_kept_say_the_same(client: FlaskClient) -> None:
    kept = client.post("/v1/determinations?keep=true", json=CLOSED).get_json()
    told = client.post("/v1/determinations?keep=false", json=CLOSED).get_json()

    own = ("id", "decided_at")
    assert {k: v for k, v in kept.items() if k not in own} == {
        k: v for k, v in told.items() if k not in own
    }


def test_whole_names_mean_the_same_as_nested_ones(client: FlaskClient) -> None:
    flat = {
        "enrollment.requested_on": "2011-02-16",
        "enrollment.product": "individual_plan",
        "applicant.resident": True,
        "applicant.has_medicare": False,
        "employer_plan.available": False,
        "prior_coverage.ended": False,
        "event.kind": "none",
        "waiver.granted": False,
    }

    nested = client.post("/v1/determinations?keep=false", json=CLOSED).get_json()
    whole = client.post("/v1/determinations?keep=false", json=asked(facts=flat)).get_json()

    assert nested["reasons"] == whole["reasons"]
    assert nested["facts"] == whole["facts"]


def test_no_facts_are_no_error(client: FlaskClient) -> None:
    answer = client.post(
        "/v1/determinations?keep=false",
        json={"question": "individual.eligible", "as_of": "2011-03-01"},
    )

    assert "undetermined" == answer.get_json()["outcome"]
    assert answer.get_json()["needs"]


def test_an_id_may_be_written_in_capitals(client: FlaskClient) -> None:
    created = client.post("/v1/determinations", json=CLOSED)

    assert created.data == client.get(f"/v1/determinations/{created.get_json()['id'].upper()}").data


@pytest.mark.parametrize(
    "id",
    [
        "x",
        "1",
        "01925b1e-7e3f-7000-8000-000000000000",
        "01925b1e-7e3f-7000-8000-00000000000",
        "01925b1e7e3f70008000000000000000",
        "{01925b1e-7e3f-7000-8000-000000000000}",
        "%00",
        "%F0%9F%98%80",
        "..%2f..",
        "' OR 1=1 --",
        "x" * 5000,
    ],
)
def test_an_id_nobody_got_is_not_found(client: FlaskClient, id: str) -> None:
    answer = client.get(f"/v1/determinations/{id}")

    assert 404 == problem(answer)[0]


WRONG_FACTS: list[tuple[dict[str, Any], str]] = [
    ({"applicant": {"resident": "yes"}}, "/facts/applicant/resident"),
    ({"applicant": {"resident": 1}}, "/facts/applicant/resident"),
    ({"applicant": {"resident": "true"}}, "/facts/applicant/resident"),
    ({"applicant": {"resident": None}}, "/facts/applicant/resident"),
    ({"applicant": {"resident": [True]}}, "/facts/applicant/resident"),
    ({"applicant": {"resident": {"x": {"y": {"z": True}}}}}, "/facts/applicant/resident/x/y"),
    ({"applicant": {"resident": {}}}, "/facts/applicant/resident"),
    ({"nobody": {}}, "/facts/nobody"),
    ({"applicant": True}, "/facts/applicant"),
    ({"enrollment": {"requested_on": 20120701}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": "20120701"}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": "2012-7-1"}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": "2012-07-01T00:00:00Z"}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": "2012-W27-1"}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": "2011-02-29"}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": "1899-12-31"}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": "2101-01-01"}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": "２０１２-07-01"}}, "/facts/enrollment/requested_on"),
    ({"enrollment": {"requested_on": " 2012-07-01"}}, "/facts/enrollment/requested_on"),
    ({"event": {"kind": "elopement"}}, "/facts/event/kind"),
    ({"event": {"kind": "Marriage"}}, "/facts/event/kind"),
    ({"individual": {"eligible": True}}, "/facts/individual/eligible"),
    ({"individual": {"eligible": "undetermined"}}, "/facts/individual/eligible"),
    ({"nobody": {"knows": 1}}, "/facts/nobody/knows"),
    ({"group": {"active": True}}, "/facts/group/active"),
    ({"prior_coverage": {"days_since_end": 3}}, "/facts/prior_coverage/days_since_end"),
    ({"applicant.resident": 1}, "/facts/applicant.resident"),
    ({"a/b~c": 1}, "/facts/a~1b~0c"),
    ({"": 1}, "/facts/"),
    ({"applicant": {"resident": True}, "applicant.resident": False}, "/facts/applicant.resident"),
    ({"applicant": {"resident": 1}, "applicant.resident": False}, "/facts/applicant/resident"),
]


@pytest.mark.parametrize(
    ("facts", "pointer"), WRONG_FACTS, ids=[json.dumps(facts)[:70] for facts, _ in WRONG_FACTS]
)
def test_a_wrong_fact_is_pointed_at(
    client: FlaskClient, facts: dict[str, Any], pointer: str
) -> None:
    answer = client.post(
        "/v1/determinations", json={"question": "enrollment.permitted", "facts": facts}
    )

    assert (422, "facts-refused") == problem(answer)
    assert {pointer} == pointers(answer)


WRONG_NUMBERS = [-1, "-1", 1.5, "1.5", "1", True, 10**12, [1], "１"]
WRONG_DECIMALS = [
    "1e1",
    "0,66",
    ".66",
    "-0.66",
    "0.6666666666",
    "NaN",
    True,
    None,
    "0x1",
    "1/3",
    " 0.66",
]


@pytest.mark.parametrize("number", WRONG_NUMBERS, ids=repr)
def test_a_wrong_whole_number_is_pointed_at(client: FlaskClient, number: object) -> None:
    answer = client.post(
        "/v1/determinations",
        json={"question": "group.eligible", "facts": {"group": {"eligible_employees": number}}},
    )

    assert (422, "facts-refused") == problem(answer)
    assert {"/facts/group/eligible_employees"} == pointers(answer)


@pytest.mark.parametrize("number", WRONG_DECIMALS, ids=repr)
def test_a_wrong_decimal_is_pointed_at(client: FlaskClient, number: object) -> None:
    answer = client.post(
        "/v1/determinations",
        json={"question": "rate.permitted", "facts": {"rate": {"age_factor": number}}},
    )

    assert (422, "facts-refused") == problem(answer)
    assert {"/facts/rate/age_factor"} == pointers(answer)


def test_a_whole_number_may_carry_a_point(client: FlaskClient) -> None:
    body = (
        b'{"question": "group.eligible", "as_of": "2011-03-01", "facts": {"group": '
        b'{"eligible_employees": 4.0}}}'
    )

    answer = post(client, body)

    assert 4 == answer.get_json()["facts"]["group.eligible_employees"]


def test_all_wrong_facts_are_told_at_once(client: FlaskClient) -> None:
    facts = {
        "applicant": {"resident": "yes", "has_medicare": 0},
        "enrollment": {"requested_on": "soon"},
        "x": 1,
    }

    answer = client.post(
        "/v1/determinations", json={"question": "enrollment.permitted", "facts": facts}
    )

    assert {
        "/facts/applicant/resident",
        "/facts/applicant/has_medicare",
        "/facts/enrollment/requested_on",
        "/facts/x",
    } == pointers(answer)


def test_a_flood_of_wrong_facts_is_not_echoed_whole(client: FlaskClient) -> None:
    facts = {f"x{n}": 1 for n in range(5_000)}

    answer = client.post(
        "/v1/determinations", json={"question": "enrollment.permitted", "facts": facts}
    )

    assert 100 == len(answer.get_json()["errors"])
    assert 4_900 == answer.get_json()["further_errors"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"/question"}),
        ([], {""}),
        ("enrollment.permitted", {""}),
        (None, {""}),
        (17, {""}),
        ({"question": None}, {"/question"}),
        ({"question": 5}, {"/question"}),
        ({"question": ""}, {"/question"}),
        ({"question": "a" * 101}, {"/question"}),
        ({"question": "enrollment.permitted\n"}, {"/question"}),
        (asked(facts=[]), {"/facts"}),
        (asked(facts=None), {"/facts"}),
        (asked(facts="x"), {"/facts"}),
        (asked(as_of="2011-2-16"), {"/as_of"}),
        (asked(as_of=None), {"/as_of"}),
        (asked(as_of=734184), {"/as_of"}),
        (asked(edition=1), {"/edition"}),
        (asked(subject="Jane Doe"), {"/subject"}),
        (asked(subject="x" * 101), {"/subject"}),
        (asked(subject="é"), {"/subject"}),
        (asked(subject="a\n"), {"/subject"}),
        (asked(subject=""), {"/subject"}),
        (asked(id="x"), {"/id"}),
        (asked(Question="x"), {"/Question"}),
        (asked(as_of="x", subject=1, y=1), {"/as_of", "/subject", "/y"}),
    ],
    ids=lambda value: json.dumps(value)[:60] if not isinstance(value, set) else "",
)
def test_a_body_of_the_wrong_shape_is_pointed_at(
    client: FlaskClient, body: object, wrong: set[str]
) -> None:
    answer = post(client, json.dumps(body))

    assert (422, "invalid-request") == problem(answer)
    assert wrong == pointers(answer)


def test_an_unknown_question_is_not_found(client: FlaskClient) -> None:
    answer = client.post(
        "/v1/determinations", json={"question": "enrollment.permited", "facts": {}}
    )

    assert (404, "unknown-question") == problem(answer)


def test_an_unknown_edition_is_refused_with_those_known(client: FlaskClient) -> None:
    answer = client.post("/v1/determinations", json=asked(edition="chapter-176"))

    assert (422, "unknown-edition") == problem(answer)
    assert ["chapter-288", "current"] == answer.get_json()["known"]


def test_an_as_of_beside_the_governing_day_is_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/determinations", json=asked(as_of="2011-02-15"))

    assert (422, "as-of-differs") == problem(answer)
    assert {"/as_of"} == pointers(answer)
    assert "enrollment.requested_on" == answer.get_json()["governed_by"]


def test_an_as_of_on_the_governing_day_is_taken(client: FlaskClient) -> None:
    answer = client.post("/v1/determinations?keep=false", json=asked(as_of="2011-02-16"))

    assert "2011-02-16" == answer.get_json()["as_of"]


@pytest.mark.parametrize("day", ["2007-04-30", "1900-01-01", "2026-10-15", "2100-12-31"])
def test_a_day_nobody_encoded_is_never_answered_with_no(client: FlaskClient, day: str) -> None:
    facts = {"enrollment": {"requested_on": day}}

    answer = client.post(
        "/v1/determinations",
        json={"question": "enrollment.permitted", "facts": facts, "edition": "current"},
    )

    assert (422, "law-not-encoded") == problem(answer)
    assert [["2007-05-01", "2026-10-14"]] == answer.get_json()["encoded"]


@pytest.mark.parametrize(
    "type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "",
        "text/json",
    ],
)
def test_another_media_type_is_refused(client: FlaskClient, type: str) -> None:
    answer = post(client, json.dumps(CLOSED), type=type)

    assert (415, "unsupported-media-type") == problem(answer)


@pytest.mark.parametrize(
    "type", ["application/json", "application/json; charset=UTF-8", "Application/JSON"]
)
def test_json_in_utf8_is_taken(client: FlaskClient, type: str) -> None:
    answer = post(client, json.dumps(CLOSED), type=type)

    assert 200 == answer.status_code


def test_a_compressed_body_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/v1/determinations",
        data=b"\x1f\x8b",
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )

    assert (415, "unsupported-media-type") == problem(answer)


def test_a_body_as_large_as_allowed_is_read_and_one_byte_more_is_not(serve: Serve) -> None:
    client = serve(body_bytes=2_000)
    body = json.dumps(CLOSED).encode()

    just = post(client, body.ljust(2_000))
    over = post(client, body.ljust(2_001))

    assert 200 == just.status_code
    assert (413, "body-too-large") == problem(over)
    assert "2,000 bytes" in over.get_json()["detail"]


def test_a_body_of_unannounced_length_is_read_or_refused_like_any_other(serve: Serve) -> None:
    client = serve(body_bytes=2_000)
    body = json.dumps(CLOSED).encode()

    def send(length: int) -> TestResponse:
        return client.post(
            "/v1/determinations?keep=false",
            input_stream=BytesIO(body.ljust(length)),
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True},
        )

    assert 200 == send(1_999).status_code
    assert (413, "body-too-large") == problem(send(5_000))


@pytest.mark.parametrize(
    "query",
    [
        "keep=no",
        "keep=",
        "keep=False",
        "keep=0",
        "keep=true&keep=false",
        "kept=false",
        "keep=false&x=1",
    ],
)
def test_a_wrong_query_is_refused_and_nothing_kept(client: FlaskClient, query: str) -> None:
    answer = client.post(f"/v1/determinations?{query}", json=CLOSED)

    assert (422, "invalid-request") == problem(answer)


def test_while_the_database_is_away_nothing_is_kept_and_retry_is_asked(serve: Serve) -> None:
    client = without_tables(serve())

    answer = client.post("/v1/determinations", json=CLOSED)

    assert (503, "records-unavailable") == problem(answer)
    assert "5" == answer.headers["Retry-After"]
    assert 503 == client.get("/v1/determinations/01925b1e-7e3f-7000-8000-000000000000").status_code


class ContradictedEngine(Engine):
    """An engine that the plain evaluator always contradicts."""

    def evaluate(self, *args: object, **kwargs: object) -> Any:
        raise EngineFault("engine and plain evaluator disagree on enrollment/open-periods-2011")


def test_an_engine_fault_is_told_without_details_and_keeps_nothing(
    serve: Serve, lawbook: Lawbook, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(by=Decider(lawbook, ContradictedEngine()))

    answer = client.post("/v1/determinations", json=CLOSED)

    assert (500, "engine-fault") == problem(answer)
    assert "open-periods-2011" not in answer.get_data(as_text=True)
    assert "open-periods-2011" in caplog.text
    assert answer.headers["X-Request-Id"] in caplog.text


class BrokenEngine(Engine):
    """An engine that fails in a way nobody foresaw, with a fact's value in the message."""

    def evaluate(self, *args: object, **kwargs: object) -> Any:
        raise ValueError("2011-02-16 is no ordinal")


def test_an_unforeseen_fault_tells_no_values_to_the_log_or_the_caller(
    serve: Serve, lawbook: Lawbook, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(by=Decider(lawbook, BrokenEngine()))

    answer = client.post("/v1/determinations", json=CLOSED)

    assert (500, "internal-error") == problem(answer)
    assert "2011-02-16" not in caplog.text + answer.get_data(as_text=True)
    assert "ValueError" in caplog.text


def test_many_at_once_are_each_kept_whole(client: FlaskClient) -> None:
    def create(number: int) -> tuple[str, bytes]:
        answer = client_of(client.application).post(
            "/v1/determinations", json=asked(subject=f"n{number}")
        )
        return answer.headers["Location"], answer.data

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(create, range(64)))

    assert 64 == len({location for location, _ in created})
    assert all(client.get(location).data == text for location, text in created)

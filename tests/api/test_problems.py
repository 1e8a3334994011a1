"""What problem documents repeat of a request, and how much of it."""

import re

import pytest
from flask.testing import FlaskClient

from app.api.http.answered.problem_types import _ALL
from app.api.http.answered.responses import NAMES_AT_MOST
from app.law.lawbook import Lawbook
from tests.api.asking import asked


@pytest.mark.parametrize("name", ["x" * 5_000, "~" * 5_000, "é" * 5_000])
@pytest.mark.parametrize("place", ["facts", "deep", "beside"])
def test_a_name_made_up_by_the_caller_is_told_back_in_part(
    client: FlaskClient, name: str, place: str
) -> None:
    sent = {
        "facts": asked(facts={name: 1}),
        "deep": asked(facts={"applicant": {name: 1}}),
        "beside": asked(**{name: 1}),
    }[place]

    answer = client.post("/v1/determinations?keep=false", json=sent)

    assert 422 == answer.status_code
    assert len(answer.data) < 2_000
    pointer = answer.get_json()["errors"][0]["pointer"]
    assert pointer.endswith("…")
    assert not re.search("~(?![01])", pointer)


def test_a_query_parameter_made_up_by_the_caller_is_told_back_in_part(client: FlaskClient) -> None:
    answer = client.get(f"/v1/questions?{'x' * 3_000}=1")

    assert 422 == answer.status_code
    assert "x" * NAMES_AT_MOST + "…" == answer.get_json()["errors"][0]["name"]


@pytest.mark.parametrize(
    "character", ["\x01", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\ue000"]
)
@pytest.mark.parametrize("place", ["facts", "beside"])
def test_characters_that_do_something_to_a_screen_are_replaced(
    client: FlaskClient, character: str, place: str
) -> None:
    name = f"resident{character}x"
    sent = {"facts": asked(facts={name: 1}), "beside": asked(**{name: 1})}[place]

    [error] = client.post("/v1/determinations?keep=false", json=sent).get_json()["errors"]

    assert error["pointer"].endswith("resident\ufffdx")
    assert character not in str(error.values())


def test_so_they_are_in_the_names_of_query_parameters(client: FlaskClient) -> None:
    for query in ("a%00%1bb=1", "a%00%1bb=1&a%00%1bb=2"):
        assert (
            "a\ufffd\ufffdb" == client.get(f"/v1/questions?{query}").get_json()["errors"][0]["name"]
        )


def test_no_fact_of_the_law_has_a_name_that_is_cut(lawbook: Lawbook) -> None:
    assert max(len(fact.name) for fact in lawbook.vocabulary) <= NAMES_AT_MOST


def test_no_type_of_problem_is_described_twice() -> None:
    names = [type.name for type in _ALL]

    assert sorted(set(names)) == sorted(names)

"""`flask questions`."""

import json
from collections.abc import Iterator
from typing import Any

from app.law.lawbook import Lawbook
from tests.commands.conftest import Flask


def names(schema: dict[str, Any]) -> Iterator[str]:
    """The facts' whole names in a JSON Schema."""
    if "x-fact" in schema:
        yield schema["x-fact"]
    for member in schema.get("properties", {}).values():
        yield from names(member)


def test_every_question_is_listed(flask: Flask, lawbook: Lawbook) -> None:
    document = json.loads(flask("questions", "--json").stdout)

    assert list(lawbook.questions) == [question["id"] for question in document["questions"]]


def test_the_list_reads_as_a_table(flask: Flask) -> None:
    result = flask("questions")

    assert 0 == result.exit_code
    assert "enrollment.permitted" in result.stdout
    assert "May the person enroll in an individual plan on the requested day?" in result.stdout


def test_a_question_tells_its_facts_with_what_to_ask(flask: Flask) -> None:
    result = flask("questions", "enrollment.permitted")

    assert 0 == result.exit_code
    assert "applicant.resident" in result.stdout
    assert "Does the person live in Massachusetts?" in result.stdout


def test_the_facts_told_to_programs_are_those_a_case_may_state(
    flask: Flask, lawbook: Lawbook
) -> None:
    document = json.loads(flask("questions", "waiver.reviewable", "--json").stdout)

    assert "waiver.received_on" == document["governed_by"]
    assert {fact.name for fact in lawbook.facts_of("waiver.reviewable")} == set(
        names(document["facts"])
    )


def test_an_unknown_question_is_a_wrong_use(flask: Flask) -> None:
    result = flask("questions", "waiver.reviewed")

    assert 2 == result.exit_code
    assert "Did you mean waiver.reviewable" in result.stderr

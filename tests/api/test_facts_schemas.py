"""The generated schemas of facts: they take what the law's own reader takes, and the documented
ones say so.
"""

import re
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from marshmallow import ValidationError

from app.api.http.asked.fields import FactField
from app.api.law.question_answers import facts_schema
from app.determinations.cases.case import read_facts
from app.law.fact_types import FACT_TYPES, NotThatFact
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook

FACTS = [
    FactDefinition("a.flag", "flag", asks="?"),
    FactDefinition("a.day_on", "day", asks="?"),
    FactDefinition("a.count", "integer", asks="?", unit="people", maximum=100),
    FactDefinition("a.factor", "decimal", asks="?", unit="factor", places=4, maximum=10),
    FactDefinition("a.kind", "choice", asks="?", choices={"one": "One", "two": "Two"}),
    FactDefinition(
        "a.asked", "outcome", asks="?", choices={"eligible": "eligible", "ineligible": "ineligible"}
    ),
]
_numbers = (
    st.integers(-5, 200)
    | st.decimals(-5, 200, places=3)
    | st.integers(-5, 105).map(lambda n: Decimal(f"{n}.0"))
)
_texts = st.sampled_from(
    [
        "one",
        "eligible",
        "yes",
        "2012-07-01",
        "2012-7-1",
        "20120701",
        "2011-02-29",
        "0.66",
        "0.66001",
        "-1",
        "1899-12-31",
        "2101-01-01",
        "5",
        "1e1",
        "",
    ]
)
_values = st.booleans() | st.none() | _numbers | _texts | st.lists(st.booleans(), max_size=1)


def taken(fact: FactDefinition, value: object) -> Value | None:
    try:
        return fact.read(value)
    except NotThatFact:
        return None


def as_checked(value: object) -> object:
    """A value as the checker of JSON Schemas knows numbers."""
    return float(value) if isinstance(value, Decimal) else value


def test_every_type_of_fact_is_tried() -> None:
    assert {fact.type for fact in FACTS} == set(FACT_TYPES)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)
@given(value=_values)
def test_a_field_takes_what_the_fact_takes(fact: FactDefinition, value: object) -> None:
    field = FactField(fact)
    expected = taken(fact, value)

    if expected is None:
        with pytest.raises(ValidationError):
            field.deserialize(value)
    else:
        assert expected == field.deserialize(value)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)
@given(value=_values)
def test_what_a_fact_takes_fits_its_json_schema(fact: FactDefinition, value: object) -> None:
    schema = FactField(fact).json_schema()

    if taken(fact, value) is not None:
        assert Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(
            as_checked(value)
        )


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)
@given(value=_values)
def test_what_fits_the_json_schema_is_taken_but_for_bounds_in_words(
    fact: FactDefinition, value: object
) -> None:
    validator = Draft202012Validator(FactField(fact).json_schema(), format_checker=FormatChecker())

    if validator.is_valid(as_checked(value)):
        try:
            fact.read(value)
        except NotThatFact as refused:  # JSON Schema has no bounds for numbers and days in text
            assert isinstance(value, str | Decimal)
            assert re.match(
                "Must be between|Must be a day of|Must have at most .* decimal places", str(refused)
            )


def test_the_schema_of_a_question_takes_its_own_example(
    client: FlaskClient, lawbook: Lawbook
) -> None:
    for question in lawbook.questions:
        facts = client.get(f"/v1/questions/{question}").get_json()["example"]["facts"]

        assert set(read_facts(lawbook, question, facts)) <= set(lawbook.known_facts(question))
        assert Draft202012Validator(facts_schema(lawbook, question)).is_valid(facts)


def test_documented_facts_allow_no_others(lawbook: Lawbook) -> None:
    schema = facts_schema(lawbook, "individual.eligible")
    allows = Draft202012Validator(schema).is_valid

    assert schema["additionalProperties"] is False
    assert not allows({"applicant": {"tall": True}})
    assert not allows({"x": {}})
    assert not allows({"applicant": {"resident": "yes"}})
    assert allows({"applicant": {"resident": True}})
    assert allows({"applicant.resident": True})

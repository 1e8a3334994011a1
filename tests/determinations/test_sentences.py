"""What every sentence of every answer has in common: nothing left empty, no needless digits."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.case import Case
from app.determinations.decide import Decider
from app.law.errors import LawNotEncoded
from tests.determinations.any_case import cases

LONG = re.compile(r"\d+\.\d{3,}")
HOLE = re.compile(r"[{}…]|not stated")
SPOKEN = ("says", "because", "cautions", "do", "why")


def sentences(value: Any, inside: str = "") -> Iterator[str]:
    """Every text of an answer that is for people."""
    if isinstance(value, str):
        if inside in SPOKEN:
            yield value
    elif isinstance(value, list):
        for member in value:
            yield from sentences(member, inside)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from sentences(member, name)


def stated_numbers(case: Case, answer: Any) -> set[Decimal]:
    """The decimals that a person stated or that a change asks for: told as they were written."""
    changes = [change for each in answer["would_change"] for change in each["if"]]
    asked = [value for c in changes for value in (c["to"], *c.get("or_to", []))]
    written = [str(value) for value in (*case.facts.values(), *asked)]
    return {abs(Decimal(text)) for text in written if re.fullmatch(r"-?\d+(\.\d+)?", text)}


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_sentence_is_left_with_a_gap_or_with_more_digits_than_the_law_has(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook))
    try:
        answer = orjson.loads(decider.decide(case).json())
    except LawNotEncoded:
        return

    stated = stated_numbers(case, answer)
    for sentence in sentences(answer):
        assert not HOLE.search(sentence), sentence
        assert {Decimal(number) for number in LONG.findall(sentence)} <= stated, sentence


def test_without_the_base_increase_the_cap_is_told_without_a_number(decider: Decider) -> None:
    facts = {
        "rate.starts_on": date(2011, 5, 1),
        "rate.for_renewal": True,
        "rate.factor_increase": Decimal(20),
    }
    decided = decider.decide(Case("rate.renewal_increase", facts, date(2011, 5, 1), "chapter-288"))

    assert ("ineligible", "The increase is over the transitional cap.") == (
        decided.outcome,
        decided.says,
    )


@pytest.mark.parametrize(("base", "told"), [("5", "20 percent"), ("5.1234", "about 20.12 percent")])
def test_with_it_the_cap_is_told(decider: Decider, base: str, told: str) -> None:
    facts = {
        "rate.starts_on": date(2011, 5, 1),
        "rate.for_renewal": True,
        "rate.factor_increase": Decimal(20),
        "rate.base_increase": Decimal(base),
    }
    decided = decider.decide(Case("rate.renewal_increase", facts, date(2011, 5, 1), "chapter-288"))

    assert f"At most {told}" in decided.says

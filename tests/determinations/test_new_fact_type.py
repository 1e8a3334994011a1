"""A new type of fact is one class: the law may use it, callers may send it, and what would change
is told of it.
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.api.law.question_answers import facts_schema
from app.determinations.cases.case import make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.errors import FactsRefused
from app.law.errors import UnsoundLaw
from app.law.fact_types import FACT_TYPES, FactType, NotThatFact
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.reading.library import open_lawbook
from tests.law.small_law import FILES, write_law

DAY = date(2011, 7, 1)
PROVISION = FILES["people/grown.yaml"]
AT_SIX = """\
  - id: known
    words: known to the keeper
    fact: person.comes_at
    at_most: "18:00"
    met: You come at {value}.
    not_met: You come at {value}, later than {required}.
introduces:
  person.comes_at: {type: hour, asks: At what time does the person come?}
"""


class Hour(FactType):
    """An hour and minute of the day as HH:MM; its code is the minutes since midnight."""

    name = "hour"
    operators = frozenset({"is", "at_least", "at_most"})
    python_types = frozenset({str})
    fits = frozenset({"any"})
    input = "number"

    def code_range(self, fact: FactDefinition) -> tuple[int, int]:
        return 0, 24 * 60 - 1

    def code_of(self, fact: FactDefinition) -> Callable[[Any], int]:
        return lambda value: int(value[:2]) * 60 + int(value[3:])

    def value(self, fact: FactDefinition, code: int) -> Value:
        return f"{code // 60:02}:{code % 60:02}"

    def read(self, fact: FactDefinition, given: Any) -> Value:
        if isinstance(given, str) and re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", given):
            return given
        raise NotThatFact("Must be an hour as HH:MM.")

    def json_schema(self, fact: FactDefinition) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}

    def in_words(self, fact: FactDefinition, value: Any) -> str:
        return f"{value} o'clock"

    def example(self, fact: FactDefinition, day: date) -> object:
        return "12:00"


@pytest.fixture
def law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lawbook:
    monkeypatch.setitem(FACT_TYPES, "hour", Hour())
    return open_lawbook(write_law(tmp_path, people__grown=with_hours(AT_SIX)))


def with_hours(conditions: str) -> str:
    return PROVISION[: PROVISION.index("  - id: known")] + conditions


def decided(law: Lawbook, at: str) -> Any:
    given = {"person": {"born_on": "1980-01-01", "comes_at": at}, "visit.asked_on": str(DAY)}
    facts = read_facts(law, "person.grown", given)
    return Decider(law).decide(make_case(law, "person.grown", facts, DAY, "early", DAY))


@pytest.mark.parametrize(
    ("at", "outcome"), [("17:59", "eligible"), ("18:00", "eligible"), ("18:01", "ineligible")]
)
def test_it_is_decided_exactly(law: Lawbook, at: str, outcome: str) -> None:
    assert outcome == decided(law, at).outcome


def test_what_would_change_is_told_in_its_own_words(law: Lawbook) -> None:
    told = [change.says for change in decided(law, "19:30").would_change]

    assert any("18:00 o'clock" in says for says in told)


def test_callers_are_told_what_to_send(law: Lawbook) -> None:
    allows = Draft202012Validator(facts_schema(law, "person.grown")).is_valid

    assert allows({"person": {"comes_at": "18:00"}})
    assert not allows({"person": {"comes_at": "24:00"}})
    with pytest.raises(FactsRefused) as refused:
        decided(law, "24:00")
    assert "Must be an hour as HH:MM." == refused.value.errors[0].detail


def test_the_law_may_compare_it_only_as_it_says(law: Lawbook, tmp_path: Path) -> None:
    wrong = AT_SIX.replace('at_most: "18:00"', "before: 2011-01-01")

    with pytest.raises(UnsoundLaw, match="does not accept before; it accepts at_least"):
        open_lawbook(write_law(tmp_path, people__grown=with_hours(wrong)))

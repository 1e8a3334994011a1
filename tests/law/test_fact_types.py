"""Every type of fact keeps what all of them promise: values and codes stand for each other in the
same order, what is written is read again, and the definition can be kept on disk.
"""

import inspect
import pickle
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.determinations.telling.wording import as_json
from app.law import fact_types
from app.law.fact_types import FACT_TYPES, FactType
from app.law.facts import FactDefinition, Presumption, Value

DAY = date(2011, 7, 1)
FACTS = [
    FactDefinition("a.flag", "flag"),
    FactDefinition("a.day_on", "day"),
    FactDefinition("a.count", "integer", unit="people", minimum=-7, maximum=100),
    FactDefinition("a.factor", "decimal", unit="factor", places=4, minimum=-1, maximum=10),
    FactDefinition("a.kind", "choice", choices={"one": "One", "two": "Two, or more"}),
    FactDefinition("b.eligible", "outcome", choices={"eligible": "eligible", "referred": "other"}),
]
every_fact = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)


def values_of(fact: FactDefinition) -> st.SearchStrategy[Value]:
    """The values that a caller can state."""
    steps = st.integers(fact.first_code // fact.step, fact.last_code // fact.step)
    return steps.map(lambda step: fact.value(step * fact.step))


def test_every_type_stands_in_the_list_and_is_tried_here() -> None:
    classes = {
        each
        for _, each in inspect.getmembers(fact_types, inspect.isclass)
        if issubclass(each, FactType) and not inspect.isabstract(each)
    }

    assert classes == {type(kind) for kind in FACT_TYPES.values()}
    assert set(FACT_TYPES) == {fact.type for fact in FACTS}


@every_fact
@given(data=st.data())
def test_values_and_codes_stand_for_each_other_in_the_same_order(
    fact: FactDefinition, data: st.DataObject
) -> None:
    some, other = data.draw(values_of(fact)), data.draw(values_of(fact))
    values = list(fact.choices) or None

    assert some == fact.value(fact.code(some))
    assert fact.first_code <= fact.code(some) <= fact.last_code
    assert (some == other) == (fact.code(some) == fact.code(other))
    before = values.index(some) < values.index(other) if values else some < other  # type: ignore
    assert before == (fact.code(some) < fact.code(other))


@every_fact
@given(data=st.data())
def test_what_is_written_is_read_again_and_the_law_may_hold_it(
    fact: FactDefinition, data: st.DataObject
) -> None:
    value = data.draw(values_of(fact))
    read = fact.read(as_json(value))

    assert (value, type(value)) == (read, type(read))
    assert fact.kind.complaint(fact, read) is None
    assert fact.in_words(read)


@every_fact
@given(given=st.booleans() | st.integers() | st.decimals() | st.dates() | st.text(max_size=12))
def test_the_law_may_hold_no_value_of_another_type(fact: FactDefinition, given: object) -> None:
    if type(given) not in fact.kind.python_types:
        assert fact.kind.complaint(fact, given) == (
            f"{fact.name} is of type {fact.type}, which {given} is not"
        )


@every_fact
def test_a_definition_in_use_can_be_kept_on_disk(fact: FactDefinition) -> None:
    value = fact.value(fact.last_code)
    code = fact.code(value)
    kept = pickle.loads(pickle.dumps(fact))

    assert (fact, code, value) == (kept, kept.code(value), kept.value(code))


@every_fact
def test_an_example_can_be_sent_as_it_stands(fact: FactDefinition) -> None:
    assert fact.code(fact.read(fact.kind.example(fact, DAY))) in range(
        fact.first_code, fact.last_code + 1
    )


def test_the_example_of_a_flag_is_what_the_law_presumes() -> None:
    presumed = FactDefinition(
        "a.flag", "flag", presumed=Presumption(False, "Nobody is presumed to lie.", None)
    )

    assert FACTS[0].kind.example(FACTS[0], DAY) is True
    assert presumed.kind.example(presumed, DAY) is False


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        (FACTS[0], True, "yes"),
        (FACTS[1], DAY, "July 1, 2011"),
        (FACTS[2], 5, "5"),
        (FACTS[3], Decimal("0.6600"), "0.66"),
        (FACTS[4], "two", "Two, or more"),
        (FACTS[5], "referred", "other"),
    ],
)
def test_a_value_in_words(fact: FactDefinition, value: Value, words: str) -> None:
    assert words == fact.in_words(value)


@every_fact
def test_where_to_look_from_when_a_fact_was_not_stated(fact: FactDefinition) -> None:
    expected = DAY.toordinal() if fact.type == "day" else fact.first_code

    assert expected == fact.kind.code_near(fact, DAY)

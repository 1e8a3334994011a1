"""What callers may send for a fact, and the whole numbers by which values are compared."""

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.fact_types import CODE_LIMIT, FACT_TYPES, GRID, NotThatFact
from app.law.facts import Computation, FactDefinition
from app.law.spans import FIRST_DAY, LAST_DAY
from app.law.standing import accepted_codes

FLAG = FactDefinition("a.flag", "flag")
DAY = FactDefinition("a.day", "day")
NUMBER = FactDefinition("a.number", "integer", unit="days", minimum=0, maximum=100)
FACTOR = FactDefinition("a.factor", "decimal", unit="factor", places=4, maximum=100)
COLOR = FactDefinition(
    "a.color", "choice", choices={"red": "Red", "green": "Green", "blue": "Blue"}
)
SIGNED = FactDefinition("a.signed", "integer", unit="days", minimum=-1000, maximum=1000)
RATIO = FactDefinition(
    "a.ratio", "decimal", unit="ratio", computed=Computation("ratio", ("a.b", "a.c"))
)

fractions = st.fractions(min_value=-1000, max_value=1000)
factors = st.decimals(min_value=0, max_value=100, places=4)


@pytest.mark.parametrize(
    ("fact", "given", "value"),
    [
        (FLAG, True, True),
        (FLAG, False, False),
        (DAY, "2012-02-29", date(2012, 2, 29)),
        (DAY, "1900-01-01", date(1900, 1, 1)),
        (DAY, "2100-12-31", date(2100, 12, 31)),
        (NUMBER, 0, 0),
        (NUMBER, 100, 100),
        (NUMBER, Decimal("88.0"), 88),
        (NUMBER, Decimal("1E+2"), 100),
        (FACTOR, "0.66", Decimal("0.66")),
        (FACTOR, "0.6600", Decimal("0.66")),
        (FACTOR, Decimal("1.3201"), Decimal("1.3201")),
        (FACTOR, 1, Decimal(1)),
        (FACTOR, "-0.0", Decimal(0)),
        (COLOR, "green", "green"),
    ],
)
def test_what_is_of_the_type_is_taken(fact: FactDefinition, given: object, value: object) -> None:
    read = fact.read(given)

    assert value == read
    assert type(value) is type(read)


NOT_OF_THE_TYPE: list[tuple[FactDefinition, list[object]]] = [
    (FLAG, [1, 0, "true", "yes", "", None, Decimal(1), [], {}]),
    (
        DAY,
        [
            20120701,
            "20120701",
            "2012-7-1",
            "2012-07-01T00:00:00",
            "2012-07-01 ",
            "12-07-01",
            "today",
            True,
            None,
        ],
    ),
    (
        DAY,
        [
            "2011-02-29",
            "2012-13-01",
            "0000-01-01",
            "1899-12-31",
            "2101-01-01",
            "٢٠١٢-٠٧-٠١",
            "２０１２-07-01",
        ],
    ),
    (
        NUMBER,
        [
            True,
            False,
            "5",
            "",
            None,
            Decimal("5.5"),
            Decimal("NaN"),
            Decimal("sNaN"),
            Decimal("Infinity"),
            5.0,
        ],
    ),
    (
        NUMBER,
        [-1, 101, 10**40, Decimal("1E+999999"), Decimal("1E-999999"), float("nan"), [5], {"a": 5}],
    ),
    (
        FACTOR,
        [
            True,
            "",
            "1e3",
            "1E3",
            "+1",
            ".5",
            "1.",
            "0x1",
            "1_0",
            " 1",
            "1 ",
            "٠.٦٦",
            "NaN",
            "Infinity",
            "-Infinity",
        ],
    ),
    (
        FACTOR,
        [
            "0.66001",
            "-0.0001",
            "100.0001",
            Decimal("NaN"),
            Decimal("1E+999999"),
            0.66,
            None,
            ["0.66"],
        ],
    ),
    (COLOR, ["Red", "RED", "", "purple", 0, True, None, ["red"], {"red": 1}]),
]


@pytest.mark.parametrize(
    ("fact", "given"), [(fact, given) for fact, wrong in NOT_OF_THE_TYPE for given in wrong]
)
def test_what_is_not_of_the_type_is_refused(fact: FactDefinition, given: object) -> None:
    with pytest.raises(NotThatFact, match=r"^(Must be|There is no|Must have)"):
        fact.read(given)


@given(st.text())
def test_text_never_becomes_a_flag_or_a_whole_number(text: str) -> None:
    for fact in (FLAG, NUMBER):
        with pytest.raises(NotThatFact):
            fact.read(text)


@given(st.text(alphabet="0123456789-.eE+ T:", max_size=12))
def test_text_is_a_day_only_if_the_calendar_writes_it_so(text: str) -> None:
    try:
        day = DAY.read(text)
    except NotThatFact:
        return

    assert isinstance(day, date)
    assert text == day.isoformat()


# --- codes ---


@given(factors, factors)
def test_decimals_compare_as_their_codes_do(some: Decimal, other: Decimal) -> None:
    assert (some < other, some == other) == (
        FACTOR.code(some) < FACTOR.code(other),
        FACTOR.code(some) == FACTOR.code(other),
    )


@given(fractions, st.integers(-3, 3))
def test_an_exact_value_compares_with_the_thresholds_round_it_as_its_code_does(
    value: Fraction, apart: int
) -> None:
    limit = Fraction(math.floor(value * GRID) + apart, GRID)

    assert (value < limit, value == limit) == (
        RATIO.code(value) < RATIO.code(limit),
        RATIO.code(value) == RATIO.code(limit),
    )


@given(fractions)
def test_a_value_between_two_points_of_the_grid_has_an_odd_code(value: Fraction) -> None:
    assert (value * GRID).denominator == 1 or RATIO.code(value) % 2 == 1


def test_a_third_is_neither_its_rounding_up_nor_down() -> None:
    below, above = RATIO.code(Decimal("0.333333")), RATIO.code(Decimal("0.333334"))

    assert (below + 1, above - 1) == (RATIO.code(Fraction(1, 3)), RATIO.code(Fraction(1, 3)))


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_whole_numbers_compare_as_their_codes_do(some: int, other: int) -> None:
    assert (some < other) == (SIGNED.code(some) < SIGNED.code(other))


@given(st.dates(FIRST_DAY, LAST_DAY), st.dates(FIRST_DAY, LAST_DAY))
def test_days_compare_as_their_codes_do(some: date, other: date) -> None:
    assert (some < other) == (DAY.code(some) < DAY.code(other))


@pytest.mark.parametrize("fact", [FLAG, DAY, NUMBER, FACTOR, COLOR], ids=lambda f: f.type)
@given(data=st.data())
def test_every_code_of_a_fact_stands_for_one_value(
    fact: FactDefinition, data: st.DataObject
) -> None:
    code = (
        data.draw(st.integers(fact.first_code // fact.step, fact.last_code // fact.step))
        * fact.step
    )
    value = fact.value(code)

    assert code == fact.code(value)
    assert fact.first_code <= code <= fact.last_code


@given(st.integers(10**18, 10**40))
def test_codes_stay_within_what_the_engine_carries(number: int) -> None:
    assert CODE_LIMIT == RATIO.code(Fraction(number))
    assert -CODE_LIMIT == RATIO.code(Fraction(-number))


@pytest.mark.parametrize(
    ("fact", "step"),
    [(FLAG, 1), (DAY, 1), (NUMBER, 1), (FACTOR, 200), (COLOR, 1)],
    ids=lambda f: str(f),
)
def test_the_step_between_neighboring_values(fact: FactDefinition, step: int) -> None:
    assert step == fact.step


# --- which codes an operator accepts ---

HOLDS = {
    "is": lambda v, r: v == r,
    "is_not": lambda v, r: v != r,
    "at_least": lambda v, r: v >= r,
    "at_most": lambda v, r: v <= r,
    "more_than": lambda v, r: v > r,
    "less_than": lambda v, r: v < r,
    "on_or_after": lambda v, r: v >= r,
    "on_or_before": lambda v, r: v <= r,
    "after": lambda v, r: v > r,
    "before": lambda v, r: v < r,
}
PLAIN_OPERATORS = [
    (fact, op) for fact in (DAY, SIGNED, FACTOR) for op in sorted(fact.kind.operators - {"within"})
]


@pytest.mark.parametrize(
    ("fact", "operator"), PLAIN_OPERATORS, ids=lambda p: p if isinstance(p, str) else p.type
)
@given(data=st.data())
def test_an_operator_accepts_the_values_for_which_it_holds(
    fact: FactDefinition, operator: str, data: st.DataObject
) -> None:
    values = st.integers(fact.first_code // fact.step, fact.last_code // fact.step).map(
        lambda n: fact.value(n * fact.step)
    )
    value, required = data.draw(values), data.draw(values)
    if data.draw(st.booleans()):
        value = required

    assert HOLDS[operator](value, required) == (
        fact.code(value) in accepted_codes(operator, required, fact)
    )


@given(
    fractions,
    st.decimals(-100, 100, places=6),
    st.sampled_from(sorted(FACT_TYPES["decimal"].operators - {"within"})),
)
def test_unrounded_values_are_held_against_the_operand_exactly(
    value: Fraction, required: Decimal, operator: str
) -> None:
    expected = HOLDS[operator](value, Fraction(required))

    assert expected == (RATIO.code(value) in accepted_codes(operator, required, RATIO))


@given(
    st.integers(-1000, 1000),
    st.lists(st.tuples(st.integers(-1000, 1000), st.integers(0, 500)), min_size=1, max_size=4),
)
def test_within_accepts_both_ends_of_every_range(
    value: int, written: list[tuple[int, int]]
) -> None:
    ranges = tuple((low, low + length) for low, length in written)
    expected = any(low <= value <= high for low, high in ranges)

    assert expected == (SIGNED.code(value) in accepted_codes("within", ranges, SIGNED))


@pytest.mark.parametrize("value", COLOR.choices)
@pytest.mark.parametrize("others", [("red",), ("red", "blue"), ("red", "green", "blue")])
def test_choices_are_told_apart(value: str, others: tuple[str, ...]) -> None:
    code = COLOR.code(value)

    assert (value in others) == (code in accepted_codes("one_of", others, COLOR))
    assert (value == others[0]) == (code in accepted_codes("is", others[0], COLOR))
    assert (value != others[0]) == (code in accepted_codes("is_not", others[0], COLOR))

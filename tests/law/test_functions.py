"""The functions of the law: each gives what it says, and moves with its arguments as it says."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.functions import FUNCTIONS, Function, Kind
from app.law.reading.library import open_lawbook
from app.law.spans import Span

HOLIDAYS = open_lawbook(Path(__file__).parents[2] / "rulesets").holidays
days = st.dates(date(1950, 1, 1), date(2050, 12, 31))
numbers = st.integers(0, 1000) | st.decimals(0, 1000, places=2)
ARGUMENTS: dict[Kind, st.SearchStrategy[Any]] = {
    "day": days, "integer": st.integers(1, 12), "number": numbers, "any": days | numbers,
}  # fmt: skip
GIVEN: dict[Kind, tuple[type, ...]] = {
    "day": (date,),
    "integer": (int,),
    "number": (int, Fraction),
    "span": (Span, type(None)),
    "any": (date, int, Decimal),
}
OF_FACTS = {n: f for n, f in FUNCTIONS.items() if "series" not in f.takes}


def arguments_of(function: Function, data: st.DataObject) -> list[Any]:
    count = len(function.takes) + (data.draw(st.integers(0, 2)) if function.is_variadic else 0)
    return [data.draw(ARGUMENTS[str(function.kind_of(i))]) for i in range(count)]  # type: ignore


@pytest.mark.parametrize("name", OF_FACTS)
@given(data=st.data())
def test_a_function_gives_the_kind_it_says(name: str, data: st.DataObject) -> None:
    function = FUNCTIONS[name]
    value = function.with_holidays(HOLIDAYS)(*arguments_of(function, data))

    if value is None:
        assert function.gives == "span" or name in ("ratio", "percent")
    else:
        assert isinstance(value, GIVEN[function.gives])


@pytest.mark.parametrize("name", [n for n, f in OF_FACTS.items() if not f.concludes_only])
@given(data=st.data())
def test_a_function_rises_and_falls_with_each_argument_as_it_says(
    name: str, data: st.DataObject
) -> None:
    function = FUNCTIONS[name]
    less = arguments_of(function, data)
    index = data.draw(st.integers(0, len(less) - 1))
    other = data.draw(ARGUMENTS[str(function.kind_of(index))])  # type: ignore[index]
    more = [*less[:index], max(less[index], other), *less[index + 1 :]]
    less[index] = min(less[index], other)
    compute = function.with_holidays(HOLIDAYS)
    before, after = compute(*less), compute(*more)

    if before is not None and after is not None:
        moved = (after > before) - (after < before)  # type: ignore[operator]
        assert moved in (0, function.direction(index)) or not function.direction(index)


@given(st.lists(st.integers(0, 100), min_size=2, max_size=4), numbers)
def test_whole_numbers_give_whole_numbers_and_others_exact_fractions(
    whole: list[int], other: int | Decimal
) -> None:
    for name in ("sum", "product", "largest", "smallest"):
        compute = FUNCTIONS[name].compute
        expected = int if isinstance(other, int) else Fraction

        assert type(compute(*whole)) is int
        assert type(compute(*whole, other)) is expected
        assert compute(*whole, other) == compute(*(Fraction(n) for n in (*whole, other)))


@pytest.mark.parametrize("name", ["ratio", "percent"])
def test_nothing_is_divided_by_nothing(name: str) -> None:
    assert FUNCTIONS[name].compute(1, 0) is None


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("days_between", (date(2012, 2, 28), date(2012, 3, 1)), 2),
        ("days_counted", (date(2011, 7, 31), date(2011, 10, 3)), 63),  # October 2 was a Sunday
        ("days_counted", (date(2011, 7, 31), date(2011, 10, 4)), 65),
        ("days_counted", (date(2012, 8, 10), date(2012, 9, 10)), 30),
        ("days_counted", (date(2011, 9, 10), date(2011, 10, 11)), 29),  # Sunday, Columbus Day
        ("days_counted", (date(2011, 9, 1), date(2011, 10, 2)), 31),
        ("last_day", (date(2011, 7, 31), 63), date(2011, 10, 3)),
        ("last_day", (date(2014, 6, 4), 30), date(2014, 7, 5)),  # a Saturday moves nothing
        ("last_day", (date(2011, 11, 25), 30), date(2011, 12, 27)),  # Christmas, and the Monday
        ("whole_years_between", (date(2008, 2, 29), date(2011, 2, 28)), 2),
        ("whole_months_between", (date(2011, 1, 31), date(2011, 2, 28)), 0),
        ("difference", (3, 5), -2),
        ("ratio", (1, 3), Fraction(1, 3)),
        ("percent", (1, Decimal("0.5")), 200),
        ("years_after", (date(2008, 2, 29), 1), date(2009, 3, 1)),
        ("months_after", (date(2011, 1, 31), 1), date(2011, 3, 1)),
        ("months_after", (date(2011, 11, 15), 2), date(2012, 1, 15)),
        ("first_of_next_month", (date(2011, 12, 1),), date(2012, 1, 1)),
        ("first_of_month_by_cutoff", (date(2011, 7, 15), 15), date(2011, 8, 1)),
        ("first_of_month_by_cutoff", (date(2011, 7, 16), 15), date(2011, 9, 1)),
        ("rule_year_start", (date(2011, 7, 15), 7, 15), date(2012, 1, 1)),
        ("rule_year_start", (date(2011, 7, 16), 7, 15), date(2013, 1, 1)),
        ("next_anniversary", (date(2011, 7, 1), date(2011, 7, 1)), date(2012, 7, 1)),
        ("next_anniversary", (date(2008, 2, 29), date(2010, 3, 2)), date(2011, 3, 1)),
        ("span", (date(2011, 7, 2), date(2011, 7, 1)), None),
    ],
)
def test_examples(name: str, arguments: tuple[Any, ...], value: object) -> None:
    assert value == FUNCTIONS[name].with_holidays(HOLIDAYS)(*arguments)

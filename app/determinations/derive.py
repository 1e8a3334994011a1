"""Computed facts and conclusions: days between, whole years, anniversaries, products, ratios.
Exact; nothing is rounded.

`app.law.functions` lists the same functions for the reader of the law.
"""

import calendar
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from app.law.calendars import Series
from app.law.facts import Computation, Value
from app.law.spans import Span

Derived = Value | Span | None
Number = int | Decimal | Fraction


def anniversary(day: date, years: int) -> date:
    """The same day a number of years later.

    That of February 29 is March 1 in common years, so never before a full year.
    """
    if day.month == 2 and day.day == 29 and not calendar.isleap(day.year + years):
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def next_anniversary(enrolled_on: date, on_or_after: date) -> date:
    """The first enrollment anniversary on or after a day, and at least one year after enrolling;
    both calendar days.

    Canceling a closed plan takes effect on this day and not before (St. 2010, c. 288, § 28).
    The act is silent on February 29; here its anniversary is March 1 in common years.
    """
    years = max(1, on_or_after.year - enrolled_on.year)
    found = anniversary(enrolled_on, years)
    return found if found >= on_or_after else anniversary(enrolled_on, years + 1)


def whole_years_between(earlier: date, later: date) -> int:
    """Completed years from one day to another; negative where *later* is earlier."""
    return later.year - earlier.year - ((later.month, later.day) < (earlier.month, earlier.day))


def whole_months_between(earlier: date, later: date) -> int:
    """Completed months from one day to another; negative where *later* is earlier."""
    return (
        (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)
    )


def months_after(day: date, months: int) -> date:
    """The same day of the month some months later.

    Where that month is shorter, the first day of the month after it.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day > calendar.monthrange(year, month + 1)[1]:
        return first_of_next_month(date(year, month + 1, 1))
    return date(year, month + 1, day.day)


def first_of_next_month(day: date) -> date:
    """The first day of the month after a day's own."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def first_of_month_by_cutoff(day: date, cutoff: int) -> date:
    """The first of the next month where the day of the month is at most *cutoff*, else the first of
    the month after that.
    """
    start = first_of_next_month(day)
    return start if day.day <= cutoff else first_of_next_month(start)


def rule_year_start(adopted_on: date, month: int, day: int) -> date:
    """January 1 of the next year where the adoption is on or before a month and day of its year,
    else of the year after.
    """
    return date(
        adopted_on.year + (1 if (adopted_on.month, adopted_on.day) <= (month, day) else 2), 1, 1
    )


def _ratio(part: Number, whole: Number) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


def _percent(part: Number, whole: Number) -> Fraction | None:
    return 100 * Fraction(part) / Fraction(whole) if whole else None


def _days(day: date, count: int) -> date:
    return day + timedelta(days=count)


def _product(*numbers: Number) -> Fraction:
    return math.prod((Fraction(number) for number in numbers), start=Fraction(1))


PLAIN: dict[str, Callable[..., Derived]] = {
    "days_between": lambda a, b: (b - a).days,
    "whole_years_between": whole_years_between,
    "whole_months_between": whole_months_between,
    "sum": lambda *numbers: sum((Fraction(n) for n in numbers), start=Fraction(0)),
    "product": _product,
    "difference": lambda a, b: Fraction(a) - Fraction(b),
    "ratio": _ratio,
    "percent": _percent,
    "largest": lambda *numbers: max(Fraction(n) for n in numbers),
    "smallest": lambda *numbers: min(Fraction(n) for n in numbers),
    "latest": lambda *days: max(days),
    "earliest": lambda *days: min(days),
    "days_after": _days,
    "days_before": lambda day, count: _days(day, -count),
    "years_after": anniversary,
    "months_after": months_after,
    "first_of_next_month": first_of_next_month,
    "first_of_month_by_cutoff": first_of_month_by_cutoff,
    "end_of_year": lambda day, count: date(day.year + count, 12, 31),
    "first_of_year": lambda day, count: date(day.year + count, 1, 1),
    "rule_year_start": rule_year_start,
    "next_anniversary": next_anniversary,
    "span": lambda first, last: Span(first, last) if first <= last else None,
    "value": lambda value: value,
}

_WHOLE = frozenset({"sum", "product", "difference", "largest", "smallest"})


def _is_whole(function: str, arguments: list[Derived]) -> bool:
    """Whether a function of whole numbers gives a whole number."""
    return function in _WHOLE and all(isinstance(argument, int) for argument in arguments)


SERIES_FUNCTIONS = frozenset({"next_period", "period_of", "days_until_next_period"})
"""Functions of a calendar series; their value depends on the edition as well as on the facts."""

RISES: dict[str, tuple[int, ...]] = {
    "days_between": (-1, 1),
    "whole_years_between": (-1, 1),
    "whole_months_between": (-1, 1),
    "sum": (1,),
    "product": (1,),
    "difference": (1, -1),
    "ratio": (1, -1),
    "percent": (1, -1),
    "largest": (1,),
    "smallest": (1,),
    "latest": (1,),
    "earliest": (1,),
    "days_after": (1, 1),
    "days_before": (1, -1),
    "years_after": (1, 1),
    "months_after": (1, 1),
    "first_of_next_month": (1,),
    "first_of_month_by_cutoff": (1, -1),
    "end_of_year": (1, 1),
    "first_of_year": (1, 1),
    "rule_year_start": (1, -1, -1),
    "next_anniversary": (0, 1),
}
"""Whether a function rises (1) or falls (-1) with each argument (the last entry repeats); 0 where
it does neither.

Facts are never negative where they multiply or divide, so products and ratios are monotone; that is
what makes "what would change" exact.
"""


def direction(function: str, index: int) -> int:
    """How the value moves when one argument grows: 1, -1, or 0 where it is not monotone."""
    signs = RISES.get(function, (0,))
    return signs[min(index, len(signs) - 1)]


def _of_two(
    function: Callable[..., Derived], first: str, second: str
) -> Callable[[Mapping[str, Value]], Derived]:
    """A function of two facts."""

    def derive(values: Mapping[str, Value]) -> Derived:
        left, right = values.get(first), values.get(second)
        if left is None or right is None:
            return None
        try:
            return function(left, right)
        except (ValueError, OverflowError):
            return None  # a day past the end of the calendar is no day

    return derive


@dataclass(frozen=True)
class Deriving:
    """What functions may look at beside facts: the calendars of an edition and the parameters of a
    provision.
    """

    series: Mapping[str, Series]

    def compute(
        self,
        call: Computation,
        values: Mapping[str, Value],
        parameters: Mapping[str, Value] | None = None,
    ) -> Derived:
        """The value of a function.

        None where an argument is unknown or the result is no day or number.
        """
        if call.function in SERIES_FUNCTIONS:
            return self._of_series(call, values)
        arguments: list[Derived] = []
        for argument in call.arguments:
            value: Derived
            if isinstance(argument, int):
                value = argument
            elif isinstance(argument, Computation):
                value = self.compute(argument, values, parameters)
            else:
                value = (
                    (parameters or {}).get(argument[1:])
                    if argument[0] == "$"
                    else values.get(argument)
                )
            if value is None:
                return None
            arguments.append(value)
        try:
            result = PLAIN[call.function](*arguments)
            return (
                int(result)
                if isinstance(result, Fraction) and _is_whole(call.function, arguments)
                else result
            )
        except (ValueError, OverflowError):
            return None  # a day past the end of the calendar is no day

    def prepared(self, call: Computation) -> Callable[[Mapping[str, Value]], Derived]:
        """`compute` for one function of facts alone, looked at once: it is asked again for every
        applicant.
        """
        function, arguments = call.function, call.arguments
        is_plain = function in PLAIN and function not in _WHOLE
        if (
            is_plain
            and len(arguments) == 2
            and all(isinstance(a, str) and a[0] != "$" for a in arguments)
        ):
            return _of_two(PLAIN[function], str(arguments[0]), str(arguments[1]))
        return lambda values: self.compute(call, values)

    def _of_series(self, call: Computation, values: Mapping[str, Value]) -> Derived:
        name, fact = call.arguments
        series, day = self.series.get(str(name)), values.get(str(fact))
        if series is None or not isinstance(day, date):
            return None
        if call.function == "period_of":
            return series.containing(day)
        following = series.next_after(day)
        if call.function == "next_period" or following is None:
            return following
        return (following.first - day).days

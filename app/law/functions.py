"""The functions that computed facts and conclusions may use. Exact; nothing is rounded.

Adding one is adding its record to `FUNCTIONS`, and a row to `docs/provision-format.md`.
"""

import calendar
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Literal

from app.law.calendars import Series
from app.law.facts import Value
from app.law.holidays import LegalHolidays
from app.law.spans import Span

Kind = Literal["day", "integer", "number", "series", "span", "any"]
Computed = Value | Span | None
Number = int | Decimal | Fraction


@dataclass(frozen=True)
class Function:
    """What a function takes, in order, the kind it gives, and how it is computed.

    *rises* says for each argument whether the value rises (1) or falls (-1) with it, 0 where it
    does neither: that is what makes "what would change" exact. Facts are never negative where they
    multiply or divide, so products and ratios are monotone. Where *is_variadic*, more arguments
    may follow, of the last kind. *unit* is that of what it gives, if that never changes. Where it
    *counts_holidays*, `compute` takes the legal holidays before its arguments.
    """

    takes: tuple[Kind, ...]
    gives: Kind
    compute: Callable[..., Computed]
    rises: tuple[int, ...] = (0,)
    is_variadic: bool = False
    concludes_only: bool = False
    counts_holidays: bool = False
    unit: str | None = None

    def with_holidays(self, holidays: LegalHolidays) -> Callable[..., Computed]:
        """What computes it, under a law of holidays."""
        return partial(self.compute, holidays) if self.counts_holidays else self.compute

    def kind_of(self, index: int) -> Kind | None:
        """The kind of an argument, or none where there may be no such argument."""
        if index < len(self.takes):
            return self.takes[index]
        return self.takes[-1] if self.is_variadic else None

    def direction(self, index: int) -> int:
        """How the value moves when one argument grows: 1, -1, or 0 where it is not monotone."""
        return self.rises[min(index, len(self.rises) - 1)]


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


def _exact(numbers: tuple[Number, ...]) -> tuple[int, ...] | list[Fraction]:
    """Numbers as they are where all are whole, so that what is made of them is whole; else as
    fractions.
    """
    if all(isinstance(number, int) for number in numbers):
        return numbers  # type: ignore[return-value]
    return [Fraction(number) for number in numbers]


def ratio(part: Number, whole: Number) -> Fraction | None:
    """None where the whole is nothing."""
    return Fraction(part) / Fraction(whole) if whole else None


def days_until_next_period(series: Series, day: date) -> int | None:
    """Days to the first day of the open period that starts next."""
    following = series.next_after(day)
    return None if following is None else (following.first - day).days


def period_of(series: Series, day: date) -> Span | None:
    """The open period that a day lies in, without a last day where unread days follow it."""
    found = series.containing(day)
    return Span(found.first) if found is not None and series.goes_on_unread(found) else found


def last_day_of_period(series: Series, day: date) -> date | None:
    """The last day of the open period that a day lies in; none where that is not known."""
    found = series.containing(day)
    return None if found is None or series.goes_on_unread(found) else found.last


def days_counted(holidays: LegalHolidays, start: date, act: date) -> int:
    """Days from one to another; an act just after Sundays and legal holidays counts as of the first
    of them (M.G.L. c. 4, § 9).
    """
    return (holidays.counts_as_of(act) - start).days


def last_day(holidays: LegalHolidays, start: date, days: int) -> date:
    """The last day of a limit of some days after a day; where that is a Sunday or a legal holiday,
    the next business day (M.G.L. c. 4, § 9).
    """
    return holidays.last_day(start + timedelta(days))


_NUMBERS: tuple[Kind, ...] = ("number", "number")
_DAYS: tuple[Kind, ...] = ("day", "day")
_DAY_AND_COUNT: tuple[Kind, ...] = ("day", "integer")
_OF_SERIES: tuple[Kind, ...] = ("series", "day")

FUNCTIONS: Mapping[str, Function] = {
    "days_between": Function(_DAYS, "integer", lambda a, b: (b - a).days, (-1, 1), unit="days"),
    "days_counted": Function(_DAYS, "integer", days_counted, (-1, 1), counts_holidays=True),
    "last_day": Function(_DAY_AND_COUNT, "day", last_day, (1, 1), counts_holidays=True),
    "whole_years_between": Function(_DAYS, "integer", whole_years_between, (-1, 1), unit="years"),
    "whole_months_between": Function(
        _DAYS, "integer", whole_months_between, (-1, 1), unit="months"
    ),
    "sum": Function(_NUMBERS, "number", lambda *n: sum(_exact(n)), (1,), True),
    "product": Function(_NUMBERS, "number", lambda *n: math.prod(_exact(n)), (1,), True),
    "difference": Function(_NUMBERS, "number", lambda a, b: operator.sub(*_exact((a, b))), (1, -1)),
    "ratio": Function(_NUMBERS, "number", ratio, (1, -1)),
    "percent": Function(_NUMBERS, "number", lambda a, b: ratio(100 * Fraction(a), b), (1, -1)),
    "largest": Function(_NUMBERS, "number", lambda *n: max(_exact(n)), (1,), True),
    "smallest": Function(_NUMBERS, "number", lambda *n: min(_exact(n)), (1,), True),
    "latest": Function(_DAYS, "day", max, (1,), True),
    "earliest": Function(_DAYS, "day", min, (1,), True),
    "days_after": Function(_DAY_AND_COUNT, "day", lambda day, n: day + timedelta(n), (1, 1)),
    "days_before": Function(_DAY_AND_COUNT, "day", lambda day, n: day - timedelta(n), (1, -1)),
    "years_after": Function(_DAY_AND_COUNT, "day", anniversary, (1, 1)),
    "months_after": Function(_DAY_AND_COUNT, "day", months_after, (1, 1)),
    "first_of_next_month": Function(("day",), "day", first_of_next_month, (1,)),
    "first_of_month_by_cutoff": Function(_DAY_AND_COUNT, "day", first_of_month_by_cutoff, (1, -1)),
    "end_of_year": Function(
        _DAY_AND_COUNT, "day", lambda day, n: date(day.year + n, 12, 31), (1, 1)
    ),
    "first_of_year": Function(
        _DAY_AND_COUNT, "day", lambda day, n: date(day.year + n, 1, 1), (1, 1)
    ),
    "rule_year_start": Function(("day", "integer", "integer"), "day", rule_year_start, (1, -1, -1)),
    "next_anniversary": Function(_DAYS, "day", next_anniversary, (0, 1)),
    "days_until_next_period": Function(_OF_SERIES, "integer", days_until_next_period, unit="days"),
    "last_day_of_period": Function(_OF_SERIES, "day", last_day_of_period),
    "next_period": Function(_OF_SERIES, "span", Series.next_after, concludes_only=True),
    "period_of": Function(_OF_SERIES, "span", period_of, concludes_only=True),
    "span": Function(
        _DAYS,
        "span",
        lambda first, last: Span(first, last) if first <= last else None,
        concludes_only=True,
    ),
    "value": Function(("any",), "any", lambda value: value, concludes_only=True),
}

SERIES_FUNCTIONS = frozenset(name for name, f in FUNCTIONS.items() if "series" in f.takes)
"""Functions of a calendar series; their value depends on the edition as well as on the facts."""

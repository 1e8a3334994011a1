"""What a condition requires of a value, and what computed facts come to: read from the provisions
once more, without codes, masks or the tables of the product.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any, cast

from app.law.calendars import Series, StandingCalendar
from app.law.facts import Computation, Value
from app.law.standing import StandingCondition
from tests.relevance.holidays import counted, is_closed


@dataclass(frozen=True)
class Stretch:
    """Numbers or days between two ends, each in it unless *open*; no end goes on for ever."""

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: Any) -> bool:
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        return above and (
            self.high is None or value < self.high or (value == self.high and not self.high_open)
        )


@dataclass(frozen=True)
class Requirement:
    """The values that meet a condition: among *choices*, or in one of the *stretches*.

    Days that return every year are kept as months and days, within the days of *in_force*.
    """

    choices: frozenset[Value] | None = None
    stretches: tuple[Stretch, ...] = ()
    yearly: tuple[tuple[int, int], ...] = ()
    in_force: Stretch = Stretch()

    @cached_property
    def _days(self) -> frozenset[date] | None:
        """Every day of a calendar: looking one up is faster than trying many stretches."""
        if len(self.stretches) < 4 or not isinstance(self.stretches[0].low, date):
            return None
        return frozenset(
            s.low + timedelta(days=n)
            for s in self.stretches
            for n in range((s.high - s.low).days + 1)
        )

    def met_by(self, value: Value) -> bool:
        """Whether a value meets the condition."""
        if self.choices is not None:
            return value in self.choices
        if self.yearly and value in self.in_force:
            day = cast(date, value)
            at = day.month * 100 + day.day
            if any(first <= at <= last for first, last in self.yearly):
                return True
        if self._days is not None:
            return value in self._days
        return any(value in stretch for stretch in self.stretches)


def requirement_of(condition: StandingCondition) -> Requirement:
    """What a condition of the law in force requires, from its operator and operand as written."""
    operator, required, fact = condition.condition.operator, condition.required, condition.fact
    if isinstance(required, StandingCalendar):
        return _of_calendar(required)
    if fact.type in ("flag", "choice", "outcome"):
        written = frozenset(required if isinstance(required, tuple) else (required,))
        if operator == "is_not":
            return Requirement(frozenset(fact.choices) - cast(frozenset[str], written))
        return Requirement(cast(frozenset[Value], written))
    if isinstance(required, tuple):
        pairs = cast(tuple[tuple[Value, Value], ...], required)
        return Requirement(stretches=tuple(Stretch(low, high) for low, high in pairs))
    return Requirement(stretches=_STRETCHES[operator](required))


_STRETCHES: dict[str, Callable[[Value], tuple[Stretch, ...]]] = {
    "is": lambda v: (Stretch(v, v),),
    "is_not": lambda v: (Stretch(high=v, high_open=True), Stretch(low=v, low_open=True)),
    "at_least": lambda v: (Stretch(low=v),),
    "on_or_after": lambda v: (Stretch(low=v),),
    "more_than": lambda v: (Stretch(low=v, low_open=True),),
    "after": lambda v: (Stretch(low=v, low_open=True),),
    "at_most": lambda v: (Stretch(high=v),),
    "on_or_before": lambda v: (Stretch(high=v),),
    "less_than": lambda v: (Stretch(high=v, high_open=True),),
    "before": lambda v: (Stretch(high=v, high_open=True),),
}


def _of_calendar(calendar: StandingCalendar) -> Requirement:
    listed = [p for p in calendar.periods if p in calendar.calendar.periods]
    if calendar.calendar.kind in ("open", "limited"):
        moved = tuple(_moved_end(p.last) for p in calendar.periods)
    else:
        moved = tuple(p.last for p in calendar.periods)
    if calendar.calendar.every_year:
        moved_days = [(p.last, to) for p, to in zip(calendar.periods, moved, strict=True)]
        return Requirement(
            stretches=tuple(Stretch(low, high) for low, high in moved_days if low != high),
            yearly=tuple((y.first, y.last) for y in calendar.calendar.every_year),
            in_force=Stretch(calendar.in_force.first, calendar.in_force.last),
        )
    return Requirement(
        stretches=tuple(Stretch(p.first, to) for p, to in zip(listed, moved, strict=True))
    )


def _moved_end(day: date) -> date:
    while is_closed(day):
        day += timedelta(1)
    return day


# --- computed facts ---


def _first_of_following(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _by_cutoff(day: date, cutoff: int) -> date:
    start = _first_of_following(day.year, day.month)
    return start if day.day <= cutoff else _first_of_following(start.year, start.month)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return _first_of_following(year, month + 1)


def _next_anniversary(enrolled: date, earliest: date) -> date:
    years = 1
    while _months_later(enrolled, 12 * years) < earliest:
        years += 1
    return _months_later(enrolled, 12 * years)


def _divided(part: Any, whole: Any) -> Fraction | None:
    return None if whole == 0 else Fraction(part) / Fraction(whole)


def _percent(part: Any, whole: Any) -> Fraction | None:
    return _divided(100 * Fraction(part), whole)


def _multiplied(*numbers: Any) -> Fraction:
    product = Fraction(1)
    for number in numbers:
        product *= Fraction(number)
    return product


def _rule_year(adopted: date, month: int, day: int) -> date:
    later = (adopted.month, adopted.day) > (month, day)
    return date(adopted.year + 1 + later, 1, 1)


CONCRETE: dict[str, Callable[..., Any]] = {
    "days_between": lambda a, b: (b - a).days,
    "days_counted": counted,
    "whole_years_between": lambda a, b: b.year - a.year - ((b.month, b.day) < (a.month, a.day)),
    "whole_months_between": lambda a, b: (
        12 * (b.year - a.year) + b.month - a.month - (b.day < a.day)
    ),
    "first_of_month_by_cutoff": _by_cutoff,
    "sum": lambda *numbers: sum(Fraction(n) for n in numbers),
    "product": _multiplied,
    "difference": lambda a, b: Fraction(a) - Fraction(b),
    "ratio": _divided,
    "percent": _percent,
    "latest": max,
    "days_after": lambda day, count: day + timedelta(days=count),
    "days_before": lambda day, count: day - timedelta(days=count),
    "months_after": _months_later,
    "years_after": lambda day, count: _months_later(day, 12 * count),
    "first_of_next_month": lambda day: _first_of_following(day.year, day.month),
    "end_of_year": lambda day, count: date(day.year + count, 12, 31),
    "first_of_year": lambda day, count: date(day.year + count, 1, 1),
    "rule_year_start": _rule_year,
    "next_anniversary": _next_anniversary,
}
"""The functions of facts that today's provisions use; another one is refused, not guessed."""


def _end_of_period(series: Series, day: date) -> date | None:
    """The last day of the run of open days about a day; none where unread days follow it."""
    if day.toordinal() not in series.open_days:
        return None
    while (day + timedelta(1)).toordinal() in series.open_days:
        day += timedelta(1)
    return None if day.toordinal() + 1 in series.unread_days else day


def computed(
    call: Computation, values: Mapping[str, Any], series: Mapping[str, Series]
) -> Any | None:
    """The value of a computed fact; none where an argument is unknown or there is no such value."""
    if call.function == "days_until_next_period":
        name, fact = map(str, call.arguments)
        day = values.get(fact)
        following = series[name].next_after(day) if day is not None and name in series else None
        return None if following is None else (following.first - day).days
    if call.function == "last_day_of_period":
        name, fact = map(str, call.arguments)
        day = values.get(fact)
        within = series[name].containing(day) if day is not None and name in series else None
        return None if within is None or series[name].goes_on_unread(within) else within.last
    if call.function == "last_day_of_period":
        name, fact = map(str, call.arguments)
        day = values.get(fact)
        return _end_of_period(series[name], day) if day and name in series else None
    arguments = [a if isinstance(a, int) else values.get(str(a)) for a in call.arguments]
    if any(argument is None for argument in arguments):
        return None
    return CONCRETE[call.function](*arguments)

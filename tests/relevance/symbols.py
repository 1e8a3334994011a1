"""Values that are not known, as the solver sees them: whole numbers, fractions of them, and days.

Days are counted from March 1, 1900, so that the day that leap years add is the last of its year:
`t = 1461 q + 365 i + doy` with four-year cycles `q`, years `i` of a cycle and days `doy` of a year
that starts in March. Whole years between two days are then the difference of the years, one less
where `doy` of the later day is smaller. It holds from 1900-03-01 to 2100-02-28.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import z3

from app.law.facts import Computation
from tests.relevance.holidays import RUN, closed
from tests.relevance.reading import DAY_ZERO
from tests.relevance.values import Requirement, Stretch

JANUARY = 306
"""The first of January, as a day of a year that starts in March."""
LENGTHS = (31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29)
STARTS = tuple(sum(LENGTHS[:month]) for month in range(13))

Symbolic = Any
"""A Python number or truth, or an expression of the solver."""


def both(parts: Sequence[Symbolic]) -> Symbolic:
    """All of some truths; what is known is left out."""
    if any(part is False for part in parts):
        return False
    rest = [part for part in parts if part is not True]
    return True if not rest else rest[0] if len(rest) == 1 else z3.And(*rest)


def either(parts: Sequence[Symbolic]) -> Symbolic:
    """One of some truths; what is known is left out."""
    if any(part is True for part in parts):
        return True
    rest = [part for part in parts if part is not False]
    return False if not rest else rest[0] if len(rest) == 1 else z3.Or(*rest)


def negated(truth: Symbolic) -> Symbolic:
    """The opposite of a truth."""
    return not truth if isinstance(truth, bool) else z3.Not(truth)


def chosen(test: Symbolic, yes: Symbolic, no: Symbolic) -> Symbolic:
    """One of two numbers."""
    if isinstance(test, bool):
        return yes if test else no
    return z3.If(test, yes, no)


@dataclass(frozen=True)
class Number:
    """A fraction of two whole numbers, the lower one above zero wherever *exists* holds."""

    upper: Symbolic
    lower: Symbolic = 1
    exists: Symbolic = True


@dataclass(frozen=True)
class Day:
    """Days since March 1, 1900; the year and the day in it where they are known already."""

    count: Symbolic
    year: Symbolic = None
    day_of_year: Symbolic = None
    exists: Symbolic = True


Term = Number | Day


def known_day(day: date) -> Day:
    """A day that is known."""
    count = (day - DAY_ZERO).days
    year = day.year - 1900 - (day.month < 3)
    return Day(count, year, count - (date(1900 + year, 3, 1) - DAY_ZERO).days)


def known_number(value: Any) -> Number:
    """A number that is known."""
    fraction = Fraction(value)
    return Number(fraction.numerator, fraction.denominator)


class Terms:
    """Computed facts as expressions.

    *side* collects what must hold of the parts of days, *parts* these, each with the fact whose
    condition *asked_for* them.
    """

    def __init__(self) -> None:
        self.side: list[tuple[Any, str]] = []
        self.parts: list[tuple[Any, str]] = []
        self.asked_for = ""
        self._split: dict[tuple[int, str], tuple[Day, Day]] = {}

    def _whole(self, low: int, high: int) -> Any:
        number = z3.FreshInt("part")
        self.must(number >= low, number <= high)
        self.parts.append((number, self.asked_for))
        return number

    def must(self, *tests: Any) -> None:
        """Something that holds of every completion."""
        self.side += [(test, self.asked_for) for test in tests]

    def split(self, day: Day) -> Day:
        """A day with its year and the day in it."""
        if day.year is not None:
            return day
        key = (day.count.get_id(), self.asked_for)
        if key not in self._split:
            self._split[key] = (day, self._parted(day))
        return self._split[key][1]

    def _parted(self, day: Day) -> Day:
        cycle, year, in_year = self._whole(0, 50), self._whole(0, 3), self._whole(0, 365)
        self.must(day.count == 1461 * cycle + 365 * year + in_year)
        self.must(z3.Or(in_year <= 364, year == 3))
        return Day(day.count, 4 * cycle + year, in_year, day.exists)

    def _cycle(self, year: Symbolic) -> tuple[Symbolic, Symbolic]:
        if isinstance(year, int):
            return divmod(year, 4)
        cycle, rest = self._whole(0, 60), self._whole(0, 3)
        self.must(year == 4 * cycle + rest)
        return cycle, rest

    def day_of(self, year: Symbolic, in_year: Symbolic, exists: Symbolic) -> Day:
        """The day with a number in a year that starts in March."""
        cycle, rest = self._cycle(year)
        return Day(1461 * cycle + 365 * rest + in_year, year, in_year, exists)

    def compute(self, call: Computation, arguments: Sequence[Any]) -> Term:
        """The value of a function.

        Raises:
            NotImplementedError: nobody wrote it down for the solver.
        """
        make: Callable[..., Term] | None = getattr(self, f"_{call.function}", None)
        if make is None:
            raise NotImplementedError(call.function)
        return make(*arguments)

    # --- numbers ---

    def _sum(self, *numbers: Number) -> Number:
        lower = 1
        for number in numbers:
            lower *= _constant(number.lower)
        upper = sum(n.upper * (lower // n.lower) for n in numbers)
        return Number(upper, lower, both([n.exists for n in numbers]))

    def _difference(self, left: Number, right: Number) -> Number:
        return self._sum(left, Number(-right.upper, right.lower, right.exists))

    def _ratio(self, part: Number, whole: Number) -> Number:
        """Facts that divide are never negative (the vocabulary allows none below zero)."""
        exists = both([part.exists, whole.exists, _truth(whole.upper > 0)])
        return Number(
            part.upper * _constant(whole.lower), _constant(part.lower) * whole.upper, exists
        )

    def _percent(self, part: Number, whole: Number) -> Number:
        return self._ratio(Number(100 * part.upper, part.lower, part.exists), whole)

    # --- days ---

    def _days_between(self, earlier: Day, later: Day) -> Number:
        return Number(later.count - earlier.count, 1, both([earlier.exists, later.exists]))

    def _days_counted(self, earlier: Day, later: Day) -> Number:
        """No holiday stands at the turn of the years counted here, so that the days before the act
        lie in the act's own year.
        """
        act = self.split(later)
        steps: Symbolic = 0
        for back in reversed(range(1, RUN + 1)):
            is_closed = closed(act.count - back, act.year, act.day_of_year - back, either, both)
            steps = chosen(_truth(is_closed), 1 + steps, 0)
        return Number(act.count - steps - earlier.count, 1, both([earlier.exists, act.exists]))

    def _whole_years_between(self, earlier: Day, later: Day) -> Number:
        first, last = self.split(earlier), self.split(later)
        short = chosen(_truth(last.day_of_year < first.day_of_year), 1, 0)
        return Number(last.year - first.year - short, 1, both([first.exists, last.exists]))

    def _latest(self, *days: Day) -> Day:
        found = days[0]
        for day in days[1:]:
            exists = both([found.exists, day.exists])
            found = Day(
                chosen(_truth(day.count > found.count), day.count, found.count), exists=exists
            )
        return found

    def _earliest(self, *days: Day) -> Day:
        found = days[0]
        for day in days[1:]:
            exists = both([found.exists, day.exists])
            found = Day(
                chosen(_truth(day.count < found.count), day.count, found.count), exists=exists
            )
        return found

    def _days_before(self, day: Day, count: Number) -> Day:
        return Day(day.count - count.upper, exists=day.exists)

    def _months_after(self, day: Day, months: Number) -> Day:
        start, count = self.split(day), _constant(months.upper)
        year: Symbolic = None
        in_year: Symbolic = None
        for month in reversed(range(12)):
            carried, target = divmod(month + count, 12)
            of_month = start.day_of_year - STARTS[month]
            length: Symbolic = LENGTHS[target]
            if target == 11:
                _, rest = self._cycle(start.year + carried)
                length = chosen(_truth(rest == 3), 29, 28)
            fits = _truth(of_month < length)
            new_year = chosen(
                fits, start.year + carried, start.year + carried + (1 if target == 11 else 0)
            )
            new_day = chosen(fits, STARTS[target] + of_month, STARTS[target + 1] % 366)
            if year is None:
                year, in_year = new_year, new_day
            else:
                before_next = _truth(start.day_of_year < STARTS[month + 1])
                year = chosen(before_next, new_year, year)
                in_year = chosen(before_next, new_day, in_year)
        return self.day_of(year, in_year, start.exists)

    def _calendar_year(self, day: Day) -> Symbolic:
        return day.year + chosen(_truth(day.day_of_year >= JANUARY), 1, 0)

    def _first_of_year(self, day: Day, count: Number) -> Day:
        start = self.split(day)
        year = self._calendar_year(start) + _constant(count.upper)
        return self.day_of(year - 1, JANUARY, start.exists)

    def _end_of_year(self, day: Day, count: Number) -> Day:
        start = self.split(day)
        year = self._calendar_year(start) + _constant(count.upper)
        return self.day_of(year, JANUARY - 1, start.exists)

    def _first_of_next_month(self, day: Day) -> Day:
        start = self.split(day)
        year, in_year = start.year + 1, 0
        for month in reversed(range(11)):
            before_next = _truth(start.day_of_year < STARTS[month + 1])
            year = chosen(before_next, start.year, year)
            in_year = chosen(before_next, STARTS[month + 1], in_year)
        return self.day_of(year, in_year, start.exists)

    def _rule_year_start(self, day: Day, month: Number, of_month: Number) -> Day:
        start, number = self.split(day), _constant(month.upper)
        cutoff = STARTS[(number - 3) % 12] + _constant(of_month.upper) - 1
        before_march = _truth(start.day_of_year >= JANUARY)
        until = _truth(start.day_of_year <= cutoff)
        in_time = either([before_march, until]) if number > 2 else both([before_march, until])
        year = self._calendar_year(start) + chosen(in_time, 1, 2)
        return self.day_of(year - 1, JANUARY, start.exists)

    def _anniversary(self, day: Day, years: Symbolic) -> Day:
        year = day.year + years
        _, rest = self._cycle(year)
        falls = either([_truth(day.day_of_year <= 364), _truth(rest == 3)])
        return self.day_of(
            chosen(falls, year, year + 1), chosen(falls, day.day_of_year, 0), day.exists
        )

    def _years_after(self, day: Day, years: Number) -> Day:
        return self._anniversary(self.split(day), _constant(years.upper))

    def _next_anniversary(self, enrolled: Day, earliest: Day) -> Day:
        start, least = self.split(enrolled), self.split(earliest)
        years = self._calendar_year(least) - self._calendar_year(start)
        years = chosen(_truth(years < 1), 1, years)
        first, second = self._anniversary(start, years), self._anniversary(start, years + 1)
        reached = _truth(first.count >= least.count)
        return Day(
            chosen(reached, first.count, second.count), exists=both([start.exists, least.exists])
        )

    # --- what conditions ask ---

    def within(self, requirement: Requirement, term: Term) -> Symbolic:
        """Whether a number or day meets a requirement, where it exists."""
        tests = [_within(stretch, term) for stretch in requirement.stretches]
        if requirement.yearly:
            assert isinstance(term, Day)
            day = self.split(term)
            in_force = _within(requirement.in_force, day)
            for first, last in requirement.yearly:
                tests += [
                    both([in_force, _between(low, high, day.day_of_year)])
                    for low, high in _days_of_year(first, last)
                ]
        return either(tests)


def _constant(number: Symbolic) -> int:
    if not isinstance(number, int):
        raise NotImplementedError("two unknown numbers multiplied")
    return number


def _truth(test: Any) -> Symbolic:
    return bool(test) if isinstance(test, bool) else test


def _between(low: int, high: int, number: Symbolic) -> Symbolic:
    return both([_truth(number >= low), _truth(number <= high)])


def _within(stretch: Stretch, term: Term) -> Symbolic:
    tests: list[Symbolic] = []
    for end, is_open, is_low in (
        (stretch.low, stretch.low_open, True),
        (stretch.high, stretch.high_open, False),
    ):
        if end is None:
            continue
        if isinstance(term, Day):
            left, right = term.count, (end - DAY_ZERO).days
        else:
            edge = Fraction(end)
            left, right = term.upper * edge.denominator, term.lower * edge.numerator
        if is_low:
            tests.append(_truth(left > right if is_open else left >= right))
        else:
            tests.append(_truth(left < right if is_open else left <= right))
    return both(tests)


def _days_of_year(first: int, last: int) -> list[tuple[int, int]]:
    """A period of a calendar year, as days of years that start in March."""

    def at(month_day: int) -> int:
        month, day = divmod(month_day, 100)
        return STARTS[(month - 3) % 12] + day - 1

    low, high = at(first), at(last)
    if last < 301 or first >= 301:
        return [(low, high)]
    return [(low, 365), (0, high)]

"""Sundays and legal holidays: where the last day of a limit moves to (M.G.L. c. 4, § 9)."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from app.law.errors import Place
from app.law.facts import Citation
from app.law.provision import Evidence, SetBy
from app.law.sentences import Sentence
from app.law.spans import FIRST_DAY, LAST_DAY

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SUNDAY = 6


@dataclass(frozen=True)
class Holiday:
    """A legal holiday of every year from *since* on: a month with a day, or with the *nth* of a
    *weekday* (Monday is 0; -1 is the last one).

    *only_in* names the part of the state whose holiday it is, where it is not all of it.
    """

    name: str
    month: int
    day: int | None = None
    nth: int = 0
    weekday: int = 0
    since: int | None = None
    only_in: str | None = None
    evidence: Evidence | None = None

    def days_in(self, year: int) -> Iterable[date]:
        """Its days in a year; where the day of a month is a Sunday, the Monday after it too."""
        if self.since is not None and year < self.since:
            return
        if self.day is None:
            yield self._nth_weekday(year)
            return
        day = date(year, self.month, self.day)
        yield day
        if day.weekday() == SUNDAY:
            yield day + timedelta(1)

    def _nth_weekday(self, year: int) -> date:
        first, length = calendar.monthrange(year, self.month)
        of_first = 1 + (self.weekday - first) % 7
        last = of_first + (length - of_first) // 7 * 7
        return date(year, self.month, last if self.nth < 0 else of_first + 7 * (self.nth - 1))


@dataclass(frozen=True)
class Moved:
    """The last day of a limit, which moved because it was a Sunday or a holiday."""

    last_day: date
    because: str
    moved_to: date
    holiday: Holiday | None = None


@dataclass(frozen=True)
class HolidayLaw:
    """How last days move: the legal holidays, and what is said where a day moved."""

    title: str
    citation: Citation
    evidence: Evidence
    gist: str
    reading: str
    holidays: tuple[Holiday, ...]
    moves: Sentence
    cautions: dict[SetBy, Sentence]
    local: Sentence
    place: Place = field(compare=False)
    text: str = field(default="", compare=False)


class LegalHolidays:
    """The days on which a limit does not end. Without a law of holidays every limit ends on its
    own last day.
    """

    def __init__(self, law: HolidayLaw | None = None, local: bool = False) -> None:
        self.law = law
        self._named: dict[int, Holiday] = {}
        for holiday in law.holidays if law else ():
            if holiday.only_in is None or local:
                for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
                    for day in holiday.days_in(year):
                        self._named.setdefault(day.toordinal(), holiday)

    @cached_property
    def with_local(self) -> "LegalHolidays":
        """The same with the holidays that only a part of the state has."""
        return LegalHolidays(self.law, local=True)

    def is_closed(self, day: int) -> bool:
        """Whether a day, by its ordinal, is a Sunday or a legal holiday."""
        return self.law is not None and (day % 7 == 0 or day in self._named)

    def last_day(self, day: date) -> date:
        """The day to which a last day moves; itself on every other day."""
        return date.fromordinal(self.moved_to(day.toordinal()))

    def moved_to(self, last_day: int) -> int:
        """The same by ordinals."""
        while self.is_closed(last_day):
            last_day += 1
        return last_day

    def counts_as_of(self, day: date) -> date:
        """The earliest last day that an act on a day still meets: the first of the Sundays and
        holidays just before it, else the day itself.
        """
        at = day.toordinal()
        counted = self.counts_from(at)
        return day if counted == at else date.fromordinal(counted)

    def counts_from(self, act: int) -> int:
        """The same by ordinals."""
        while self.is_closed(act - 1):
            act -= 1
        return act

    def moved(self, last_day: date) -> Moved:
        """What is to be said of a last day that moved."""
        holiday = self._named.get(last_day.toordinal())
        because = holiday.name if holiday else f"a {calendar.day_name[last_day.weekday()]}"
        return Moved(last_day, because, self.last_day(last_day), holiday)

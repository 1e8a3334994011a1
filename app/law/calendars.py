"""Designated enrollment periods: data with an authority and a source each, never a formula."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.law.errors import Places
from app.law.facts import Citation
from app.law.holidays import LegalHolidays
from app.law.provision import Evidence
from app.law.spans import LAST_DAY, CodeSet, Span, day_before

CalendarKind = Literal["open", "continuous", "limited", "unread"]


@dataclass(frozen=True)
class Period:
    """Consecutive days designated by one authority."""

    first: date
    last: date
    authority: str
    url: str | None = None
    evidence: Evidence | None = None
    enacted: date | None = None
    note: str | None = None


@dataclass(frozen=True)
class YearlyPeriod:
    """The same days of each year while its calendar is in force.

    Months and days as numbers (701 is July 1).
    """

    first: int
    last: int
    authority: str
    url: str | None = None
    evidence: Evidence | None = None
    note: str | None = None

    def in_year(self, year: int) -> Period:
        """The period of one year."""
        first, last = date(year, *divmod(self.first, 100)), date(year, *divmod(self.last, 100))
        return Period(first, last, self.authority, self.url, self.evidence, None, self.note)


@dataclass(frozen=True)
class Calendar:
    """Enrollment periods made by one enactment, for the days on which that enactment speaks."""

    id: str
    series: str
    title: str
    citation: Citation
    evidence: Evidence
    enacted: date
    in_force: Span
    kind: CalendarKind
    periods: tuple[Period, ...] = ()
    every_year: tuple[YearlyPeriod, ...] = ()
    limited_to: str | None = None
    supersedes: tuple[str, ...] = ()
    places: Places = field(default=Places(), compare=False)
    text: str = field(default="", compare=False)


class StandingCalendar:
    """A calendar as one edition sees it: its periods cut to the days on which it is in force."""

    def __init__(
        self,
        calendar: Calendar,
        in_force: Span,
        enacted_through: date | None,
        holidays: LegalHolidays,
    ) -> None:
        self.calendar, self.in_force = calendar, in_force
        listed = [
            p for p in calendar.periods
            if p.enacted is None or enacted_through is None or p.enacted <= enacted_through
        ]  # fmt: skip
        last_day = in_force.last or LAST_DAY
        for year in range(in_force.first.year, last_day.year + 1):
            listed.extend(yearly.in_year(year) for yearly in calendar.every_year)
        self.periods = tuple(
            Period(
                max(p.first, in_force.first),
                min(p.last, last_day),
                p.authority,
                p.url,
                p.evidence,
                p.enacted,
                p.note,
            )
            for p in sorted(listed, key=lambda p: p.first)
            if p.first <= last_day and p.last >= in_force.first
        )
        self.days = CodeSet((p.first.toordinal(), p.last.toordinal()) for p in self.periods)
        self._spans = [(date.fromordinal(low), date.fromordinal(high)) for low, high in self.days]
        self.moved_ends = dict(self._moved_ends(holidays))
        """Each day to which the last day of a period moves, with that last day."""
        self.days_to_act = CodeSet((*self.days, *((at, at) for at in self.moved_ends)))
        """The days on which an act is in time, with those to which last days move."""

    def _moved_ends(self, holidays: LegalHolidays) -> Iterator[tuple[int, int]]:
        """What returns every year ends with the calendar's force at the latest."""
        if self.calendar.kind not in ("open", "limited"):
            return
        end = (self.in_force.last or LAST_DAY) if self.calendar.every_year else LAST_DAY
        for _, last in self.days:
            for code in range(last + 1, min(holidays.moved_to(last), end.toordinal()) + 1):
                if code not in self.days:
                    yield code, last

    def month_and_day(self, code: int) -> int:
        """The month and day of a day as a number; of one to which a last day moved those of that
        last day.
        """
        day = date.fromordinal(self.moved_ends.get(code, code))
        return day.month * 100 + day.day

    def evidence_for(self, day: date) -> Evidence:
        """How solid the source is for a day: that of the period it lies in, else of the
        calendar.
        """
        period = next((p for p in self.periods if p.first <= day <= p.last), None)
        return (period.evidence if period else None) or self.calendar.evidence

    def around(self, day: date | None) -> list[tuple[date, date]]:
        """The periods worth showing beside a day: all of a short calendar, of a long one those of
        the years next to the day.
        """
        spans = self._spans
        if not self.calendar.every_year or day is None:
            return spans[:4] if self.calendar.every_year else spans
        at = bisect_right([first for first, _ in spans], day)
        if at and day <= spans[at - 1][1]:
            return [spans[at - 1]]
        return spans[max(0, at - 1) : at + 1]


class Series:
    """The open periods of several calendars in one edition, as one line of time."""

    def __init__(self, name: str, calendars: list[StandingCalendar]) -> None:
        self.name, self.calendars = name, calendars
        self.open_days = CodeSet(i for c in calendars if c.calendar.kind == "open" for i in c.days)
        self.unread_days = CodeSet(
            i for c in calendars if c.calendar.kind == "unread" for i in c.days
        )
        self._spans = [
            Span(date.fromordinal(low), date.fromordinal(high)) for low, high in self.open_days
        ]
        self._firsts = [span.first for span in self._spans]

    def next_after(self, day: date) -> Span | None:
        """The first open period that starts after a day, without a last day where unread days
        follow it: the period may have gone on.

        None where days of a missing text may hold an earlier one.
        """
        at = bisect_right(self._firsts, day)
        if at == len(self._spans):
            return None
        unread = self.unread_days.at_or_after(day.toordinal() + 1)
        following = self._spans[at]
        if unread is None:
            return following
        if unread < following.first.toordinal():
            return None
        return Span(following.first) if self.goes_on_unread(following) else following

    def goes_on_unread(self, period: Span) -> bool:
        """Whether unread days follow an open period, so that it may have lasted longer."""
        return period.last is not None and period.last.toordinal() + 1 in self.unread_days

    def containing(self, day: date) -> Span | None:
        """The open period that a day lies in."""
        at = bisect_right(self._firsts, day) - 1
        return self._spans[at] if at >= 0 and day in self._spans[at] else None

    def starts(self) -> list[date]:
        """The first days of all open periods."""
        return self._firsts

    def meeting(self, span: Span) -> list[tuple[StandingCalendar, Period]]:
        """Every period of every kind that shares a day with a span, in order of days."""
        found = [
            (c, p) for c in self.calendars for p in c.periods if Span(p.first, p.last).meets(span)
        ]
        return sorted(found, key=lambda pair: (pair[1].first, pair[1].last))


def ended_by(span: Span, successor_starts: list[date]) -> Span:
    """A span in force, ended on the day before its first successor starts."""
    return span.until(day_before(min(successor_starts))) if successor_starts else span

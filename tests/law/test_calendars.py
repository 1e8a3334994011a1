"""Enrollment periods as one edition sees them, and the line of time that a series of calendars
makes.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.calendars import (
    Calendar,
    CalendarKind,
    Period,
    Series,
    StandingCalendar,
    YearlyPeriod,
    ended_by,
)
from app.law.facts import Citation
from app.law.holidays import LegalHolidays
from app.law.spans import LAST_DAY, Span

SUMMER = YearlyPeriod(701, 815, "the act")
START, DAYS = date(2012, 1, 1), 120
stretches = st.lists(st.tuples(st.integers(0, DAYS), st.integers(0, 20)), max_size=4)


def calendar(
    *periods: Period,
    kind: CalendarKind = "open",
    every_year: tuple[YearlyPeriod, ...] = (),
    first: date = START,
) -> Calendar:
    return Calendar(
        "calendars/x",
        "x",
        "X",
        Citation("the act"),
        "primary",
        date(2010, 1, 1),
        Span(first),
        kind,
        tuple(periods),
        every_year,
    )


def standing(
    what: Calendar, last: date | None = None, enacted_through: date | None = None
) -> StandingCalendar:
    in_force = Span(what.in_force.first, last)
    return StandingCalendar(what, in_force, enacted_through, LegalHolidays())


def stretch(first: int, length: int) -> Period:
    return Period(START + timedelta(days=first), START + timedelta(days=first + length), "the act")


def days_of(written: list[tuple[int, int]]) -> set[date]:
    return {
        START + timedelta(days=first + n) for first, length in written for n in range(length + 1)
    }


@given(stretches, stretches, st.integers(-2, DAYS + 25))
def test_the_next_period_is_the_first_to_start_after_a_day_with_nothing_unread_before_it(
    opened: list[tuple[int, int]], unread: list[tuple[int, int]], offset: int
) -> None:
    day = START + timedelta(days=offset)
    calendars = [
        calendar(*(stretch(*s) for s in opened)),
        calendar(*(stretch(*s) for s in unread), kind="unread"),
    ]
    open_days, unread_days = days_of(opened), days_of(unread)
    starts = sorted(d for d in open_days if d - timedelta(days=1) not in open_days and d > day)
    doubtful = any(day < d < starts[0] for d in unread_days) if starts else True

    found = Series("x", [standing(c) for c in calendars]).next_after(day)

    assert (None if doubtful else starts[0]) == (found.first if found else None)


@given(stretches, st.integers(-2, DAYS + 25))
def test_the_period_of_a_day_is_the_stretch_of_open_days_around_it(
    opened: list[tuple[int, int]], offset: int
) -> None:
    day, open_days = START + timedelta(days=offset), days_of(opened)

    found = Series("x", [standing(calendar(*(stretch(*s) for s in opened)))]).containing(day)

    assert (day in open_days) == (found is not None)
    if found is not None and found.last is not None:
        assert {found.first - timedelta(days=1), found.last + timedelta(days=1)}.isdisjoint(
            open_days
        )
        assert {
            found.first + timedelta(days=n) for n in range((found.last - found.first).days + 1)
        } <= open_days


@pytest.mark.parametrize("kind", ["continuous", "limited", "unread"])
def test_only_open_calendars_make_periods(kind: CalendarKind) -> None:
    series = Series("x", [standing(calendar(stretch(0, 10), kind=kind))])

    assert [] == series.starts()
    assert series.containing(START) is None


def test_a_period_is_cut_to_the_days_on_which_its_calendar_is_in_force() -> None:
    written = calendar(
        Period(date(2011, 12, 1), date(2012, 1, 31), "the act"),
        Period(date(2012, 6, 1), date(2012, 7, 31), "the act"),
    )

    found = standing(written, last=date(2012, 6, 30))

    assert [(START, date(2012, 1, 31)), (date(2012, 6, 1), date(2012, 6, 30))] == [
        (p.first, p.last) for p in found.periods
    ]


def test_a_yearly_period_returns_every_year_to_the_last_day_there_is() -> None:
    found = standing(calendar(every_year=(SUMMER,)))

    assert list(range(2012, LAST_DAY.year + 1)) == [p.first.year for p in found.periods]
    assert all(
        (7, 1) == (p.first.month, p.first.day) and (8, 15) == (p.last.month, p.last.day)
        for p in found.periods
    )


def test_a_yearly_period_ends_with_its_calendar() -> None:
    found = standing(calendar(every_year=(SUMMER,)), last=date(2014, 7, 31))

    assert [date(2012, 8, 15), date(2013, 8, 15), date(2014, 7, 31)] == [
        p.last for p in found.periods
    ]


def test_an_extension_enacted_later_is_unknown_to_an_earlier_edition() -> None:
    extension = Period(
        date(2012, 3, 1), date(2012, 3, 31), "an extension", enacted=date(2012, 2, 1)
    )
    written = calendar(Period(date(2012, 2, 1), date(2012, 2, 29), "the act"), extension)

    assert 1 == len(standing(written, enacted_through=date(2012, 1, 31)).periods)
    assert 2 == len(standing(written, enacted_through=date(2012, 2, 1)).periods)
    assert 2 == len(standing(written).periods)


def test_a_period_and_its_extension_are_one_stretch() -> None:
    series = Series("x", [standing(calendar(stretch(0, 9), stretch(10, 5)))])

    assert Span(START, START + timedelta(days=15)) == series.containing(START)
    assert [START] == series.starts()


def test_the_next_period_has_no_last_day_where_unread_days_follow_it() -> None:
    opened, unread = calendar(stretch(5, 6)), calendar(stretch(12, 30), kind="unread")
    followed = Series("x", [standing(opened), standing(unread)])
    alone = Series("x", [standing(opened)])
    first, last = START + timedelta(days=5), START + timedelta(days=11)

    assert Span(first) == followed.next_after(START)
    assert Span(first, last) == alone.next_after(START)
    assert Span(first, last) == followed.containing(first)


def test_beside_a_day_a_yearly_calendar_shows_the_periods_next_to_it() -> None:
    found = standing(calendar(every_year=(SUMMER,)))

    assert [
        (date(2012, 7, 1), date(2012, 8, 15)),
        (date(2013, 7, 1), date(2013, 8, 15)),
    ] == found.around(date(2013, 3, 1))
    assert [(date(2012, 7, 1), date(2012, 8, 15))] == found.around(date(2012, 3, 1))


def test_a_series_tells_every_period_of_every_kind_that_shares_a_day() -> None:
    opened, unread = calendar(stretch(0, 10)), calendar(stretch(5, 10), kind="unread")
    series = Series("x", [standing(unread), standing(opened)])

    found = series.meeting(Span(START + timedelta(days=10), START + timedelta(days=11)))

    assert ["open", "unread"] == [c.calendar.kind for c, _ in found]
    assert [] == series.meeting(Span(START + timedelta(days=16)))


def test_what_is_superseded_ends_the_day_before_the_first_successor() -> None:
    assert Span(START, date(2013, 9, 30)) == ended_by(
        Span(START), [date(2014, 1, 1), date(2013, 10, 1)]
    )
    assert Span(START, date(2012, 6, 30)) == ended_by(
        Span(START, date(2012, 6, 30)), [date(2013, 10, 1)]
    )
    assert Span(START) == ended_by(Span(START), [])

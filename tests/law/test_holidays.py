"""Sundays and legal holidays beside a package that knows them, and how last days move."""

from datetime import date, timedelta

import holidays
from hypothesis import given
from hypothesis import strategies as st

from app.law.holidays import LegalHolidays
from app.law.lawbook import Lawbook

YEARS = range(2007, 2061)
MASSACHUSETTS = holidays.US(subdiv="MA", years=YEARS)
days = st.dates(date(YEARS[0], 1, 8), date(YEARS[-1], 12, 20))


def test_every_day_is_closed_as_the_package_says(lawbook: Lawbook) -> None:
    day, differing = date(YEARS[0], 1, 1), []
    while day.year in YEARS:
        expected = day.strftime("%A") == "Sunday" or day in MASSACHUSETTS
        if expected != lawbook.holidays.is_closed(day.toordinal()):
            differing.append(day)
        day += timedelta(1)

    assert [] == differing


@given(last=days)
def test_a_last_day_moves_to_the_next_business_day_and_no_further(
    lawbook: Lawbook, last: date
) -> None:
    moved = lawbook.holidays.last_day(last)

    assert not lawbook.holidays.is_closed(moved.toordinal())
    assert all(
        lawbook.holidays.is_closed(day) for day in range(last.toordinal(), moved.toordinal())
    )
    assert moved - last < timedelta(4)


@given(last=days, act=st.integers(-3, 10))
def test_an_act_counts_as_of_the_first_day_whose_limit_it_still_meets(
    lawbook: Lawbook, last: date, act: int
) -> None:
    done = last + timedelta(act)
    in_time = done <= lawbook.holidays.last_day(last)

    assert in_time == (lawbook.holidays.counts_as_of(done) <= last)


def test_the_holidays_of_one_county_move_nothing_elsewhere(lawbook: Lawbook) -> None:
    evacuation_day = date(2011, 3, 17)

    assert evacuation_day == lawbook.holidays.last_day(evacuation_day)
    assert date(2011, 3, 18) == lawbook.holidays.with_local.last_day(evacuation_day)


def test_without_a_law_of_holidays_every_day_stays() -> None:
    sunday = date(2011, 10, 2)

    assert sunday == LegalHolidays().last_day(sunday)
    assert date(2011, 10, 3) == LegalHolidays().counts_as_of(date(2011, 10, 3))

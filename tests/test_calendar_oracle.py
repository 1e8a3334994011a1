"""The calendar of the law, day by day, against an oracle typed from the sources without looking at
the rulesets.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app.law.lawbook import Lawbook

ORACLE = Path(__file__).resolve().parent.parent / "fixtures" / "calendars" / "open-enrollment.csv"
MOST_PERMISSIVE_FIRST = ("open", "continuous", "limited", "unread")
LATER_LAW_BEGINS = date(2013, 10, 1)
SERIES = "open-enrollment"


@pytest.fixture(scope="module")
def oracle() -> dict[date, str]:
    with ORACLE.open(encoding="utf-8", newline="") as rows:
        return {date.fromisoformat(row["day"]): row["open?"] for row in csv.DictReader(rows)}


def kind_on(lawbook: Lawbook, edition: str, day: date) -> str:
    calendars = lawbook.edition(edition).series[SERIES].calendars
    kinds = {c.calendar.kind for c in calendars if day.toordinal() in c.days}
    return next((kind for kind in MOST_PERMISSIVE_FIRST if kind in kinds), "closed")


def differences(lawbook: Lawbook, edition: str, expected: dict[date, str]) -> Iterator[str]:
    for day, kind in expected.items():
        encoded = kind_on(lawbook, edition, day)
        if kind != encoded:
            yield f"{day}: the oracle says {kind}, the lawbook {encoded}"


def test_the_oracle_has_every_day_once(oracle: dict[date, str]) -> None:
    days = list(oracle)

    assert (date(2007, 5, 1), date(2026, 4, 30)) == (days[0], days[-1])
    assert {timedelta(days=1)} == {later - earlier for earlier, later in pairwise(days)}
    assert {"closed", *MOST_PERMISSIVE_FIRST} == set(oracle.values())


def test_the_current_edition_agrees_with_the_oracle_on_every_day(
    lawbook: Lawbook, oracle: dict[date, str]
) -> None:
    found = list(differences(lawbook, "current", oracle))

    assert [] == found


def test_the_edition_of_chapter_288_agrees_until_later_law_begins(
    lawbook: Lawbook, oracle: dict[date, str]
) -> None:
    until_then = {day: kind for day, kind in oracle.items() if day < LATER_LAW_BEGINS}

    found = list(differences(lawbook, "chapter-288", until_then))

    assert [] == found


def test_the_edition_of_chapter_288_opens_every_summer_and_at_no_other_time_afterwards(
    lawbook: Lawbook, oracle: dict[date, str]
) -> None:
    yearly = {
        day: "open" if (7, 1) <= (day.month, day.day) <= (8, 15) else "closed"
        for day in oracle
        if day >= LATER_LAW_BEGINS
    }

    found = list(differences(lawbook, "chapter-288", yearly))

    assert [] == found


def test_the_period_of_a_day_is_the_stretch_of_open_days_around_it(
    lawbook: Lawbook, oracle: dict[date, str]
) -> None:
    series = lawbook.edition("current").series[SERIES]

    for day, kind in oracle.items():
        span = series.containing(day)

        assert (kind == "open") == (span is not None), day
        if span is not None and span.last is not None:
            assert all(
                oracle[span.first + timedelta(days=n)] == "open"
                for n in range((span.last - span.first).days + 1)
            ), day


def test_the_next_period_is_the_next_first_open_day_unless_unread_days_come_first(
    lawbook: Lawbook, oracle: dict[date, str]
) -> None:
    series = lawbook.edition("current").series[SERIES]
    days = list(oracle)
    following: date | None = None
    for before, day in reversed(list(pairwise(days))):
        if oracle[day] == "open" and oracle[before] != "open":
            following = day
        elif oracle[day] == "unread":
            following = None
        if oracle[before] == "unread":
            continue
        found = series.next_after(before)

        assert following == (found.first if found else None), before

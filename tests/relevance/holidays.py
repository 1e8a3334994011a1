"""Sundays and legal holidays for the oracle: typed from the statute's list, shared with nothing of
the product. Days of a year are counted from March 1, so that a leap day moves none of them.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

MARCH_1900 = date(1900, 3, 1)
THURSDAY_IS = 3
"""The weekday of that day, where Monday is 0."""
FIXED = {"New Year": 306, "Independence": 125, "Veterans": 255, "Christmas": 299}
JUNETEENTH, FIRST_JUNETEENTH = 110, 121
"""The day of the year, and the first year with it, counted from March 1, 1900."""
MONDAYS = ((320, 326), (351, 357), (45, 51), (85, 91), (184, 190), (221, 227))
"""Between which days of a year that starts in March the third Monday of January, of February and of
April, the last one of May, the first of September and the second of October lie."""
THANKSGIVING = (266, 272)
RUN = 3
"""More days in a row are never closed."""

Test = Any


def closed(
    count: Any,
    year: Any,
    day_of_year: Any,
    either: Callable[[list[Test]], Test],
    both: Callable[[list[Test]], Test],
) -> Test:
    """Whether a day is a Sunday or a holiday: days since March 1, 1900, its year and the day in it
    counted from then; numbers or a solver's expressions.
    """
    weekday = (count + THURSDAY_IS) % 7
    monday = weekday == 0

    def fixed(at: int) -> Test:
        return either([day_of_year == at, both([monday, day_of_year == at + 1])])

    tests = [weekday == 6, *(fixed(at) for at in FIXED.values())]
    tests.append(both([year >= FIRST_JUNETEENTH, fixed(JUNETEENTH)]))
    tests += [both([monday, day_of_year >= low, day_of_year <= high]) for low, high in MONDAYS]
    low, high = THANKSGIVING
    tests.append(both([weekday == 3, day_of_year >= low, day_of_year <= high]))
    return either(tests)


@cache
def is_closed(day: date) -> bool:
    """The same of a day that is known."""
    year = day.year - 1900 - (day.month < 3)
    count, start = (day - MARCH_1900).days, (date(1900 + year, 3, 1) - MARCH_1900).days
    return bool(closed(count, year, count - start, any, all))


def counted(start: date, act: date) -> int:
    """Days from a day to an act, which counts as of the first closed day just before it."""
    while is_closed(act - timedelta(1)):
        act -= timedelta(1)
    return (act - start).days

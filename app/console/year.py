"""A year drawn from left to right: days in a row that have something in common, and days that
matter. Pages show the same in a table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.law.words import span_in_words

WIDTH, LEFT, RIGHT = 760, 10, 10
"""Of the picture, in its own units, and of the empty edges."""
APART = 14
"""So far the numbers of two days stand from each other at least."""
NOT_ENCODED = "not encoded"
"""What days have in common whose law is not encoded."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row with one outcome, or of one kind."""

    left: float
    width: float
    outcome: str
    words: str
    grounds: tuple[str, ...]

    @classmethod
    def of(cls, first: date, last: date, outcome: str, grounds: Iterable[str] = ()) -> "Stretch":
        """The days from a first to a last one, both of the year that is drawn."""
        is_last = (last.month, last.day) == (12, 31)
        end = WIDTH - RIGHT if is_last else place_of(last + timedelta(days=1))
        left = place_of(first)
        words = span_in_words(first, last)
        return cls(left, round(end - left, 1), outcome, words, tuple(grounds))


@dataclass(frozen=True, slots=True)
class Mark:
    """A day that matters. Its number stands under it, or beside it where another one stands there:
    at *label_at*.
    """

    at: float
    words: str
    number: int
    label_at: float


@dataclass(frozen=True, slots=True)
class YearPicture:
    """A year from left to right."""

    year: int
    says: str
    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...] = ()
    width: int = WIDTH

    @property
    def months(self) -> list[tuple[float, str]]:
        """Where each month begins, and its name."""
        firsts = [date(self.year, month, 1) for month in range(1, 13)]
        return [(place_of(first), f"{first:%b}") for first in firsts]


def numbered(words: Mapping[date, str]) -> tuple[Mark, ...]:
    """The days that matter of one year, in order, each with its words."""
    days = sorted(words)
    labels: list[float] = []
    for day in days:
        labels.append(max(place_of(day), labels[-1] + APART if labels else LEFT))
    for place in range(len(labels) - 1, -1, -1):
        limit = WIDTH - RIGHT if place == len(labels) - 1 else labels[place + 1] - APART
        labels[place] = min(labels[place], limit)
    return tuple(
        Mark(place_of(day), words[day], number, round(label, 1))
        for number, (day, label) in enumerate(zip(days, labels, strict=True), start=1)
    )


def place_of(day: date) -> float:
    """How far to the right a day begins."""
    days = (date(day.year, 12, 31) - date(day.year, 1, 1)).days + 1
    return round(LEFT + (day.timetuple().tm_yday - 1) * (WIDTH - LEFT - RIGHT) / days, 1)

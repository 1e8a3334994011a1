"""Days and numbers as intervals: every window, threshold and day in force is one, which is what
makes answers exact.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2100, 12, 31)
"""The days the service can speak of; a day outside is refused at the edge, never clamped."""


@dataclass(frozen=True)
class Span:
    """Consecutive days, the first and the last included; no last day means open-ended."""

    first: date
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def until(self, last: date) -> "Span":
        """The same span ending on *last* at the latest."""
        return Span(self.first, last if self.last is None else min(self.last, last))

    def meets(self, other: "Span") -> bool:
        """Whether the two share a day."""
        return (other.last is None or self.first <= other.last) and (
            self.last is None or other.first <= self.last
        )


class CodeSet:
    """A set of whole numbers as sorted, disjoint, closed intervals.

    Facts of every type are compared as whole numbers.
    """

    __slots__ = ("_firsts", "intervals")

    def __init__(self, intervals: Iterable[tuple[int, int]]) -> None:
        merged: list[tuple[int, int]] = []
        for first, last in sorted(interval for interval in intervals if interval[0] <= interval[1]):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        self.intervals = tuple(merged)
        self._firsts = [first for first, _ in merged]

    def __contains__(self, code: int) -> bool:
        if len(self.intervals) == 1:
            low, high = self.intervals[0]
            return low <= code <= high
        at = bisect_right(self._firsts, code) - 1
        return at >= 0 and code <= self.intervals[at][1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.intervals)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CodeSet) and self.intervals == other.intervals

    def __hash__(self) -> int:
        return hash(self.intervals)

    def __repr__(self) -> str:
        return f"CodeSet({list(self.intervals)})"

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def outside(self, first: int, last: int) -> "CodeSet":
        """The codes of [first, last] that are not in this set."""
        gaps: list[tuple[int, int]] = []
        at = first
        for low, high in self.intervals:
            gaps.append((at, min(low - 1, last)))
            at = max(at, high + 1)
        gaps.append((at, last))
        return CodeSet(gaps)

    def clipped(self, first: int, last: int) -> "CodeSet":
        """The codes of this set that lie in [first, last]."""
        return CodeSet((max(low, first), min(high, last)) for low, high in self.intervals)

    def at_or_after(self, code: int) -> int | None:
        """The smallest member that is not below *code*."""
        at = bisect_right(self._firsts, code) - 1
        if at >= 0 and code <= self.intervals[at][1]:
            return code
        return self._firsts[at + 1] if at + 1 < len(self._firsts) else None

    def edges(self) -> Iterator[int]:
        """Every code at which membership changes: the first members and the first codes after
        members.
        """
        for low, high in self.intervals:
            yield low
            yield high + 1


def day_before(day: date) -> date:
    """The calendar day before."""
    return day - timedelta(days=1)


def day_after(day: date) -> date:
    """The calendar day after."""
    return day + timedelta(days=1)

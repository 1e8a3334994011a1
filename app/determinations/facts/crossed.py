"""Facts computed from one that moves, and where they pass what the law asks of them.

What follows from the law alone, found once.
"""

from collections.abc import Iterable
from typing import NamedTuple

from app.law.facts import FactDefinition
from app.law.holidays import LegalHolidays

NO_HOLIDAYS = LegalHolidays()
DISTANCES = frozenset({"days_between", "days_counted"})
"""The functions that give the distance between two days."""


class Crossed(NamedTuple):
    """A fact computed from another one, which moves, and the codes at which conditions on it turn.

    Where it is the distance between two days, *other* is the one that stays, and *is_second* says
    that the one that moves is the later argument.
    """

    fact: FactDefinition
    edges: tuple[int, ...]
    other: str | None = None
    is_second: bool = False

    @classmethod
    def of(cls, fact: FactDefinition, edges: Iterable[int], moving: str) -> "Crossed":
        """With the edges that some value passes: not those of a range without an end."""
        passed = tuple(sorted(e for e in edges if fact.first_code < e <= fact.last_code))
        call = fact.computed
        if call is None or call.function not in DISTANCES or moving not in call.arguments:
            return cls(fact, passed)
        one, other = map(str, call.arguments)
        if one == other:
            return cls(fact, passed)
        return cls(fact, passed, one if other == moving else other, other == moving)

    def around(self, day: int, holidays: LegalHolidays) -> list[int]:
        """The codes of the day that moves at which its distance from another one passes an edge."""
        assert self.fact.computed is not None
        counted = holidays if self.fact.computed.function == "days_counted" else NO_HOLIDAYS
        if self.is_second:
            return [counted.moved_to(day + edge - 1) + 1 for edge in self.edges]
        start = counted.counts_from(day)
        return [start - edge + 1 for edge in self.edges]

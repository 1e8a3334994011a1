"""Conditions as bits: which of them each code of a fact meets and settles."""

from bisect import bisect_right
from collections.abc import Iterable

from app.engine.evaluation import OUTCOME_CODES
from app.law.standing import StandingCondition

REFERRED = OUTCOME_CODES["referred"]


def bits_of(conditions: Iterable[StandingCondition]) -> int:
    """One bit for each condition."""
    bits = 0
    for condition in conditions:
        bits |= 1 << condition.index
    return bits


class FactBits:
    """The conditions that each code of one fact meets and settles, as bits.

    Where the fact is a question's outcome, and it is stated that a person is to decide, it settles
    none of them; *referred* is the bit that says so.
    """

    __slots__ = ("all", "at_start", "starts")

    def __init__(self, conditions: Iterable[StandingCondition], referred: int = 0) -> None:
        conditions = list(conditions)
        settled = bits_of(conditions)
        self.all = settled | referred
        edges = {edge for c in conditions for edge in c.accepts.edges()}
        if referred:
            edges.add(REFERRED)
        self.starts = sorted(edges)
        self.at_start: list[tuple[int, int]] = []
        """The conditions met and known before the first edge, and from each on."""
        for code in [self.starts[0] - 1, *self.starts] if self.starts else [0]:
            if referred and code == REFERRED:
                self.at_start.append((0, referred))
            else:
                met = bits_of(c for c in conditions if code in c.accepts)
                self.at_start.append((met, settled))

    def at(self, code: int) -> tuple[int, int]:
        """The conditions that a code meets, and those it settles."""
        return self.at_start[bisect_right(self.starts, code)]

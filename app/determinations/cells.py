"""A case as the cells of its facts, and what follows from them alone.

Between two of the law's own edges every code of a fact meets the same conditions: those codes are a
cell. How the conditions come out is kept as two whole numbers with a bit for each condition, those
that are *met* and those that are *known*; a condition that is not known is in neither. Cases in the
same cells have the same two numbers, so outcomes are worked out once for all of them. This answers
what would be if facts were otherwise; what is issued is decided by the engine.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.engine.shadow import OUTCOME_CODES, outcome_of, settled_outcome_of
from app.law.questions import Outcome
from app.law.standing import StandingCondition, StandingLaw, StandingQuestion
from app.remembered import Remembered


class Judged(NamedTuple):
    """Each question's outcome, and each provision: applies, does not apply, or undetermined."""

    outcomes: dict[str, Outcome]
    provisions: tuple[bool | None, ...]


class FactCells:
    """The cells of one fact; *bits* are all conditions on it."""

    __slots__ = ("bits", "met", "starts")

    def __init__(self, conditions: Iterable[StandingCondition]) -> None:
        conditions = list(conditions)
        self.bits = bits_of(conditions)
        self.starts = sorted(
            {edge for condition in conditions for edge in condition.accepts.edges()}
        )
        inside = [self.starts[0] - 1, *self.starts] if self.starts else [0]
        self.met = [bits_of(c for c in conditions if code in c.accepts) for code in inside]

    def met_at(self, code: int) -> int:
        """The conditions that a code meets."""
        return self.met[bisect_right(self.starts, code)]


class _Question(NamedTuple):
    """A standing question with its provisions' paths as bits, and the conditions on its outcome by
    what it comes to.
    """

    standing: StandingQuestion
    id: str
    provisions: tuple[tuple[tuple[int, ...], bool], ...]
    used: int
    met_by: dict[Outcome, int]
    users: frozenset[int]


def bits_of(conditions: Iterable[StandingCondition]) -> int:
    """One bit for each condition."""
    bits = 0
    for condition in conditions:
        bits |= 1 << condition.index
    return bits


class Cells:
    """The cells of every fact that a standing law looks at, and what the law comes to in them."""

    def __init__(self, law: StandingLaw) -> None:
        on: dict[str, list[StandingCondition]] = {}
        for condition in law.conditions:
            on.setdefault(condition.fact.name, []).append(condition)
        self.of_fact = {name: FactCells(conditions) for name, conditions in on.items()}
        self._facts = {
            name: (cells.starts, cells.met, cells.bits) for name, cells in self.of_fact.items()
        }
        self._questions = tuple(_question(law, question) for question in law.questions)
        self._ids = tuple(law.by_question)
        self._asked = law.asked.question.id
        self._judged: Remembered[Judged] = Remembered()
        self._outcomes: Remembered[Outcome] = Remembered()

    def bits(self, codes: Mapping[str, int]) -> tuple[int, int]:
        """The conditions that codes meet, and those they settle.

        On other questions' outcomes only where these are stated.
        """
        met = known = 0
        facts = self._facts
        for name, code in codes.items():
            if name in facts:
                starts, met_in, bits = facts[name]
                met |= met_in[bisect_right(starts, code)]
                known |= bits
        return met, known

    def told(self, codes: Mapping[str, int]) -> tuple[str, ...]:
        """The questions of this law whose outcomes are stated."""
        return tuple([question for question in self._ids if question in codes])

    def outcome(self, met: int, known: int, told: tuple[str, ...]) -> Outcome:
        """The outcome of the question asked; *told* are the questions whose outcomes are stated."""
        key = (met, known, told)
        return self._outcomes.find(key) or self._outcomes.keep(
            key, self._judge(met, known, told).outcomes[self._asked]
        )

    def judged(self, met: int, known: int, told: tuple[str, ...]) -> Judged:
        """Every outcome and every provision. Shared between cases: do not change it."""
        return self._judged.get((met, known, told), lambda: self._judge(met, known, told))

    def _judge(self, met: int, known: int, told: tuple[str, ...]) -> Judged:
        provisions: list[bool | None] = []
        outcomes: dict[str, Outcome] = {}
        for question in self._questions:
            _look(question, met, known ^ met, provisions)
            outcome = outcomes[question.id] = outcome_of(question.standing, provisions)
            if outcome != "undetermined" and question.used and question.id not in told:
                met, known = met | question.met_by[outcome], known | question.used
        return Judged(outcomes, tuple(provisions))

    def settled(
        self, met: int, known: int, told: tuple[str, ...], touched: frozenset[int], before: Judged
    ) -> Outcome:
        """The outcome that no further fact can change, where some conditions are no longer known.

        *touched* are the questions with such a condition, by index; *before* is what the case comes
        to with them. A question that is not touched stays as it was; one that comes out otherwise
        touches those that use it.
        """
        provisions: list[bool | None] = []
        outcome = before.outcomes[self._asked]
        for question in self._questions:
            _look(question, met, known ^ met, provisions)
            was = before.outcomes[question.id]
            outcome = (
                settled_outcome_of(question.standing, provisions)
                if question.standing.index in touched
                else was
            )
            if question.id in told:
                continue
            if outcome != was:
                touched |= question.users
            if outcome != "undetermined" and question.used:
                met, known = met | question.met_by[outcome], known | question.used
        return outcome


def _question(law: StandingLaw, question: StandingQuestion) -> _Question:
    id = question.question.id
    used = law.used_in[id]
    return _Question(
        question,
        id,
        tuple((tuple(bits_of(path) for path in p.paths), p.is_unread) for p in question.provisions),
        bits_of(used),
        {
            outcome: bits_of(c for c in used if code in c.accepts)
            for outcome, code in OUTCOME_CODES.items()
        },
        frozenset(law.question_of[law.provision_of[c.index].index].index for c in used),
    )


def _look(question: _Question, met: int, not_met: int, provisions: list[bool | None]) -> None:
    """Add what each provision of a question comes to: one path is enough, and an unread one is
    never known to apply.
    """
    for paths, is_unread in question.provisions:
        applies: bool | None = False
        for path in paths:
            if path & met == path:
                applies = None if is_unread else True
                break
            if not path & not_met:
                applies = None
        provisions.append(applies)

"""One case under one standing law, and its outcome if a fact were otherwise. Exact."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise

from app.determinations.facts.facts_in_play import FactInPlay
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.cuts import Cuts
from app.engine import Evaluation
from app.engine.compiled import UNDETERMINED
from app.engine.evaluation import OUTCOMES_BY_CODE
from app.law.facts import FactDefinition, Value
from app.law.questions import Outcome


class WhatIf:
    """Outcomes of one case under changes to its facts."""

    def __init__(
        self,
        knowledge: Knowledge,
        evaluation: Evaluation | None = None,
        curable: frozenset[str] = frozenset(),
        left_out: Mapping[str, Value] | None = None,
    ) -> None:
        """*evaluation* where the case was evaluated already; *curable* are the facts that count as
        unknown, not as answered no, *left_out* those stated that do not count.
        """
        self.curable, self.left_out = curable, left_out or {}
        self.knowledge, self.in_play = knowledge, knowledge.in_play
        self.law, self.as_of = self.in_play.law, knowledge.as_of
        self.compiled = self.in_play.compiled
        self.met, self.known = self.compiled.bits(knowledge.codes)
        self._evaluation = evaluation

    @cached_property
    def outcome(self) -> Outcome:
        """The outcome as the facts are."""
        return OUTCOMES_BY_CODE[self.compiled.outcome(self.met, self.known)]

    @property
    def evaluation(self) -> Evaluation:
        """Every condition, provision and outcome as the facts are."""
        if self._evaluation is None:
            self._evaluation = self.compiled.evaluate(self.met, self.known)
        return self._evaluation

    def bits_of_one(self, fact: FactInPlay, value: Value) -> tuple[int, int]:
        """The conditions met and known if one stated fact, and what is computed from it, were
        otherwise.
        """
        met, known = self.met & ~fact.behind, self.known & ~fact.behind
        if not fact.carried:
            own = fact.own
            if own is not None:
                more_met, more_known = own.at(fact.fact.code_of(value))
                return met | more_met, known | more_known
            return met, known
        values = {**self.knowledge.values, fact.name: value}
        fact.carry(values)
        more_met, more_known = fact.bits_in(values)
        return met | more_met, known | more_known

    def bits_if(self, changes: Mapping[str, Value]) -> tuple[int, int]:
        """The conditions met and known if some stated facts were otherwise."""
        if not changes:
            return self.met, self.known
        values = {**self.knowledge.values, **changes}
        facts = [self.in_play.facts[name] for name in changes]
        met, known = self.met, self.known
        for fact in facts:
            met, known = met & ~fact.behind, known & ~fact.behind
            fact.carry(values)
        for fact in facts:
            more_met, more_known = fact.bits_in(values)
            met, known = met | more_met, known | more_known
        return met, known

    def outcome_if(self, changes: Mapping[str, Value]) -> Outcome:
        """The outcome if some stated facts were otherwise."""
        return OUTCOMES_BY_CODE[self.compiled.outcome(*self.bits_if(changes))]

    def outcome_of_one(self, fact: FactInPlay, value: Value) -> Outcome:
        """The outcome if one stated fact were otherwise."""
        return OUTCOMES_BY_CODE[self.compiled.outcome(*self.bits_of_one(fact, value))]

    def meets_if(self, changes: Mapping[str, Value], condition: int) -> bool:
        """Whether a condition on a fact, not on another question's outcome, is met if some stated
        facts were otherwise.
        """
        return bool(self.bits_if(changes)[0] >> condition & 1)

    def matters(self, name: str) -> bool:
        """Whether any value of a fact could change the outcome.

        False only where it is the same with the fact unknown.
        """
        touched = self._touched.get(name)
        return touched is not None and self._matters(self.in_play.facts[name], touched)

    def _matters(self, fact: FactInPlay, touched: int) -> bool:
        if fact.is_behind_flags and fact.name not in self.knowledge.values:
            return False
        if self.outcome == "undetermined":
            return True
        found, left = self.evaluation, ~touched
        without = self.compiled.outcome(found.met & left, found.known & left)
        return OUTCOMES_BY_CODE[without] != self.outcome

    @cached_property
    def _touched(self) -> Mapping[str, int]:
        """The facts that can change an outcome, with the conditions that each touches."""
        in_play, stated = self.in_play, self.knowledge.stated
        return in_play.touched(frozenset([flag for flag in in_play.flags if flag in stated]))

    def behind(self, fact: FactDefinition) -> str | None:
        """The question whose outcome a condition on a fact looks at: that of this name, or the one
        that a flag follows from here.
        """
        if fact.kind.is_outcome:
            return fact.name
        if fact.name not in self.in_play.flags:
            return None
        return self.knowledge.follows(fact.name, self.evaluation.outcomes)

    def mattering(self) -> Iterator[FactInPlay]:
        """The stated facts that matter."""
        facts = self.in_play.facts
        for name, touched in self._touched.items():
            if self._matters(facts[name], touched):
                yield facts[name]

    def outcomes_of_choices(self, fact: FactInPlay) -> Iterator[tuple[Outcome, list[Value]]]:
        """For a fact with few values: each outcome, with the values that come to it."""
        met, known = self.met & ~fact.behind, self.known & ~fact.behind
        for (met_there, known_there), values in fact.effects:
            code = self.compiled.outcome(met | met_there, known | known_there)
            if code != UNDETERMINED:
                yield OUTCOMES_BY_CODE[code], values

    @cached_property
    def turns(self) -> Cuts:
        """Where conditions turn along a fact."""
        return Cuts(self.knowledge)

    def can_be(self, changes: Mapping[str, Value]) -> bool:
        """Whether the stated facts can be so after some changes."""
        if any(value is False and name in self.curable for name, value in changes.items()):
            return False
        return self.in_play.can_be(self.knowledge.stated, changes, self.left_out)

    def bounds(self, fact: FactDefinition) -> tuple[int, int]:
        """The first and the last code that a fact can have in a request beside those stated, those
        that do not count among them: changed otherwise, the request would be refused.
        """
        sent = (
            {**self.left_out, **self.knowledge.stated} if self.left_out else self.knowledge.stated
        )
        return self.in_play.relations.bounds(fact, sent)

    def values_upward(self, name: str, start: int) -> Iterator[Value]:
        """The nearest value of each run of codes between cuts above a code, nearest first."""
        fact = self.in_play.stated[name]
        first, last = self.bounds(fact)
        cuts = [cut for cut in self.turns.of(name) if cut > start]
        for cut, following in pairwise([*cuts, fact.last_code + 1]):
            code = -(-max(cut, first) // fact.step) * fact.step
            if code < following and code <= last:
                yield fact.value(code)

    def values_downward(self, name: str, start: int) -> Iterator[Value]:
        """The nearest value of each run of codes between cuts below a code, nearest first."""
        fact = self.in_play.stated[name]
        first, last = self.bounds(fact)
        cuts = [cut for cut in reversed(self.turns.of(name)) if cut <= start]
        for cut, preceding in pairwise([*cuts, fact.first_code]):
            code = min(cut - 1, last) // fact.step * fact.step
            if code >= preceding and code >= first:
                yield fact.value(code)

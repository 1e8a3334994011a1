"""The smallest set of findings that alone gives an outcome, the nearest to another one first.

Of a denial that is one failed condition for each path of each provision that could grant; of a bar
or a grant the conditions of one path that holds. Of a yes one failed condition for each path of
each bar belongs to it too: they show that nothing bars.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from app.engine import Evaluation
from app.law.questions import Outcome
from app.law.spans import CodeSet
from app.law.standing import StandingCondition, StandingLaw, StandingProvision, StandingQuestion

_FEW = 2
"""So many conditions fail too easily to show what a case turned on."""
Near = tuple[int, float]
"""How many conditions failed, and how far their values are from what is required."""


def distance_to(accepts: CodeSet, code: int) -> int | None:
    """How far a code is from the nearest one that is accepted; none where none is."""
    at = bisect_right(accepts.intervals, (code, code))
    near = accepts.intervals[max(0, at - 1) : at + 1]
    return min((max(low - code, code - high, 0) for low, high in near), default=None)


def fewest_facts(paths: Iterable[Iterable[tuple[str, bool]]]) -> dict[str, int]:
    """Which facts to choose first where several conditions of a path failed, so that few facts
    explain all paths: each fact with its place.

    *paths* has the facts of the failed conditions of each path, and whether a fact is the outcome
    of a question decided here. Those come first, since one such outcome settles all conditions on
    it; then the facts that fail the most paths, then the first in the file.
    """
    found: dict[str, tuple[bool, int]] = {}
    for path in paths:
        for name, is_outcome in dict.fromkeys(path):
            found[name] = (is_outcome, found.get(name, (False, 0))[1] + 1)
    order = sorted(
        found, key=lambda name: (not (found[name][0] and found[name][1] > 1), -found[name][1])
    )
    return {name: place for place, name in enumerate(order)}


class Decisive:
    """The findings on which the outcomes of one evaluated case rest."""

    def __init__(self, law: StandingLaw, evaluation: Evaluation, codes: Mapping[str, int]) -> None:
        self._law, self._evaluation, self._codes = law, evaluation, codes

    def of(
        self, question: StandingQuestion, outcome: Outcome, leader: int | None
    ) -> dict[int, tuple[StandingCondition, ...]]:
        """The provisions by index that decide, in the order to tell them, each with its
        conditions; *leader* is the one that leads of several that grant.
        """
        chosen = list(self._provisions(question, outcome, leader))
        shared = fewest_facts(
            [(c.fact.name, self._is_decided_here(c)) for c in self._failed(path)]
            for provision in chosen
            if self._evaluation.provision(provision.index) is False
            for path in provision.paths
        )
        return {p.index: self._conditions(p, shared) for p in chosen}

    # --- provisions ---

    def _provisions(
        self, question: StandingQuestion, outcome: Outcome, leader: int | None
    ) -> Iterable[StandingProvision]:
        bars, grants = question.of("bars"), question.of("grants")
        granting, barring = self._with(grants, True), self._with(bars, True)
        if outcome == "ineligible":
            if barring:
                return [min(barring, key=self._length)]
            if granting:  # facts are missing, and whatever they are a bar applies
                return self._with(bars, None)
            return sorted((*grants, *question.may_grant), key=self.nearness)
        if outcome == "eligible":
            if not granting:
                return (*self._with(grants, None), *bars, *question.may_bar)
            first = min(granting, key=lambda p: (p.index != leader, self._length(p)))
            return (first, *bars, *question.may_bar)
        if outcome == "referred":
            return self._referring(question)
        open_still = self._with((*bars, *question.may_bar), None)
        if granting:
            return open_still
        return [*open_still, *self._with((*grants, *question.may_grant), None)]

    def _with(
        self, provisions: Iterable[StandingProvision], status: bool | None
    ) -> list[StandingProvision]:
        return [p for p in provisions if self._evaluation.provision(p.index) is status]

    def _referring(self, question: StandingQuestion) -> list[StandingProvision]:
        """What leaves the decision to a person, itself or through a question that it uses."""
        referring = self._with(question.of("refers"), True)
        if referring:
            return referring
        outcomes = self._evaluation.outcomes
        to_a_person = {id for id, outcome in outcomes.items() if outcome == "referred"}
        open_still = self._with((*question.of("bars"), *question.of("grants")), None)
        return [p for p in open_still if to_a_person.intersection(self._used_by(p))]

    def _used_by(self, provision: StandingProvision) -> Iterator[str]:
        """The questions at whose outcomes a provision looks, by name or through flags that nobody
        stated.
        """
        yield from provision.uses
        flags = self._law.flags
        yield from (flags[f] for f in provision.flags if f in flags and f not in self._codes)

    # --- conditions ---

    def _conditions(
        self, provision: StandingProvision, shared: Mapping[str, int]
    ) -> tuple[StandingCondition, ...]:
        """The conditions that made a provision come out as it did: those of the shortest path that
        holds, one that failed of each path, the nearest path first, or those that are open on paths
        that can still hold.
        """
        truth, status = self._evaluation.condition, self._evaluation.provision(provision.index)
        if status:
            return min(self._holding(provision), key=len)
        if status is False:
            paths = provision.paths
            if len(paths) > 1:
                paths = tuple(sorted(paths, key=self._path_nearness))
            failed = map(self._failed, paths)
            return tuple([min(some, key=lambda c: shared[c.fact.name]) for some in failed])
        can_hold = (p for p in provision.paths if all(truth(c.index) is not False for c in p))
        return tuple([c for path in can_hold for c in path if truth(c.index) is None])

    def _holding(self, provision: StandingProvision) -> Iterator[tuple[StandingCondition, ...]]:
        met = self._evaluation.condition
        return (path for path in provision.paths if all(met(c.index) for c in path))

    def _length(self, provision: StandingProvision) -> int:
        return min(map(len, self._holding(provision)))

    def _is_decided_here(self, condition: StandingCondition) -> bool:
        """Whether it looks at the outcome of a question that the caller did not state."""
        return condition.is_nested and condition.fact.name not in self._codes

    def _failed(self, path: Iterable[StandingCondition]) -> list[StandingCondition]:
        failed = self._evaluation.known & ~self._evaluation.met
        return [c for c in path if failed >> c.index & 1]

    # --- how near ---

    def nearness(self, provision: StandingProvision) -> Near:
        """How far a provision that does not apply is from applying, by its nearest path; no way at
        all where the case turned on one of its conditions.
        """
        if self._turns_on_one(provision):
            return 1, 0
        return min(map(self._path_nearness, provision.paths))

    def _turns_on_one(self, provision: StandingProvision) -> bool:
        """Whether all but one of several conditions are met, and the one is a plain fact that no
        act can change now: coverage given up in time to apply for another. The person should read
        that before any calendar.
        """
        path, *others = provision.paths
        failed = self._failed(path)
        if others or len(failed) != 1 or len(path) <= _FEW:
            return False
        fact = failed[0].fact
        is_plain = fact.kind.is_listed and not fact.kind.is_outcome and not fact.actionable
        return is_plain and all(self._evaluation.condition(c.index) is not None for c in path)

    def _path_nearness(self, path: tuple[StandingCondition, ...]) -> Near:
        failed = self._failed(path)
        if not failed:
            return len(path), inf
        return len(failed), sum(map(self._distance, failed))

    def _distance(self, condition: StandingCondition) -> float:
        """In days or in what the fact counts; infinite between choices and for yes or no."""
        fact = condition.fact
        if self._is_decided_here(condition):
            return self._nested_distance(fact.name)
        code = self._codes.get(fact.name)
        if code is None or fact.kind.is_listed:
            return inf
        distance = distance_to(condition.accepts, code)
        return inf if distance is None else distance / fact.kind.scale()

    def _way_out(self, bar: StandingProvision) -> float:
        """How far a bar that applies is from not applying, by its farthest path that holds;
        infinite where no day or number of a path could end it.
        """
        return max(min(map(self._distance_out, path)) for path in self._holding(bar))

    def _distance_out(self, condition: StandingCondition) -> float:
        """How far the value of a condition that is met is from failing it."""
        fact = condition.fact
        code = self._codes.get(fact.name)
        if code is None or fact.kind.is_listed:
            return inf
        out = (min(code - low, high - code) + 1 for low, high in condition.accepts.intervals
               if low <= code <= high)  # fmt: skip
        return min(out, default=inf) / fact.kind.scale()

    def _nested_distance(self, question: str) -> float:
        """How far the facts are from a grant of another question that one condition alone fails."""
        nested = self._law.by_question.get(question)
        if nested is None:
            return inf
        if barring := self._with(nested.of("bars"), True):
            is_granted = bool(self._with(nested.of("grants"), True))
            return max(map(self._way_out, barring)) if is_granted else inf
        near = (self.nearness(p) for p in self._with(nested.of("grants"), False))
        return min((distance for failed, distance in near if failed == 1), default=inf)

"""Interviews that ask what is needed first, until the outcome is settled, beside the fewest of the
person's own facts that settle it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from tests.relevance.any_partial import PartialCases
from tests.relevance.drawing import Drawing
from tests.relevance.oracle import Oracle
from tests.relevance.reading import Reading, Values

TRIED = 24
"""So many completions are drawn before the oracle is asked whether there is another outcome."""
OPPOSITE = {"eligible": "ineligible", "ineligible": "eligible"}

LONG_AFTER = 400
"""Days after which no paper can be sent any more: what is answered no counts as no."""


class Interview(NamedTuple):
    """What was asked, in order, and how few of the person's facts would have settled it."""

    person: Case
    asked: tuple[str, ...]
    fewest: int

    @property
    def excess(self) -> int:
        """The questions that were asked in vain."""
        return len(self.asked) - self.fewest


class Interviewer:
    """Interviews random people about one question in one edition."""

    def __init__(
        self, decider: Decider, oracle: Oracle, question: str, edition: str, seed: int | str
    ) -> None:
        self.decider, self.oracle = decider, oracle
        self.people = PartialCases(oracle, question, edition, f"people {seed}")

    def interview(self) -> Interview | None:
        """One interview; none of a person who is barred by the first answer, or asked nothing, or
        whom the law that was read leaves without an outcome.
        """
        reading, day = self.people.law()
        facts = self.people.person(reading, day, stating=0)
        later = day + timedelta(LONG_AFTER)
        person = Case(self.people.question, facts, day, self.people.edition, later)
        governing = self.people.governing
        start = {} if governing is None else {governing: day}
        asked: dict[str, Any] = {}
        while True:
            decided = self.decider.decide(replace(person, facts={**start, **asked}))
            if decided.conflicts:
                return None  # nobody real: two of the facts drawn contradict each other
            if decided.outcome != "undetermined":
                break
            if not decided.needs or decided.needs[0].name not in facts:
                return None
            asked[decided.needs[0].name] = facts[decided.needs[0].name]
        known = reading.known({**start, **asked}, day)
        if not asked or (len(asked) == 1 and reading.is_barred(known)):
            return None
        fewest = Fewest(self.oracle, reading, person, start, self.people.random)
        return Interview(person, tuple(asked), fewest.count(len(asked)))


class Fewest:
    """The fewest of a person's facts that settle the outcome.

    A completion that agrees with some facts of the person and comes to the opposite outcome shows
    that one of the others is wanted too; the fewest facts are the fewest that meet all such sets.
    """

    def __init__(
        self,
        oracle: Oracle,
        reading: Reading,
        person: Case,
        start: Mapping[str, Any],
        random: Random,
    ) -> None:
        self.oracle, self.reading, self.person, self.start = oracle, reading, person, start
        self.random = random
        known = reading.known(start, person.as_of)
        self.facts = [n for n in reading.bearing(known) if n in person.facts]
        whole = reading.outcome(reading.known(person.facts, person.as_of))
        self.opposite = OPPOSITE.get(whole)
        self.wanted: list[frozenset[str]] = []

    def count(self, most: int) -> int:
        """How many, where *most* are known to be enough."""
        while True:
            chosen = self._meeting(most)
            if chosen is None:
                return most
            rest = self._wanting(chosen)
            if rest is None:
                return len(chosen)
            self.wanted.append(rest)

    def _meeting(self, below: int) -> frozenset[str] | None:
        """The smallest set that meets all that are wanted; none where it is not smaller."""
        for size in range(below):
            found = _meet(self.wanted, frozenset(), size)
            if found is not None:
                return found
        return None

    def _known(self, chosen: frozenset[str]) -> dict[str, Any]:
        return {**self.start, **{name: self.person.facts[name] for name in chosen}}

    def _wanting(self, chosen: frozenset[str]) -> frozenset[str] | None:
        """Facts one of which is wanted beside those chosen; none where these settle the outcome."""
        day = self.person.as_of
        known = self.reading.known(self._known(chosen), day)
        if self.reading.outcome(known) != "undetermined":
            return None
        if self.opposite is not None:
            drawing = Drawing(self.reading, day, self.random)
            for _ in range(TRIED):
                completion = drawing.complete(known)
                if self.reading.outcome(completion) == self.opposite:
                    return self._narrowed(completion)
        if self._is_settled(chosen, day):
            return None
        together = chosen
        for name in self.random.sample(self.facts, len(self.facts)):
            if not self._is_settled(together | {name}, day):
                together |= {name}
        return frozenset(self.facts) - together

    def _is_settled(self, chosen: frozenset[str], day: date) -> bool:
        case = self.person
        return self.oracle.is_settled(case.question, day, case.edition, self._known(chosen))

    def _narrowed(self, completion: Values) -> frozenset[str]:
        """The facts in which a completion must differ from the person to come out opposite."""
        values = dict(completion)
        for name in self.reading.stated:
            if name not in self.person.facts and name not in self.reading.presumed:
                continue
            own = self.person.facts.get(name, self.reading.presumed.get(name))
            was = values[name]
            values[name] = own
            if self.reading.outcome(values) != self.opposite:
                values[name] = was
        return frozenset(n for n in self.facts if values[n] != self.person.facts[n])


def _meet(
    wanted: Sequence[frozenset[str]], chosen: frozenset[str], more: int
) -> frozenset[str] | None:
    left = [one for one in wanted if not one & chosen]
    if not left:
        return chosen
    if more == 0 or _apart(left) > more:
        return None
    for name in sorted(min(left, key=len)):
        found = _meet(left, chosen | {name}, more - 1)
        if found is not None:
            return found
    return None


def _apart(wanted: Sequence[frozenset[str]]) -> int:
    """How many of some sets share nothing, taken as they come from the smallest."""
    met, apart = frozenset[str](), 0
    for one in sorted(wanted, key=len):
        if not one & met:
            met, apart = met | one, apart + 1
    return apart


def percentile(numbers: Sequence[int], share: float) -> int:
    """The smallest number that so large a share does not pass."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

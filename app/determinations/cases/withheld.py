"""Stated facts that do not count: those of which one must be wrong, and those that can still be put
right (a missing paper counts as unknown while its clock runs).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.determinations.cases.case import Case
from app.determinations.facts.facts_in_play import FactsInPlay
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.relations import Conflict, conflicts
from app.law.words import day_in_words


class Cure(NamedTuple):
    """A fact that can still be put right, and what to send by when."""

    fact: str
    says: str


def find_cures(
    in_play: FactsInPlay, stated: Mapping[str, Value], as_of: date, decided_on: date
) -> Iterator[Cure]:
    """The facts that can still be put right on the day of deciding: answered no, they count as
    unknown.
    """
    if not in_play.curable:
        return
    known = {str(in_play.governing): as_of, **stated}
    for fact, sentence, provision in in_play.curable:
        call, parameters = provision.provision.curable_through, provision.parameters
        last = in_play.deriving.compute(call, known, parameters) if call is not None else None
        if not isinstance(last, date) or decided_on <= last:
            words = day_in_words(last) if isinstance(last, date) else "the last day of the limit"
            yield Cure(fact, sentence.fill({"last_day": words}.__getitem__))


@dataclass(frozen=True, slots=True)
class Withheld:
    """What does not count in a case; *curable* are all facts that can still be put right, stated or
    not.
    """

    conflicts: tuple[Conflict, ...]
    curable: tuple[Cure, ...]
    cures: tuple[Cure, ...]
    doubted: frozenset[str]
    facts: Mapping[str, Value]

    @classmethod
    def of(cls, lawbook: Lawbook, in_play: FactsInPlay, case: Case) -> "Withheld":
        """What does not count in a case under the law of its day."""
        known = lawbook.known_facts(case.question)
        facts = case.facts
        found = tuple(conflicts(known, facts))
        if case.found is not None:
            facts = {**case.found.beside(facts), **facts}
            differing = tuple(case.found.disagreements(known, case.facts))
            found = (*differing, *conflicts(known, facts))
        doubted = _doubted(found)
        decided_on = case.decided_on or case.as_of
        curable = tuple(find_cures(in_play, facts, case.as_of, decided_on))
        cures = tuple([cure for cure in curable if facts.get(cure.fact) is False])
        names = doubted | {cure.fact for cure in cures}
        return cls(found, curable, cures, doubted, {n: facts[n] for n in names})

    @property
    def curable_facts(self) -> frozenset[str]:
        """The facts that can still be put right."""
        return frozenset([cure.fact for cure in self.curable])

    def first(self, needs: Iterable[FactDefinition]) -> tuple[FactDefinition, ...]:
        """What is needed, first the facts that contradict each other, then what can be cured."""

        def place(fact: FactDefinition) -> tuple[bool, bool]:
            return fact.name not in self.doubted, fact.name not in self.facts

        return tuple(sorted(needs, key=place))


def without_doubted(
    lawbook: Lawbook, question: str, facts: Mapping[str, Value]
) -> dict[str, Value]:
    """The facts that do not contradict each other."""
    doubted = _doubted(conflicts(lawbook.known_facts(question), facts))
    return {name: value for name, value in facts.items() if name not in doubted}


def _doubted(found: Iterable[Conflict]) -> frozenset[str]:
    return frozenset([name for conflict in found for name in conflict.facts])

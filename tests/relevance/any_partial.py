"""Random cases of which part is known: values at and around the law's own edges, days of every kind
of law, and often so much left out that three-valued logic leaves the outcome open.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from app.determinations.cases.case import Case
from app.law.errors import LawNotEncoded
from app.law.lawbook import Lawbook
from app.law.questions import STATED_OUTCOMES
from app.law.relations import broken_orders
from tests.relevance.drawing import Drawing
from tests.relevance.oracle import Oracle
from tests.relevance.reading import Reading

FIRST, LAST = date(2007, 5, 1), date(2026, 10, 14)
OPEN_SHARE = 0.6
"""Of so many cases three-valued logic shall leave the outcome open, where trying finds such."""
TRIES = 25


def decidable(lawbook: Lawbook, questions: Iterable[str]) -> list[tuple[str, str]]:
    """Questions with each edition that has law for them."""
    keys = ((question, edition) for question in questions for edition in sorted(lawbook.editions))
    return [key for key in keys if any(True for _ in lawbook.standing_laws(*key))]


class PartialCases:
    """Cases of one question in one edition, all from one seed."""

    def __init__(self, oracle: Oracle, question: str, edition: str, seed: int | str) -> None:
        self.oracle, self.question, self.edition = oracle, question, edition
        self.random = Random(f"{question} {edition} {seed}")
        lawbook = oracle.lawbook
        self.governing = lawbook.question(question).governed_by
        self.boundaries = [b for b in lawbook.boundaries(question, edition) if FIRST <= b <= LAST]

    def case(self) -> Case:
        """A case of which some facts are known."""
        is_open = self.random.random() < OPEN_SHARE
        facts: dict[str, Any] = {}
        for attempt in range(TRIES if is_open else 1):
            if attempt % 5 == 0:
                reading, day = self.law()
                whole = self._with_further(self.person(reading, day), reading, day)
            share = self.random.random()
            facts = {n: v for n, v in whole.items() if self.random.random() >= share}
            if self.random.random() < 0.4:  # all of them together, so that flags do follow
                facts |= {name: whole[name] for name in reading.further if name in whole}
            facts = self._that_agree(facts)
            if self.governing is not None:
                facts[self.governing] = day
            if not is_open or reading.outcome(reading.known(facts, day)) == "undetermined":
                break
        if self.governing is not None and self.random.random() < 0.1:
            del facts[self.governing]
        return Case(self.question, facts, day, self.edition)

    def _with_further(self, person: dict[str, Any], reading: Reading, day: date) -> dict[str, Any]:
        """Often with the facts from which flags follow, and mostly in the place of these."""
        if not reading.further or self.random.random() < 0.4:
            return person
        drawing = Drawing(reading, day, self.random)
        further = {name: drawing.value(fact) for name, fact in reading.further.items()}
        kept = {
            name: value
            for name, value in person.items()
            if name not in reading.flags or self.random.random() < 0.2
        }
        return {**kept, **further}

    def _that_agree(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The facts without those that break an order, which no caller can state."""
        broken = next(broken_orders(self.oracle.lawbook.vocabulary.get, facts), None)
        while broken is not None:
            one = self.random.choice([n for n in broken.facts if n != self.governing])
            facts = {n: v for n, v in facts.items() if n != one}
            broken = next(broken_orders(self.oracle.lawbook.vocabulary.get, facts), None)
        return facts

    def law(self) -> tuple[Reading, date]:
        """The law in force on a random day, and the day."""
        while True:
            day = FIRST + timedelta(days=self.random.randrange((LAST - FIRST).days + 1))
            if self.boundaries and self.random.random() < 0.6:
                off = self.random.choice((-1, 0, 0, 1, self.random.randint(0, 400)))
                day = self.random.choice(self.boundaries) + timedelta(days=off)
            try:
                return self.oracle.reading(self.question, day, self.edition), day
            except LawNotEncoded:
                continue

    def person(self, reading: Reading, day: date, stating: float = 0.06) -> dict[str, Any]:
        """Every fact of somebody, presumed ones mostly left out.

        *stating* is how often the outcome of a used question is stated.
        """
        known: dict[str, Any] = {} if self.governing is None else {self.governing: day}
        values = Drawing(reading, day, self.random).complete(known)
        for name in reading.presumed:
            if self.random.random() < 0.6:
                del values[name]
        for used in reading.law.questions[:-1]:
            is_by_name = used.question.id in reading.asked_by_name
            if is_by_name and self.random.random() < stating:
                values[used.question.id] = self.random.choice(STATED_OUTCOMES)
        return values

"""Completions found by trying.

Two that differ in one fact and in the outcome prove that the fact is needed, so that the solver is
asked only about facts of which trying shows nothing.
"""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from app.law.questions import Outcome
from tests.relevance.drawing import Drawing
from tests.relevance.possible import Possible
from tests.relevance.reading import (
    Reading,
    Truths,
    Values,
)
from tests.relevance.values import computed

DRAWN, BASES, WALKS = 16, 3, 6


class Witnesses:
    """Completions of one case by outcome, and the facts shown to be needed."""

    def __init__(
        self, reading: Reading, known: Mapping[str, Any], day: date, possible: Possible
    ) -> None:
        self.reading, self.known, self.possible = reading, known, possible
        self.random = Random(len(known))
        self.drawing = Drawing(reading, day, self.random)
        self.unknown = reading.bearing(known)
        self.found: dict[Outcome, list[Values]] = {}
        self.needed: set[str] = set()
        for _ in range(DRAWN):
            completion = self._possible(self.drawing.complete(known))
            self.take(completion, reading.outcome(completion))

    def _possible(self, completion: dict[str, Any]) -> dict[str, Any]:
        """The completion with values that the facts can have beside those stated."""
        for name, value in completion.items():
            if name not in self.known and not self.possible.allows(name, value):
                completion[name] = self.possible.some(name)
        return completion

    def take(self, completion: Values, outcome: Outcome) -> None:
        """Keep a completion to try changes of."""
        self.found.setdefault(outcome, []).append(completion)

    def try_changes(self) -> None:
        """Change one fact of completions of every outcome, and walk between completions of two."""
        for outcome, completions in list(self.found.items()):
            for completion in completions[-BASES:]:
                self.change(completion, outcome)
        pairs = [(a, b) for a in self.found for b in self.found if a < b]
        for a, b in pairs * WALKS:
            self._walk(self.random.choice(self.found[a]), self.random.choice(self.found[b]))

    def change(self, completion: Values, outcome: Outcome) -> None:
        """Change each fact not yet shown to be needed, alone."""
        values = self.reading.follow(completion)
        truths = self.reading.truths(values)
        for name in self.unknown:
            if name not in self.needed:
                for value in self.drawing.other(name, completion):
                    if not self.possible.allows(name, value):
                        continue
                    if self._outcome(values, truths, {name: value}) != outcome:
                        self.needed.add(name)
                        break

    def _walk(self, start: Values, end: Values) -> None:
        """From one completion to another, a fact at a time: where the outcome changes is a need."""
        values = dict(start)
        before = self.reading.outcome(values)
        for name in self.random.sample(self.unknown, len(self.unknown)):
            if values[name] != end[name]:
                values[name] = end[name]
                after = self.reading.outcome(values)
                if after != before:
                    self.needed.add(name)
                before = after

    def _outcome(
        self,
        followed: Mapping[str, Any],
        truths: Truths,
        change: Mapping[str, Any],
    ) -> Outcome:
        (name,) = change
        values, reading = {**followed, **change}, self.reading
        for fact in reading.computed.values():
            if name in reading.inputs[fact.name]:
                assert fact.computed is not None
                value = computed(fact.computed, values, reading.series)
                if value is None:
                    values.pop(fact.name, None)
                else:
                    values[fact.name] = value
        moved = list(truths)
        for index in reading.conditions_on[name]:
            moved[index] = reading.truth(index, values)
        return reading.decide(moved, values)

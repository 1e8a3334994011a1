"""What the waiver desk knows of the applicant a case is about, and the caller need not state.

What was found stays with the request that is stored, so that it is decided again from the same.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from app.determinations.errors import FactError, FactsRefused
from app.law.fact_types import NotThatFact
from app.law.facts import FactDefinition, Value
from app.law.relations import Conflict
from app.law.words import day_in_words

GRANTED = "waiver.granted"
"""The fact that a granted waiver answers. A question that does not know it looks at no waiver."""
Known = Mapping[str, FactDefinition]


@dataclass(frozen=True, slots=True)
class Found:
    """A granted waiver: the id of its request, the day of the decision in Massachusetts, and what
    is known of it as facts of a question, by whole name.
    """

    request: str
    decided_on: date
    facts: Mapping[str, Value]

    @property
    def says(self) -> str:
        """Where it was found, as a sentence."""
        return (
            f"Found at the waiver desk, which granted a waiver on {day_in_words(self.decided_on)}."
        )

    @classmethod
    def read(cls, known: Known, kept: Any) -> Self:
        """What was kept of it.

        Raises:
            FactsRefused: it is none, or some of its facts are none of the question's.
        """
        errors: list[FactError] = []
        facts: dict[str, Value] = {}
        try:
            request, decided_on = str(kept["request"]), date.fromisoformat(kept["decided_on"])
            for name, value in kept["facts"].items():
                try:
                    facts[name] = known[name].read(value)
                except (KeyError, NotThatFact):
                    errors.append(FactError(name, "Is not what was found."))
        except (TypeError, ValueError, KeyError, AttributeError):
            raise FactsRefused([FactError(GRANTED, "Nothing readable was found.")]) from None
        if errors:
            raise FactsRefused(errors)
        return cls(request, decided_on, facts)

    def beside(self, stated: Mapping[str, Value]) -> dict[str, Value]:
        """What was found that was not stated too."""
        return {name: value for name, value in self.facts.items() if name not in stated}

    def without(self, names: Collection[str]) -> "Found":
        """What was found, apart from some facts."""
        return replace(self, facts={n: v for n, v in self.facts.items() if n not in names})

    def disagreements(self, known: Known, stated: Mapping[str, Value]) -> Iterator[Conflict]:
        """Facts that were stated otherwise than they were found."""
        for name, value in self.facts.items():
            if stated.get(name, value) != value:
                fact = known[name]
                says = (
                    f"“{fact.label}” is answered with {fact.in_words(stated[name])}, and the "
                    f"waiver desk has {fact.in_words(value)}. Both cannot be right."
                )
                yield Conflict({name: stated[name]}, says)

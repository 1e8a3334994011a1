"""Which questions look at the outcomes of which others: by name, or through flags that follow from
them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.law.facts import FactDefinition
from app.law.provision import Provision

Names = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Uses:
    """question → those whose outcomes its conditions name, and those behind the flags that its
    conditions look at.
    """

    by_name: Names
    by_flag: Names

    @classmethod
    def of(
        cls,
        questions: Iterable[str],
        provisions: Iterable[Provision],
        facts: Mapping[str, FactDefinition],
    ) -> "Uses":
        """What the conditions of some provisions look at."""
        by_name: dict[str, dict[str, None]] = {id: {} for id in questions}
        by_flag: dict[str, dict[str, None]] = {id: {} for id in by_name}
        for provision in provisions:
            for name in (c.fact for c in provision.conditions if provision.answers in by_name):
                fact = facts.get(name)
                if name in by_name:
                    by_name[provision.answers][name] = None
                elif fact is not None and fact.follows_from in by_name:
                    by_flag[provision.answers][fact.follows_from] = None
        return cls(
            {id: tuple(used) for id, used in by_name.items()},
            {id: tuple(used) for id, used in by_flag.items()},
        )

    def of_one(self, question: str) -> tuple[str, ...]:
        """The questions that one looks at, either way."""
        return (*self.by_name[question], *self.by_flag[question])

    def before(self, question: str) -> list[str]:
        """A question and every question it looks at, directly or not; used ones first."""
        return list(self._reached(question, through_flags=True))

    def asked_with(self, question: str) -> list[str]:
        """The same without those that it looks at through flags."""
        return list(self._reached(question, through_flags=False))

    def behind_flags(self, question: str) -> list[str]:
        """The questions behind the flags that a question, or one it names, looks at, with every
        question that those look at in turn.
        """
        found: dict[str, None] = {}
        for id in self.asked_with(question):
            for used in self.by_flag[id]:
                found |= self._reached(used, through_flags=True)
        return list(found)

    def _reached(self, question: str, through_flags: bool) -> dict[str, None]:
        ordered: dict[str, None] = {}

        def visit(id: str) -> None:
            if id not in ordered:
                for used in self.of_one(id) if through_flags else self.by_name[id]:
                    visit(used)
                ordered[id] = None

        visit(question)
        return ordered

"""The law of one question as it stands on a day in an edition: superseded provisions gone,
parameters and calendars resolved.

The same standing law serves every day of a span on which nothing changes; both the compiler and the
plain evaluator read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

from app.law.calendars import StandingCalendar
from app.law.facts import Citation, FactDefinition, Value
from app.law.provision import Condition, Effect, Evidence, Provision
from app.law.questions import Question
from app.law.spans import CodeSet, Span

Required = Value | tuple[Value, ...] | tuple[tuple[Value, Value], ...] | StandingCalendar


def accepted_codes(operator: str, required: Required, fact: FactDefinition) -> CodeSet:
    """The codes of a fact that meet an operator and its operand."""
    first, last = fact.first_code, fact.last_code
    if isinstance(required, StandingCalendar):
        return required.days_to_act
    if operator == "within":
        pairs = cast(tuple[tuple[Value, Value], ...], required)
        return CodeSet((fact.code(low), fact.code(high)) for low, high in pairs)
    if operator == "one_of":
        return CodeSet((fact.code(v), fact.code(v)) for v in cast(tuple[Value, ...], required))
    code = fact.code(cast(Value, required))
    match operator:
        case "is":
            return CodeSet([(code, code)])
        case "is_not":
            return CodeSet([(code, code)]).outside(first, last)
        case "at_least" | "on_or_after":
            return CodeSet([(code, last)])
        case "more_than" | "after":
            return CodeSet([(code + 1, last)])
        case "at_most" | "on_or_before":
            return CodeSet([(first, code)])
    return CodeSet([(first, code - 1)])


@dataclass(frozen=True, eq=False)
class StandingCondition:
    """A condition with its operand resolved, and the codes that meet it."""

    index: int
    condition: Condition
    fact: FactDefinition
    required: Required
    accepts: CodeSet

    @cached_property
    def is_nested(self) -> bool:
        """Whether the fact is the outcome of another question."""
        return self.fact.kind.is_outcome

    @property
    def recurs(self) -> StandingCalendar | None:
        """The calendar, where the days required return every year."""
        calendar = self.required
        return (
            calendar
            if isinstance(calendar, StandingCalendar) and calendar.calendar.every_year
            else None
        )


class Look(NamedTuple):
    """The conditions that look at a question's outcome under one name: its own, or that of a flag
    that follows from it. *eligible* and *ineligible* are the codes of the fact of that name where
    the question has this outcome.
    """

    fact: str
    conditions: tuple[StandingCondition, ...]
    eligible: int
    ineligible: int

    @classmethod
    def of(cls, conditions: Sequence[StandingCondition]) -> "Look":
        """What some conditions on one fact look at."""
        fact = conditions[0].fact
        values: tuple[Value, Value] = ("eligible", "ineligible")
        codes = map(fact.code, values if fact.kind.is_outcome else (True, False))
        return cls(fact.name, tuple(conditions), *codes)


@dataclass(frozen=True, eq=False)
class StandingProvision:
    """A provision in force, its paths as indexes of standing conditions."""

    index: int
    provision: Provision
    paths: tuple[tuple[StandingCondition, ...], ...]
    parameters: Mapping[str, Value]
    citation: Citation
    evidence: Evidence

    @cached_property
    def effect(self) -> Effect:
        """What it does where it applies."""
        return self.provision.effect

    @cached_property
    def conditions(self) -> tuple[StandingCondition, ...]:
        """All conditions of all paths, in the order written."""
        return tuple(condition for path in self.paths for condition in path)

    @cached_property
    def uses(self) -> tuple[str, ...]:
        """The questions whose outcomes it looks at."""
        return tuple(dict.fromkeys(c.fact.name for c in self.conditions if c.is_nested))

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """The flags that it looks at and that may follow from a question's outcome."""
        return tuple(dict.fromkeys(c.fact.name for c in self.conditions if c.fact.follows_from))

    @cached_property
    def looks_at(self) -> tuple[str, ...]:
        """The questions and the flags that it looks at."""
        return (*self.uses, *self.flags)

    @cached_property
    def path_indexes(self) -> tuple[tuple[int, ...], ...]:
        """The paths as indexes of conditions."""
        return tuple(tuple(c.index for c in path) for path in self.paths)

    @cached_property
    def lacks_text(self) -> bool:
        """Whether its text was not found, so that it is never known to apply."""
        return self.provision.text_missing is not None


@dataclass(frozen=True, eq=False)
class StandingQuestion:
    """A question with the provisions in force for it; *depth* is 0 where it uses no other question,
    else one more than theirs.
    """

    index: int
    question: Question
    depth: int
    provisions: tuple[StandingProvision, ...]

    @cached_property
    def tests(self) -> tuple[tuple[str, tuple[tuple[int, int, int, CodeSet | None], ...]], ...]:
        """Each fact with the conditions on it: index, first and last code that meet it, and all
        that do where there are gaps.
        """
        tests: dict[str, list[tuple[int, int, int, CodeSet | None]]] = {}
        for condition in (
            condition for provision in self.provisions for condition in provision.conditions
        ):
            codes = condition.accepts.intervals or ((1, 0),)
            several = condition.accepts if len(codes) > 1 else None
            tests.setdefault(condition.fact.name, []).append((condition.index, *codes[0], several))
        return tuple((name, tuple(conditions)) for name, conditions in tests.items())

    @cached_property
    def _by_effect(self) -> dict[Effect, tuple[StandingProvision, ...]]:
        effects: tuple[Effect, ...] = ("bars", "refers", "grants", "cautions")
        return {
            effect: tuple(p for p in self.provisions if p.effect == effect) for effect in effects
        }

    def of(self, effect: Effect) -> tuple[StandingProvision, ...]:
        """Its provisions with one effect."""
        return self._by_effect[effect]

    @cached_property
    def cautioning(self) -> tuple[StandingProvision, ...]:
        """Its provisions of which there may be something to beware: a caution, a missing text,
        another question.
        """
        return tuple(
            p for p in self.provisions if p.provision.caution or p.lacks_text or p.looks_at
        )

    @cached_property
    def informing(self) -> tuple[StandingProvision, ...]:
        """Its provisions that tell something whether they apply or not."""
        return tuple(p for p in self.provisions if p.provision.informs)

    @cached_property
    def bars(self) -> tuple[int, ...]:
        """The indexes of its provisions that bar."""
        return tuple(p.index for p in self.of("bars"))

    @cached_property
    def grants(self) -> tuple[int, ...]:
        """The indexes of its provisions that grant."""
        return tuple(p.index for p in self.of("grants"))

    @cached_property
    def may_grant(self) -> tuple[StandingProvision, ...]:
        """Its provisions that refer to a person who may grant."""
        return tuple(p for p in self.of("refers") if p.provision.may != "bar")

    @cached_property
    def may_bar(self) -> tuple[StandingProvision, ...]:
        """Its provisions that refer to a person who may bar."""
        return tuple(p for p in self.of("refers") if p.provision.may != "grant")

    @cached_property
    def refers(self) -> tuple[int, ...]:
        """The indexes of its provisions that refer."""
        return tuple(p.index for p in self.of("refers"))


@dataclass(frozen=True, eq=False)
class StandingLaw:
    """The law of one question, the questions it uses before it, for the days of *span* in one
    edition.
    """

    span: Span
    edition: str
    questions: tuple[StandingQuestion, ...]

    @property
    def asked(self) -> StandingQuestion:
        """The question that was asked; the others are those it uses."""
        return self.questions[-1]

    @cached_property
    def by_question(self) -> dict[str, StandingQuestion]:
        """The standing questions by id."""
        return {q.question.id: q for q in self.questions}

    @cached_property
    def provisions(self) -> tuple[StandingProvision, ...]:
        """Every provision of every question, by index."""
        return tuple(p for q in self.questions for p in q.provisions)

    @cached_property
    def provision_ids(self) -> tuple[str, ...]:
        """The provisions' ids, by index."""
        return tuple(p.provision.id for p in self.provisions)

    @cached_property
    def conditions(self) -> tuple[StandingCondition, ...]:
        """Every condition of every provision, by index."""
        return tuple(c for p in self.provisions for c in p.conditions)

    @cached_property
    def provision_of(self) -> tuple[StandingProvision, ...]:
        """condition index → its provision."""
        return tuple(p for p in self.provisions for _ in p.conditions)

    @cached_property
    def question_of(self) -> tuple[StandingQuestion, ...]:
        """provision index → its question."""
        return tuple(q for q in self.questions for _ in q.provisions)

    @cached_property
    def looks(self) -> dict[str, tuple[Look, ...]]:
        """question → the ways in which conditions look at its outcome."""
        on: dict[str, list[StandingCondition]] = {}
        for condition in self.conditions:
            on.setdefault(condition.fact.name, []).append(condition)
        found: dict[str, tuple[Look, ...]] = dict.fromkeys(self.by_question, ())
        for name, conditions in on.items():
            question = conditions[0].fact.follows_from or name
            if question in found:
                found[question] += (Look.of(conditions),)
        return found

    @cached_property
    def used_in(self) -> dict[str, tuple[StandingCondition, ...]]:
        """question → the conditions that look at its outcome, those on flags that follow from it
        among them.
        """
        return {
            id: tuple(c for look in looks for c in look.conditions)
            for id, looks in self.looks.items()
        }

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The questions whose outcomes conditions look at, in the order they are decided."""
        return tuple(id for id, looks in self.looks.items() if looks)

    @cached_property
    def flags(self) -> dict[str, str]:
        """The flags that conditions look at, each with the question whose outcome it follows from
        where nobody stated it.
        """
        return {
            look.fact: id for id, looks in self.looks.items() for look in looks if look.fact != id
        }

    @cached_property
    def behind_flags(self) -> frozenset[str]:
        """The questions that are looked at through flags alone, if at all. What was stated may
        decide them; nobody is asked for them.
        """
        looked_at = {self.asked.question.id}
        for question in reversed(self.questions):
            if question.question.id in looked_at:
                looked_at.update(*(p.uses for p in question.provisions))
        return frozenset(self.by_question) - looked_at

    @cached_property
    def bearing(self) -> frozenset[str]:
        """The questions that bear on the outcome of the one asked: not those at which nothing but
        cautions looks.
        """
        found = {self.asked.question.id}
        for question in reversed(self.questions):
            if question.question.id in found:
                for provision in (p for p in question.provisions if p.effect != "cautions"):
                    found.update(self.flags.get(name, name) for name in provision.looks_at)
        return frozenset(self.by_question) & found

    @cached_property
    def without_bearing(self) -> tuple[StandingCondition, ...]:
        """The conditions that bear on no outcome: those of what only cautions, and those of
        questions at which nothing else looks.
        """
        return tuple(
            condition
            for question in self.questions
            for provision in question.provisions
            for condition in provision.conditions
            if provision.effect == "cautions" or question.question.id not in self.bearing
        )

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What distinguishes this standing law from another in what it decides: equal keys, equal
        decisions.
        """
        return tuple(
            (q.question.id, p.provision.id, p.effect, p.provision.may, p.lacks_text,
             tuple(tuple((c.fact.name, c.accepts) for c in path) for path in p.paths))
            for q in self.questions for p in q.provisions
        ) + tuple(self.flags.items())  # fmt: skip

    @cached_property
    def fact_names(self) -> tuple[str, ...]:
        """The facts its conditions look at, in the order written.

        Computed ones by their own name.
        """
        return tuple(dict.fromkeys(c.fact.name for c in self.conditions))

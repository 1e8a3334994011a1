"""The law in force on a day, read for the oracle: its conditions, the facts behind them, and one
plain evaluator of what is known, however much that is.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from app.engine.evaluation import DECIDED
from app.law.calendars import Series
from app.law.facts import FactDefinition, Value
from app.law.questions import Outcome
from app.law.standing import StandingLaw, StandingProvision, StandingQuestion
from tests.plain_evaluator import evaluate, outcome_of
from tests.relevance.values import Requirement, computed, requirement_of

Values = Mapping[str, Any]
"""Facts by name with their values; of a completion, with all of them."""
Truths = list[bool | None]
DAY_ZERO = date(1900, 3, 1)
FIRST_UNKNOWN, LAST_UNKNOWN = date(1901, 1, 1), date(2095, 12, 31)
"""The days among which an unknown day is sought; nothing in the law happens for the first time
outside, and what is computed from them stays within the solver's calendar.
"""
IMPLIED = {
    "prior_coverage.ended_on": "prior_coverage.ended",
    "waiver.approval_received_on": "waiver.granted",
    "association.approved_on": "association.is_approved",
}
"""Days that nobody can state unless the flag is true."""
YEARS = range(2007, 2027)


class _Provision(NamedTuple):
    paths: tuple[tuple[int, ...], ...]
    lacks_text: bool


class Reading:
    """A standing law with what its conditions require and the facts that they look at.

    *fact* gives a fact's definition by name, a question's included.
    """

    def __init__(
        self,
        law: StandingLaw,
        fact: Callable[[str], FactDefinition],
        series: Mapping[str, Series],
    ) -> None:
        self.law, self.fact, self.series = law, fact, series
        self.requirements: list[Requirement] = [requirement_of(c) for c in law.conditions]
        self.questions = frozenset(law.by_question)
        self.asked_by_name = _asked_by_name(law)
        """The question asked and those named in conditions: nobody is asked for what only bears on
        the others, which flags follow from."""
        self.stated, self.computed = self._facts(
            q for q in law.questions if q.question.id in self.asked_by_name
        )
        self._behind, self._computed_behind = self._facts(
            q for q in law.questions if q.question.id not in self.asked_by_name
        )
        self.further = {n: f for n, f in self._behind.items() if n not in self.stated}
        """The facts that bear on flags that follow, and on nothing else."""
        self.flags = {
            c.fact.name: str(c.fact.follows_from)
            for c in law.conditions
            if c.fact.follows_from in self.questions
        }
        self.presumed = {
            f.name: f.presumed.value
            for f in (*self.stated.values(), *self.further.values())
            if f.presumed is not None
        }
        self._provisions = [_provision(p) for p in law.provisions]

    def _facts(
        self, questions: Iterable[StandingQuestion]
    ) -> tuple[dict[str, FactDefinition], dict[str, FactDefinition]]:
        """The facts that some questions look at: stated, and computed."""
        stated: dict[str, FactDefinition] = {}
        computed: dict[str, FactDefinition] = {}

        def take(name: str) -> None:
            fact = self.fact(name)
            if fact.computed is None:
                stated.setdefault(name, fact)
            elif name not in computed:
                for inner in fact.computed.fact_names:
                    take(inner)
                computed[name] = fact

        for condition in (c for q in questions for p in q.provisions for c in p.conditions):
            if condition.fact.name not in self.questions:
                take(condition.fact.name)
        return stated, computed

    @cached_property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        """fact → the stated facts behind it."""
        found = {name: (name,) for name in self.stated}
        for name, fact in self.computed.items():
            assert fact.computed is not None
            behind = (n for inner in fact.computed.fact_names for n in found[inner])
            found[name] = tuple(dict.fromkeys(behind))
        return found

    @cached_property
    def conditions_on(self) -> dict[str, tuple[int, ...]]:
        """stated fact or question → the conditions that rest on it, by index."""
        found: dict[str, list[int]] = {name: [] for name in (*self.stated, *self.questions)}
        for condition in self.law.conditions:
            question = self.law.question_of[self.law.provision_of[condition.index].index]
            if question.question.id not in self.asked_by_name:
                continue
            for name in self.inputs.get(condition.fact.name, (condition.fact.name,)):
                found[name].append(condition.index)
        return {name: tuple(indexes) for name, indexes in found.items()}

    @cached_property
    def edges(self) -> dict[str, list[Any]]:
        """fact → the values at which its conditions turn."""
        edges: dict[str, list[Any]] = {}
        for condition, requirement in zip(self.law.conditions, self.requirements, strict=True):
            edges.setdefault(condition.fact.name, []).extend(_edges(requirement))
        return edges

    def ends(self, fact: FactDefinition) -> tuple[int, int]:
        """The smallest and largest value of an unknown fact, as the solver counts: days since March
        1, 1900, places of choices, decimals in their last place.
        """
        if fact.type == "day":
            return (FIRST_UNKNOWN - DAY_ZERO).days, (LAST_UNKNOWN - DAY_ZERO).days
        if fact.type in ("choice", "outcome"):
            return 0, len(fact.choices) - 1
        return fact.minimum * parts_of(fact), fact.maximum * parts_of(fact)

    def known(self, stated: Mapping[str, Value], as_of: date) -> dict[str, Any]:
        """The values that count as known: presumed, the governing day, those stated."""
        values: dict[str, Any] = dict(self.presumed)
        governing = self.law.asked.question.governed_by
        if governing is not None:
            values[governing] = as_of
        values.update(stated)
        for day, flag in IMPLIED.items():
            if day in stated and flag not in stated and flag in self.stated:
                values[flag] = True
        return {**self._following(values), **values}

    def _following(self, values: Values) -> dict[str, bool]:
        """The flags that follow: those of questions that the plain evaluator decides from what is
        known, and from nothing that may still be told.
        """
        known = _with_computed(self._computed_behind, values, self.series)
        facts = {**self._behind, **self._computed_behind}
        codes = {name: facts[name].code(known[name]) for name in facts if name in known}
        if not codes:
            return {}
        outcomes = evaluate(self.law, codes).outcomes
        flags = {flag: outcomes[question] for flag, question in self.flags.items()}
        assert "referred" not in flags.values(), "no such law is read for the solver"
        return {
            flag: outcome == "eligible" for flag, outcome in flags.items() if outcome in DECIDED
        }

    def unknown(self, known: Values) -> list[str]:
        """The stated facts behind the conditions that are not known."""
        return [name for name in self.stated if name not in known]

    def follow(self, known: Values) -> dict[str, Any]:
        """Known values with those that are computed from them."""
        return _with_computed(self.computed, known, self.series)

    def truths(self, values: Values) -> Truths:
        """Whether conditions are met, by index, over values with those that follow."""
        return [self.truth(index, values) for index in range(len(self.requirements))]

    def truth(self, index: int, values: Values) -> bool | None:
        """Whether a condition is met; none where its fact has no value."""
        name = self.law.conditions[index].fact.name
        value = values.get(name)
        if value is None or (name in self.questions and value not in DECIDED):
            return None
        return self.requirements[index].met_by(value)

    def may_be_referred(self, question: str) -> bool:
        """Whether it is a used question that may be left to a person, or is stated to be."""
        return question != self.law.asked.question.id and bool(self.conditions_on[question])

    def decide(self, truths: Truths, values: Values) -> Outcome:
        """The outcome of the question asked; the outcomes of used ones change the *truths*."""
        provisions: list[bool | None] = []
        outcome: Outcome = "undetermined"
        for question in self.law.questions:
            for provision in question.provisions:
                provisions.append(_applies(self._provisions[provision.index], truths))
            outcome, id = outcome_of(question, provisions), question.question.id
            if self.may_be_referred(id) and values.get(id, outcome) == "referred":
                ways = {self._decide_as(truths, values, id, way) for way in DECIDED}
                differing: Outcome = "undetermined" if "undetermined" in ways else "referred"
                return ways.pop() if len(ways) == 1 else differing
            if id not in values:
                for index in self.conditions_on[id]:
                    truths[index] = (
                        None
                        if outcome == "undetermined"
                        else self.requirements[index].met_by(outcome)
                    )
        return outcome

    def _decide_as(self, truths: Truths, values: Values, question: str, way: Outcome) -> Outcome:
        truths = list(truths)
        for index in self.conditions_on[question]:
            truths[index] = self.requirements[index].met_by(way)
        return self.decide(truths, {**values, question: way})

    def bearing(self, known: Values) -> list[str]:
        """The unknown facts on paths that are still open: no other one can change the outcome."""
        values = self.follow(known)
        truths = self.truths(values)
        open_facts: dict[str, dict[str, None]] = {}
        for question in self.law.questions:
            facts = open_facts[question.question.id] = dict[str, None]()
            provisions: dict[int, bool | None] = {}
            for provision in question.provisions:
                applies = _applies(self._provisions[provision.index], truths)
                provisions[provision.index] = applies
                if applies is not None or provision.effect == "cautions":
                    continue
                for path in provision.path_indexes:
                    if not any(truths[index] is False for index in path):
                        for index in path:
                            facts.update(self._open(index, truths, values, open_facts))
            outcome = outcome_of(
                question, [provisions.get(n) for n in range(len(self._provisions))]
            )
            id = question.question.id
            if outcome != "undetermined":
                facts.clear()
            if id not in values and outcome in DECIDED:
                for index in self.conditions_on[id]:
                    truths[index] = self.requirements[index].met_by(outcome)
        return list(open_facts[self.law.asked.question.id])

    def _open(
        self,
        index: int,
        truths: Truths,
        values: Values,
        open_facts: Mapping[str, Mapping[str, None]],
    ) -> dict[str, None]:
        if truths[index] is not None:
            return {}
        name = self.law.conditions[index].fact.name
        behind = open_facts.get(name) or self.inputs.get(name, ())
        return dict.fromkeys(n for n in behind if n not in values)

    def is_barred(self, known: Values) -> bool:
        """Whether a bar of the question asked applies."""
        values = self.follow(known)
        truths = self.truths(values)
        self.decide(truths, values)
        return any(_applies(self._provisions[i], truths) for i in self.law.asked.bars)

    def outcome(self, known: Values) -> Outcome:
        """The outcome of the question asked in three-valued logic, over what is known.

        Of a completion it is that of the complete case: only what no fact settles is open.
        """
        values = self.follow(known)
        truths = self.truths(values)
        return self.decide(truths, values)


def _asked_by_name(law: StandingLaw) -> frozenset[str]:
    found = {law.asked.question.id}
    for question in reversed(law.questions):
        if question.question.id in found:
            found |= {c.fact.name for p in question.provisions for c in p.conditions}
    return frozenset(found & set(law.by_question))


def _with_computed(
    facts: Mapping[str, FactDefinition], known: Values, series: Mapping[str, Series]
) -> dict[str, Any]:
    values = dict(known)
    for name, fact in facts.items():
        assert fact.computed is not None
        value = computed(fact.computed, values, series)
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return values


def parts_of(fact: FactDefinition) -> int:
    """Into how many parts a fact divides one."""
    return 10**fact.places if fact.type == "decimal" else 1


def _provision(provision: StandingProvision) -> _Provision:
    return _Provision(
        tuple(tuple(c.index for c in path) for path in provision.paths),
        provision.provision.text_missing is not None,
    )


def _applies(provision: _Provision, truths: Truths) -> bool | None:
    applies: bool | None = False
    for path in provision.paths:
        holds: bool | None = True
        for index in path:
            met = truths[index]
            if met is False:
                holds = False
                break
            if met is None:
                holds = None
        if holds:
            applies = True
            break
        if holds is None:
            applies = None
    return None if applies and provision.lacks_text else applies


def _edges(requirement: Requirement) -> Iterable[Any]:
    if requirement.choices is not None:
        yield from (choice for choice in sorted(requirement.choices) if isinstance(choice, str))
    for stretch in requirement.stretches:
        yield from (end for end in (stretch.low, stretch.high) if end is not None)
    for ends in requirement.yearly:
        yield from (date(year, *divmod(end, 100)) for year in YEARS for end in ends)

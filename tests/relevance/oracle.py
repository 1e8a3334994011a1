"""What an answer and its needs are, by a solver: an oracle that shares nothing with the product but
the provisions of the law in force.

A *completion* of a case gives every unknown stated fact a value. Presumed facts that are not stated
are known at their presumed value, the governing day at `as_of`; the stated outcome of another
question takes the place of what its provisions give. A completion comes to *ineligible* where a bar
applies or no grant does, else to *eligible*; where a provision refers to a person who may grant or
bar, both are tried, and where they differ it comes to *referred*. A question that another uses
comes to its outcome in the same completion; where that is *referred*, both ways are tried.

A flag that follows from a question is a constant where the plain evaluator decides the question
from what was stated; else it is an unknown fact like another, whatever would decide the question.

What no fact settles stays open in every completion: whether an unread provision applies whose
conditions hold, and whether a condition is met whose computed fact has no value (a percentage of
nobody, no period known to come). The completion comes to what three-valued logic makes of that,
*undetermined* among others.

The answer is

1. the outcome to which all completions come;
2. else undetermined.

The needs of an undetermined answer are the unknown facts of which two completions differ only in
that fact, and in the outcome. Of a settled one there are none.

Unknown days lie between 1901 and 2095. A product of unknown numbers is not written down for the
solver: the factors of rates are presumed, hence known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple

import z3

from app.engine.evaluation import DECIDED
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.questions import Outcome
from app.law.standing import StandingCondition, StandingProvision, StandingQuestion
from tests.relevance.possible import Possible
from tests.relevance.reading import DAY_ZERO, Reading, Values, parts_of
from tests.relevance.symbols import (
    Day,
    Number,
    Symbolic,
    Term,
    Terms,
    both,
    either,
    known_day,
    known_number,
    negated,
)
from tests.relevance.witnesses import Witnesses


class OracleFault(Exception):
    """The solver and the plain evaluator differ on a completion: the oracle itself is wrong."""


@dataclass(frozen=True)
class Answer:
    """What a case comes to, what is needed, and what three-valued logic says of it."""

    outcome: Outcome
    needs: frozenset[str]
    three_valued: Outcome


class Oracle:
    """Answers for cases under a lawbook; what it read of the law is kept, nothing of a case is."""

    def __init__(self, lawbook: Lawbook) -> None:
        self.lawbook = lawbook
        self._readings: dict[int, Reading] = {}

    def reading(self, question: str, day: date, edition: str) -> Reading:
        """The law of a question in force on a day, read.

        Raises:
            LawNotEncoded: that day's law is not encoded.
        """
        law = self.lawbook.standing(question, day, edition)
        if id(law) not in self._readings:
            self._readings[id(law)] = Reading(
                law, self.lawbook.fact, self.lawbook.edition(edition).series
            )
        return self._readings[id(law)]

    def answer(self, question: str, day: date, edition: str, facts: Mapping[str, Value]) -> Answer:
        """The answer to a case, and what is needed."""
        reading = self.reading(question, day, edition)
        known = reading.known(facts, day)
        by_logic = reading.outcome(known)
        if by_logic != "undetermined":
            return Answer(by_logic, frozenset(), by_logic)
        possible = self.possible(question, facts)
        witnesses, search = Witnesses(reading, known, day, possible), None
        if not {"eligible", "ineligible"} <= witnesses.found.keys():
            search = Search(reading, known, possible)
            outcome = settled(search.reachable())
            if outcome != "undetermined":
                return Answer(outcome, frozenset(), by_logic)
            for completion in search.seen:
                witnesses.take(completion, reading.outcome(completion))
        witnesses.try_changes()
        for name in witnesses.unknown:
            if name in witnesses.needed:
                continue
            search = search or Search(reading, known, possible)
            for completion in search.change_of(name) or ():
                witnesses.needed.add(name)
                outcome = reading.outcome(completion)
                witnesses.change(completion, outcome)
        return Answer("undetermined", frozenset(witnesses.needed), by_logic)

    def is_settled(
        self, question: str, day: date, edition: str, facts: Mapping[str, Value]
    ) -> bool:
        """Whether all completions of a case come to one outcome, as `answer` finds it, without
        looking for what is needed.
        """
        reading = self.reading(question, day, edition)
        known = reading.known(facts, day)
        if reading.outcome(known) != "undetermined":
            return True
        possible = self.possible(question, facts)
        witnesses = Witnesses(reading, known, day, possible)
        if {"eligible", "ineligible"} <= witnesses.found.keys():
            return False
        return settled(Search(reading, known, possible).reachable()) != "undetermined"

    def possible(self, question: str, facts: Mapping[str, Value]) -> Possible:
        """The values that unknown facts can have beside those that were stated."""
        lawbook = self.lawbook
        return Possible(lawbook.known_facts(question), facts, lawbook.vocabulary.inputs_of)


def answer(reading: Reading, known: Mapping[str, Any], possible: Possible | None = None) -> Answer:
    """The answer where some values are known, presumed ones among them: by the solver alone.

    *possible* says which values the others can have beside those stated; without it, all.
    """
    by_logic, search = reading.outcome(known), Search(reading, known, possible)
    outcome = by_logic if by_logic != "undetermined" else settled(search.reachable())
    needs = search.needs(search.unknown) if outcome == "undetermined" else frozenset()
    return Answer(outcome, needs, by_logic)


def settled(reachable: frozenset[Outcome]) -> Outcome:
    """The outcome to which all completions come; undetermined where two differ."""
    return next(iter(reachable)) if len(reachable) == 1 else "undetermined"


Hanging = tuple[object, ...]
"""What an outcome hangs on of the ways in which a person may decide."""


class Truth(NamedTuple):
    """Whether something is met, and whether it is not; neither where it has no value."""

    met: Symbolic
    failed: Symbolic


class Side:
    """One completion as expressions: its unknown facts, its conditions, its outcomes."""

    def __init__(self, search: "Search") -> None:
        self.search, self.reading = search, search.reading
        self.terms = Terms()
        self._computed: dict[str, Term | None] = {}
        self._conditions: dict[int, Truth] = {}
        """the conditions on facts, which are the same whichever way a person decides"""
        self.variables = {n: self._variable(self.reading.stated[n]) for n in search.unknown}
        self.outcomes: dict[str, dict[Outcome, Symbolic]] = {}
        """question → whether it comes to each outcome; to none where it is undetermined"""
        self._decided: dict[Hanging, Mapping[Outcome, Symbolic]] = {}
        used = [q for q in self.reading.questions if self.reading.may_be_referred(q)]
        ways = product(*[[(question, way) for way in DECIDED] for question in sorted(used)])
        self.asked = _both_ways(list(dict(self._decide_all(dict(way)) for way in ways).values()))
        """Whether the question asked comes to each outcome."""

    def copies(self, fact: str) -> list[tuple[Any, Any]]:
        """One fact's variable and the parts of days made of it, each with a second one."""
        variable = self.variables[fact]
        other = z3.FreshBool("other") if z3.is_bool(variable) else z3.FreshInt("other")
        parts = [
            (part, z3.FreshInt("part"))
            for part, asked_for in self.terms.parts
            if fact in self.reading.inputs[asked_for]
        ]
        return [(variable, other), *parts]

    def _variable(self, fact: FactDefinition) -> Any:
        name = fact.name
        self.terms.asked_for = name
        possible = self.search.possible
        runs = possible.runs(name) if possible is not None else []
        if fact.type == "flag":
            flag = z3.Bool(name)
            if runs:
                self.terms.must(z3.Or(*[flag == bool(code) for run in runs for code in set(run)]))
            return flag
        number = z3.Int(name)
        low, high = self.reading.ends(fact)
        self.terms.must(number >= low, number <= high)
        if runs:
            self.terms.must(
                z3.Or(
                    *[
                        z3.And(number >= _as_counted(fact, a), number <= _as_counted(fact, b))
                        for a, b in runs
                    ]
                )
            )
        return number

    def _term(self, name: str) -> Term | None:
        """A fact as a number or day; none where it has no value in any completion."""
        if name in self.search.values:
            return _known_term(self.search.values[name])
        fact = self.reading.fact(name)
        if fact.computed is None:
            variable = self.variables[name]
            return Day(variable) if fact.type == "day" else Number(variable, parts_of(fact))
        if all(n in self.search.values for n in self.reading.inputs[name]):
            return None
        if name not in self._computed:
            arguments = [
                known_number(a) if isinstance(a, int) else self._term(str(a))
                for a in fact.computed.arguments
            ]
            self._computed[name] = (
                None
                if any(argument is None for argument in arguments)
                else self.terms.compute(fact.computed, arguments)
            )
        return self._computed[name]

    def _truth(self, condition: StandingCondition) -> Truth:
        name = condition.fact.name
        if name in self.reading.questions and self.search.values.get(name) not in DECIDED:
            return Truth(*(self._among(name, condition, wanted) for wanted in (True, False)))
        if condition.index not in self._conditions:
            self._conditions[condition.index] = self._look(condition)
        return self._conditions[condition.index]

    def _look(self, condition: StandingCondition) -> Truth:
        name, requirement = condition.fact.name, self.reading.requirements[condition.index]
        if name in self.search.values:
            met = requirement.met_by(self.search.values[name])
            return Truth(met, not met)
        fact = self.reading.fact(name)
        if requirement.choices is not None:
            variable = self.variables[name]
            if fact.type == "flag":
                tests = [variable if c else z3.Not(variable) for c in requirement.choices]
            else:
                accepted = [n for n, c in enumerate(fact.choices) if c in requirement.choices]
                tests = [variable == n for n in accepted]
            met = either(tests)
            return Truth(met, negated(met))
        self.terms.asked_for = name
        term = self._term(name)
        if term is None:
            return Truth(False, False)
        met = self.terms.within(requirement, term)
        return Truth(both([term.exists, met]), both([term.exists, negated(met)]))

    def _among(self, question: str, condition: StandingCondition, is_wanted: bool) -> Symbolic:
        requirement = self.reading.requirements[condition.index]
        stated = self.search.values.get(question)
        outcomes = self.outcomes[question] if stated is None else {"referred": True}
        return either(
            [
                truth
                for outcome, truth in outcomes.items()
                if requirement.met_by(outcome if outcome in DECIDED else self.way[question])
                is is_wanted
            ]
        )

    def _applies(self, provision: StandingProvision) -> Truth:
        paths = []
        for path in provision.paths:
            truths: list[Truth] = []
            for condition in path:
                truths.append(self._truth(condition))
                if truths[-1].failed is True:
                    break
            met, failed = both([t.met for t in truths]), either([t.failed for t in truths])
            paths.append(Truth(met, failed))
        met, failed = either([p.met for p in paths]), both([p.failed for p in paths])
        return Truth(met if provision.provision.text_missing is None else False, failed)

    def _decide_all(self, way: Mapping[str, Outcome]) -> tuple[Hanging, Mapping[Outcome, Symbolic]]:
        """What the question asked comes to where a person decides the used ones in this *way*, and
        what of the way that hangs on.
        """
        self.way = way
        self.outcomes = {}
        hangs_on: dict[str, Hanging] = {}
        for question in self.reading.law.questions:
            id = question.question.id
            if id not in self.reading.asked_by_name:
                continue
            hanging = hangs_on[id] = (id, *self._ways_of(question, hangs_on))
            if hanging not in self._decided:
                self._decided[hanging] = self._decide(question)
            self.outcomes[id] = self._decided[hanging]
        asked = self.reading.law.asked.question.id
        return hangs_on[asked], self.outcomes[asked]

    def _ways_of(
        self, question: StandingQuestion, hangs_on: Mapping[str, Hanging]
    ) -> Iterator[object]:
        """What the questions that one uses hang on, with the way of each that may be left to a
        person.
        """
        for used in dict.fromkeys(c.fact.name for p in question.provisions for c in p.conditions):
            if used in hangs_on and self.search.values.get(used) not in DECIDED:
                may_be = used in self.search.values or self.outcomes[used]["referred"] is not False
                yield hangs_on[used], self.way.get(used) if may_be else None

    def _decide(self, question: StandingQuestion) -> Mapping[Outcome, Symbolic]:
        def applying(effect: str, *may: str) -> Truth:
            """Whether any of some provisions applies, and whether all of them fail."""
            truths = [
                self._applies(p)
                for p in question.provisions
                if p.effect == effect and (not may or p.provision.may in may)
            ]
            return Truth(either([t.met for t in truths]), both([t.failed for t in truths]))

        bars, grants = applying("bars"), applying("grants")
        may_grant, may_bar = (
            applying("refers", "grant", "either"),
            applying("refers", "bar", "either"),
        )
        ineligible = either([bars.met, both([grants.failed, may_grant.failed])])
        is_open = both([bars.failed, negated(ineligible)])
        to_a_person = [
            both([grants.met, may_bar.met]),
            both([grants.failed, may_grant.met]),
            both([may_grant.met, may_bar.met]),
        ]
        return {
            "ineligible": ineligible,
            "referred": both([is_open, either(to_a_person)]),
            "eligible": both([is_open, grants.met, may_bar.failed]),
        }

    def comes_to(self, outcome: Outcome) -> Symbolic:
        """Whether the question asked comes to an outcome."""
        if outcome == "undetermined":
            return negated(either(list(self.asked.values())))
        return self.asked[outcome]


def _as_counted(fact: FactDefinition, code: int) -> int:
    """A code as the solver counts it."""
    return code - DAY_ZERO.toordinal() if fact.type == "day" else code // fact.step


def _both_ways(found: Sequence[Mapping[Outcome, Symbolic]]) -> Mapping[Outcome, Symbolic]:
    """What the ways agree on; referred where they differ, nothing where one of them is open."""
    eligible, ineligible = (both([way[outcome] for way in found]) for outcome in DECIDED)
    is_known = both([either(list(way.values())) for way in found])
    referred = both([is_known, negated(eligible), negated(ineligible)])
    return {"eligible": eligible, "ineligible": ineligible, "referred": referred}


class Search:
    """The completions of one case, looked through by a solver."""

    def __init__(
        self, reading: Reading, known: Mapping[str, Any], possible: Possible | None = None
    ) -> None:
        self.reading, self.known, self.possible = reading, known, possible
        self.unknown = reading.unknown(known)
        self.values = reading.follow(known)
        self.one = Side(self)
        self._solver = z3.SimpleSolver()
        self._solver.add(*(test for test, _ in self.one.terms.side))
        self.seen: list[Values] = []
        """the completions that were looked at"""

    def reachable(self) -> frozenset[Outcome]:
        """The outcomes to which completions come."""
        found: set[Outcome] = set()
        while True:
            completion = self._find([negated(self.one.comes_to(o)) for o in found])
            if completion is None:
                return frozenset(found)
            outcome = self.reading.outcome(completion)
            if outcome in found:
                raise OracleFault(f"{outcome} of {completion}")
            found.add(outcome)
            self.seen.append(completion)

    def _find(self, tests: Sequence[Symbolic]) -> Values | None:
        test = both(tests)
        if test is False:
            return None
        self._solver.push()
        if test is not True:
            self._solver.add(test)
        found = _model(self._solver)
        self._solver.pop()
        return None if found is None else self._completion(found)

    def _completion(self, model: Any) -> Values:
        values = dict(self.known)
        for name in self.unknown:
            values[name] = _value(self.reading.stated[name], model, self.one.variables[name])
        return values

    # --- what can change the outcome ---

    def needs(self, among: Iterable[str]) -> frozenset[str]:
        """Which of some unknown facts can alone change the outcome of some completion."""
        return frozenset(name for name in among if self.change_of(name) is not None)

    def change_of(self, name: str) -> tuple[Values, Values] | None:
        """Two completions that differ in one fact only, and in the outcome."""
        copies = self.one.copies(name)
        pairs = [
            (truth, z3.substitute(truth, *copies))
            for truth in self.one.asked.values()
            if not isinstance(truth, bool)
        ]
        differ = either([z3.Xor(a, b) for a, b in pairs if not a.eq(b)])
        if differ is False:
            return None
        inputs, side = self.reading.inputs, self.one.terms.side
        moved = [z3.substitute(test, *copies) for test, at in side if name in inputs[at]]
        self._solver.push()
        self._solver.add(*moved, differ)
        model = _model(self._solver)
        self._solver.pop()
        if model is None:
            return None
        before = self._completion(model)
        value = _value(self.reading.stated[name], model, copies[0][1])
        after = {**before, name: value}
        outcomes = {self.reading.outcome(c) for c in (before, after)}
        if len(outcomes) != 2:
            raise OracleFault(f"{outcomes}: {before}, {after}")
        return before, after


def _model(solver: Any) -> Any | None:
    found = solver.check()
    if found == z3.unknown:
        raise OracleFault(solver.reason_unknown())
    return solver.model() if found == z3.sat else None


def _known_term(value: Any) -> Term:
    return known_day(value) if isinstance(value, date) else known_number(value)


def _value(fact: FactDefinition, model: Any, variable: Any) -> Any:
    found = model.eval(variable, model_completion=True)
    if fact.type == "flag":
        return z3.is_true(found)
    number = found.as_long()
    match fact.type:
        case "day":
            return DAY_ZERO + timedelta(days=number)
        case "choice" | "outcome":
            return list(fact.choices)[number]
        case "decimal":
            return Decimal(number).scaleb(-fact.places)
    return number

"""A standing law → durable-rules. Every condition becomes twin rules, *met* and *not met*; an
unknown fact fires neither.

Rules fire in stages, each on a flat message of small integers: the facts' codes, then the findings,
then the paths of provisions that have several, then the provisions' status, and so on for each
question that uses another's outcome. Only forms that were measured to be right are compiled:
comparisons joined by `$and`. A disjunction is several rules, never `$or`, whose size the engine
limits; `$nex` is never used.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, Literal, cast

from app.engine.evaluation import OUTCOME_CODES
from app.law.calendars import StandingCalendar
from app.law.questions import Outcome
from app.law.spans import LAST_DAY, CodeSet
from app.law.standing import StandingCondition, StandingLaw, StandingProvision, StandingQuestion

Test = Mapping[str, object]
Means = Literal["condition", "path", "provision", "outcome"]
MATCHES_AT_MOST = 48
"""A message that meets more than sixty-three tests at one node is refused (error 303).

This leaves room for those behind.
"""
RULES_AT_MOST = 500
"""The engine keeps the tests of a node in a table of 512 places."""
CASE = "case"
NAME_LENGTH = 4
"""Every rule's name is as long, so that it is found in what the engine says without looking for its
end.
"""


class TooLarge(Exception):
    """A standing law that the engine cannot carry.

    Found when the law is loaded, not when somebody asks.
    """


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the firing of a rule says: this condition, path, provision or outcome has this truth or
    value.

    *index* is that of the condition or provision, *key* the path or the question.
    """

    means: Means
    key: str
    value: int
    index: int = -1


@dataclass
class Program:
    """Rules in durable-rules' own form, and what each one's firing means."""

    questions: tuple[StandingQuestion, ...]
    rules: dict[str, object] = field(default_factory=dict)
    meanings: dict[str, Meaning] = field(default_factory=dict)
    fact_properties: dict[str, str] = field(default_factory=dict)
    """fact or question → the property that carries its code"""
    alike: dict[tuple[str, CodeSet], list[int]] = field(default_factory=dict)
    """the same test of the same fact → the conditions that make it, by index.

    It is compiled once, under the first
    """
    recurring: dict[str, list[StandingCalendar]] = field(default_factory=dict)
    """facts whose month and day are carried too, as each of these calendars counts them"""

    def add(self, tests: list[Test], meaning: Meaning | None) -> None:
        """One rule: all *tests* hold of one message."""
        name = f"{len(self.rules):0{NAME_LENGTH}}"
        test = tests[0] if len(tests) == 1 else {"$and": tests}
        self.rules[name] = {"all": [{"m": test}]}
        if meaning is not None:
            self.meanings[name] = meaning

    @cached_property
    def weights(self) -> dict[str, int]:
        """property → how many different tests of it stand first in a rule, which is how many a
        message with it may meet at once.
        """
        first: dict[str, set[str]] = {}
        for rule in self.rules.values():
            test = cast(dict[str, Any], rule)["all"][0]["m"]
            test = test["$and"][0] if "$and" in test else test
            inner = next(iter(test.values()))
            name = next(iter(inner)) if isinstance(inner, dict) else next(iter(test))
            first.setdefault(name, set()).add(repr(test))
        return {name: len(tests) for name, tests in first.items()}

    def weight_of(self, fact: str) -> int:
        """How many different tests a message meets at most because it carries a fact."""
        name = self.fact_properties[fact]
        return self.weights.get(name, 0) + self.weights.get(f"{name}m", 0)

    def property_of(self, fact: str) -> str:
        """The short name under which a fact's code travels."""
        return self.fact_properties.setdefault(fact, f"f{len(self.fact_properties)}")


def condition_property(program: Program, condition: StandingCondition) -> str:
    """The property that carries whether a condition is met.

    Conditions that make the same test share it.
    """
    return f"c{program.alike[condition.fact.name, condition.accepts][0]}"


def path_property(provision: StandingProvision, path: int) -> str:
    """The property that carries whether one of several paths holds."""
    return f"h{provision.index}x{path}"


def provision_property(provision: StandingProvision) -> str:
    """The property that carries whether a provision applies."""
    return f"p{provision.index}"


def compile_law(law: StandingLaw) -> tuple[Program, ...]:
    """The rules of a standing law: together, or a program for each question where together they
    would be too many.

    Raises:
        TooLarge: more rules, or a wider message, than the engine is known to carry.
    """
    try:
        return (_compile(law.questions),)
    except TooLarge:
        return tuple(_compile((question,)) for question in law.questions)


def _compile(questions: tuple[StandingQuestion, ...]) -> Program:
    program = Program(questions)
    program.add([{CASE: 1}], None)
    provisions = [provision for question in questions for provision in question.provisions]
    for condition in (condition for provision in provisions for condition in provision.conditions):
        alike = program.alike.setdefault((condition.fact.name, condition.accepts), [])
        alike.append(condition.index)
        if len(alike) == 1:
            _add_condition(program, condition)
    for provision in provisions:
        _add_provision(program, provision)
    for question in questions:
        _add_outcomes(program, question)
    widest = max(
        max(len(q.provisions) for q in questions), max(len(p.conditions) for p in provisions)
    )
    heaviest = max(program.weights.values())
    if len(program.rules) > RULES_AT_MOST or max(widest, heaviest) > MATCHES_AT_MOST:
        size = (
            f"{len(program.rules)} rules, {widest} findings in a message and {heaviest} tests "
            "of one fact"
        )
        raise TooLarge(f"{questions[-1].question.id} compiles to {size}")
    return program


def _between(name: str, low: int | None, high: int | None) -> list[Test]:
    if low is not None and low == high:
        return [{name: low}]
    tests: list[Test] = [] if low is None else [{"$gte": {name: low}}]
    return tests if high is None else [*tests, {"$lte": {name: high}}]


def _add_condition(program: Program, condition: StandingCondition) -> None:
    name, fact, key = program.property_of(condition.fact.name), condition.fact, str(condition.index)
    met, not_met = (
        Meaning("condition", key, 1, condition.index),
        Meaning("condition", key, 0, condition.index),
    )
    if condition.recurs is not None:
        calendars = program.recurring.setdefault(fact.name, [])
        if condition.recurs not in calendars:
            calendars.append(condition.recurs)
        of_year = month_property(name, calendars.index(condition.recurs))
        for tests, is_met in _recurring_tests(name, of_year, condition):
            program.add(tests, met if is_met else not_met)
        return
    first, last = fact.first_code, fact.last_code
    for codes, meaning in (
        (condition.accepts.clipped(first, last), met),
        (condition.accepts.outside(first, last), not_met),
    ):
        for low, high in codes:
            tests = _between(name, low if low > first else None, high if high < last else None)
            program.add(tests or [{"$gte": {name: first}}], meaning)


def month_property(name: str, calendar: int) -> str:
    """The property that carries the month and day of a fact, by the number of the calendar."""
    return f"{name}m{calendar or ''}"


def _recurring_tests(
    name: str, of_year: str, condition: StandingCondition
) -> Iterator[tuple[list[Test], bool]]:
    """Days that return every year: within the calendar's force, the month and day decide."""
    calendar = condition.recurs
    assert calendar is not None
    low = calendar.in_force.first.toordinal()
    high = (calendar.in_force.last or LAST_DAY).toordinal()
    in_force = _between(name, low, high)
    at = 101
    for yearly in sorted(calendar.calendar.every_year, key=lambda y: y.first):
        if at < yearly.first:
            yield [*in_force, *_between(of_year, at, yearly.first - 1)], False
        yield [*in_force, *_between(of_year, yearly.first, yearly.last)], True
        at = yearly.last + 1
    yield [*in_force, *_between(of_year, at, 1231)], False
    yield [{"$lt": {name: low}}], False
    yield [{"$gt": {name: high}}], False


def _add_provision(program: Program, provision: StandingProvision) -> None:
    key, several = str(provision.index), len(provision.paths) > 1
    for number, path in enumerate(provision.paths):
        findings = list(dict.fromkeys(condition_property(program, c) for c in path))
        kind: Means = "path" if several else "provision"
        name, index = (f"{key}x{number}", -1) if several else (key, provision.index)
        if several or not provision.provision.text_missing:
            program.add([{finding: 1} for finding in findings], Meaning(kind, name, 1, index))
        for finding in findings:
            program.add([{finding: 0}], Meaning(kind, name, 0, index))
    if several:
        paths = [path_property(provision, number) for number in range(len(provision.paths))]
        if not provision.provision.text_missing:
            for path_name in paths:
                program.add([{path_name: 1}], Meaning("provision", key, 1, provision.index))
        program.add(
            [{path_name: 0} for path_name in paths], Meaning("provision", key, 0, provision.index)
        )


def _add_outcomes(program: Program, question: StandingQuestion) -> None:
    def outcome(result: Outcome) -> Meaning:
        return Meaning("outcome", question.question.id, OUTCOME_CODES[result])

    def fail(provisions: Iterable[StandingProvision]) -> list[Test]:
        return [{provision_property(p): 0} for p in provisions]

    bars, grants = question.of("bars"), question.of("grants")
    may_grant, may_bar = question.may_grant, question.may_bar
    nothing_bars = fail(bars)
    for bar in bars:
        program.add([{provision_property(bar): 1}], outcome("ineligible"))
    if grants:
        program.add(fail((*grants, *may_grant)), outcome("ineligible"))
    for grant in grants:
        applies: Test = {provision_property(grant): 1}
        program.add([applies, *nothing_bars, *fail(may_bar)], outcome("eligible"))
    for referring in may_grant:
        applies = {provision_property(referring): 1}
        program.add([applies, *nothing_bars, *fail(grants)], outcome("referred"))
    for opening, closing in product((*grants, *may_grant), may_bar):
        both: list[Test] = [{name: 1} for name in _names_of((opening, closing))]
        program.add([*both, *nothing_bars], outcome("referred"))


def _names_of(provisions: Iterable[StandingProvision]) -> dict[str, None]:
    return dict.fromkeys(provision_property(p) for p in provisions)

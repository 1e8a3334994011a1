"""The oracle itself, held against looking at every completion and against Python's calendar."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
import z3

from app.law.facts import Computation, FactDefinition
from app.law.lawbook import Lawbook
from app.law.questions import Outcome
from tests.engine.any_law import LawMaker, described
from tests.relevance import brute_force
from tests.relevance.any_partial import PartialCases, decidable
from tests.relevance.oracle import Answer, Oracle, Search, answer, settled
from tests.relevance.reading import DAY_ZERO, Reading
from tests.relevance.symbols import Day, Number, Terms, known_day, known_number
from tests.relevance.values import CONCRETE

LAWS = 100
COMPLETIONS_AT_MOST = 6_000


class SmallLaw:
    """A random law and a case of it with few unknown facts."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.maker = LawMaker(seed, provisions=4, conditions=3, with_flags=False)
        self.law = self.maker.law
        self.facts = {f.name: replace(f, computed=None) for f in self.maker.facts}
        self.reading = Reading(self.law, self.facts.__getitem__, {})
        self.codes = {
            name: code
            for name, code in self.maker.codes().items()
            if name not in self.facts
            or self.facts[name].first_code <= code <= self.facts[name].last_code
        }
        self.unknown: dict[str, list[int]] = {}
        completions = 1
        for name in self.random.sample(sorted(self.reading.stated), len(self.reading.stated)):
            cells = brute_force.cells(self.law, self.facts[name])
            if completions * len(cells) <= COMPLETIONS_AT_MOST:
                completions *= len(cells)
                self.unknown[name] = cells
                self.codes.pop(name, None)
            elif name not in self.codes:
                self.codes[name] = self.random.choice(cells)
        for name in self.reading.further:  # at which nothing looks that bears on the outcome
            cells = brute_force.cells(self.law, self.facts[name])
            self.codes.setdefault(name, self.random.choice(cells))

    @property
    def known(self) -> dict[str, Any]:
        questions = ("eligible", "ineligible", "referred")
        return {
            name: self.facts[name].value(code) if name in self.facts else questions[code]
            for name, code in self.codes.items()
        }


@pytest.mark.parametrize("first", range(0, LAWS, 25))
def test_the_solver_finds_what_looking_at_every_completion_finds(first: int) -> None:
    open_cases = 0
    for seed in range(first, first + 25):
        small = SmallLaw(seed)
        reached, needed = brute_force.everything(small.law, small.unknown, small.codes)
        search = Search(small.reading, small.known)
        found = answer(small.reading, small.known)

        told = f"seed {seed}: {described(small.law, small.codes)}"
        assert reached == search.reachable(), told
        assert settled(reached) == found.outcome, told
        assert (needed if found.outcome == "undetermined" else frozenset()) == found.needs, told
        open_cases += found.outcome == "undetermined"
    assert open_cases >= 4


def test_trying_first_and_asking_the_solver_alone_give_the_same_answer(lawbook: Lawbook) -> None:
    oracle = Oracle(lawbook)
    for question, edition in decidable(lawbook, sorted(lawbook.questions)):
        case = PartialCases(oracle, question, edition, "alone").case()
        reading = oracle.reading(question, case.as_of, edition)
        possible = oracle.possible(question, case.facts)
        alone = answer(reading, reading.known(case.facts, case.as_of), possible)
        assert alone == oracle.answer(question, case.as_of, edition, case.facts), case


# --- computed facts, all values of a narrow world ---


class Narrow(Reading):
    """A law of which unknown numbers and days have few values, so that all can be tried."""

    world: Mapping[str, list[Any]]

    def ends(self, fact: FactDefinition) -> tuple[int, int]:
        if fact.type in ("choice", "outcome"):
            return super().ends(fact)
        first, last = self.world[fact.name][0], self.world[fact.name][-1]
        if isinstance(first, date):
            return (first - DAY_ZERO).days, (last - DAY_ZERO).days
        return first, last


def all_values(fact: FactDefinition, random: Random, day: date) -> list[Any]:
    match fact.type:
        case "flag":
            return [False, True]
        case "choice" | "outcome":
            return list(fact.choices)
        case "day":
            first = day - timedelta(days=random.choice((0, 35, 70, 365, 9_510)))
            return [first + timedelta(days=n) for n in range(12)]
        case "integer":
            first = random.choice((0, 1, 45))
            return list(range(max(first, fact.minimum), first + 8))
    return []


def looked_through(reading: Narrow, known: Mapping[str, Any]) -> Answer:
    """The answer, by every completion of the narrow world."""
    unknown = reading.unknown(known)
    outcomes = {
        chosen: reading.outcome({**known, **dict(zip(unknown, chosen, strict=True))})
        for chosen in product(*(reading.world[name] for name in unknown))
    }
    needed = set()
    for at, name in enumerate(unknown):
        met: dict[Any, Outcome] = {}
        for chosen, outcome in outcomes.items():
            if met.setdefault((*chosen[:at], *chosen[at + 1 :]), outcome) != outcome:
                needed.add(name)
    outcome, by_logic = settled(frozenset(outcomes.values())), reading.outcome(known)
    return Answer(outcome, frozenset(needed if outcome == "undetermined" else ()), by_logic)


@pytest.mark.parametrize(
    "question",
    [
        "dependent.eligible",
        "plan.discontinuance",
        "waiver.supported",
        "waiver.binding",
        "association.qualified",
        "rate.rule_applies_from",
        "group.eligible",
    ],
)
def test_days_are_found_as_by_looking_at_every_day(lawbook: Lawbook, question: str) -> None:
    oracle, open_cases = Oracle(lawbook), 0
    for seed in range(40):
        random = Random(f"{question} {seed}")
        drawn = PartialCases(oracle, question, "current", seed)
        law, day = drawn.law()
        reading = Narrow(law.law, lawbook.fact, lawbook.edition("current").series)
        reading.world = {n: all_values(f, random, day) for n, f in reading.stated.items()}
        known, left = drawn.person(law, day), 0
        for name, fact in reading.stated.items():
            if name not in known and name not in reading.presumed:
                continue
            room = 4_000 // max(1, left) >= len(reading.world[name])
            if (
                fact.type != "decimal"
                and name != drawn.governing
                and room
                and random.random() < 0.5
            ):
                left = max(1, left) * len(reading.world[name])
                known.pop(name, None)
        known = reading.known(known, day)
        if left == 0:
            continue
        expected = looked_through(reading, known)
        assert expected == answer(reading, known), (seed, known)
        open_cases += expected.outcome == "undetermined"
    assert open_cases


# --- the functions of facts, one by one ---

DAYS = (
    date(2003, 2, 28),
    date(2003, 3, 1),
    date(2004, 2, 28),
    date(2004, 2, 29),
    date(2004, 3, 1),
    date(2004, 12, 31),
    date(2005, 1, 1),
    date(2005, 2, 28),
    date(2007, 7, 1),
    date(2007, 7, 2),
    date(2007, 8, 31),
    date(2007, 10, 31),
    date(2008, 2, 29),
    date(2011, 11, 30),
    date(2011, 12, 1),
)
CALLS = {
    "days_between": [(a, b) for a in DAYS for b in DAYS[::3]],
    "whole_years_between": list(product(DAYS, DAYS)),
    "latest": list(product(DAYS[:5], DAYS[:5])),
    "earliest": list(product(DAYS[:5], DAYS[:5])),
    "days_before": [(a, n) for a in DAYS for n in (1, 60)],
    "months_after": [(a, n) for a in DAYS for n in (-9, 1, 3, 12, 13, 24)],
    "years_after": [(a, n) for a in DAYS for n in (1, 3, 4, 26, 30)],
    "first_of_year": [(a, n) for a in DAYS for n in (0, 1)],
    "first_of_next_month": [(a,) for a in DAYS],
    "rule_year_start": [(a, m, n) for a in DAYS for m, n in ((3, 31), (7, 1), (2, 28), (1, 1))],
    "end_of_year": [(a, n) for a in DAYS for n in (0, 2)],
    "next_anniversary": list(product(DAYS, DAYS)),
    "sum": [(2, 3), (0, 7)],
    "difference": [(2, 3), (9, 3)],
    "percent": [(2, 3), (7, 7), (1, 0)],
    "ratio": [(2, 3), (7, 7), (1, 0)],
}


@pytest.mark.parametrize("function", sorted(CALLS))
def test_a_function_comes_to_the_same_for_the_solver_as_in_python(function: str) -> None:
    for arguments in CALLS[function]:
        terms, solver = Terms(), z3.SimpleSolver()
        symbols = []
        for argument in arguments:
            if isinstance(argument, date):
                count = z3.FreshInt("day")
                solver.add(count == (argument - DAY_ZERO).days)
                symbols.append(Day(count))
            elif function in ("sum", "difference", "percent", "ratio"):
                number = z3.FreshInt("number")
                solver.add(number == argument)
                symbols.append(Number(number))
            else:
                symbols.append(known_number(argument))
        found = terms.compute(Computation(function, ()), symbols)
        solver.add(*(test for test, _ in terms.side))
        expected = CONCRETE[function](*arguments)
        if expected is None:
            right = z3.Not(found.exists)
        elif isinstance(found, Day):
            right = found.count == known_day(expected).count
        else:
            term = known_number(expected)
            right = found.upper * term.lower == found.lower * term.upper
        assert solver.check() == z3.sat
        solver.add(z3.Not(right))
        assert solver.check() == z3.unsat, (arguments, expected)

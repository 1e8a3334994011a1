"""Where the law has edges, and which cases stand on both sides of them.

A case stands at an edge of a condition where moving one stated fact by its smallest step crosses
the edge: on the sixty-third day and on the sixty-fourth, on the birthday and on the day before, at
0.66 and one step below. *below* and *above* are the sides of the edge in the order of the fact's
values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from app.determinations.case import read_facts
from app.determinations.facts_in_play import FactsInPlay
from app.determinations.knowledge import Knowledge
from app.engine import CompiledLaw, Evaluation
from app.law.errors import LawNotEncoded
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.spans import LAST_DAY, Span
from app.law.standing import StandingCondition, StandingLaw, StandingProvision
from tests.case_files import nested
from tests.plain_evaluator import evaluate

ORDERED_TYPES = ("integer", "decimal", "day")


@dataclass(frozen=True, order=True)
class Edge:
    """The first value above a turn of a condition, and a side of the turn.

    Of days that return every year month and day count.
    """

    provision: str
    condition: str
    at: str
    side: str

    def __str__(self) -> str:
        where = "at" if self.side == "above" else "one step below"
        return f"{self.provision}: no case of {self.condition} {where} {self.at}"


@dataclass(frozen=True)
class WrittenCase:
    """A case of a case file, with the law that stands on its day.

    No law where the question is not encoded on it.
    """

    lawbook: Lawbook
    provision: str
    written: Mapping[str, Any]

    @cached_property
    def edition(self) -> str:
        if "edition" in self.written:
            return str(self.written["edition"])
        default = self.lawbook.default_edition
        return default if self.provision in self.lawbook.edition(default).provisions else "current"

    @property
    def as_of(self) -> date:
        day = self.written["as_of"]
        assert isinstance(day, date)
        return day

    @property
    def expected(self) -> dict[str, str]:
        return {name: str(status) for name, status in self.written["expect"].items()}

    @cached_property
    def law(self) -> StandingLaw | None:
        try:
            return self.lawbook.standing(
                self.lawbook.provisions[self.provision].answers, self.as_of, self.edition
            )
        except LawNotEncoded:
            return None

    @cached_property
    def standing(self) -> StandingProvision | None:
        """The case's provision, if it is in force on its day."""
        provisions = self.law.provisions if self.law else ()
        return next((p for p in provisions if p.provision.id == self.provision), None)

    @cached_property
    def knowledge(self) -> Knowledge:
        assert self.law is not None
        facts = read_facts(self.lawbook, self.law.asked.question.id, nested(self.written["given"]))
        in_play = FactsInPlay(self.lawbook, self.law, CompiledLaw(self.law))
        return Knowledge.of(in_play, facts, self.as_of)

    @cached_property
    def evaluation(self) -> Evaluation:
        assert self.law is not None
        return evaluate(self.law, self.knowledge.codes)


def written_at(condition: StandingCondition, edge: int) -> str:
    value = condition.fact.value(edge)
    if condition.recurs is not None and isinstance(value, date):
        return f"{value:%m-%d}"
    return str(value)


def _between(condition: StandingCondition, lower: int, higher: int) -> Iterator[int]:
    """The edges crossed on the way from one code to another, both of one fact."""
    yield from (edge for edge in condition.accepts.edges() if lower < edge <= higher)


def edges_of(
    provision: StandingProvision, condition: StandingCondition, governing_days: Span | None
) -> Iterator[Edge]:
    """Both sides of every edge of a condition that some value of the fact can stand on.

    Where the fact names the governing day, the provision stands on its *governing_days* only; edges
    outside are those of its force.
    """
    fact = condition.fact
    if fact.type not in ORDERED_TYPES:
        return
    for edge in _between(condition, fact.first_code, fact.last_code):
        if fact.type == "day" and edge > LAST_DAY.toordinal():
            continue
        for side, code in (("below", edge - 1), ("above", edge)):
            if governing_days is not None and date.fromordinal(code) not in governing_days:
                continue
            yield Edge(
                provision.provision.id, condition.condition.id, written_at(condition, edge), side
            )


def edges_at(case: WrittenCase) -> Iterator[Edge]:
    """The sides of edges on which a case stands."""
    if case.standing is None:
        return
    for condition in case.standing.conditions:
        code = case.knowledge.codes.get(condition.fact.name)
        if code is None or condition.fact.type not in ORDERED_TYPES:
            continue
        for moved in _neighbors(case, condition.fact):
            if condition.fact.type == "integer" and abs(moved - code) > 1:
                continue
            side = "below" if code < moved else "above"
            for edge in _between(condition, min(code, moved), max(code, moved)):
                yield Edge(
                    case.provision, condition.condition.id, written_at(condition, edge), side
                )


def _changed(knowledge: Knowledge, name: str, value: Value) -> Mapping[str, Value]:
    """The values as they would be if one stated fact were another."""
    stated = {**knowledge.stated, name: value}
    return Knowledge.of(knowledge.in_play, stated, knowledge.as_of).values


def _neighbors(case: WrittenCase, fact: FactDefinition) -> Iterator[int]:
    """The codes that a fact takes when one stated fact moves by one step."""
    knowledge = case.knowledge
    for name in case.lawbook.vocabulary.inputs_of(fact.name):
        stated = case.lawbook.vocabulary[name]
        if name not in knowledge.codes or stated.type not in ORDERED_TYPES:
            continue
        for code in (knowledge.codes[name] - stated.step, knowledge.codes[name] + stated.step):
            if stated.first_code <= code <= stated.last_code:
                value = _changed(knowledge, name, stated.value(code)).get(fact.name)
                if value is not None:
                    yield fact.code(value)


def standing_laws(lawbook: Lawbook, edition: str) -> Iterator[StandingLaw]:
    """Every standing law of every question in an edition."""
    for question in lawbook.questions:
        for day in lawbook.boundaries(question, edition):
            try:
                yield lawbook.standing(question, day, edition)
            except LawNotEncoded:
                continue

"""Where a provision has edges, and which of its cases stand on both sides of them.

A case stands at an edge of a condition where moving one stated fact by its smallest step crosses
the edge: on the sixty-third day and on the sixty-fourth, on the birthday and on the day before, at
0.66 and one step below. *below* and *above* are the sides of the edge in the order of the fact's
values.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.determinations.cases.case import read_facts
from app.determinations.decide import Decider
from app.determinations.facts.knowledge import Knowledge
from app.law.checking.habits import edition_of
from app.law.errors import Fault, LawNotEncoded
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.provision import Provision
from app.law.reading.case_files import CaseFile, WrittenCase
from app.law.reading.names import nest
from app.law.spans import LAST_DAY, Span
from app.law.standing import StandingCondition, StandingProvision

ORDERED_TYPES = ("integer", "decimal", "day")


@dataclass(frozen=True, order=True)
class Edge:
    """The first value above a turn of a condition, and a side of the turn.

    Of days that return every year month and day count.
    """

    condition: str
    at: str
    side: str


@dataclass(frozen=True)
class CaseInForce:
    """A case whose provision is in force on its day, with what is known in it."""

    provision: StandingProvision
    knowledge: Knowledge


def case_in_force(decider: Decider, case: WrittenCase) -> CaseInForce | None:
    """A case under the law of its day; none where its provision is not in force.

    Raises:
        FactsRefused: its facts are not facts of the question.
    """
    lawbook, id = decider.lawbook, case.provision
    question = lawbook.provisions[id].answers
    try:
        law = lawbook.standing(question, case.as_of, edition_of(lawbook, case))
    except LawNotEncoded:
        return None
    standing = next((p for p in law.provisions if p.provision.id == id), None)
    if standing is None:
        return None
    facts = read_facts(lawbook, question, nest(case.given))
    return CaseInForce(standing, Knowledge.of(decider.facts_in_play(law), facts, case.as_of))


def missing_edges(
    lawbook: Lawbook, provision: Provision, written: CaseFile, cases: Iterable[CaseInForce]
) -> Iterator[Fault]:
    """A complaint about each side of an edge of a provision on which no case stands."""
    reached = {edge for case in cases for edge in _edges_at(lawbook, case)}
    by_id = {condition.id: condition for condition in provision.conditions}
    for edge in sorted(set(_edges_of(lawbook, provision)) - reached):
        if edge.at not in written.out_of_reach.get(edge.condition, ()):
            where = "at" if edge.side == "above" else "one step below"
            sentence = f"no case has {edge.condition} {where} {edge.at}"
            yield Fault(by_id[edge.condition].places.start, sentence)


def _edges_of(lawbook: Lawbook, provision: Provision) -> Iterator[Edge]:
    for edition in lawbook.editions:
        for law in lawbook.standing_laws(provision.answers, edition):
            for standing in law.asked.provisions:
                if standing.provision is provision:
                    in_force = lawbook.edition(edition).in_force[provision.id]
                    for condition in standing.conditions:
                        is_governing = law.asked.question.governed_by == condition.fact.name
                        yield from _both_sides(condition, in_force if is_governing else None)


def _written_at(condition: StandingCondition, edge: int) -> str:
    value = condition.fact.value(edge)
    if condition.recurs is not None and isinstance(value, date):
        return f"{value:%m-%d}"
    return str(value)


def _between(condition: StandingCondition, lower: int, higher: int) -> Iterator[int]:
    """The edges crossed on the way from one code to another, both of one fact."""
    recurs = condition.recurs  # on the days designated every year, not on those that one year moves
    codes = condition.accepts if recurs is None else recurs.days
    yield from (edge for edge in codes.edges() if lower < edge <= higher)


def _both_sides(condition: StandingCondition, governing_days: Span | None) -> Iterator[Edge]:
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
            if governing_days is None or date.fromordinal(code) in governing_days:
                yield Edge(condition.condition.id, _written_at(condition, edge), side)


def _edges_at(lawbook: Lawbook, case: CaseInForce) -> Iterator[Edge]:
    """The sides of edges on which a case stands."""
    for condition in case.provision.conditions:
        code = case.knowledge.codes.get(condition.fact.name)
        if code is None or condition.fact.type not in ORDERED_TYPES:
            continue
        for moved in _neighbors(lawbook, case.knowledge, condition.fact):
            if condition.fact.type == "integer" and abs(moved - code) > 1:
                continue
            side = "below" if code < moved else "above"
            for edge in _between(condition, min(code, moved), max(code, moved)):
                yield Edge(condition.condition.id, _written_at(condition, edge), side)


def _changed(knowledge: Knowledge, name: str, value: Value) -> Mapping[str, Value]:
    """The values as they would be if one stated fact were another."""
    stated = {**knowledge.stated, name: value}
    return Knowledge.of(knowledge.in_play, stated, knowledge.as_of).values


def _neighbors(lawbook: Lawbook, knowledge: Knowledge, fact: FactDefinition) -> Iterator[int]:
    """The codes that a fact takes when one stated fact moves by one step."""
    for name in lawbook.vocabulary.inputs_of(fact.name):
        stated = lawbook.vocabulary[name]
        if name not in knowledge.codes or stated.type not in ORDERED_TYPES:
            continue
        for code in (knowledge.codes[name] - stated.step, knowledge.codes[name] + stated.step):
            if stated.first_code <= code <= stated.last_code:
                value = _changed(knowledge, name, stated.value(code)).get(fact.name)
                if value is not None:
                    yield fact.code(value)

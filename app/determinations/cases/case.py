"""A case: one question, the facts stated, the day and the edition.

Facts are typed here, once, for every way in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.determinations.cases.events import (
    KIND,
    NOTHING,
    ONE,
    SEVERAL,
    Event,
    EventReader,
    Stated,
    asks_about_events,
    events_of,
    is_event_fact,
    place_of,
)
from app.determinations.cases.found import Found
from app.determinations.errors import AsOfDiffers, FactError, FactsContradict, FactsRefused
from app.law import relations
from app.law.fact_types import NotThatFact
from app.law.facts import Value
from app.law.lawbook import Lawbook
from app.law.reading.names import is_beginning, walk


@dataclass(frozen=True)
class Case:
    """What is asked, of whom, as of when, in which edition of the law.

    *decided_on* is the day of deciding, in Massachusetts; none where the answer is about days as
    such, as in a calendar. *edition_named* is false where the caller left the edition to the
    service. *events* are several of which each is asked about; *facts* has none of theirs then.
    *found* is what nobody has to state.
    """

    question: str
    facts: Mapping[str, Value]
    as_of: date
    edition: str
    decided_on: date | None = None
    edition_named: bool = True
    events: tuple[Event, ...] = ()
    found: Found | None = None

    def for_each_event(self) -> list["Case"]:
        """The case once for each of its events, in their order."""
        return [
            replace(self, facts={**self.facts, **event}, events=()) for event in self.events
        ] or [self]


def read_facts(lawbook: Lawbook, question: str, given: Mapping[str, object]) -> Stated:
    """The typed facts of a question, with its events where there are several.

    Raises:
        FactsRefused: facts that the question does not know, that stand twice, or that are not of
            their type; all of them.
        FactsContradict: facts that cannot be so together.
        UnknownQuestion: there is no such question.
    """
    known = lawbook.known_facts(question)
    facts, errors = Stated(), list[FactError]()
    rest = given
    if SEVERAL in given and asks_about_events(lawbook, question):
        facts.events = EventReader(known, errors).read(given)
        rest = {name: value for name, value in given.items() if name != SEVERAL}
        if len(facts.events) < 2 and not errors:
            rest = _with_one_event(given)
            facts.events = ()
    for keys, value in walk(rest):
        name = ".".join(keys)
        if value == {} and any(is_beginning(name, fact) for fact in known):
            continue  # a subject without facts
        definition = known.get(name)
        if name in facts:
            errors.append(FactError(name, "Is given twice."))
        elif definition is None:
            errors.append(FactError(name, _unknown(lawbook, question, name)))
        else:
            try:
                facts[name] = definition.read(value)
            except NotThatFact as error:
                errors.append(FactError(name, str(error)))
    if errors:
        raise FactsRefused(errors)
    broken = list(dict.fromkeys(_broken(lawbook, facts, SEVERAL in given)))
    if broken:
        raise FactsContradict(broken)
    return facts


def _with_one_event(given: Mapping[str, object]) -> dict[str, object]:
    """Facts with a list of one event, or of none, as they would be sent without a list; in the same
    order, since some sentences follow it.
    """
    listed = given[SEVERAL]
    event = listed[0] if isinstance(listed, list) and listed else {KIND.split(".")[1]: NOTHING}
    return {
        ONE if name == SEVERAL else name: event if name == SEVERAL else value
        for name, value in given.items()
    }


def _broken(lawbook: Lawbook, facts: Stated, is_listed: bool) -> Iterator[FactError]:
    """The facts that cannot be so together: those of each event beside the others, never those of
    two events.
    """
    for number, event in enumerate(facts.events or ({},)):
        for order in relations.broken_orders(lawbook.vocabulary.get, {**facts, **event}):
            for name in order.facts:
                path = place_of(name, number) if is_listed and is_event_fact(name) else ()
                yield FactError(".".join(path) or name, order.says, path)


def _unknown(lawbook: Lawbook, question: str, name: str) -> str:
    fact = lawbook.vocabulary.get(name)
    known = lawbook.known_facts(question).values()
    flag = next((fact.name for fact in known if fact.follows_from == name), None)
    if flag is not None:
        return f"Is not a fact of {question}; send {flag}."
    if name == SEVERAL:
        return f"Is not a fact of {question}."
    if fact is not None and fact.computed is not None:
        return f"Is computed from {', '.join(lawbook.vocabulary.inputs_of(name))}; send those."
    return f"Is not a fact of {question}." if fact is not None else "There is no such fact."


def make_case(
    lawbook: Lawbook,
    question: str,
    facts: Mapping[str, Value],
    as_of: date | None,
    edition: str,
    today: date,
    edition_named: bool = True,
    found: Found | None = None,
) -> Case:
    """A case on its governing day: that of the fact the law looks at, else *as_of*, else *today*,
    the day of deciding (in Massachusetts).

    Raises:
        AsOfDiffers: *as_of* is not the governing day.
        FactsContradict: facts that cannot be so beside what was *found*.
    """
    _refuse_beside(lawbook, facts, found)
    governing = lawbook.question(question).governed_by
    day = facts.get(governing) if governing else None
    if not isinstance(day, date):
        day = as_of or today
    elif as_of is not None and as_of != day:
        raise AsOfDiffers(str(governing), day, as_of)
    return Case(question, facts, day, edition, today, edition_named, events_of(facts), found)


def _refuse_beside(lawbook: Lawbook, facts: Mapping[str, Value], found: Found | None) -> None:
    """Refuse stated facts that break an order with what was found, such as a carrier that was told
    before the approval was received.
    """
    if found is None:
        return
    together = {**found.beside(facts), **facts}
    broken = [
        FactError(name, order.says)
        for order in relations.broken_orders(lawbook.vocabulary.get, together)
        for name in order.facts
        if name in facts
    ]
    if broken:
        raise FactsContradict(list(dict.fromkeys(broken)))

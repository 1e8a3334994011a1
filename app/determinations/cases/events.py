"""Several events in one request: how they are sent, and how they become facts.

`events` is a list of what `event` is one of. The law knows one event of a person; a request with a
list is that person's case once for each of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from app.determinations.errors import FactError
from app.law.fact_types import NotThatFact
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.reading.names import walk

ONE, SEVERAL = "event", "events"
KIND, NOTHING = "event.kind", "none"
"""What happened, and its value where nothing did."""
EVENTS_AT_MOST = 10
"""How many events a request can have. Each is a case of its own, so that one request takes as long
as so many; nobody has more within the half year that any clock of the law looks back.
"""
Event = Mapping[str, Value]
"""The facts of one event, by whole name."""


class Stated(dict[str, Value]):
    """The facts of a request by whole name, and its events where it has more than one.

    A list of one event, or of none, says what its facts would say: those are among the facts then.
    """

    events: tuple[Event, ...] = ()


def events_of(facts: Mapping[str, Value]) -> tuple[Event, ...]:
    """The events that facts come with, where there are several."""
    return facts.events if isinstance(facts, Stated) else ()


def is_event_fact(name: str) -> bool:
    """Whether a fact is one of an event's own."""
    return name.startswith(f"{ONE}.")


def asks_about_events(lawbook: Lawbook, question: str) -> bool:
    """Whether a question, or one that it uses, looks at what happened.

    Raises:
        UnknownQuestion: there is no such question.
    """
    return KIND in lawbook.known_facts(question)


def event_facts(known: Mapping[str, FactDefinition]) -> dict[str, FactDefinition]:
    """The facts that an event has, by their names within it."""
    return {
        name.removeprefix(f"{ONE}."): fact for name, fact in known.items() if is_event_fact(name)
    }


def place_of(name: str, number: int) -> tuple[str, ...]:
    """The keys that lead to a fact of one event in a request; events are counted from 0 there."""
    return (SEVERAL, str(number), *name.split(".")[1:])


class EventReader:
    """Reads the list of events of a request; *errors* takes what is wrong with it."""

    def __init__(self, known: Mapping[str, FactDefinition], errors: list[FactError]) -> None:
        self._known, self._errors = event_facts(known), errors

    def read(self, given: Mapping[str, object]) -> tuple[Event, ...]:
        """The events of a request's facts; none of them where anything is wrong."""
        before, written = len(self._errors), given[SEVERAL]
        self._errors.extend(_beside(given))
        if not _is_list(written):
            self._refuse("Must be a list of events.")
        elif len(written) > EVENTS_AT_MOST:
            self._refuse(f"Must have at most {EVENTS_AT_MOST} events.")
        else:
            events = tuple([self._event(number, each) for number, each in enumerate(written)])
            return events if len(self._errors) == before else ()
        return ()

    def _refuse(self, detail: str, *within: str) -> None:
        path = (SEVERAL, *within)
        self._errors.append(FactError(".".join(path), detail, path))

    def _event(self, number: int, written: object) -> Event:
        if not isinstance(written, dict):
            self._refuse("Must be an object with the facts of one event.", str(number))
            return {}
        facts: dict[str, Value] = {}
        for keys, value in walk(written):
            name = ".".join(keys)
            definition = self._known.get(name)
            if definition is None:
                self._refuse("Is not a fact of an event.", str(number), *keys)
            elif definition.name in facts:
                self._refuse("Is given twice.", str(number), *keys)
            else:
                try:
                    facts[definition.name] = definition.read(value)
                except NotThatFact as error:
                    self._refuse(str(error), str(number), *keys)
        return facts


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list)


def _beside(given: Mapping[str, object]) -> Iterator[FactError]:
    """That one event stands beside the list, with a pointer to both."""
    found = [key for key in given if key == ONE or is_event_fact(key)]
    if found:
        detail = f"Send either {ONE} or {SEVERAL}."
        yield from (FactError(key, detail, (key,)) for key in (*found, SEVERAL))

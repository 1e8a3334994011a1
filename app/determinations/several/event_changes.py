"""What would change the outcome of a case with several events.

Found for each event alone, and told where the events together come to what it promises.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.determinations.cases.case import Case
from app.determinations.cases.events import Event, is_event_fact
from app.determinations.changes.alternatives import (
    AS_OF,
    Alternative,
    Alternatives,
    FactChange,
    WouldChange,
)
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.several.event_order import EventOrder
from app.law.errors import LawNotEncoded
from app.law.facts import FactDefinition, Value
from app.law.questions import STATED_OUTCOMES, Outcome

_Key = tuple[str, int | None, Value]


class EventChanges:
    """The search, from the case of each event and what was decided of it; one of them leads."""

    def __init__(
        self,
        decider: Decider,
        order: EventOrder,
        cases: Sequence[Case],
        decided: Sequence[Determination],
        leading: int,
    ) -> None:
        self._decider, self._order, self._cases, self._decided = decider, order, cases, decided
        self._outcomes = [each.outcome for each in decided]
        self._outcome = order.best(self._outcomes)
        self._ways = [
            Alternative(d.here, d.days, self._outcome, d.withheld.doubted) for d in decided
        ]
        self._leading = self._ways[leading]
        self._moving = {AS_OF.name, str(self._leading.days.governing)}

    def find(self) -> Alternatives:
        """Everything that would change the determination."""
        none = frozenset[Outcome]()
        as_of, leading = self._leading.as_of, self._leading
        later, valid_until, because = leading.later(
            self._order.runs(
                self._outcomes, [d.days.forward(d.here, as_of, none) for d in self._decided], False
            )
        )
        past = leading.past(
            self._order.runs(
                self._outcomes, [d.days.backward(d.here, as_of, none) for d in self._decided], True
            )
        )
        changes = [*later, *past, *_smallest(list(self._others()))]
        return Alternatives(leading.in_order(changes), valid_until, because)

    def _others(self) -> Iterator[WouldChange]:
        """The changes of facts that do not move the day, of every event."""
        for number, decided in enumerate(self._decided):
            for change in decided.would_change:
                if len(change.changes) > 1 or change.changes[0].fact.name not in self._moving:
                    yield from self._together(number, change)

    def _together(self, number: int, change: WouldChange) -> Iterator[WouldChange]:
        """A change of one event's case as all events together come to it: where some of its values
        come to something else, once for each outcome.
        """
        first, *more = change.changes
        reached: dict[Outcome, list[Value]] = {}
        for value in (first.to, *first.or_to):
            changes = (first._replace(to=value, or_to=()), *more)
            outcome = self._outcome_if(number, changes, change.becomes)
            if outcome is not None and (not more or outcome == change.becomes):
                reached.setdefault(outcome, []).append(value)
        for outcome, values in reached.items():
            if outcome != self._outcome and outcome in STATED_OUTCOMES:
                to = first._replace(to=values[0], or_to=tuple(values[1:]))
                yield self._told(number, (to, *more), outcome, change)

    def _told(
        self, number: int, changes: tuple[FactChange, ...], outcome: Outcome, change: WouldChange
    ) -> WouldChange:
        marked = tuple(
            c._replace(event=number + 1) if is_event_fact(c.fact.name) else c for c in changes
        )
        told = self._ways[number].would_change(outcome, marked, change.kind)
        if all(each.event is None for each in marked):
            return told
        return told._replace(says=f"{self._name(number)}: {told.says}")

    def _name(self, number: int) -> str:
        facts = self._cases[number].facts
        return event_in_words(number, facts, self._decided[number].days.fact)

    # --- trying ---

    def _outcome_if(
        self, number: int, changes: Sequence[FactChange], becomes: Outcome
    ) -> Outcome | None:
        """What the events come to together if facts of one of them were otherwise, or facts that
        all of them share; none where that is not sure.
        """
        shared = {c.fact.name: c.to for c in changes if not is_event_fact(c.fact.name)}
        outcomes = list(self._outcomes) if not shared else []
        if shared and becomes == self._order.outcomes[0]:
            found = [self._outcome_of(place, shared) for place in range(len(self._cases))]
            return None if None in found else becomes
        for place in range(len(self._cases) if shared else 0):
            outcome = becomes if place == number else self._outcome_of(place, shared)
            if outcome is None:
                return None
            outcomes.append(outcome)
        outcomes[number] = becomes
        return self._order.best(outcomes)

    def _outcome_of(self, number: int, shared: Mapping[str, Value]) -> Outcome | None:
        """What one event comes to by the engine's logic if shared facts were otherwise; none where
        they cannot be so beside it.
        """
        if not self._decided[number].here.can_be(shared):
            return None
        case = self._cases[number]
        facts, found = {**case.facts, **shared}, case.found
        moved = shared.get(str(self._leading.days.governing))
        as_of = moved if isinstance(moved, date) else case.as_of
        try:
            otherwise = replace(
                case, facts=facts, as_of=as_of, found=found and found.without(shared)
            )
            return self._decider.outcome_by_logic(otherwise)
        except LawNotEncoded:
            return None


def event_in_words(number: int, facts: Event, define: Callable[[str], FactDefinition]) -> str:
    """`Event 2 (Marriage, January 1, 2012)`; *number* counts from 0."""
    told = [define(n).in_words(facts[n]) for n in sorted(facts) if is_event_fact(n)]
    return f"Event {number + 1} ({', '.join(told)})" if told else f"Event {number + 1}"


def _smallest(changes: list[WouldChange]) -> list[WouldChange]:
    """The changes without those that another one makes needless: one that is a part of it, or of a
    single fact the nearer value.
    """
    found: dict[tuple[Outcome, frozenset[_Key]], WouldChange] = {}
    for change in changes:
        found.setdefault((change.becomes, frozenset(_parts(change))), change)
    nearest: dict[tuple[object, ...], int] = {}
    for change in found.values():
        if (way := _way(change)) is not None:
            nearest[way] = min(nearest.get(way, _distance(change)), _distance(change))
    return [
        change
        for (becomes, parts), change in found.items()
        if not any(becomes == other and fewer < parts for other, fewer in found)
        and ((way := _way(change)) is None or nearest[way] == _distance(change))
    ]


def _parts(change: WouldChange) -> Iterator[_Key]:
    for each in change.changes:
        yield from ((each.fact.name, each.event, value) for value in (each.to, *each.or_to))


def _way(change: WouldChange) -> tuple[object, ...] | None:
    """What changes of one fact in one direction to one outcome share; none where values have no
    order.
    """
    first = change.changes[0]
    if len(change.changes) > 1 or first.fact.kind.is_listed or first.was is None:
        return None
    is_up = first.fact.code(first.to) > first.fact.code(first.was)
    return first.fact.name, first.event, is_up, change.becomes


def _distance(change: WouldChange) -> int:
    first = change.changes[0]
    assert first.was is not None
    return abs(first.fact.code(first.to) - first.fact.code(first.was))

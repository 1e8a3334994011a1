"""A case with several events: decided once for each of them, and told as one answer."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property

from msgspec import UNSET

from app.determinations.again.other_editions import Decided, OtherEditions, Otherwise
from app.determinations.answer import LeadingEventAnswer, OtherEventAnswer, UntilAnswer, Values
from app.determinations.cases.case import Case
from app.determinations.cases.events import ONE, SEVERAL, is_event_fact
from app.determinations.decide import Decider
from app.determinations.determination import Determination, Need, OfEvents
from app.determinations.several.event_changes import EventChanges
from app.determinations.several.event_order import EventOrder
from app.determinations.telling.concludes_until import stays_until
from app.determinations.telling.reasons import values_answer
from app.determinations.telling.wording import as_json


def decide_events(decider: Decider, case: Case) -> Determination:
    """The determination of a case with any number of events.

    Raises:
        LawNotEncoded, EngineFault: see `Decider.decide`.
    """
    return SeveralEvents(decider, case).decide() if case.events else decider.decide(case)


class SeveralEvents:
    """One case with several events, of which each is decided alone."""

    def __init__(self, decider: Decider, case: Case) -> None:
        self._decider, self._cases = decider, case.for_each_event()
        self._events, self._order = case.events, EventOrder(decider.lawbook, case.question)

    def decide(self) -> "EventsDetermination":
        """What all events come to together.

        Raises:
            LawNotEncoded, EngineFault: see `Decider.decide`.
        """
        decided = [self._decider.decide(case) for case in self._cases]
        ranks = [self._order.rank(d, e) for d, e in zip(decided, self._events, strict=True)]
        places = sorted(range(len(decided)), key=ranks.__getitem__)
        leading, first = places[0], decided[places[0]]
        changes = EventChanges(self._decider, self._order, self._cases, decided, leading)
        needed = self._needed([(place, decided[place]) for place in places])
        seen = [conflict for each in decided for conflict in each.conflicts]
        conflicts = tuple(c for n, c in enumerate(seen) if c not in seen[:n])
        builder = copy(first.builder)
        builder.beside = EditionsOfEvents.for_events(first, decided, self._order)
        alone = {each.name: getattr(first, each.name) for each in fields(Determination)}
        together = {
            "needs": tuple(need.fact for need in needed),
            "withheld": replace(first.withheld, conflicts=conflicts),
            "alternatives": changes.find(),
            "builder": builder,
        }
        return EventsDetermination(
            **{**alone, **together}, decided=tuple(decided), places=tuple(places), wanted=needed
        )

    def _needed(self, ordered: Sequence[tuple[int, Determination]]) -> tuple[Need, ...]:
        """What is needed where the outcome is open: of each event for which it is, each once."""
        outcome = ordered[0][1].outcome
        needed: dict[tuple[str, int | None], Need] = {}
        for place, decided in ordered:
            for fact in decided.needs if decided.outcome == outcome else ():
                event = place + 1 if is_event_fact(fact.name) else None
                needed.setdefault((fact.name, event), Need(fact, event))
        return tuple(needed.values())


@dataclass(frozen=True, eq=False)
class EventsDetermination(Determination):
    """The determination of a case with several events: that of the event that leads, and what the
    others make of it.

    *decided* has each event's own, in the order of the request, *places* their order from the one
    that leads, *wanted* what is needed of all of them.
    """

    decided: tuple[Determination, ...]
    places: tuple[int, ...]
    wanted: tuple[Need, ...]

    @property
    def needed(self) -> tuple[Need, ...]:
        return self.wanted

    @property
    def for_each_event(self) -> tuple[Determination, ...]:
        found = [self.decided[place] for place in self.places]
        return (self, *[each for each in found[1:] if each.outcome == self.outcome])

    @cached_property
    def of_events(self) -> OfEvents:
        leading = LeadingEventAnswer(self.places[0] + 1, self._event(self.places[0]))
        others = [
            OtherEventAnswer(
                place + 1,
                self._event(place),
                decided.outcome,
                decided.builder.says(decided.question.id, decided.outcome, decided.concludes),
                values_answer(decided.concludes),
                decided.valid_until,
            )
            for place, decided in enumerate(self.decided)
            if place != self.places[0]
        ]
        return OfEvents(leading, tuple(others))

    def _event(self, place: int) -> Values:
        """What was stated of one event."""
        decided = self.decided[place]
        stated = {**decided.knowledge.stated, **decided.withheld.facts}
        return {
            name.removeprefix(f"{ONE}."): as_json(value)
            for name, value in sorted(stated.items())
            if is_event_fact(name)
        }

    @property
    def stated(self) -> Values:
        shared = {name: v for name, v in super().stated.items() if not is_event_fact(name)}
        shared[SEVERAL] = [self._event(place) for place in range(len(self.decided))]
        return dict(sorted(shared.items()))

    @cached_property
    def concludes_until(self) -> dict[str, UntilAnswer]:
        """Each conclusion with the last day on which it stays, whichever event leads then."""
        return {name: self._until(name) for name in self.concludes}

    def _until(self, name: str) -> UntilAnswer:
        alone = [self.decided[place] for place in self.places]
        own = alone[0].concludes_until[name]
        rivals = [each for each in alone if each.outcome == self.outcome]
        answers = [each.concludes_until.get(name) for each in rivals]
        if all(each is not None and _is_counted(each) for each in answers):
            return own
        ends = [each.valid_until for each in alone]
        for rival in rivals:
            if rival.concludes.get(name) == self.concludes[name]:
                ends.append(self._end(rival.concludes_until[name]))
            else:  # it may lead as soon as a conclusion of one of the two moves
                both = (*rival.concludes_until.values(), *alone[0].concludes_until.values())
                ends.extend(map(self._end, both))
        last = min((end for end in ends if end is not None), default=None)
        if last is None or last == self.valid_until:
            return UntilAnswer(last)
        return stays_until(self.question.concludes[name], self.concludes[name], last)

    def _end(self, until: UntilAnswer) -> date | None:
        """The last day on which a conclusion of one event stays; one that moves with every day
        stays on the first only.
        """
        return self.as_of if _is_counted(until) else until.last

    @cached_property
    def cautions(self) -> tuple[str, ...]:
        """Those of the event that leads; where the outcome is open, of each that leaves it open."""
        first = self.builder.cautions_of(self.question.id)
        if self.outcome != "undetermined":
            return first
        more = [caution for each in self.for_each_event[1:] for caution in each.cautions]
        return tuple(dict.fromkeys([*first, *more]))


def _is_counted(until: UntilAnswer) -> bool:
    """Whether a conclusion moves with every day of the request."""
    return until.last is None and until.says is not UNSET


@dataclass(slots=True, kw_only=True)
class EditionsOfEvents(OtherEditions):
    """What the other editions make of a case with several events; *each* has one event's own
    editions with what was decided of it.
    """

    each: tuple[tuple[OtherEditions, Decided], ...]
    order: EventOrder

    @classmethod
    def for_events(
        cls, first: Determination, decided: Sequence[Determination], order: EventOrder
    ) -> "EditionsOfEvents":
        """Those of several determinations, of which the *first* leads."""
        own = first.builder.beside
        return cls(
            own.lawbook,
            own.facts_in_play,
            own.knowledge,
            own.witnesses,
            each=tuple([(d.builder.beside, d.builder.decided(d.question.id)) for d in decided]),
            order=order,
        )

    def _find(self, name: str, decided: Decided) -> Otherwise:
        own = OtherEditions._find(self, name, decided)
        outcome = self.order.best(
            beside.of(name, alone).outcome or alone.outcome for beside, alone in self.each
        )
        if outcome == decided.outcome:
            return own if own.outcome is None else Otherwise()
        return self.answers(name, outcome)

"""Which of several events leads, and what they come to together on other days."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from app.determinations.cases.events import Event, asks_about_events, is_event_fact
from app.determinations.changes.other_days import OutcomeRun
from app.determinations.determination import Determination
from app.law.lawbook import Lawbook
from app.law.questions import Outcome

_WHERE_EVENTS_GRANT: tuple[Outcome, ...] = ("eligible", "undetermined", "referred", "ineligible")
_WHERE_EVENTS_BAR: tuple[Outcome, ...] = ("ineligible", "undetermined", "referred", "eligible")
"""Where an event only ever stands in the way (it makes a waiver unnecessary), one that does is
enough.
"""


class EventOrder:
    """The order in which the outcomes of several events count, for one question."""

    def __init__(self, lawbook: Lawbook, question: str) -> None:
        looking = {q for q in lawbook.with_used(question) if asks_about_events(lawbook, q)}
        looking.discard(question)
        grants = any(
            condition.fact in looking
            or any(map(is_event_fact, lawbook.vocabulary.inputs_of(condition.fact)))
            for provision in lawbook.provisions.values()
            if provision.answers == question and provision.effect == "grants"
            for condition in provision.conditions
        )
        self.outcomes = _WHERE_EVENTS_GRANT if grants else _WHERE_EVENTS_BAR
        self._known = lawbook.known_facts(question)

    def best(self, outcomes: Iterable[Outcome]) -> Outcome:
        """What several events come to together."""
        return min(outcomes, key=self.outcomes.index)

    def rank(self, decided: Determination, event: Event) -> tuple[object, ...]:
        """The smallest leads: of those with the best outcome the one with the earliest coverage,
        then the one that holds longest; of equal ones the one that the law lists first, so that
        the order in which they were sent changes nothing.
        """
        days = (decided.concludes.get(name) for name in decided.question.leads_by)
        coverage = next((day for day in days if isinstance(day, date)), date.max)
        last = decided.valid_until or date.max
        codes = sorted((name, self._known[name].code(value)) for name, value in event.items())
        return self.outcomes.index(decided.outcome), coverage, -last.toordinal(), codes

    def runs(
        self, current: Sequence[Outcome], streams: Sequence[Iterator[OutcomeRun]], backward: bool
    ) -> Iterator[OutcomeRun]:
        """What the events come to together on other days, from what each of them comes to; through
        the first day of which one says nothing.
        """
        outcomes = list(current)
        heads = [next(stream, None) for stream in streams]
        while days := [head.day for head in heads if head is not None]:
            day = max(days) if backward else min(days)
            for number, head in enumerate(heads):
                while head is not None and head.day == day:
                    if head.outcome is None:
                        yield head
                        return
                    outcomes[number] = head.outcome
                    head = heads[number] = next(streams[number], None)
            yield OutcomeRun(day, self.best(outcomes))

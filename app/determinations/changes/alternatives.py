"""What would change the outcome, and how long it is sure to stand.

From the provisions' own thresholds, never from sampling.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from msgspec import UNSET

from app.determinations.answer import ChangeAnswer, ChangeKind, FactChangeAnswer
from app.determinations.changes.acts import acts_that_help
from app.determinations.changes.change_words import ChangeWords
from app.determinations.changes.other_days import OtherDays, OutcomeRun
from app.determinations.changes.what_if import WhatIf
from app.determinations.facts.facts_in_play import FactInPlay
from app.determinations.telling.wording import as_json
from app.engine.evaluation import OUTCOME_CODES
from app.law.facts import FactDefinition, Value
from app.law.questions import STATED_OUTCOMES, Outcome, Question
from app.law.spans import day_before
from app.law.words import day_in_words

AS_OF = FactDefinition("as_of", "day", asks="As of which day?")
ORDER: dict[ChangeKind, int] = {"later": 0, "act": 1, "past": 2, "otherwise": 3}
"""Which changes come first, of those that reach the same outcome."""


class FactChange(NamedTuple):
    """One fact that would have to be otherwise.

    *was* is none where it was not stated; *or_to* are further values with the same effect. *event*
    is the number of the event that the fact is of, where a request has several.
    """

    fact: FactDefinition
    was: Value | None
    to: Value
    or_to: tuple[Value, ...] = ()
    event: int | None = None

    def answer(self) -> FactChangeAnswer:
        """The change of the fact as callers get it."""
        return FactChangeAnswer(
            self.fact.name,
            self.fact.label,
            as_json(self.was),
            as_json(self.to),
            self.fact.by,
            tuple([as_json(value) for value in self.or_to]) or UNSET,
            UNSET if self.event is None else self.event,
        )


class WouldChange(NamedTuple):
    """The smallest change of facts that reaches another outcome: every one of *changes* is needed,
    and none smaller is enough.
    """

    becomes: Outcome
    changes: tuple[FactChange, ...]
    kind: ChangeKind
    says: str
    open_to_applicant: bool

    @property
    def is_applicants_alone(self) -> bool:
        """Whether no one else has to act."""
        return all(change.fact.by == "applicant" for change in self.changes)

    def answer(self) -> ChangeAnswer:
        """The change as callers get it."""
        changes = tuple([change.answer() for change in self.changes])
        is_past = self.kind == "past"
        return ChangeAnswer(
            self.becomes, self.kind, is_past, changes, self.says, self.open_to_applicant
        )


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The smallest changes that reach another outcome, and the last day on which the same facts are
    sure of this one.
    """

    would_change: tuple[WouldChange, ...]
    valid_until: date | None
    because: str | None


class Alternative:
    """One decided case, and the search for what would change it."""

    def __init__(
        self,
        here: WhatIf,
        days: OtherDays,
        outcome: Outcome,
        doubted: AbstractSet[str] = frozenset(),
    ) -> None:
        """*outcome* is what was decided; it is more than three-valued logic says where all
        completions of what is not known agree. *doubted* facts contradict each other: to change
        one says nothing while it is not known which is wrong.
        """
        self.here, self.days, self.outcome, self.as_of = here, days, outcome, here.as_of
        self.doubted = doubted
        self.question: Question = here.law.asked.question
        self.words = ChangeWords(self.question, self.as_of, here.law.by_question)
        self.favorable = self.question.favorable
        self.others = frozenset(
            {self.favorable}
            if outcome != self.favorable
            else set(STATED_OUTCOMES) - {self.favorable}
        )
        """The outcomes up to which other days are looked at."""

    def find(self) -> Alternatives:
        """Everything that would change the determination."""
        days, here = self.days, self.here
        later, valid_until, because = self.later(days.forward(here, self.as_of, self.others))
        changes = [*later, *self.past(days.backward(here, self.as_of, self.others))]
        moves = days.governing
        for fact in here.mattering():
            name = fact.name
            if name == moves or (name in here.in_play.used and name not in here.knowledge.stated):
                continue
            if name in self.doubted or (name in here.in_play.flags and here.behind(fact.fact)):
                continue  # a flag that follows: the facts that it follows from stand here
            changes.extend(self._of_one_fact(fact))
        if "eligible" not in (self.outcome, self.question.adverse) and not any(
            c.becomes == "eligible" and c.kind == "act" for c in changes
        ):
            changes.extend(self._by_acts())
        return Alternatives(self.in_order(changes), valid_until, because)

    def in_order(self, changes: Iterable[WouldChange]) -> tuple[WouldChange, ...]:
        """Changes in the order of the answer: those to the favorable outcome first."""
        return tuple(
            sorted(
                changes,
                key=lambda c: ORDER[c.kind] + (0 if c.becomes == self.favorable else len(ORDER)),
            )
        )

    # --- other days ---

    def later(
        self, runs: Iterable[OutcomeRun]
    ) -> tuple[list[WouldChange], date | None, str | None]:
        """The first later days with another outcome; stops at the first that is favorable, or
        different where this one is. With the last day of this outcome, and why it is the last.
        """
        found: dict[Outcome, OutcomeRun] = {}
        valid_until, because = None, None
        for run in runs:
            if run.outcome != self.outcome and valid_until is None:
                valid_until, because = day_before(run.day), self._why_it_ends(run)
            if run.outcome in STATED_OUTCOMES and run.outcome != self.outcome:
                found.setdefault(run.outcome, run)
            if run.outcome in self.others:
                break
        return [self._on_day(run, "later") for run in found.values()], valid_until, because

    def _why_it_ends(self, run: OutcomeRun) -> str:
        if run.outcome is None:
            return str(run.because)
        brief = self.question.brief(run.outcome)
        return f"On {day_in_words(run.day)} the answer to the same facts would be: {brief}"

    def past(self, runs: Iterable[OutcomeRun]) -> list[WouldChange]:
        """The last earlier day on which the same facts would have had the favorable outcome."""
        if self.outcome == self.favorable or not self.days.is_stated:
            return []
        for run in runs:
            if run.outcome == self.favorable:
                return [self._on_day(run, "past")]
        return []

    def _on_day(self, run: OutcomeRun, kind: ChangeKind) -> WouldChange:
        days = self.days
        fact = days.fact(str(days.governing)) if days.is_stated else AS_OF
        assert run.outcome is not None
        tell = self.words.on_earlier_day if kind == "past" else self.words.on_later_day
        change = FactChange(fact, self.as_of, run.day)
        return self.would_change(run.outcome, (change,), kind, tell(run.day, run.outcome))

    # --- one fact ---

    def _of_one_fact(self, moving: FactInPlay) -> Iterator[WouldChange]:
        """The nearest values of one fact, in each direction, for each other outcome; several
        choices with one effect together.
        """
        here, fact = self.here, moving.fact
        if fact.kind.is_listed:
            reached: dict[Outcome, list[Value]] = {}
            for outcome, values in here.outcomes_of_choices(moving):
                values = [value for value in values if here.can_be({fact.name: value})]
                if values and outcome != self.outcome:
                    reached.setdefault(outcome, []).extend(values)
            for outcome, values in reached.items():
                yield self._change(fact, values, outcome)
            return
        was = here.knowledge.values.get(fact.name)
        start = fact.code_of(was) if was is not None else fact.kind.code_near(fact, self.as_of)
        if was is None:
            first, last = here.bounds(fact)
            start = min(max(start, first), last) // fact.step * fact.step
        above = here.values_upward(fact.name, start)
        below = here.values_downward(fact.name, start)
        if was is None:
            above = (value for part in ([fact.value(start)], above) for value in part)
        for values_outward in (above, below):
            for outcome, value in self._first_reached(moving, values_outward):
                yield self._change(fact, [value], outcome)

    def _first_reached(
        self, fact: FactInPlay, values: Iterable[Value]
    ) -> Iterator[tuple[Outcome, Value]]:
        seen: set[Outcome] = {self.outcome, "undetermined"}
        for value in values:
            outcome = self.here.outcome_of_one(fact, value)
            if outcome not in seen and self.here.can_be({fact.name: value}):
                seen.add(outcome)
                yield outcome, value
            if len(seen) == len(OUTCOME_CODES) + 1:
                return

    # --- several acts together ---

    def _by_acts(self) -> Iterator[WouldChange]:
        """Sets of acts still open to somebody that together make the outcome eligible, each of them
        needed.
        """
        stated, values = self.here.in_play.stated, self.here.knowledge.values
        for acts in acts_that_help(self.here, self.doubted):
            changes = tuple(FactChange(stated[n], values.get(n), v) for n, v in acts.items())
            yield self.would_change("eligible", changes, "act")

    # --- its sentence ---

    def _kind(self, fact: FactDefinition, value: Value) -> ChangeKind:
        if fact.irreversible and value is False:
            return "otherwise"  # what was done cannot be undone
        if fact.actionable:
            return "past" if isinstance(value, date) and value < self.as_of else "act"
        return "otherwise"

    def _change(self, fact: FactDefinition, values: list[Value], outcome: Outcome) -> WouldChange:
        was = self.here.knowledge.values.get(fact.name)
        change = FactChange(fact, was, values[0], tuple(values[1:]))
        return self.would_change(outcome, (change,), self._kind(fact, values[0]))

    def would_change(
        self,
        outcome: Outcome,
        changes: tuple[FactChange, ...],
        kind: ChangeKind,
        says: str | None = None,
    ) -> WouldChange:
        """A change with its sentence: *says*, or the words that its facts have."""
        if says is None:
            changed = [(change.fact, (change.to, *change.or_to)) for change in changes]
            says = self.words.if_changed(changed, outcome)
        is_open = kind == "later" or (kind == "act" and self._is_open(outcome, changes))
        return WouldChange(outcome, changes, kind, says, is_open)

    def _is_open(self, outcome: Outcome, changes: tuple[FactChange, ...]) -> bool:
        """Whether every change is the applicant's act, or, where it helps, follows from asking: a
        public body for its decision, a carrier for an answer.
        """
        facts = [change.fact for change in changes]
        if all(fact.by == "applicant" for fact in facts):
            return True
        return outcome == self.favorable and all(
            fact.by in ("applicant", "office") or (fact.by == "carrier" and fact.irreversible)
            for fact in facts
        )

"""The same facts asked on other days: the law in force moves with the day, and so does the fact
that names it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.determinations.cases.case import Case
from app.determinations.changes.what_if import WhatIf
from app.determinations.facts.facts_in_play import FactsInPlay
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.completions import Limits
from app.determinations.needs.relevance import Relevance
from app.law.errors import LawNotEncoded
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.questions import Outcome
from app.law.spans import FIRST_DAY, LAST_DAY, Span, day_after, day_before
from app.law.standing import StandingLaw
from app.law.words import day_in_words


@dataclass(frozen=True, slots=True)
class OutcomeRun:
    """A day from which (going forward) or to which (going back) the outcome is the same.

    No outcome, and why, where it is not known.
    """

    day: date
    outcome: Outcome | None
    because: str | None = None


WITNESSES = 4
"""So many completions are tried on another day before all of them are looked at."""


class OtherDays:
    """One case, asked on one day after another."""

    def __init__(
        self,
        lawbook: Lawbook,
        facts_in_play: Callable[[StandingLaw], FactsInPlay],
        case: Case,
        codes: Mapping[str, int] | None = None,
        witnesses: Sequence[Mapping[str, Value]] = (),
    ) -> None:
        """*codes* are those of what was stated, where they are known already; *witnesses* two
        completions that differ in the outcome on the day asked about.
        """
        self._lawbook, self._facts_in_play = lawbook, facts_in_play
        self._question, self._edition, self._stated = case.question, case.edition, case.facts
        self.governing = lawbook.question(case.question).governed_by
        self.is_stated = self.governing in case.facts
        self._codes = codes
        self._witnesses = tuple(witnesses)
        self._completed: dict[FactsInPlay, list[WhatIf]] = {}

    def fact(self, name: str) -> FactDefinition:
        """The definition of the fact that moves with the day."""
        return self._lawbook.fact(name)

    def on(self, day: date) -> WhatIf:
        """The case as asked on a day.

        Raises:
            LawNotEncoded: that day's law is not encoded.
        """
        law = self._lawbook.standing(self._question, day, self._edition)
        in_play = self._facts_in_play(law)
        return WhatIf(self.knowledge(in_play, day))

    def knowledge(self, in_play: FactsInPlay, day: date) -> Knowledge:
        """What is known of the case as asked on a day, under the law of that day."""
        stated = self._stated
        codes = self._codes = self._codes or in_play.codes_of(stated)
        if self.is_stated and self.governing is not None:
            stated = {**stated, self.governing: day}
            codes = {**codes, self.governing: day.toordinal()}
        return Knowledge.of(in_play, stated, day, codes)

    def outcome(self, here: WhatIf, day: date) -> Outcome:
        """The outcome on a day of the same standing law."""
        outcome = self._outcome_on(here, day)
        if outcome != "undetermined" or self._differs(here, day):
            return outcome
        relevance = Relevance(self.knowledge(here.in_play, day))
        new = relevance.witnesses()
        if new:
            self._witnesses = (*new, *self._witnesses)[:WITNESSES]
            self._completed.clear()
        return relevance.outcome

    def _differs(self, here: WhatIf, day: date) -> bool:
        """Whether the completions that differ on the day asked about differ on another day too."""
        if not self._witnesses or self.governing in here.in_play.move_flags:
            return False
        completed = self._completed.setdefault(here.in_play, [])
        before: Outcome | None = None
        for number, more in enumerate(self._witnesses):
            if number == len(completed):
                completed.append(self._completed_by(here, more))
            if not self._can_be(here, more, day):
                continue
            outcome = self._outcome_on(completed[number], day)
            if before not in (None, outcome) and outcome != "undetermined":
                return True
            before = outcome if outcome != "undetermined" else before
        return False

    def _can_be(self, here: WhatIf, more: Mapping[str, Value], day: date) -> bool:
        """Whether a completion of the day asked about is one of another day too: who asks earlier
        can have learned nothing later.
        """
        in_play = here.in_play
        related = in_play.relations.related.get(self.governing or "", frozenset()) & more.keys()
        if not self.is_stated or not related:
            return True
        facts = tuple([in_play.facts[name] for name in related if name in in_play.facts])
        limits = Limits(facts, self.knowledge(in_play, day))
        return all(limits.can_be(fact.fact, more[fact.name]) for fact in facts)

    def _completed_by(self, here: WhatIf, more: Mapping[str, Value]) -> WhatIf:
        known = here.knowledge
        more = known.without_following(more)
        codes = {**known.codes_of_stated, **known.in_play.codes_of(more)}
        return WhatIf(Knowledge.of(known.in_play, {**known.stated, **more}, known.as_of, codes))

    def _outcome_on(self, here: WhatIf, day: date) -> Outcome:
        moves = self.governing
        if day == here.as_of or moves is None or moves not in here.in_play.facts:
            return here.outcome
        return here.outcome_of_one(here.in_play.facts[moves], day)

    def forward(self, start: WhatIf, day: date, until: frozenset[Outcome]) -> Iterator[OutcomeRun]:
        """Each later run of days, by its first, until one of these outcomes or the last day there
        is.
        """
        _, latest = self._possible_days(start)
        for run in self._forward(start, day, until):
            if run.day > latest:
                break
            yield run
        if latest < LAST_DAY:
            why = f"After {day_in_words(latest)} the other facts cannot be so."
            yield OutcomeRun(day_after(latest), None, why)

    def _possible_days(self, start: WhatIf) -> tuple[date, date]:
        """The first and the last day that the governing fact can be beside the others."""
        if not self.is_stated:
            return FIRST_DAY, LAST_DAY
        first, last = start.bounds(self.fact(str(self.governing)))
        return date.fromordinal(first), date.fromordinal(last)

    def _forward(self, start: WhatIf, day: date, until: frozenset[Outcome]) -> Iterator[OutcomeRun]:
        here = start
        while True:
            yield from self._turns(here, day, until, self.cuts_after)
            last, looked_at = self._days_alike(here).last, self._looked_at(here)
            if looked_at is not None and (last is None or looked_at.stop <= last.toordinal()):
                day = date.fromordinal(looked_at.stop)
                before = day_in_words(day_before(day))
                yield OutcomeRun(day, None, f"This service looked ahead only to {before}.")
                return
            if last is None or last >= LAST_DAY:
                return
            day = day_after(last)
            try:
                here = self.on(day)
            except LawNotEncoded as error:
                why = f"From {day_in_words(day)} the law is not encoded: {error.because}."
                yield OutcomeRun(day, None, why)
                return
            yield OutcomeRun(day, self.outcome(here, day))

    def backward(self, start: WhatIf, day: date, until: frozenset[Outcome]) -> Iterator[OutcomeRun]:
        """Each earlier run of days, by its last, until one of these outcomes or the first day that
        is encoded. What lies before that has no outcome.
        """
        earliest, _ = self._possible_days(start)
        for run in self._backward(start, day, until):
            if run.day < earliest:
                yield OutcomeRun(day_before(earliest), None)
                return
            yield run

    def _backward(
        self, start: WhatIf, day: date, until: frozenset[Outcome]
    ) -> Iterator[OutcomeRun]:
        here = start
        while True:
            yield from self._turns(here, day, until, self._cuts_before)
            looked_at = self._looked_at(here)
            first = self._days_alike(here).first
            if looked_at is not None and first.toordinal() < looked_at.start:
                yield OutcomeRun(date.fromordinal(looked_at.start - 1), None)
                return
            if first <= date.min:
                return
            day = day_before(first)
            try:
                here = self.on(day)
            except LawNotEncoded as error:
                yield OutcomeRun(day, None, error.because)
                return
            yield OutcomeRun(day, self.outcome(here, day))

    def _turns(
        self,
        here: WhatIf,
        day: date,
        until: frozenset[Outcome],
        cuts: Callable[[WhatIf, date], Iterator[date]],
    ) -> Iterator[OutcomeRun]:
        """The runs of one standing law, seen from a day, on which the outcome turns, through the
        first with one of these.
        """
        before = None
        for cut in cuts(here, day):
            if before is None:
                before = self.outcome(here, day)
            outcome = self.outcome(here, cut)
            if outcome != before:
                yield OutcomeRun(cut, outcome)
            if outcome in until:
                return
            before = outcome

    def _days_alike(self, here: WhatIf) -> Span:
        """The days through which law stands that decides as that of a case does: a day on which
        nothing but a citation changes is no turn. Where days are tried one by one, those of the
        one law.
        """
        in_play = here.in_play
        moving = in_play.facts.get(str(self.governing))
        if moving is not None and moving.wavers:
            return here.law.span
        if in_play.days_alike is None:
            first, last = here.law.span.first, here.law.span.last
            while last is not None and (after := self._alike(in_play, day_after(last))):
                last = after.span.last
            while first > FIRST_DAY and (before := self._alike(in_play, day_before(first))):
                first = before.span.first
            in_play.days_alike = Span(first, last)
        return in_play.days_alike

    def _alike(self, in_play: FactsInPlay, day: date) -> StandingLaw | None:
        """The law of another day where it decides alike."""
        try:
            law = self._lawbook.standing(self._question, day, self._edition)
        except LawNotEncoded:
            return None
        return law if self._facts_in_play(law).alike == in_play.alike else None

    def _looked_at(self, here: WhatIf) -> range | None:
        """The days tried one by one, where only that is exact and the day matters."""
        moves = self.governing
        return here.turns.looked_at(moves) if moves is not None and here.matters(moves) else None

    def cuts_after(self, here: WhatIf, day: date) -> Iterator[date]:
        """The later days of the same standing law on which a condition changes, if that can change
        the outcome.
        """
        last = (self._days_alike(here).last or LAST_DAY).toordinal()
        for cut in self._cuts(here):
            if day.toordinal() < cut <= last:
                yield date.fromordinal(cut)

    def _cuts_before(self, here: WhatIf, day: date) -> Iterator[date]:
        first = self._days_alike(here).first.toordinal()
        for cut in reversed(self._cuts(here)):
            if first < cut <= day.toordinal():
                yield date.fromordinal(cut - 1)

    def _cuts(self, here: WhatIf) -> list[int]:
        """The codes of the governing day at which a condition changes, or what is not known beside
        it can turn out otherwise.
        """
        moves = self.governing
        if moves is None:
            return []
        turns, matters = here.turns, here.matters(moves)
        found = turns.of(moves) if matters else []
        through_others = turns.through_bounds(moves)
        if matters:
            through_others |= turns.through_computed(moves)
        return sorted({*found, *through_others}) if through_others else found

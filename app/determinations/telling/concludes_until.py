"""How long each conclusion stays as it is, where the same is asked on later days.

The outcome may hold longer than what it concludes: an application of August 1 is granted like one
of July 31, and its coverage starts a month later.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta

from app.determinations.answer import UntilAnswer
from app.determinations.changes.other_days import OtherDays
from app.determinations.changes.what_if import WhatIf
from app.determinations.telling.conclude import Concluded, concluded
from app.determinations.telling.reasons import ReasonBuilder
from app.determinations.telling.wording import derived_in_words
from app.law.errors import LawNotEncoded
from app.law.facts import Value
from app.law.questions import ConclusionDefinition
from app.law.spans import LAST_DAY, Span, day_after, day_before
from app.law.words import day_in_words

DAYS_LOOKED_AT = 800
"""How far is looked at most; of days beyond nothing is said."""


def stays_until(definition: ConclusionDefinition, value: Value | Span, last: date) -> UntilAnswer:
    """That a conclusion changes before the outcome does."""
    words = derived_in_words(value)
    says = f"Until {day_in_words(last)}, {definition.describes} stays {words}."
    return UntilAnswer(last, says)


class ConcludesUntil:
    """The conclusions of one determination on later days with the same outcome."""

    def __init__(
        self, builder: ReasonBuilder, here: WhatIf, days: OtherDays, valid_until: date | None
    ) -> None:
        self._builder, self._days, self._here = builder, days, here
        self._now = builder.explained(here.law.asked.question.id).concludes
        self._valid_until = valid_until
        self._farthest = min(LAST_DAY, here.as_of + timedelta(days=DAYS_LOOKED_AT))
        self._found: dict[date, Concluded] = {}

    def find(self) -> dict[str, UntilAnswer]:
        """Each conclusion with the last day on which it stays, none where none is known."""
        if not self._now:
            return {}
        question, last = self._here.law.asked.question, dict[str, date]()
        for name, day in self._changes():
            last.setdefault(name, day)
        return {name: self._answer(question.concludes[name], last.get(name)) for name in self._now}

    def _answer(self, definition: ConclusionDefinition, last: date | None) -> UntilAnswer:
        name = definition.name
        if last is None:
            end = self._valid_until
            return UntilAnswer(None if end is None else min(end, self._farthest))
        first = self._here.as_of
        describes = definition.describes
        if last == first and self._is_counted(name):
            says = f"{describes[:1].upper()}{describes[1:]} is counted from the day of the request."
            return UntilAnswer(None, says)
        return stays_until(definition, self._now[name], last)

    def _is_counted(self, name: str) -> bool:
        """Whether it moves with every day: on the two that follow, too, as far as the outcome
        holds.
        """
        first = self._here.as_of
        later = [first + timedelta(days=n) for n in (1, 2)]
        if self._valid_until is not None and later[-1] > self._valid_until:
            return False
        one, other = (self._on(self._law_on(day), day).get(name) for day in later)
        return one != other

    # --- other days ---

    def _changes(self) -> Iterator[tuple[str, date]]:
        """The conclusions that change while the outcome holds, each with the day before it does."""
        left = set(self._now)
        for here, first, last in self._stretches():
            for name in sorted(left):
                day = self._first_change(here, first, last, name)
                if day is not None:
                    left.discard(name)
                    yield name, day_before(day)
            if not left:
                return

    def _stretches(self) -> Iterator[tuple[WhatIf, date, date]]:
        """The days from the one asked about on in stretches in which no condition turns."""
        here, first = self._here, self._here.as_of
        end = min(self._valid_until or self._farthest, self._farthest)
        while first <= end:
            last = min(here.law.span.last or end, end)
            governing = self._days.governing
            cuts = here.turns.of(governing) if governing in here.in_play.facts else []
            turns = (date.fromordinal(c) for c in cuts if first.toordinal() < c <= last.toordinal())
            for turn in turns:
                yield here, first, day_before(turn)
                first = turn
            yield here, first, last
            first = day_after(last)
            if first <= end:
                try:
                    here = self._days.on(first)
                except LawNotEncoded:
                    return

    def _first_change(self, here: WhatIf, first: date, last: date, name: str) -> date | None:
        """The first day of a stretch on which a conclusion differs. It only moves forward with the
        day; which of several grants leads may change with every day.
        """
        if not self._same(here, first, name):
            return first
        if self._several_grants(here):
            days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
            return next((day for day in days if not self._same(here, day, name)), None)
        if self._same(here, last, name):
            return None
        codes = range(first.toordinal() + 1, last.toordinal() + 1)

        def differs(code: int) -> bool:
            return not self._same(here, date.fromordinal(code), name)

        return date.fromordinal(codes[bisect_left(codes, True, key=differs)])

    def _several_grants(self, here: WhatIf) -> bool:
        grants = here.law.asked.of("grants")
        return len([p for p in grants if here.evaluation.provision(p.index)]) > 1

    def _same(self, here: WhatIf, day: date, name: str) -> bool:
        return day == self._here.as_of or self._on(here, day).get(name) == self._now[name]

    def _law_on(self, day: date) -> WhatIf:
        last = self._here.law.span.last
        return self._here if last is None or day <= last else self._days.on(day)

    def _on(self, here: WhatIf, day: date) -> Concluded:
        """What would be concluded on a day, under the law of that day."""
        if day not in self._found:
            known, compiled = self._days.knowledge(here.in_play, day), here.compiled
            evaluation = compiled.evaluate(*compiled.bits(known.codes))
            outcome = self._builder.outcome
            self._found[day] = concluded(here.law.asked, outcome, evaluation, known)[0]
        return self._found[day]

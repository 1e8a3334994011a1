"""The same facts asked on other days: the law in force moves with the day, and so does the fact
that names it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.determinations.knowledge import FactsInPlay, Knowledge
from app.determinations.what_if import WhatIf
from app.law.errors import LawNotEncoded
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.questions import Outcome
from app.law.spans import LAST_DAY, day_after, day_before
from app.law.standing import StandingLaw
from app.law.words import day_in_words


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day from which (going forward) or to which (going back) the outcome is the same.

    None, and why, where it is not known.
    """

    day: date
    outcome: Outcome | None
    because: str | None = None


class OtherDays:
    """One case, asked on one day after another."""

    def __init__(
        self,
        lawbook: Lawbook,
        facts_in_play: Callable[[StandingLaw], FactsInPlay],
        question: str,
        edition: str,
        stated: Mapping[str, Value],
        codes: Mapping[str, int] | None = None,
    ) -> None:
        """*codes* are those of what was stated, where they are known already."""
        self._lawbook, self._facts_in_play = lawbook, facts_in_play
        self._question, self._edition = question, edition
        self.governing = lawbook.question(question).governed_by
        self.moves = self.governing if self.governing in stated else None
        self._stated = stated
        self._codes = codes

    def fact(self, name: str) -> FactDefinition:
        """The definition of the fact that moves with the day."""
        return self._lawbook.fact(name)

    def on(self, day: date) -> WhatIf:
        """The case as asked on a day.

        Raises:
            LawNotEncoded: that day's law is not encoded.
        """
        law = self._lawbook.standing(self._question, day, self._edition)
        in_play, stated = self._facts_in_play(law), self._stated
        codes = self._codes = self._codes or in_play.codes_of(stated)
        if self.moves:
            stated, codes = {**stated, self.moves: day}, {**codes, self.moves: day.toordinal()}
        return WhatIf(law, Knowledge.of(in_play, stated, codes), day)

    def forward(self, start: WhatIf, day: date, until: frozenset[Outcome]) -> Iterator[Stretch]:
        """Each later stretch, by its first day, until one of these outcomes or the last day there
        is.
        """
        here = start
        while True:
            yield from self._turns(here, day, until, self.cuts_after)
            last, looked_at = here.law.span.last, self._looked_at(here)
            if looked_at is not None and (last is None or looked_at.stop <= last.toordinal()):
                day = date.fromordinal(looked_at.stop)
                yield Stretch(
                    day,
                    None,
                    f"Nobody looked further ahead than to {day_in_words(day_before(day))}.",
                )
                return
            if last is None or last >= LAST_DAY:
                return
            day = day_after(last)
            try:
                here = self.on(day)
            except LawNotEncoded as error:
                yield Stretch(
                    day, None, f"From {day_in_words(day)} the law is not encoded: {error.because}."
                )
                return
            yield Stretch(day, here.outcome)

    def backward(self, start: WhatIf, day: date, until: frozenset[Outcome]) -> Iterator[Stretch]:
        """Each earlier stretch, by its last day, until one of these outcomes or the first day that
        is encoded.
        """
        here = start
        while True:
            yield from self._turns(here, day, until, self._cuts_before)
            looked_at = self._looked_at(here)
            if looked_at is not None and here.law.span.first.toordinal() < looked_at.start:
                return
            if here.law.span.first <= date.min:
                return
            day = day_before(here.law.span.first)
            try:
                here = self.on(day)
            except LawNotEncoded:
                return
            yield Stretch(day, here.outcome)

    def _turns(
        self,
        here: WhatIf,
        day: date,
        until: frozenset[Outcome],
        cuts: Callable[[WhatIf, date], Iterator[date]],
    ) -> tuple[Stretch, ...]:
        """The stretches of one standing law, seen from a day, on which the outcome turns, through
        the first with one of these.
        """
        moves = self.moves
        if moves is None or not here.matters(moves):
            return ()

        def find() -> Iterator[Stretch]:
            before = here.outcome
            for cut in cuts(here, day):
                outcome = here.outcome_if({moves: cut})
                if outcome != before:
                    yield Stretch(cut, outcome)
                if outcome in until:
                    return
                before = outcome

        return here.remembered((cuts.__name__, moves, day, until, here.moving_with(moves)), find)

    def _looked_at(self, here: WhatIf) -> range | None:
        """The days tried one by one, where only that is exact and the day matters."""
        return (
            here.looked_at(self.moves)
            if self.moves is not None and here.matters(self.moves)
            else None
        )

    def cuts_after(self, here: WhatIf, day: date) -> Iterator[date]:
        """The later days of the same standing law on which a condition changes, if that can change
        the outcome.
        """
        if self.moves is None or not here.matters(self.moves):
            return
        last = (here.law.span.last or LAST_DAY).toordinal()
        for cut in here.cuts(self.moves):
            if day.toordinal() < cut <= last:
                yield date.fromordinal(cut)

    def _cuts_before(self, here: WhatIf, day: date) -> Iterator[date]:
        if self.moves is None or not here.matters(self.moves):
            return
        first = here.law.span.first.toordinal()
        for cut in reversed(here.cuts(self.moves)):
            if first < cut <= day.toordinal():
                yield date.fromordinal(cut - 1)

"""Where another edition of the law would say something else of the same case, the determination
says so.

That a later edition differs is the first thing to beware of: whoever asks of a day of now by the
law of then should read it before anything else. That an earlier one differs is told last.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.determinations.case import Case
from app.determinations.conclude import Concluded, concluded
from app.determinations.knowledge import FactsInPlay, Knowledge
from app.determinations.model import Determination
from app.determinations.wording import derived_in_words
from app.law.errors import LawNotEncoded
from app.law.facts import Computation, Value
from app.law.functions import SERIES_FUNCTIONS
from app.law.lawbook import Lawbook
from app.law.questions import Edition
from app.law.spans import Span
from app.law.standing import StandingLaw
from app.law.words import day_in_words


def is_later(edition: Edition, than: Edition) -> bool:
    """Whether an edition takes more into account than another: what was enacted later, or whatever
    was enacted at all.
    """
    if than.enacted_through is None:
        return False
    return edition.enacted_through is None or edition.enacted_through > than.enacted_through


def left_out(edition: Edition, verb: str) -> str:
    """By which edition something was decided or answered (*verb*), and what that leaves out."""
    assert edition.enacted_through is not None
    return (
        f"{verb} the edition {edition.name}, which leaves out what was enacted after "
        f"{day_in_words(edition.enacted_through)}."
    )


@dataclass(frozen=True, slots=True)
class OtherEditions:
    """A determination beside what the other editions make of the same case."""

    lawbook: Lawbook
    facts_in_play: Callable[[StandingLaw], FactsInPlay]
    case: Case
    knowledge: Knowledge
    decided: Determination

    def cautions(self) -> tuple[str, ...]:
        """The determination's cautions, those of later editions before them and those of earlier
        ones behind.
        """
        first, last = list[str](), list[str]()
        ours = self.lawbook.editions[self.case.edition]
        for name, edition in self.lawbook.editions.items():
            if name == self.case.edition:
                continue
            if is_later(edition, ours):
                first.extend(
                    f"{left_out(ours, 'Decided under')} {caution}" for caution in self.of(name)
                )
            else:
                last.extend(self.of(name))
        return (*first, *self.decided.cautions, *last)

    def of(self, name: str) -> Iterator[str]:
        """A caution where another edition differs in outcome or conclusions, or does not encode the
        day.
        """
        case, decided = self.case, self.decided
        try:
            other = self.lawbook.standing(case.question, case.as_of, name)
        except LawNotEncoded as error:
            yield (
                f"The edition {name} cannot answer for {day_in_words(case.as_of)}: {error.because}."
            )
            return
        in_play = self.facts_in_play(other)
        if not in_play.computes_with_series and in_play.decides_like(self.knowledge.in_play.law):
            yield from _of_calendars(name, decided, in_play, self.knowledge)
            return
        otherwise = Knowledge.of(in_play, case.facts, self.knowledge.codes_of_stated)
        judged = in_play.cells.judged(
            *in_play.cells.bits(otherwise.codes), in_play.cells.told(otherwise.codes)
        )
        outcome = judged.outcomes[case.question]
        if outcome != decided.outcome:
            yield (
                f"The edition {name} would answer on the same day and facts: "
                f"{decided.question.brief(outcome)}"
            )
            return
        found, _, _ = concluded(other.asked, outcome, judged.provisions, otherwise)
        for difference in _differences(decided, found):
            yield f"The edition {name} would conclude otherwise; {difference}."


def _of_calendars(
    name: str, decided: Determination, in_play: FactsInPlay, knowledge: Knowledge
) -> Iterator[str]:
    """Where the law is the same, only what is looked up in an edition's calendars can differ."""
    written = decided.question.outcome_concludes.get(decided.outcome, {})
    for conclusion, call in written.items():
        if isinstance(call, Computation) and call.functions & SERIES_FUNCTIONS:
            found = in_play.deriving.compute(call, knowledge.values)
            if found != decided.concludes.get(conclusion):
                describes = decided.question.concludes[conclusion].describes
                yield f"The edition {name} would conclude otherwise; {describes}: {_told(found)}."


def _differences(decided: Determination, found: Concluded) -> Iterator[str]:
    ours: Mapping[str, Value | Span] = decided.concludes
    for conclusion in decided.question.concludes.values():
        if ours.get(conclusion.name) != found.get(conclusion.name):
            yield f"{conclusion.describes}: {_told(found.get(conclusion.name))}"


def _told(value: Value | Span | None) -> str:
    return "none" if value is None else derived_in_words(value)

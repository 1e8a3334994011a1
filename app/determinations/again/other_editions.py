"""Where another edition of the law would say something else of the same case, the determination
says so.

That a later edition differs is the first thing to beware of: a person who asks about a day of now
by the law of then should read it before anything else. The last caution is that an earlier edition
decides otherwise; that it would need more facts helps no one who asked for the later law.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.determinations.facts.facts_in_play import FactsInPlay
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.relevance import exact_outcome
from app.determinations.telling.conclude import Concluded, concluded
from app.determinations.telling.wording import derived_in_words
from app.law.errors import LawNotEncoded
from app.law.facts import Computation, Value
from app.law.functions import SERIES_FUNCTIONS
from app.law.lawbook import Lawbook
from app.law.questions import Edition, Outcome
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


class Decided(NamedTuple):
    """What one edition makes of a case."""

    outcome: Outcome
    concludes: Concluded


class Otherwise(NamedTuple):
    """Where another edition differs: in which outcome, if in that, and what is said of it."""

    outcome: Outcome | None = None
    says: tuple[str, ...] = ()


@dataclass(slots=True)
class OtherEditions:
    """What the other editions make of a case; *witnesses* are completions of what is not known that
    differ in the outcome under its own.
    """

    lawbook: Lawbook
    facts_in_play: Callable[[StandingLaw], FactsInPlay]
    knowledge: Knowledge
    witnesses: tuple[Mapping[str, Value], ...]
    _found: dict[str, Otherwise] = field(default_factory=dict)

    def later_answer(self, decided: Decided) -> str:
        """A sentence where a later edition answers otherwise, with its answer; nothing where none
        does.
        """
        ours = self.lawbook.editions[self.knowledge.in_play.law.edition]
        for name, edition in self.lawbook.editions.items():
            if is_later(edition, ours):
                outcome = self.of(name, decided).outcome
                if outcome is not None:
                    brief = self.knowledge.in_play.law.asked.question.brief(outcome)
                    return f" Later law answers otherwise: {brief}"
        return ""

    def around(self, cautions: tuple[str, ...], decided: Decided) -> tuple[str, ...]:
        """A determination's cautions, those of later editions before them, and behind them what an
        earlier edition would decide otherwise. What it lacks or would conclude otherwise is not
        worth saying: it offers days of law that has been superseded.
        """
        first, last = list[str](), list[str]()
        ours = self.lawbook.editions[self.knowledge.in_play.law.edition]
        for name, edition in self.lawbook.editions.items():
            if name == ours.name:
                continue
            if is_later(edition, ours):
                under = left_out(ours, "Decided under")
                first.extend(f"{under} {caution}" for caution in self.of(name, decided).says)
            elif self.of(name, decided).outcome not in (None, "undetermined"):
                last.extend(self.of(name, decided).says)
        return (*first, *cautions, *last)

    def of(self, name: str, decided: Decided) -> Otherwise:
        """Where another edition differs in outcome or conclusions, or does not encode the day."""
        if name not in self._found:
            self._found[name] = self._find(name, decided)
        return self._found[name]

    def _find(self, name: str, decided: Decided) -> Otherwise:
        knowledge = self.knowledge
        question, as_of = knowledge.in_play.law.asked.question, knowledge.as_of
        try:
            other = self.lawbook.standing(question.id, as_of, name)
        except LawNotEncoded as error:
            day = day_in_words(as_of)
            return Otherwise(
                None, (f"The edition {name} cannot answer for {day}: {error.because}.",)
            )
        in_play = self.facts_in_play(other)
        if not in_play.computes_with_series and in_play.alike == knowledge.in_play.alike:
            return Otherwise(None, tuple(self._of_calendars(name, in_play, decided)))
        otherwise = Knowledge.of(in_play, knowledge.stated, as_of, knowledge.codes_of_stated)
        compiled = in_play.compiled
        evaluation = compiled.evaluate(*compiled.bits(otherwise.codes))
        outcome = evaluation.outcomes[question.id]
        if outcome == "undetermined":
            outcome = exact_outcome(otherwise, self.witnesses)
        if outcome != decided.outcome:
            return self.answers(name, outcome)
        found, _, _ = concluded(other.asked, outcome, evaluation, otherwise)
        differences = self._differences(found, decided)
        return Otherwise(
            None, tuple(f"The edition {name} would conclude otherwise; {d}." for d in differences)
        )

    def answers(self, name: str, outcome: Outcome) -> Otherwise:
        """That another edition comes to another outcome."""
        brief = self.knowledge.in_play.law.asked.question.brief(outcome)
        says = f"The edition {name} would answer on the same day and facts: {brief}"
        return Otherwise(outcome, (says,))

    def _of_calendars(self, name: str, in_play: FactsInPlay, decided: Decided) -> Iterator[str]:
        """Where the law is the same, only what is looked up in an edition's calendars can
        differ.
        """
        question = self.knowledge.in_play.law.asked.question
        for conclusion, call in question.outcome_concludes.get(decided.outcome, {}).items():
            if isinstance(call, Computation) and call.functions & SERIES_FUNCTIONS:
                found = in_play.deriving.compute(call, self.knowledge.values)
                if found != decided.concludes.get(conclusion):
                    describes = question.concludes[conclusion].describes
                    value = _in_words(found)
                    yield f"The edition {name} would conclude otherwise; {describes}: {value}."

    def _differences(self, found: Concluded, decided: Decided) -> Iterator[str]:
        for conclusion in self.knowledge.in_play.law.asked.question.concludes.values():
            if decided.concludes.get(conclusion.name) != found.get(conclusion.name):
                yield f"{conclusion.describes}: {_in_words(found.get(conclusion.name))}"


def _in_words(value: Value | Span | None) -> str:
    return "none" if value is None else derived_in_words(value)

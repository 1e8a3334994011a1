"""What would change an outcome, as sentences."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from app.determinations.telling.wording import joined
from app.law.facts import FactDefinition, Value
from app.law.questions import Outcome, Question
from app.law.standing import StandingQuestion
from app.law.words import day_in_words

Changed = tuple[FactDefinition, Sequence[Value]]
"""A fact, and the values of which each would do."""


class ChangeWords:
    """The words for changes to one case of a question."""

    def __init__(
        self, question: Question, as_of: date, by_question: Mapping[str, StandingQuestion]
    ) -> None:
        self.question, self.as_of, self._by_question = question, as_of, by_question

    def would_be(self, outcome: Outcome) -> str:
        """An outcome that something else would lead to: `You could enroll`."""
        told = self.question.would.get(outcome)
        if told is not None:
            return told
        if outcome == "referred":
            return "A person would have to decide"
        return f"The answer would be “{self.question.brief(outcome).removesuffix('.')}”"

    def if_changed(self, changes: Sequence[Changed], outcome: Outcome) -> str:
        """`You could enroll if you enrolled through the Connector.`"""
        parts = [self._part(fact, values) for fact, values in changes]
        return f"{self.would_be(outcome)} if {joined(parts, 'and')}."

    def on_later_day(self, day: date, outcome: Outcome) -> str:
        """`You could enroll on July 1, 2011.`"""
        if outcome in self.question.would:
            return f"{self.would_be(outcome)} on {day_in_words(day)}."
        return self._same_facts(day, "would be", outcome)

    def on_earlier_day(self, day: date, outcome: Outcome) -> str:
        """The same for a day that is over."""
        return self._same_facts(day, "would have been", outcome)

    def _same_facts(self, day: date, verb: str, outcome: Outcome) -> str:
        brief = self.question.brief(outcome)
        return f"On {day_in_words(day)} the answer to the same facts {verb}: {brief}"

    def _part(self, fact: FactDefinition, values: Sequence[Value]) -> str:
        clause = self._of_question(fact, values) or fact.as_clause(values, self.as_of)
        if clause is not None:
            return clause
        told = [self._quoted(fact, value) for value in values]
        return f"the answer to “{fact.label}” were {joined(told, 'or')}"

    def _of_question(self, fact: FactDefinition, values: Sequence[Value]) -> str | None:
        """What follows an `if` where another question had an outcome."""
        nested = self._by_question.get(fact.name)
        if nested is None or len(values) != 1:
            return None
        told = nested.question.as_fact.get(("is", values[0]))
        text = str(told.met if told else nested.question.brief(cast(Outcome, values[0])))
        return text[:1].lower() + text[1:].removesuffix(".")

    def _quoted(self, fact: FactDefinition, value: Value) -> str:
        """A value in words; an answer that has words of its own stands in quotation marks, since
        those may hold commas.
        """
        nested = self._by_question.get(fact.name)
        if nested is not None:
            answered = nested.question.brief(cast(Outcome, value))
            return f"“{answered.removesuffix('.')}”"
        words = fact.in_words(value)
        return f"“{words}”" if fact.choices and not fact.kind.is_outcome else words

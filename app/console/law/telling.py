"""What a page tells of a provision, from the answer of the interface: conditions, numbers, cases
and what came before and after, in words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.api.law.answers import (
    ConditionAnswer,
    InForceAnswer,
    PeriodAnswer,
    ProvisionAnswer,
    VersionAnswer,
)
from app.api.law.cases import WorkedCaseAnswer
from app.api.law.open_enrollment import SUMMARIES
from app.console.answers.telling import fact_in_words, in_words
from app.console.guard import pages
from app.law.calendars import Calendar
from app.law.edition_law import EditionLaw
from app.law.lawbook import Lawbook
from app.law.provision import Effect, Provision
from app.law.questions import Outcome, Question
from app.law.spans import LAST_DAY
from app.law.words import day_in_words, span_in_words

EFFECTS = {
    "grants": "Says yes",
    "bars": "Says no",
    "refers": "Leaves it to a person",
    "cautions": "Adds a caution",
}
"""What a provision does where it applies."""
LEADS_TO: dict[Effect, Outcome] = {
    "grants": "eligible",
    "bars": "ineligible",
    "refers": "referred",
}
"""The outcome that a provision stands for; a caution stands for none."""
STEPS = {
    "applies": "Where it applies",
    "does_not_apply": "Where it does not apply",
    "undetermined": "Where it is not known whether it applies",
}
"""When a next step belongs to a provision's result."""
STATUS = {
    "applies": "It applies",
    "does_not_apply": "It does not apply",
    "undetermined": "Not known whether it applies",
    "not_in_force": "It is not in force on that day",
    "not_encoded": "The law of that day is not encoded",
}
"""What a provision comes to in a case."""
ACTORS = {
    "applicant": "The applicant",
    "carrier": "The carrier",
    "office": "A public office",
    "nobody": "No one in particular",
}
"""Whose act it is."""
KINDS = {str(kind): words for kind, words in SUMMARIES.items()} | {"closed": "Closed"}
"""What days of a calendar are."""
_GAP = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Relative:
    """A provision or calendar that came before or after, with its days in force."""

    id: str
    title: str
    days: str


@dataclass(frozen=True)
class Told:
    """A provision's answer, as its page tells it."""

    lawbook: Lawbook
    law: EditionLaw
    answer: ProvisionAnswer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.answer, name)

    @property
    def question(self) -> Question:
        """The question that it answers."""
        return self.lawbook.questions[self.answer.answers]

    @property
    def outcome_sentence(self) -> str | None:
        """The sentence of the outcome that it stands for, with its gaps; none of a caution."""
        outcome = LEADS_TO.get(self.answer.effect)
        sentence = None if outcome is None else self.question.says.get(outcome)
        return None if sentence is None else str(sentence)

    @property
    def questions(self) -> list[Question]:
        """The other questions that it bears on."""
        others = (id for id in self.answer.bears_on if id != self.answer.answers)
        return [self.lawbook.questions[id] for id in others]

    @property
    def paths(self) -> list[tuple[str, list[ConditionAnswer]]]:
        """Its groups of conditions, each with a name where there are several."""
        groups = self.answer.when.items()
        return [(name.replace("-", " ").capitalize(), list(found)) for name, found in groups]

    @property
    def has_conditions(self) -> bool:
        """Whether it requires anything."""
        return any(self.answer.when.values())

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """Its numbers on the day, by what they are called."""
        return [
            (called(name), "none on this day" if p.on_day is None else quantity(p.on_day, p.unit))
            for name, p in self.answer.parameters.items()
        ]

    def values(self, version: VersionAnswer) -> list[tuple[str, str]]:
        """The numbers of a version."""
        units = self.answer.parameters
        return [(called(n), quantity(v, units[n].unit)) for n, v in version.values.items()]

    @property
    def notes(self) -> list[tuple[str, str, str]]:
        """What is noted of single values: which number, from which day, and the note."""
        return [
            (called(name), day_in_words(value.starts), " ".join(value.note.split()))
            for name, parameter in self.answer.parameters.items()
            for value in parameter.values
            if isinstance(value.note, str)
        ]

    @property
    def conclusions(self) -> list[tuple[str, str]]:
        """What follows where it applies, and what it informs of in any case."""
        concluded = {**self.answer.concludes, **self.answer.informs}
        return [(self._describes(name), self._value(name, v)) for name, v in concluded.items()]

    def _describes(self, name: str) -> str:
        definition = self.question.concludes.get(name)
        return sentence_case(definition.describes if definition is not None else called(name))

    def _value(self, name: str, value: object) -> str:
        provision = self.lawbook.provisions[self.answer.id]
        written = provision.concludes.get(name, provision.informs.get(name))
        if isinstance(written, str | bool | int | date):
            return sentence_case(called(in_words(value)))
        return "Worked out from the facts of the case"

    @property
    def before(self) -> list[Relative]:
        """What it supersedes."""
        return [relative(self.lawbook, self.law, id) for id in self.answer.supersedes]

    @property
    def after(self) -> list[Relative]:
        """What supersedes it."""
        return [relative(self.lawbook, self.law, id) for id in self.answer.superseded_by]

    @property
    def its_calendars(self) -> list[Relative]:
        """The calendars that it uses."""
        return [relative(self.lawbook, self.law, id) for id in self.answer.calendars]

    def facts_of(self, case: WorkedCaseAnswer) -> list[tuple[str, str]]:
        """The facts of a worked case: what was asked, and the answer in words."""
        return [self._fact(name, value) for name, value in case.given.items()]

    def _fact(self, name: str, value: object) -> tuple[str, str]:
        known = self.lawbook.vocabulary.get(name)
        if known is None and name not in self.lawbook.questions:
            return called(name), in_words(value)
        fact = known or self.lawbook.fact(name)
        return fact.label, fact_in_words(fact, value)

    def conditions_of(self, case: WorkedCaseAnswer) -> list[tuple[str, str]]:
        """What the conditions come to in a worked case."""
        words = {c.id: c.words for found in self.answer.when.values() for c in found}
        return [(words[id], status) for id, status in case.conditions.items() if id in words]


def relative(lawbook: Lawbook, law: EditionLaw, id: str) -> Relative:
    """A provision or calendar with its days in force in an edition."""
    found: Provision | Calendar = lawbook.provisions.get(id) or lawbook.calendars[id]
    span = law.in_force.get(id)
    if span is None and id in law.calendars:
        span = law.calendars[id].in_force
    days = "not in this edition" if span is None else span_in_words(span.first, span.last)
    return Relative(id, found.title, days)


def called(name: str) -> str:
    """A name of the law's own as words: `start_days`, start days."""
    return name.rpartition(".")[2].replace("_", " ").replace("-", " ")


def quantity(value: object, unit: str) -> str:
    """A number of the law as JSON carries it, with its unit: 63 days, March 1, 2012."""
    words = in_words(value)
    if words != str(value) or unit == "factor":
        return words
    number = f"{value:,}" if isinstance(value, int) else words
    if " of " in unit:
        return f"{unit} {number}"
    return f"{number} {unit.removesuffix('s') if value == 1 else unit}"


@pages.app_template_filter()
def with_gaps(text: str, known: Mapping[str, str] | None = None) -> str:
    """A sentence of the law whose gaps are filled by the facts of a case: each gap says what goes
    there, [requested on]; those that are known are filled.
    """
    values = known or {}
    return _GAP.sub(lambda gap: values.get(gap[1], f"[{called(gap[1])}]"), text)


@pages.app_template_filter()
def sentence_case(text: str) -> str:
    """A phrase as it begins a line: with a capital letter."""
    return text[:1].upper() + text[1:]


@pages.app_template_filter()
def in_force_words(span: InForceAnswer | VersionAnswer | PeriodAnswer) -> str:
    """Days in force: March 1 through June 30, 2011; August 10, 2010 on."""
    return span_words(span.first, span.last)


def span_words(first: date, last: date | None) -> str:
    """Days in a row; the last day that the service speaks of is none of the law's."""
    return span_in_words(first, None if last == LAST_DAY else last)


@pages.app_context_processor
def law_words() -> dict[str, object]:
    """The words that pages about the law share."""
    return {
        "effects": EFFECTS,
        "steps": STEPS,
        "case_status": STATUS,
        "actors": ACTORS,
        "kinds": KINDS,
        "quantity": quantity,
        "called": called,
        "span_words": span_words,
    }

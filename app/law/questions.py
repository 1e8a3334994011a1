"""What can be asked, and which enactments are taken into account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.law.errors import Places
from app.law.provision import Conclusion, NextStep
from app.law.sentences import Sentence, Told

Outcome = Literal["eligible", "ineligible", "undetermined", "referred"]
OUTCOMES: tuple[Outcome, ...] = ("eligible", "ineligible", "undetermined", "referred")
STATED_OUTCOMES: tuple[Outcome, ...] = ("eligible", "ineligible", "referred")
"""What a caller may state of a question already decided elsewhere.

Silence says undetermined.
"""


@dataclass(frozen=True)
class ConclusionDefinition:
    """A value that determinations of a question may carry beside the outcome."""

    name: str
    type: Literal["day", "span", "choice", "integer", "decimal"]
    describes: str
    choices: tuple[str, ...] = ()
    unit: str | None = None


@dataclass(frozen=True)
class Question:
    """What a determination answers."""

    id: str
    asks: str
    encoded_from: date
    says: Mapping[Outcome, Sentence]
    governed_by: str | None = None
    concludes: Mapping[str, ConclusionDefinition] = field(default_factory=dict)
    leads_by: tuple[str, ...] = ()
    outcome_concludes: Mapping[Outcome, Mapping[str, Conclusion]] = field(default_factory=dict)
    outcome_next_steps: Mapping[Outcome, tuple[NextStep, ...]] = field(default_factory=dict)
    briefly: Mapping[Outcome, str] = field(default_factory=dict)
    would: Mapping[Outcome, str] = field(default_factory=dict)
    """The outcome as it would be if something were otherwise, without a full stop."""
    as_fact: Mapping[tuple[str, object], Told] = field(default_factory=dict)
    """What conditions that look at its outcome say of it, by operator and operand."""
    adverse: Outcome = "ineligible"
    """The outcome that denies something to the person or body that the question is about. That is
    *eligible* where a carrier asks whether it may refuse.
    """
    places: Places = field(default=Places(), compare=False)

    @property
    def favorable(self) -> Outcome:
        """The outcome that the person or body that the question is about wants."""
        return "ineligible" if self.adverse == "eligible" else "eligible"

    def brief(self, outcome: Outcome) -> str:
        """An outcome in the question's own words, without the facts of a case: for an outcome that
        is not this case's.
        """
        if outcome in self.briefly:
            return self.briefly[outcome]
        sentence = self.says[outcome]
        return f"{outcome.capitalize()}." if sentence.names else sentence.texts[0]


@dataclass(frozen=True)
class Edition:
    """Which enactments count: those through a day, or everything encoded, looked for
    through a day.
    """

    name: str
    title: str
    enacted_through: date | None = None
    checked_through: date | None = None
    because: str | None = None
    is_default: bool = False

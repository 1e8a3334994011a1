"""A provision: one rule of law on one page, with its days in force, its conditions and what to say
of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from app.law.dated import Dated, latest_of
from app.law.errors import Place, Places
from app.law.facts import Actor, Citation, Computation, FactDefinition, Value
from app.law.sentences import Sentence
from app.law.spans import Span

Evidence = Literal["brief", "primary", "guidance", "secondary", "recollected"]
Effect = Literal["grants", "bars", "refers", "cautions"]
EFFECTS: tuple[Effect, ...] = ("grants", "bars", "refers", "cautions")
May = Literal["grant", "bar", "either"]
"""Which way a person may decide where a provision refers."""
EVIDENCE: tuple[Evidence, ...] = ("brief", "primary", "guidance", "secondary", "recollected")


@dataclass(frozen=True)
class ParameterName:
    """An operand that names a dated value of the provision."""

    name: str


@dataclass(frozen=True)
class CalendarName:
    """An operand that names a calendar of enrollment periods."""

    id: str


Literals = tuple[Value, ...] | tuple[tuple[Value, Value], ...]
Operand = Value | Literals | ParameterName | CalendarName


@dataclass(frozen=True)
class Condition:
    """One test of one fact, with the phrase of the gist that it encodes and a sentence for each way
    it can end.
    """

    id: str
    words: str
    fact: str
    operator: str
    operand: Operand
    met: Sentence
    not_met: Sentence
    places: Places = field(default=Places(), compare=False)


@dataclass(frozen=True)
class DatedValue:
    """What a parameter is from a day on, until the next value's day."""

    starts: date
    value: int | Decimal | date
    enacted: date | None = None
    citation: Citation | None = None
    evidence: Evidence | None = None
    note: str | None = None


SetBy = str
"""Who set a limit: a statute, a regulation, or guidance of an authority."""
SET_BY: tuple[SetBy, ...] = ("statute", "regulation", "guidance")


@dataclass(frozen=True)
class Parameter:
    """A number of the law with its unit, dated; of a limit also who *set* it: a statute, a
    regulation or guidance.
    """

    name: str
    unit: str
    values: tuple[DatedValue, ...]
    set_by: SetBy | None = None

    def dated_value_on(self, day: date, enacted_through: date | None) -> DatedValue | None:
        """The value in force on a day among those enacted in time.

        None where none is encoded.
        """
        return latest_of(self.values, day, enacted_through)


@dataclass(frozen=True)
class NextStep:
    """What the person can do now, when the provision or outcome it belongs to came out a certain
    way.

    *unless_failed* names conditions of the provision; once one of them is not met the step helps no
    more and the answer leaves it out. *if_failed* names conditions; the answer has the step only
    where one of them is not met. *path* names the only path of the provision to which the step
    belongs.
    """

    says: Sentence
    question: str | None
    on: str
    unless_failed: tuple[str, ...] = ()
    path: str | None = None
    if_failed: tuple[str, ...] = ()
    place: Place = field(default=Place("", 0), compare=False)


Conclusion = Computation | Value | ParameterName


@dataclass(frozen=True)
class Deadline:
    """A day by which somebody has to act: what they have to do, whose act it is, and why then.

    Of a span of days it is the last.
    """

    on: Computation
    do: Sentence
    by: Actor
    why: Sentence | None = None
    place: Place = field(default=Place("", 0), compare=False)


@dataclass(frozen=True)
class Source:
    """Where law is written on a day and how solid that is; of a conclusion, where it differs from
    its provision.
    """

    citation: Citation
    evidence: Evidence


@dataclass(frozen=True)
class Provision:
    """One rule of law: who made it when, on which days it governs, what it requires,
    what follows.
    """

    id: str
    title: str
    citation: Dated[Citation]
    evidence: Dated[Evidence]
    gist: str
    enacted: date
    in_force: Span
    answers: str
    effect: Effect
    paths: Mapping[str, tuple[Condition, ...]]
    may: May | None = None
    reading: str | None = None
    """How the text was read, and what was taken to follow; not law."""
    supersedes: tuple[str, ...] = ()
    text_missing: str | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    concludes: Mapping[str, Conclusion] = field(default_factory=dict)
    informs: Mapping[str, Conclusion] = field(default_factory=dict)
    curable_through: Computation | None = None
    """The day through which its curable facts count as unknown."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    caution: Sentence | None = None
    next_steps: tuple[NextStep, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    introduces: Mapping[str, FactDefinition] = field(default_factory=dict)
    places: Places = field(default=Places(), compare=False)
    text: str = field(default="", compare=False)

    def values_on(self, day: date, enacted_through: date | None = None) -> dict[str, Value]:
        """Its numbers as they are on a day, for the texts that name them: where none is encoded for
        that day, the first.
        """
        return {
            name: (p.dated_value_on(day, enacted_through) or p.values[0]).value
            for name, p in self.parameters.items()
        }

    @property
    def question_place(self) -> Place:
        """Where the question is named that it answers."""
        return self.places.of("answers" if "answers" in self.places.keys else self.effect)

    @property
    def looked_up(self) -> tuple[Conclusion, ...]:
        """Everything that it concludes, informs of, or counts a day by."""
        days = [deadline.on for deadline in self.deadlines]
        days += [self.curable_through] if self.curable_through is not None else []
        return (*self.concludes.values(), *self.informs.values(), *days)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of all paths, in the order written."""
        return tuple(condition for path in self.paths.values() for condition in path)

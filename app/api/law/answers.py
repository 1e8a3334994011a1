"""What answers about the law say: provisions, calendars of enrollment periods, changes."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from app.determinations.answer import AnyValue, CitationAnswer, EvidenceTag, LawAnswer, SourceAnswer
from app.law.calendars import CalendarKind
from app.law.facts import Actor
from app.law.provision import Effect
from app.law.questions import Outcome


class InForceAnswer(Struct):
    """Days in force, both included; no `to` means still in force."""

    first: date = field(name="from")
    last: date | None = field(name="to")


class ProvisionSummaryAnswer(Struct):
    """A provision: what it is, where it is written, when it is in force, what ended it."""

    id: str
    title: str
    citation: CitationAnswer
    evidence: EvidenceTag
    gist: Annotated[str, Meta(description="The provision in plain words.")]
    answers: str
    effect: Effect
    enacted: date
    in_force: Annotated[
        InForceAnswer | None,
        Meta(
            description="The days in force in the edition; null if the edition does not contain it."
        ),
    ]
    supersedes: list[str]
    superseded_by: list[str]
    href: str


class DatedCitationAnswer(Struct):
    """Where the provision is written from a day on, until the next one's day."""

    starts: date = field(name="from")
    citation: CitationAnswer


class DatedEvidenceAnswer(Struct):
    """How well the provision was read from a day on, until the next one's day."""

    starts: date = field(name="from")
    evidence: EvidenceTag


class ConditionAnswer(Struct):
    """One test of one fact, with the phrase of the gist that it encodes."""

    id: str
    words: str
    fact: str
    operator: str
    operand: AnyValue
    asks: Annotated[str, Meta(description="The question that the fact answers.")]
    requires: Annotated[
        str, Meta(description="The operator and what it compares with on `as_of`, in words.")
    ]
    required: Annotated[
        str, Meta(description="What `{required}` stands for in `met` and `not_met` on `as_of`.")
    ]
    met: str
    not_met: str


class ParameterValueAnswer(Struct):
    """The value of a parameter from its day on, until the next value's day."""

    starts: date = field(name="from")
    value: AnyValue
    note: str | UnsetType = UNSET
    evidence: EvidenceTag | UnsetType = UNSET
    citation: CitationAnswer | UnsetType = UNSET


class ParameterAnswer(Struct):
    """A number of the law with its unit, dated."""

    unit: str
    on_day: Annotated[Any, Meta(description="Its value on the day; null if none is encoded.")]
    values: list[ParameterValueAnswer]


class ProvisionStepAnswer(Struct):
    """A next step for a result of the provision."""

    says: str
    question: str | None
    on: str
    path: Annotated[
        str | None,
        Meta(description="The path of `when` to which the step belongs; null if to all."),
    ]


class FactDefinitionAnswer(Struct):
    """A fact as the law defines it."""

    fact: str
    type: str
    asks: str | UnsetType = UNSET
    describes: str | UnsetType = UNSET
    unit: str | UnsetType = UNSET
    choices: dict[str, str] | UnsetType = UNSET
    computed: str | UnsetType = UNSET


class ProvisionDeadlineAnswer(Struct):
    """A day by which somebody has to act under a provision."""

    on: Annotated[str, Meta(description="A function of facts; of a span of days its last.")]
    do: Annotated[str, Meta(description="What has to be done. Braces contain the day.")]
    by: Actor
    why: str | None


class VersionAnswer(Struct):
    """A provision on days in a row on which nothing of it changes, both days included; no `to`
    means still so.
    """

    first: date = field(name="from")
    last: date | None = field(name="to")
    citation: CitationAnswer
    evidence: EvidenceTag
    values: Annotated[dict[str, AnyValue], Meta(description="Its numbers, by parameter.")]


class ProvisionAnswer(ProvisionSummaryAnswer):
    """A provision with all details, as in the edition on the day."""

    edition: str
    as_of: date
    is_in_force: bool
    citations: Annotated[
        list[DatedCitationAnswer],
        Meta(description="Every citation with its first day; `citation` is the one on `as_of`."),
    ]
    evidence_by_day: Annotated[
        list[DatedEvidenceAnswer],
        Meta(description="Every grade with its first day; `evidence` is the one on `as_of`."),
    ]
    versions: Annotated[
        list[VersionAnswer],
        Meta(description="What it was from day to day in the edition, in order of days."),
    ]
    bears_on: Annotated[
        list[str],
        Meta(description="The questions whose answers it can change: `answers` and those above."),
    ]
    calendars: Annotated[list[str], Meta(description="The calendars that its conditions use.")]
    reading: Annotated[
        str | None,
        Meta(description="How the text was read, and what was taken to follow; not law."),
    ]
    unread: str | None
    when: Annotated[
        dict[str, list[ConditionAnswer]],
        Meta(description="The conditions of each path; one path is enough."),
    ]
    parameters: dict[str, ParameterAnswer]
    concludes: dict[str, AnyValue]
    concludes_from: dict[str, SourceAnswer]
    informs: dict[str, AnyValue]
    caution: str | None
    next_steps: list[ProvisionStepAnswer]
    deadlines: list[ProvisionDeadlineAnswer]
    introduces: list[FactDefinitionAnswer]
    text: Annotated[str, Meta(description="The text of the file.")]
    law: LawAnswer


class CalendarSummaryAnswer(Struct):
    """A calendar of enrollment periods."""

    id: str
    title: str
    citation: CitationAnswer
    evidence: EvidenceTag
    enacted: date
    in_force: InForceAnswer | None
    kind: CalendarKind
    series: str
    supersedes: list[str]
    superseded_by: list[str]
    href: str


class PeriodAnswer(Struct, kw_only=True):
    """One enrollment period: its days, and by whose authority."""

    first: date
    last: Annotated[date, Meta(description="The last day, included.")]
    kind: CalendarKind
    authority: str
    url: str | UnsetType = UNSET
    evidence: EvidenceTag
    calendar: str
    title: str
    limited_to: str | UnsetType = UNSET
    note: str | UnsetType = UNSET


class CalendarAnswer(CalendarSummaryAnswer):
    """A calendar with its periods and the text of its file. Yearly periods are those of the day's
    year and the next.
    """

    edition: str
    as_of: date
    is_in_force: bool
    limited_to: str | None
    every_year: bool
    periods: list[PeriodAnswer]
    text: str
    law: LawAnswer


class ProvisionsAnswer(Struct):
    """The provisions of an edition and the calendars that they use."""

    edition: str
    as_of: date | None
    provisions: list[ProvisionSummaryAnswer]
    calendars: list[CalendarSummaryAnswer]
    law: LawAnswer


class LawChangeAnswer(Struct):
    """A provision that started, ended or was superseded, or a value that changed."""

    on: date
    what: Literal["came into force", "ended", "superseded", "new value"]
    id: str
    title: str
    kind: Literal["provision", "calendar"]
    citation: CitationAnswer
    evidence: EvidenceTag
    enacted: date
    href: str
    answers: str | UnsetType = UNSET
    effect: Effect | UnsetType = UNSET
    superseded_by: str | UnsetType = UNSET
    parameter: (
        Annotated[str, Meta(description="The parameter whose value changed.")] | UnsetType
    ) = UNSET
    unit: str | UnsetType = UNSET
    value: Annotated[Any, Meta(description="The new value.")] | UnsetType = UNSET
    value_before: (
        Annotated[Any, Meta(description="The value until then; null if none is encoded.")]
        | UnsetType
    ) = UNSET


class ChangesAnswer(Struct):
    """How the law changed between two days, both included."""

    edition: str
    first: date = field(name="from")
    last: date = field(name="to")
    changes: list[LawChangeAnswer]
    law: LawAnswer


class OpenEnrollmentAnswer(Struct, kw_only=True):
    """The enrollment periods of a calendar year, or those of a day with the next one."""

    edition: str
    year: int | UnsetType = UNSET
    not_encoded: (
        Annotated[
            list[list[date]],
            Meta(
                description="Spans of days without encoded law. For these days the service gives "
                "no answer."
            ),
        ]
        | UnsetType
    ) = UNSET
    on: date | UnsetType = UNSET
    is_open: (
        Annotated[
            bool | None,
            Meta(
                description=(
                    "Null if enrollment is open for some people only, or if the text is missing."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    status: Literal["open", "continuous", "limited", "unread", "closed"] | UnsetType = UNSET
    next: (
        Annotated[
            PeriodAnswer | None,
            Meta(description="The next open period; null if none is encoded."),
        ]
        | UnsetType
    ) = UNSET
    periods: list[PeriodAnswer]
    cautions: Annotated[
        list[str],
        Meta(description=("Differences from other editions, and editions that have no answer.")),
    ]
    law: LawAnswer


class ConclusionAnswer(Struct):
    """A value that determinations of a question can have beside the outcome."""

    name: str
    type: str
    describes: str
    choices: list[str] | UnsetType = UNSET
    unit: str | UnsetType = UNSET


class QuestionSummaryAnswer(Struct):
    """A question."""

    id: str
    asks: str
    governed_by: Annotated[str | None, Meta(description="The fact whose day's law applies.")]
    adverse: Annotated[
        Outcome,
        Meta(
            description=(
                "The outcome that denies something to the person or business concerned: `eligible` "
                "where a carrier asks whether it may refuse."
            )
        ),
    ]
    encoded_from: date
    conclusions: list[ConclusionAnswer]
    outcomes: Annotated[
        dict[str, str],
        Meta(
            description=(
                "The sentence for each outcome. Braces contain names of facts and conclusions."
            )
        ),
    ]
    href: str


class QuestionsAnswer(Struct):
    """All questions."""

    questions: list[QuestionSummaryAnswer]
    law: LawAnswer


class ComputedFactAnswer(Struct):
    """A fact that follows from others."""

    fact: str
    type: str
    describes: str
    computed: str
    inputs: list[str] = field(name="from")
    unit: str | UnsetType = UNSET


class PresumedFactAnswer(Struct):
    """A fact that the law presumes if it is missing."""

    fact: str
    value: AnyValue
    because: str
    citation: CitationAnswer | UnsetType = UNSET


class QuestionAnswer(QuestionSummaryAnswer):
    """A question with its facts and an example."""

    uses: Annotated[list[str], Meta(description="The questions that it uses.")]
    provisions: list[str]
    encoded: Annotated[
        dict[str, list[list[date]]],
        Meta(description="Per edition the spans of days whose law is encoded."),
    ]
    facts: Annotated[dict[str, Any], Meta(description="A JSON Schema (2020-12) of the facts.")]
    computed: list[ComputedFactAnswer]
    presumed: list[PresumedFactAnswer]
    example: Annotated[dict[str, Any], Meta(description="A complete request, ready to send.")]
    law: LawAnswer

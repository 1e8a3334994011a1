"""The classes that are the answer: what callers get and what is stored, member by member, with the
JSON and the JSON Schema of both. A member with a default is left out where it says nothing.
"""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.json import Encoder

from app.law.facts import Actor
from app.law.provision import EVIDENCE, Effect
from app.law.questions import Outcome

Source = Literal["stated", "found", "presumed", "computed", "determined", "as_of"]
"""Where a value comes from; `as_of` where an unstated fact can only be the day asked about."""
FindingStatus = Literal["met", "not_met", "unknown"]
ReasonStatus = Literal["applies", "does_not_apply", "undetermined"]
ChangeKind = Literal["later", "act", "past", "otherwise"]
Id = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
AnyValue = Annotated[
    Any,
    Meta(
        description="A value: a flag, a whole number or text; days as YYYY-MM-DD, decimals as "
        "exact text, spans as pairs of days."
    ),
]
Values = Annotated[dict[str, AnyValue], Meta(description="Values by name.")]
EventNumber = Annotated[
    int, Meta(description="Of several events: its place in the request's `events`, from 1.", ge=1)
]
EvidenceTag = Annotated[
    str,
    Meta(
        description="How well the source was read; from `secondary` on it is unverified.",
        extra_json_schema={"enum": list(EVIDENCE)},
    ),
]


class Answer(Struct, frozen=True, omit_defaults=True, gc=False):
    """A part of an answer. Never changed once made, so that parts are shared between answers."""


class CitationAnswer(Answer, frozen=True):
    """Where the law is written."""

    instrument: str
    under: str | UnsetType = UNSET
    url: str | UnsetType = UNSET


class SourceAnswer(Answer, frozen=True):
    """Where a conclusion is written, and how well that was read."""

    citation: CitationAnswer
    evidence: EvidenceTag
    says: str | UnsetType = UNSET


class FactAnswer(Answer, frozen=True):
    """A fact that is still needed."""

    fact: str
    type: str
    asks: Annotated[str, Meta(description="The question to ask.")]
    unit: str | UnsetType = UNSET
    choices: dict[str, str] | UnsetType = UNSET
    event: EventNumber | UnsetType = UNSET


class FindingAnswer(Answer, frozen=True):
    """One condition: met, not met or unknown for this applicant."""

    condition: str
    words: Annotated[str, Meta(description="The phrase of the gist that the condition stands for.")]
    fact: str
    operator: str
    value: AnyValue
    required: Annotated[Any, Meta(description="What the condition requires.")]
    status: FindingStatus
    says: str
    source: Annotated[
        Source | None,
        Meta(
            description="Where it comes from; `found` at the waiver desk; `determined` by another "
            "question; `as_of` where it can only be the day asked about; null: unknown."
        ),
    ]
    path: Annotated[str, Meta(description="Of a provision with several paths.")] | UnsetType = UNSET
    computed_from: Values | UnsetType = UNSET
    determination: "NestedAnswer | UnsetType" = UNSET


class ReasonAnswer(Answer, frozen=True):
    """What one provision does in this case."""

    provision: str
    title: str
    effect: Effect
    status: ReasonStatus
    decisive: Annotated[
        bool,
        Meta(
            description="Whether it belongs to the smallest set of findings that alone gives the "
            "outcome."
        ),
    ]
    citation: CitationAnswer
    evidence: EvidenceTag
    findings: tuple[FindingAnswer, ...]
    leads: Annotated[
        bool, Meta(description="Of several that grant, the one whose coverage starts first.")
    ] = False
    concludes: Values | UnsetType = UNSET
    concludes_from: (
        Annotated[
            dict[str, SourceAnswer],
            Meta(description="Where a conclusion is written, if not where the provision is."),
        ]
        | UnsetType
    ) = UNSET
    says: str | UnsetType = UNSET
    unverified: (
        Annotated[str, Meta(description="Where the source was not read well: how it was read.")]
        | UnsetType
    ) = UNSET


class NestedAnswer(Answer, frozen=True):
    """A determination that another one uses, as it stands inside the other's finding."""

    question: str
    outcome: Outcome
    says: Annotated[str, Meta(description="The outcome as a sentence.")]
    reasons: tuple[ReasonAnswer, ...]
    needs: tuple[FactAnswer, ...]
    concludes: Values


class FactChangeAnswer(Answer, frozen=True, rename={"was": "from"}):
    """One fact that would have to be otherwise."""

    fact: str
    asks: str
    was: AnyValue
    to: AnyValue
    by: Annotated[
        Actor,
        Meta(
            description="Whose act it is: `applicant`, the person or body that the question is "
            "about; `carrier`; `office`, any public body; `nobody`, an act of none of these."
        ),
    ]
    or_to: (
        Annotated[tuple[AnyValue, ...], Meta(description="Further values with the same effect.")]
        | UnsetType
    ) = UNSET
    event: EventNumber | UnsetType = UNSET


class ChangeAnswer(Answer, frozen=True, rename={"changes": "if"}):
    """The smallest change of facts that reaches another outcome: all of it is needed."""

    becomes: Outcome
    kind: Annotated[
        ChangeKind,
        Meta(
            description="`later`: a later day; `act`: can still be done; `past`: would have been "
            "in time; `otherwise`: were the facts otherwise."
        ),
    ]
    past: bool
    changes: tuple[FactChangeAnswer, ...]
    says: str
    open_to_applicant: Annotated[
        bool,
        Meta(
            description="Whether the person or body that the question is about can bring it about. "
            "Every part is then their act, waiting, or what they can ask a public body or carrier "
            "for."
        ),
    ] = False


class NextStepAnswer(Answer, frozen=True):
    """What the person can do now."""

    says: str
    question: str | UnsetType = UNSET


class UntilAnswer(Answer, frozen=True):
    """How long a conclusion stays as it is."""

    last: Annotated[
        date | None,
        Meta(
            description="The last day on which asking the same gives the same; null: no end known, "
            "or it is counted from the day of the request, as `says` tells."
        ),
    ]
    says: (
        Annotated[str, Meta(description="Where it changes before the outcome does.")] | UnsetType
    ) = UNSET


class DeadlineAnswer(Answer, frozen=True):
    """A day by which somebody has to act."""

    on: date
    do: Annotated[str, Meta(description="What has to be done, as a sentence with the day.")]
    by: Annotated[Actor, Meta(description="Whose act it is.")]
    provision: str
    why: str | UnsetType = UNSET


class LeafAnswer(Answer, frozen=True):
    """One way in which what is not known can turn out, and the outcome is the same."""

    facts: Values


class ConflictAnswer(Answer, frozen=True):
    """Stated facts of which one must be wrong: none of them counted."""

    facts: Values
    says: str


class FoundAnswer(Answer, frozen=True):
    """A granted waiver of the same subject, whose facts nobody had to state."""

    request: Annotated[Id, Meta(description="The waiver request.")]
    decided_on: date
    facts: Values
    says: str


class LeadingEventAnswer(Answer, frozen=True):
    """The event whose answer is the answer."""

    number: EventNumber
    event: Annotated[Values, Meta(description="What was stated of it, such as its `kind`.")]


class OtherEventAnswer(LeadingEventAnswer, frozen=True):
    """What another event of the same request would come to, alone."""

    outcome: Outcome
    says: Annotated[str, Meta(description="The outcome as a sentence.")]
    concludes: Annotated[Values, Meta(description="Values that follow, such as days of coverage.")]
    valid_until: Annotated[
        date | None,
        Meta(description="The last day on which this outcome is sure to stand; null: no end."),
    ]


class LawAnswer(Answer, frozen=True):
    """Which text of the law decided."""

    digest: Annotated[
        str,
        Meta(description="Digest of the whole text of the law: the same text, the same digest."),
    ]
    in_force: (
        Annotated[tuple[str, ...], Meta(description="The provisions in force on the day.")]
        | UnsetType
    ) = UNSET


class VoidAnswer(Answer, frozen=True):
    """That a determination is void: it counts for nothing."""

    because: Annotated[str, Meta(description="The reason that was given.")]
    voided_at: Instant
    voided_by: Annotated[str, Meta(description="The actor who declared it void.")]


class Head(Answer, frozen=True, kw_only=True):
    """What only an issued determination has."""

    id: (
        Annotated[
            Id, Meta(description="A UUID of version 7; only where the determination was stored.")
        ]
        | UnsetType
    ) = UNSET
    decided_at: Instant | UnsetType = UNSET
    subject: Annotated[str, Meta(description="The caller's own reference.")] | UnsetType | None = (
        UNSET
    )
    replaces: (
        Annotated[Id, Meta(description="The determination whose place this one takes.")] | UnsetType
    ) = UNSET


class DeterminationAnswer(Head, frozen=True, kw_only=True):
    """Everything that a determination says."""

    question: str
    asks: str
    as_of: Annotated[date, Meta(description="The day whose law was applied.")]
    edition: str
    outcome: Outcome
    says: Annotated[str, Meta(description="The outcome as a sentence.")]
    because: Annotated[
        tuple[str, ...],
        Meta(
            description="What decided, in at most three sentences: the nearest ground, its limit, "
            "a change that the person can make."
        ),
    ]
    settled_by: (
        Annotated[
            tuple[LeafAnswer, ...],
            Meta(
                description="Where facts are missing and the outcome is the same whatever they "
                "are: each way they can turn out. The service decided all of them."
            ),
        ]
        | UnsetType
    ) = UNSET
    conflicts: (
        Annotated[
            tuple[ConflictAnswer, ...],
            Meta(
                description="Stated facts that contradict each other. They count as not stated: "
                "the outcome is the same without them, or they are asked for first."
            ),
        ]
        | UnsetType
    ) = UNSET
    leading_event: (
        Annotated[
            LeadingEventAnswer,
            Meta(description="Where several events were sent: the one whose answer this is."),
        ]
        | UnsetType
    ) = UNSET
    events: (
        Annotated[
            tuple[OtherEventAnswer, ...],
            Meta(description="Where several events were sent: what each other one comes to."),
        ]
        | UnsetType
    ) = UNSET
    reasons: Annotated[
        tuple[ReasonAnswer, ...],
        Meta(description="Every provision in force for the question, whatever it did."),
    ]
    needs: Annotated[
        tuple[FactAnswer, ...],
        Meta(description="Every fact that can change the outcome, in the order to ask them."),
    ]
    concludes: Annotated[Values, Meta(description="Values that follow, by name.")]
    would_change: Annotated[
        tuple[ChangeAnswer, ...],
        Meta(description="The smallest changes that reach another outcome."),
    ]
    valid_until: Annotated[
        date | None,
        Meta(
            description="The last day on which the same facts are sure to give the same outcome; "
            "null: no end known."
        ),
    ]
    valid_until_because: str | None
    concludes_until: Annotated[
        dict[str, UntilAnswer],
        Meta(description="Each conclusion with the last day on which it stays as it is."),
    ]
    deadlines: Annotated[
        tuple[DeadlineAnswer, ...],
        Meta(description="The days by which somebody has to act, from `as_of` on, in order."),
    ]
    next_steps: tuple[NextStepAnswer, ...]
    cautions: tuple[str, ...]
    facts: Annotated[Values, Meta(description="The facts that were stated, by whole name.")]
    found: FoundAnswer | UnsetType = UNSET
    law: LawAnswer
    replaced_by: Annotated[Id, Meta(description="What took its place since.")] | UnsetType = UNSET
    voided: VoidAnswer | UnsetType = UNSET


Detail = Literal["brief", "full"]
"""How much of a determination an answer has. The service stores, seals and replays the full one."""


def plain(value: object) -> object:
    """What JSON carries of a day whose class is not `date` itself, such as that of a stopped clock;
    NotImplementedError for anything else.
    """
    if isinstance(value, date):
        return value.isoformat()
    raise NotImplementedError(f"JSON cannot carry a {type(value).__name__}")


encode = Encoder(enc_hook=plain).encode  # an answer as JSON text

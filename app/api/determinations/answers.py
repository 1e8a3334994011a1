"""What answers about determinations say beside the determination itself."""

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from app.api.http.answered.answers import ProblemAnswer
from app.determinations.again.replay import Compared
from app.determinations.answer import (
    AnyValue,
    CitationAnswer,
    DeadlineAnswer,
    EvidenceTag,
    FactAnswer,
    Id,
    Instant,
    LawAnswer,
    ReasonAnswer,
    ReasonStatus,
    Values,
)
from app.law.questions import Outcome

DETERMINATION = Meta(
    extra_json_schema={
        "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Determination", "Brief")]
    }
)
"""The text of a determination, full or brief, which is not read again."""


class BatchLineAnswer(Struct, kw_only=True):
    """The answer to one line: its determination or its problem."""

    line: Annotated[int, Meta(description="The number of the request's line.", ge=1)]
    determination: Annotated[Raw, DETERMINATION] | UnsetType = UNSET
    record_number: (
        Annotated[str, Meta(description="The short number of the stored determination.")]
        | UnsetType
    ) = UNSET
    receipt: (
        Annotated[
            str,
            Meta(
                description="The receipt of the stored determination, in base64, as the header "
                "Eligibility-Receipt has it for a single one."
            ),
        ]
        | UnsetType
    ) = UNSET
    problem: ProblemAnswer | UnsetType = UNSET


MadeBy = Annotated[str, Meta(description="The version of the program that decided, if known.")]


class ChainLinkAnswer(Struct, kw_only=True):
    """A member of a chain.

    A damaged one has only `id` and `href`.
    """

    id: Id
    decided_at: Instant | UnsetType = UNSET
    replaces: Id | UnsetType | None = UNSET
    as_of: date | UnsetType = UNSET
    edition: str | UnsetType = UNSET
    outcome: Outcome | UnsetType = UNSET
    says: str | UnsetType = UNSET
    made_by: MadeBy | UnsetType | None = UNSET
    law: LawAnswer | UnsetType = UNSET
    voided_at: (
        Annotated[Instant, Meta(description="Since when it is void. Absent if it is not.")]
        | UnsetType
    ) = UNSET
    href: str


class ChainAnswer(Struct):
    """Determinations that replaced one another, from the first to the last."""

    chain: list[ChainLinkAnswer]
    stands: Annotated[
        Id | None, Meta(description="The last one, without a successor; null if it is void.")
    ]
    damaged: (
        Annotated[
            list[Id],
            Meta(
                description="The ids of damaged determinations, whose content the service "
                "withholds."
            ),
        ]
        | UnsetType
    ) = UNSET


class ReplayAnswer(Struct):
    """A determination whose replay gave the same result."""

    id: Id
    agrees: Literal[True]
    compared: Annotated[
        Compared,
        Meta(description="`bytes` if this version of the program decided, else `meaning`."),
    ]
    made_by: MadeBy | None
    law: LawAnswer


class ThenAnswer(Struct):
    """The result at that time."""

    decided_at: Instant
    outcome: Outcome
    says: str
    concludes: Values
    cautions: list[str]
    law: LawAnswer


class NowAnswer(Struct):
    """The result under the law as encoded today."""

    as_of: date
    edition: str
    outcome: Outcome
    says: str
    concludes: Values
    cautions: list[str]
    needs: tuple[FactAnswer, ...]
    reasons: tuple[ReasonAnswer, ...]
    law: LawAnswer


class ComparedFindingAnswer(Struct):
    """The result of one condition of a provision."""

    condition: str
    status: str
    says: str


class ProvisionWeightAnswer(Struct, kw_only=True):
    """What a provision contributes to an outcome."""

    status: ReasonStatus
    decisive: bool
    concludes: Values | UnsetType = UNSET
    leads: bool | UnsetType = UNSET
    findings: list[ComparedFindingAnswer]


class ProvisionComparedAnswer(Struct):
    """A provision that makes the difference between two determinations."""

    id: str
    title: str
    question: Annotated[
        str,
        Meta(
            description=("The question of the provision: your question, or one that it depends on.")
        ),
    ]
    told: Annotated[
        Literal["both", "then", "now"],
        Meta(description="The determinations that contain it."),
    ]
    text_changed: Annotated[
        bool | None,
        Meta(description="True if its file changed; null if the stored text is missing."),
    ]
    then: ProvisionWeightAnswer | None
    now: ProvisionWeightAnswer | None


class ChangedFilesAnswer(Struct):
    """The files in which two texts of the law differ."""

    changed: list[str]
    added: list[str]
    removed: list[str]


class ReconsiderationAnswer(Struct):
    """The stored result beside the result under the law as encoded today, as of the same day."""

    id: Id
    question: str
    as_of: date
    edition: str
    same_outcome: bool
    then: ThenAnswer
    now: NowAnswer
    provisions: Annotated[
        list[ProvisionComparedAnswer], Meta(description="The provisions that make the difference.")
    ]
    law_files: Annotated[
        ChangedFilesAnswer | None,
        Meta(
            description="The files that differ between the two texts of the law; null if the "
            "earlier text is missing."
        ),
    ]


class ComparedDeterminationAnswer(Struct):
    """One of two stored determinations, without its reasons."""

    id: Id
    decided_at: Instant
    subject: str | None
    as_of: date
    edition: str
    outcome: Outcome
    says: str
    because: list[str]
    concludes: Values
    deadlines: list[DeadlineAnswer]
    valid_until: date | None
    cautions: list[str]
    law: LawAnswer


class ComparedFactAnswer(Struct):
    """A fact that the two determinations were told otherwise.

    Where it was not stated, that side is absent.
    """

    fact: str
    then: AnyValue | UnsetType = UNSET
    now: AnyValue | UnsetType = UNSET


class ComparisonAnswer(Struct):
    """Two stored determinations of the same question beside each other.

    `then` is the one that the address names first, `now` the other.
    """

    question: str
    same_outcome: bool
    then: ComparedDeterminationAnswer
    now: ComparedDeterminationAnswer
    facts: Annotated[list[ComparedFactAnswer], Meta(description="The facts that differ.")]
    provisions: Annotated[
        list[ProvisionComparedAnswer], Meta(description="The provisions that make the difference.")
    ]
    law_files: Annotated[
        ChangedFilesAnswer | None,
        Meta(
            description="The files that differ between the two texts of the law; null if one of "
            "the texts is missing."
        ),
    ]


class GroundAnswer(Struct):
    """A provision that decides an interval."""

    provision: str
    title: str
    citation: CitationAnswer
    evidence: EvidenceTag
    leads: bool
    on_first_day: Annotated[
        dict[str, AnyValue], Meta(description="What it concludes on the interval's first day.")
    ]


class IntervalAnswer(Struct):
    """Consecutive days with one outcome on the same grounds."""

    first: date
    last: date | None
    outcome: Annotated[Outcome | None, Meta(description="Null if the law is not encoded.")]
    because: str | UnsetType = UNSET
    cautions: list[str] | UnsetType = UNSET
    grounds: list[GroundAnswer] | UnsetType = UNSET
    needs: list[str] | UnsetType = UNSET


class EligibilityCalendarAnswer(Struct):
    """The outcome for each day of a year, with its grounds."""

    question: str
    asks: str
    year: int
    edition: str
    says: str
    set_aside: Annotated[
        list[str],
        Meta(
            description=(
                "The fact that names the day, if you sent it. The service ignores its value."
            )
        ),
    ]
    eligible: list[IntervalAnswer]
    intervals: Annotated[
        list[IntervalAnswer], Meta(description=("The intervals of the whole year, in order."))
    ]
    law: LawAnswer

"""What answers about determinations say beside the determination itself."""

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from app.api.http.answers import ProblemAnswer
from app.determinations.answer import (
    AnyValue,
    CitationAnswer,
    EvidenceTag,
    FactAnswer,
    Id,
    Instant,
    LawAnswer,
    ReasonAnswer,
    ReasonStatus,
    Values,
)
from app.determinations.replay import Compared
from app.law.questions import Outcome

DETERMINATION = Meta(
    extra_json_schema={
        "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Determination", "Brief")]
    }
)
"""The text of a determination, full or brief, which is not read again."""


class BatchLineAnswer(Struct, kw_only=True):
    """The answer to one line: its determination or its problem."""

    line: Annotated[int, Meta(description="The number of the line sent.", ge=1)]
    determination: Annotated[Raw, DETERMINATION] | UnsetType = UNSET
    problem: ProblemAnswer | UnsetType = UNSET


MadeBy = Annotated[
    str, Meta(description="The version of the program that made it, where it is known.")
]


class ChainLinkAnswer(Struct, kw_only=True):
    """A member of a chain.

    Of one that is not as it was kept only `id` and `href` are told.
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
    href: str


class ChainAnswer(Struct):
    """Determinations that replaced one another, from the first to the last."""

    chain: list[ChainLinkAnswer]
    stands: Annotated[Id, Meta(description="The last one, which nothing replaced.")]
    damaged: (
        Annotated[
            list[Id],
            Meta(
                description="Those that are not as they were kept; of them nothing but the id is "
                "told."
            ),
        ]
        | UnsetType
    ) = UNSET


class ReplayAnswer(Struct):
    """A determination that came out the same again."""

    id: Id
    agrees: Literal[True]
    compared: Annotated[
        Compared,
        Meta(
            description="Byte for byte, where this version of the program made it; else in meaning."
        ),
    ]
    made_by: MadeBy | None
    law: LawAnswer


class ThenAnswer(Struct):
    """What was said then."""

    decided_at: Instant
    outcome: Outcome
    says: str
    concludes: Values
    cautions: list[str]
    law: LawAnswer


class NowAnswer(Struct):
    """What the law as encoded today says."""

    outcome: Outcome
    says: str
    concludes: Values
    cautions: list[str]
    needs: tuple[FactAnswer, ...]
    reasons: tuple[ReasonAnswer, ...]
    law: LawAnswer


class ComparedFindingAnswer(Struct):
    """What one condition of a provision came to."""

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
        str, Meta(description="The question it answers: the one asked, or one that it uses.")
    ]
    told: Annotated[
        Literal["both", "then", "now"],
        Meta(description="In which of the two determinations it stands."),
    ]
    text_changed: Annotated[
        bool | None,
        Meta(description="Whether its file is another; null where the text was not kept."),
    ]
    then: ProvisionWeightAnswer | None
    now: ProvisionWeightAnswer | None


class ChangedFilesAnswer(Struct):
    """The files in which two texts of the law differ."""

    changed: list[str]
    added: list[str]
    removed: list[str]


class ReconsiderationAnswer(Struct):
    """What was said, and what the law as encoded today says of the same case as of the same day."""

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
            description="The files in which the two texts of the law differ; null where the text "
            "of then was not kept."
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
    outcome: Annotated[Outcome | None, Meta(description="Null where the law is not encoded.")]
    because: str | UnsetType = UNSET
    cautions: list[str] | UnsetType = UNSET
    grounds: list[GroundAnswer] | UnsetType = UNSET
    needs: list[str] | UnsetType = UNSET


class EligibilityCalendarAnswer(Struct):
    """On which days of a year the outcome would be which, and on which ground."""

    question: str
    asks: str
    year: int
    edition: str
    says: str
    set_aside: Annotated[
        list[str],
        Meta(description="The fact that names the day, where it was sent; its value is not used."),
    ]
    eligible: list[IntervalAnswer]
    intervals: Annotated[list[IntervalAnswer], Meta(description="All of the year, in order.")]
    law: LawAnswer

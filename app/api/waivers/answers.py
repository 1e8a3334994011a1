"""What answers of the waiver desk say."""

from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from app.api.http.answered.answers import Damaged, NextCursor
from app.determinations.answer import Id, Instant
from app.waivers.states import State

StateName = Annotated[str, Meta(extra_json_schema={"enum": list(State)})]
Outcome = Annotated[str | None, Meta(description="How the Office decided; null while it has not.")]

FileContent = Annotated[str, Meta(extra_json_schema={"format": "binary"})]
"""A file as it is downloaded."""


class WaiverBriefAnswer(Struct, kw_only=True):
    """A waiver request as the carrier that it names sees it."""

    id: Id
    href: str
    state: StateName
    received_on: date
    changed_on: Annotated[date, Meta(description="The day of the last step.")]
    outcome: Outcome


class WaiverListedAnswer(WaiverBriefAnswer, kw_only=True):
    """A waiver request in the queue. For the carrier that it names most members are absent."""

    version: int | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    organization: str | UnsetType | None = UNSET
    carrier: (
        Annotated[str | None, Meta(description="The carrier's organization, if it has one.")]
        | UnsetType
    ) = UNSET
    entered_by: str | UnsetType = UNSET
    claimed_by: str | UnsetType | None = UNSET
    complete_on: date | UnsetType | None = UNSET
    decide_by: (
        Annotated[
            date | None,
            Meta(description="The day by which the Office decides; null while unknown."),
        ]
        | UnsetType
    ) = UNSET
    remind_on: date | UnsetType | None = UNSET
    overdue: Annotated[bool, Meta(description="The day to decide by has passed.")] | UnsetType = (
        UNSET
    )
    look_again: (
        Annotated[bool, Meta(description="Papers are missing, and `remind_on` has come.")]
        | UnsetType
    ) = UNSET


class WaiverQueueAnswer(Struct):
    """A page of waiver requests, the one due first at the head."""

    requests: list[WaiverListedAnswer]
    damaged: Damaged | UnsetType = UNSET
    next_cursor: NextCursor | UnsetType = UNSET


class WaiverDenialAnswer(Struct):
    """The denial: a determination of this service, or a notice."""

    determination: str | None
    received_on: Annotated[date | None, Meta(description="When the applicant received it.")]
    said_on: Annotated[date | None, Meta(description="The day that the notice bears.")]


class WaiverPaperAnswer(Struct):
    """A paper. With a file it has an address."""

    kind: str
    received_on: date
    name: (
        Annotated[str | None, Meta(description="Its name. Null where it was forgotten.")]
        | UnsetType
    ) = UNSET
    media_type: str | UnsetType = UNSET
    digest: Annotated[str, Meta(description="The SHA-256 of the file.")] | UnsetType = UNSET
    href: str | UnsetType = UNSET


class WaiverStepAnswer(Struct):
    """A step: who took it, and when."""

    number: int
    step: str
    state: StateName
    at: Instant
    actor: str
    organization: str | None
    details: Annotated[dict[str, Any], Meta(description="Codes and days of the step.")]
    texts: Annotated[
        dict[str, str | None],
        Meta(description="What people wrote. Null where it was forgotten."),
    ]
    papers: Annotated[list[WaiverPaperAnswer], Meta(description="The papers that came with it.")]
    withheld: Annotated[
        list[str], Meta(description="The names of texts that the Office alone reads.")
    ]


class WaiverClockAnswer(Struct):
    """A clock of the request. Its days come from determinations."""

    clock: str
    starts_on: Annotated[date | None, Meta(description="Null while it is not known.")]
    last_day: date | None
    says: str
    provision: Annotated[str | None, Meta(description="The provision that says so.")]
    title: Annotated[str | None, Meta(description="The title of the provision.")]
    moves: Annotated[
        bool | None,
        Meta(
            description="Whether a last day that is a Sunday or a legal holiday moves to the next "
            "business day. Null: not known."
        ),
    ]


class WaiverRequestAnswer(WaiverListedAnswer, kw_only=True):
    """A waiver request with its steps."""

    denial: WaiverDenialAnswer
    received_by: str
    entered_for: str
    reason: str
    sworn_on: date | None
    facts: dict[str, Any]
    conflicts: Annotated[
        list[str], Meta(description="What it states that cannot be right together, as sentences.")
    ]
    missing: Annotated[list[str], Meta(description="The kinds of papers that are missing.")]
    papers: list[WaiverPaperAnswer]
    clocks: list[WaiverClockAnswer]
    steps: list[WaiverStepAnswer]
    possible: Annotated[list[str], Meta(description="The steps that you may take now.")]
    recused: Annotated[bool, Meta(description="You recused yourself: you may take no step.")]
    others: Annotated[
        list[str], Meta(description="Other requests for the same denial that you may see.")
    ]


class WaiverTakenAnswer(Struct, kw_only=True):
    """A waiver request after a step. It holds nothing that anybody wrote."""

    id: Id
    href: str
    state: StateName
    version: int
    decide_by: date | None
    others: Annotated[
        list[str], Meta(description="Other requests for the same denial that you may see.")
    ]


class RequestHandedOverAnswer(Struct):
    """What became of one request that was to be handed over."""

    id: Id
    done: bool
    problem: Annotated[str, Meta(description="The type of the problem.")] | UnsetType = UNSET


class HandOverDoneAnswer(Struct):
    """What became of each request, in their order."""

    requests: list[RequestHandedOverAnswer]

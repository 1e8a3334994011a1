"""What answers have in common; problems, and what is said of the service itself.

An answer is a class: views build and encode it, and the OpenAPI document describes it from the same
members.
"""

from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from app.determinations.answer import Id, Instant
from app.instants import instant_text

T = TypeVar("T")
NextCursor = Annotated[
    str,
    Meta(description="Send it with the same search to get the next page. Absent on the last page."),
]
Damaged = Annotated[
    list[str],
    Meta(description="The ids of damaged records on this page. Absent if there are none."),
]


class DatabaseCheckAnswer(Struct):
    """Whether the database can be reached and is migrated."""

    reachable: bool
    revision: str | None
    needed: str | None
    current: bool


class LawCheckAnswer(Struct):
    """The loaded law."""

    digest: str
    provisions: int
    edition: str


class EngineCheckAnswer(Struct):
    """Counts of the engine since the process started."""

    decisions: int
    faults: int
    rulesets: int


class ChecksAnswer(Struct):
    """What the service needs to be ready."""

    database: DatabaseCheckAnswer
    law: LawCheckAnswer
    engine: EngineCheckAnswer


class HealthAnswer(Struct):
    """The process is alive."""

    status: Literal["alive"]


class ReadinessAnswer(Struct):
    """The service accepts requests."""

    status: Literal["ready"]
    checks: ChecksAnswer


class ErrorAnswer(Struct, kw_only=True):
    """One error in a request."""

    location: Annotated[str, Meta(extra_json_schema={"enum": ["json", "query", "path"]})]
    pointer: (
        Annotated[str, Meta(description="The place in the body, as a JSON pointer.")] | UnsetType
    ) = UNSET
    name: Annotated[str, Meta(description="The query parameter.")] | UnsetType = UNSET
    fact: Annotated[str, Meta(description="The full name of the fact.")] | UnsetType = UNSET
    detail: Annotated[str, Meta(description="What to send instead.")]


class RefusedFactAnswer(Struct):
    """A fact that the law as encoded today rejects."""

    fact: str
    detail: str


class ProblemAnswer(Struct, kw_only=True):
    """RFC 9457 problem details."""

    type: Annotated[
        str,
        Meta(
            description="The type of the problem. Its address has a page that explains it.",
            extra_json_schema={"format": "uri-reference"},
        ),
    ]
    title: str
    status: int
    detail: Annotated[str, Meta(description="What to do.")]
    question: str | UnsetType = UNSET
    as_of: date | UnsetType = UNSET
    edition: str | UnsetType = UNSET
    encoded: (
        Annotated[list[list[date]], Meta(description="The spans of days whose law is encoded.")]
        | UnsetType
    ) = UNSET
    governed_by: (
        Annotated[str, Meta(description="The fact whose day's law applies.")] | UnsetType
    ) = UNSET
    known: Annotated[tuple[str, ...], Meta(description="The names that exist.")] | UnsetType = UNSET
    because: (
        Annotated[str, Meta(description="The type of problem that a new request would get.")]
        | UnsetType
    ) = UNSET
    refused: list[RefusedFactAnswer] | UnsetType = UNSET
    differs_at: (
        Annotated[str, Meta(description="The first member that differs, as a JSON pointer.")]
        | UnsetType
    ) = UNSET
    law: Annotated[str, Meta(description="The digest of the law.")] | UnsetType = UNSET
    kind: Annotated[str, Meta(description="The kind of the damaged record.")] | UnsetType = UNSET
    id: Annotated[str, Meta(description="The id of the damaged record.")] | UnsetType = UNSET
    permission: (
        Annotated[str | None, Meta(description="The permission that the request needs.")]
        | UnsetType
    ) = UNSET
    possible: (
        Annotated[list[str], Meta(description="The steps that lead from the present state.")]
        | UnsetType
    ) = UNSET
    step: Annotated[str, Meta(description="The step that somebody took first.")] | UnsetType = UNSET
    by: Annotated[str, Meta(description="The actor who took it.")] | UnsetType = UNSET
    at: Annotated[Instant, Meta(description="When that was.")] | UnsetType = UNSET
    references: (
        Annotated[
            list[str], Meta(description="The subject references of the same person, if visible.")
        ]
        | UnsetType
    ) = UNSET
    voided_by: Annotated[str, Meta(description="The actor who declared it void.")] | UnsetType = (
        UNSET
    )
    voided_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})] | UnsetType = UNSET
    replaced_by: (
        Annotated[Id, Meta(description="The determination that took its place.")] | UnsetType
    ) = UNSET
    checks: ChecksAnswer | UnsetType = UNSET
    errors: list[ErrorAnswer] | UnsetType = UNSET
    further_errors: (
        Annotated[int, Meta(description="The number of further errors.")] | UnsetType
    ) = UNSET
    instance: Annotated[str, Meta(extra_json_schema={"format": "uri-reference"})] | UnsetType = (
        UNSET
    )
    request_id: Id | UnsetType = UNSET


def instant_or_none(instant: datetime | None) -> str | None:
    """An instant as text, or none."""
    return None if instant is None else instant_text(instant)


def unset_if_none(value: T | None) -> T | UnsetType:
    """What a member that may be left out holds: the value, or nothing at all."""
    return UNSET if value is None else value

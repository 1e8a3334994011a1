"""What every answer is made of.

An answer is a class: views build and encode it, and the OpenAPI document describes it from the same
members.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.instants import instant_text
from app.law.provision import EVIDENCE

T = TypeVar("T")
Id = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
NextCursor = Annotated[
    str,
    Meta(description="Send it with the same search for the next page; left out on the last one."),
]
Damaged = Annotated[
    list[str],
    Meta(
        description="The ids of those of this page that cannot be read any more; left out where "
        "there are none."
    ),
]


EvidenceTag = Annotated[
    str,
    Meta(
        description="How well the source was read; from `secondary` on it is unverified.",
        extra_json_schema={"enum": list(EVIDENCE)},
    ),
]
Value = Annotated[
    Any,
    Meta(
        description="A value: a flag, a whole number or text; days as YYYY-MM-DD, decimals as "
        "exact text, spans as pairs of days."
    ),
]


class Answer(msgspec.Struct):
    """A JSON object that the API returns, with its members in this order.

    The OpenAPI document leaves the word Answer out of the names of the classes.
    """


class CitationAnswer(Answer):
    """Where the law is written."""

    instrument: str
    under: str | UnsetType = UNSET
    url: str | UnsetType = UNSET


class LawAnswer(Answer):
    """The law that was applied."""

    digest: Annotated[
        str,
        Meta(description="Digest of the whole text of the law: the same text, the same digest."),
    ]


class DatabaseCheckAnswer(Answer):
    """Whether the database can be reached and is migrated."""

    reachable: bool
    revision: str | None
    needed: str | None
    current: bool


class LawCheckAnswer(Answer):
    """The law that is loaded."""

    digest: str
    provisions: int
    edition: str


class EngineCheckAnswer(Answer):
    """What the engine did since the process started."""

    decisions: int
    faults: int
    rulesets: int


class ChecksAnswer(Answer):
    """What the service needs to be ready."""

    database: DatabaseCheckAnswer
    law: LawCheckAnswer
    engine: EngineCheckAnswer


class HealthAnswer(Answer):
    """The process is alive."""

    status: Literal["alive"]


class ReadinessAnswer(Answer):
    """The service accepts requests."""

    status: Literal["ready"]
    checks: ChecksAnswer


class ErrorAnswer(Answer, kw_only=True):
    """One thing wrong with a request."""

    location: Annotated[str, Meta(extra_json_schema={"enum": ["json", "query", "path"]})]
    pointer: (
        Annotated[str, Meta(description="Where in the body, as a JSON pointer.")] | UnsetType
    ) = UNSET
    name: Annotated[str, Meta(description="Which query parameter.")] | UnsetType = UNSET
    fact: Annotated[str, Meta(description="The fact's whole name.")] | UnsetType = UNSET
    detail: Annotated[str, Meta(description="What to send instead.")]


class RefusedFactAnswer(Answer):
    """A fact that the law as encoded today does not take."""

    fact: str
    detail: str


class ProblemAnswer(Answer, kw_only=True):
    """RFC 9457 problem details."""

    type: Annotated[
        str,
        Meta(
            description="Which problem; a page stands at this address.",
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
    known: Annotated[tuple[str, ...], Meta(description="The names that there are.")] | UnsetType = (
        UNSET
    )
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
        Annotated[str | None, Meta(description="The permission that is needed.")] | UnsetType
    ) = UNSET
    checks: ChecksAnswer | UnsetType = UNSET
    errors: list[ErrorAnswer] | UnsetType = UNSET
    further_errors: (
        Annotated[int, Meta(description="How many more errors there are.")] | UnsetType
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


def plain(value: object) -> object:
    """What JSON carries of a day whose class is not `date` itself, such as that of a stopped clock.

    Raises:
        NotImplementedError: JSON cannot carry the value.
    """
    if isinstance(value, date):
        return value.isoformat()
    raise NotImplementedError(f"JSON cannot carry a {type(value).__name__}")


_encoder = msgspec.json.Encoder(enc_hook=plain)


def encode(answer: object) -> bytes:
    """An answer as JSON text."""
    return _encoder.encode(answer)

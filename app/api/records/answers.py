"""What answers about records say: holds, found determinations, audit entries, events."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.api.http.answered.answers import Damaged, NextCursor, instant_or_none
from app.determinations.answer import Id, Instant
from app.instants import instant_text
from app.law.questions import Outcome
from app.records.holds import HOLDABLE, Hold
from app.records.numbers.numbers import in_groups

EventType = Literal[
    "determination.made",
    "waiver.granted",
    "waiver.denied",
    "waiver.returned",
    "waiver.not_needed",
    "waiver.withdrawn",
    "waiver.carrier_told",
    "determination.voided",
    "law.changed",
    "determination.damaged",
    "waiver.damaged",
    "law.damaged",
    "record.damaged",
]


class HoldAnswer(Struct):
    """A legal hold."""

    id: Id
    kind: Annotated[str, Meta(extra_json_schema={"enum": list(HOLDABLE)})]
    object_id: Annotated[str, Meta(description="The determination's id, or the subject reference.")]
    because: str
    placed_by: str
    placed_at: Instant
    organization: Annotated[str | None, Meta(description="The actor who placed it.")]
    lifted_by: str | None
    lifted_at: Instant | None
    version: int


class HoldsAnswer(Struct):
    """Legal holds, the newest first."""

    holds: list[HoldAnswer]


class FoundDeterminationAnswer(Struct):
    """A determination that matches the search, without its reasons."""

    id: Id
    decided_at: Instant
    question: str
    as_of: date
    edition: str
    outcome: Outcome
    subject: str | None
    author: Annotated[str, Meta(description="The actor who requested it.")]
    organization: str | None
    law_digest: str
    replaces: Annotated[str | None, Meta(description="The determination that this one replaced.")]
    made_by: Annotated[
        str | None, Meta(description="The version of the program that decided, if known.")
    ]
    replaced_by: Annotated[
        str | None, Meta(description="The determination that replaced this one.")
    ]
    voided_at: Annotated[
        Instant | None, Meta(description="Since when it is void; null if it is not.")
    ]
    others_standing: Annotated[
        int | None,
        Meta(
            description="How many other determinations that you may see stand for the same "
            "subject, question and day; null if this one does not stand."
        ),
    ]
    number: Annotated[str | None, Meta(description="Its short number.")]
    href: str


class FoundDeterminationsAnswer(Struct):
    """A page of determinations, the newest first."""

    determinations: list[FoundDeterminationAnswer]
    damaged: Damaged | UnsetType = UNSET
    next_cursor: NextCursor | UnsetType = UNSET


class AuditEntryAnswer(Struct):
    """Who did what to which object, when and from where."""

    id: Id
    at: Instant
    actor: str
    action: str
    kind: str
    object_id: str | None
    outcome: str
    address: str | None
    request_id: str | None
    granted: Annotated[
        str | None,
        Meta(
            description="The role and the organization that an account, a key or a client was "
            "given, such as supervisor@office-12."
        ),
    ]


class AuditEntriesAnswer(Struct):
    """A page of the audit trail, the newest first."""

    entries: list[AuditEntryAnswer]
    damaged: Damaged | UnsetType = UNSET
    next_cursor: NextCursor | UnsetType = UNSET


class CloudEventAnswer(Struct, kw_only=True):
    """An event in the CloudEvents format, version 1.0."""

    specversion: Literal["1.0"]
    id: Annotated[str, Meta(description="The place in the order of events.")]
    source: str
    datacontenttype: str
    time: Annotated[Instant, Meta(description="Absent for damaged records.")] | UnsetType = UNSET
    type: EventType
    subject: Annotated[
        str,
        Meta(
            description="The id of the determination or the waiver request, or the digest of the "
            "law."
        ),
    ]
    data: Annotated[
        dict[str, Any],
        Meta(description="The details. For a damaged record only its id, for a law its digest."),
    ]


def hold_answer(hold: Hold) -> HoldAnswer:
    """A hold as it is now."""
    instants = {
        "placed_at": instant_text(hold.placed_at),
        "lifted_at": instant_or_none(hold.lifted_at),
    }
    return HoldAnswer(**asdict(hold) | instants)


def found_determination_answer(
    found: Mapping[str, Any], number: str | None
) -> FoundDeterminationAnswer:
    """A determination as a search finds it, with its short number."""
    members = {
        **found,
        "decided_at": instant_text(found["decided_at"]),
        "voided_at": instant_or_none(found["voided_at"]),
        "number": None if number is None else in_groups(number),
    }
    return FoundDeterminationAnswer(**members, href=f"/v1/determinations/{found['id']}")


def audit_entry_answer(entry: Mapping[str, Any]) -> AuditEntryAnswer:
    """An entry of the audit trail, without the digest of what a row became."""
    told = {name: value for name, value in entry.items() if name != "state_after"}
    return AuditEntryAnswer(**{**told, "at": instant_text(entry["at"])})

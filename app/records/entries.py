"""What is kept, as values: determinations, the text of the law, audit entries, answers to
idempotent requests.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from app.records.digests import record_digest
from app.records.identity import new_id

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeterminationRecord:
    """One determination as kept.

    *id* is a UUID of version 7 as text, *document* the JSON text that callers get, *request* the
    body that asked for it, *author* the actor who asked, *replaces* the determination whose place
    this one takes, *decisive* the provisions it rests on.
    """

    id: str
    decided_at: datetime
    question: str
    as_of: date
    edition: str
    outcome: str
    subject: str | None
    law_digest: str
    request: str
    document: str
    author: str
    organization: str | None = None
    replaces: str | None = None
    decisive: tuple[str, ...] = ()

    def row(self) -> Row:
        """The columns, the digest over all others included; *decisive* is kept beside, read off the
        document.
        """
        columns = {name: getattr(self, name) for name in DETERMINATION_COLUMNS}
        return {**columns, "record_digest": record_digest("determination", columns)}


DETERMINATION_COLUMNS = tuple(DeterminationRecord.__dataclass_fields__)[:-1]


@dataclass(frozen=True, slots=True)
class LawText:
    """The whole text of the law under one digest: file names and texts."""

    digest: str
    texts: Mapping[str, str]

    def row(self, kept_at: datetime) -> Row:
        """The columns, with the digest over all others."""
        texts = orjson.dumps(dict(self.texts), option=orjson.OPT_SORT_KEYS).decode()
        columns: Row = {"digest": self.digest, "kept_at": kept_at, "texts": texts}
        return {**columns, "record_digest": record_digest("law", columns)}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the audit trail is told: who did what to which object, how it ended, from where and in
    which request.
    """

    actor: str
    action: str
    kind: str
    object_id: str | None
    outcome: str
    address: str | None = None
    request_id: str | None = None

    def entered(self, at: datetime) -> "AuditEntry":
        """The entry as it is kept, of this instant."""
        told = (
            self.actor,
            self.action,
            self.kind,
            self.object_id,
            self.outcome,
            self.address,
            self.request_id,
        )
        return AuditEntry(new_id(at), at, *told)


Note = Callable[[Connection, Entry], None]
"""Writes an entry on the connection, and so in the transaction, of the change that it tells of."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which object, when and from where.

    *id* is a UUID of version 7; no member holds anybody's facts.
    """

    id: str
    at: datetime
    actor: str
    action: str
    kind: str
    object_id: str | None
    outcome: str
    address: str | None = None
    request_id: str | None = None

    def row(self) -> Row:
        """The columns, with the digest over all others."""
        columns = asdict(self)
        return {**columns, "record_digest": record_digest("audit", columns)}


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """What a creating request was answered with.

    *key* and *payload* are digests; a determination's body is not kept twice.
    """

    actor: str
    route: str
    key: str
    payload: str
    kept_at: datetime
    status: int
    location: str | None = None
    etag: str | None = None
    determination: str | None = None
    body: str | None = None

    def row(self) -> Row:
        """The columns, with the digest over all others."""
        columns = asdict(self)
        return {**columns, "record_digest": record_digest("idempotency", columns)}


@dataclass(frozen=True, slots=True)
class Kept:
    """A determination with what is kept in the same transaction."""

    determination: DeterminationRecord
    audit: AuditEntry
    idempotency: IdempotencyRecord | None = None

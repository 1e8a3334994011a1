"""Values to store: determinations, texts of the law, audit entries, responses to idempotent
requests.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

from app.records.digests import record_digest

Row = dict[str, Any]


def _digested(kind: str, record: Any, names: Iterable[str]) -> Row:
    """Members of a record as columns, with the digest over all of them."""
    columns = {name: getattr(record, name) for name in names}
    return {**columns, "record_digest": record_digest(kind, columns)}


@dataclass(frozen=True, slots=True)
class DeterminationRecord:
    """One determination as kept.

    *id* is a UUID of version 7 as text, *document* the JSON text that callers get, *request* the
    body that asked for it, *author* the actor who asked, *replaces* the determination whose place
    this one takes, *made_by* the version of the program that made it (None: a version before that
    was stored), *decisive* the provisions it rests on.
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
    made_by: str | None = None
    decisive: tuple[str, ...] = ()
    _digests: list[str] = field(default_factory=list, init=False, repr=False, compare=False)
    """The digest, once it was computed: storing needs it, and then the receipt."""

    @property
    def digest(self) -> str:
        """The digest over all columns."""
        if not self._digests:
            columns = {name: getattr(self, name) for name in DETERMINATION_COLUMNS}
            self._digests.append(record_digest("determination", columns))
        return self._digests[0]

    def row(self) -> Row:
        """The columns, the digest over all others included; *decisive* is kept beside, read off the
        document.
        """
        columns = {name: getattr(self, name) for name in DETERMINATION_COLUMNS}
        return {**columns, "record_digest": self.digest}


DETERMINATION_COLUMNS = tuple(DeterminationRecord.__dataclass_fields__)[:-2]


@dataclass(frozen=True, slots=True)
class LawText:
    """The whole text of the law under one digest: file names and texts."""

    digest: str
    texts: Mapping[str, str]

    def row(self, kept_at: datetime) -> Row:
        """The columns, with the digest over all others."""
        columns: Row = {
            "digest": self.digest,
            "kept_at": kept_at,
            "texts": orjson.dumps(dict(self.texts), option=orjson.OPT_SORT_KEYS).decode(),
        }
        return {**columns, "record_digest": record_digest("law", columns)}


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which object, how it ended, when, from where and in which request.

    *id* is a UUID of version 7, *state_after* what a row that may change is from then on, as
    `app.records.stating` says it, *granted* the role and the organization that an account or a
    credential acts in from then on, such as `supervisor@office-12`; no member holds anybody's
    facts.
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
    state_after: str | None = None
    granted: str | None = None

    def row(self) -> Row:
        """The columns, with the digest over all others."""
        return _digested("audit", self, self.__slots__)


@dataclass(frozen=True, slots=True)
class Void:
    """That a determination is void: why, since when, and who said so."""

    id: str
    determination: str
    because: str
    voided_at: datetime
    voided_by: str

    def row(self) -> Row:
        """The columns, with the digest over all others."""
        return _digested("void", self, self.__slots__)


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """The response to a request that created something. *key* and *payload* are digests. The body
    of a determination is not stored twice.
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
        return _digested("idempotency", self, self.__slots__)


@dataclass(frozen=True, slots=True)
class Seal:
    """A closed batch: the records from sequence *first* on, *count* of them."""

    number: int
    first: int
    count: int
    sealed_at: datetime
    root: str
    previous: str
    chain: str


ResponseFor = Callable[[str], IdempotencyRecord | None]
"""From the id of what a request creates to the response that is stored with it."""


def no_response(id: str) -> None:
    """No stored response, for a request without an idempotency key."""


@dataclass(frozen=True, slots=True)
class NewDetermination:
    """A determination with what is stored in the same transaction: its audit entry, and the
    response to the request that asked for it.
    """

    record: DeterminationRecord
    audit: AuditEntry
    response: IdempotencyRecord | None = None


class Stored(NamedTuple):
    """The response to a request with an idempotency key: its body, and the determination that it
    stored, where it stored one.
    """

    response: IdempotencyRecord
    body: str
    record: DeterminationRecord | None = None

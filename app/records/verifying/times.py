"""Time as evidence: a record was made between the seal before and the seal that closes it.

So a record of years ago that somebody inserts today is named, like seals whose time runs
backwards.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, func, select

from app.records.damaged import UNREADABLE, readable
from app.records.identity import is_id
from app.records.tables import audit_entries, laws, sealed_records, seals

SKEW = timedelta(hours=1)
"""How far an instant may lie outside: clocks differ, and a long transaction is stored late."""
PLAYED = "demonstration.played"
"""The audit entry by which a demonstration says that records up to it carry invented times."""
MADE_AT = {
    "law": "kept_at",
    "determination": "decided_at",
    "audit": "at",
    "note": "at",
    "waiver": "at",
    "disposal": "disposed_at",
    "void": "voided_at",
    "mark": "marked_at",
}
"""The column of each kind of sealed record that says when it was made."""
EARLY = "says it was made before the seal before it: it was inserted later"
LATE = "says it was made after the seal that closes it"
AHEAD = "says it was made in the future"
EARLY_ID = "has an id from before the seal before it: it was inserted later"
LATE_ID = "has an id from after the seal that closes it"


class Span(NamedTuple):
    """Between which instants a record was made; None where nothing says so."""

    after: datetime | None
    until: datetime | None
    is_sealed: bool = True


def spans(connection: Connection, numbers: Iterable[int]) -> dict[int, Span]:
    """Between which instants the records of each of these seals were made: from the seal before
    to its own.
    """
    wanted = set(numbers)
    whole = {number for number in wanted if isinstance(number, int)}  # others are damaged
    asked = sorted(whole | {number - 1 for number in whole})
    chosen = select(seals.c.number, seals.c.sealed_at).where(seals.c.number.in_(asked))
    try:
        at = {row.number: row.sealed_at for row in connection.execute(chosen)}
    except UNREADABLE:
        at = {
            number: instant_in(
                connection, select(seals.c.sealed_at).where(seals.c.number == number)
            )
            for number in asked
        }
    known = {number: Span(at.get(number - 1), at.get(number)) for number in whole}
    return {**dict.fromkeys(wanted, Span(None, None)), **known}


def instant_in(connection: Connection, chosen: Select[Any]) -> datetime | None:
    """An instant that may be damaged: its row is named where rows of its table are verified."""
    try:
        return connection.execute(chosen).scalar_one_or_none()
    except UNREADABLE:
        return None


def waiting_span(connection: Connection, now: datetime | None) -> Span:
    """Between which instants a record was made that no seal closes yet."""
    last = select(seals.c.sealed_at).order_by(seals.c.number.desc()).limit(1)
    return Span(instant_in(connection, last), now, is_sealed=False)


def untimely(kind: str, id: str, row: Mapping[str, Any], span: Span) -> str | None:
    """What is wrong with the instant of a record or of its id; None where nothing is."""
    late, late_id = (LATE, LATE_ID) if span.is_sealed else (AHEAD, AHEAD)
    stated = row[MADE_AT[kind]]
    given = _instant_of(id) if kind != "law" else None
    for instant, early, after in ((stated, EARLY, late), (given, EARLY_ID, late_id)):
        if instant is None:
            continue
        if span.after is not None and instant < span.after - SKEW:
            return early
        if span.until is not None and instant > span.until + SKEW:
            return after
    return None


def _instant_of(id: str) -> datetime | None:
    """When an id was made, as far as it says so."""
    if not is_id(id) or UUID(id).version != 7:
        return None
    milliseconds = UUID(id).int >> 80
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC) - SKEW


class LawTimes:
    """When each text of the law was stored, asked once for each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[str, datetime | None] = {}

    def too_early(self, row: Mapping[str, Any]) -> str | None:
        """What is wrong where a determination is older than the text of its law."""
        kept = self._of(row["law_digest"])
        if kept is not None and row["decided_at"] < kept - SKEW:
            return "was decided before the text of its law was stored"
        return None

    def _of(self, digest: str) -> datetime | None:
        if not readable(digest):
            return None
        if digest not in self._kept:
            chosen = select(laws.c.kept_at).where(laws.c.digest == digest)
            self._kept[digest] = instant_in(self._connection, chosen)
        return self._kept[digest]


def played_through(connection: Connection) -> int:
    """The last seal up to which a demonstration says that its records carry invented times; 0
    where none says so.
    """
    entry = select(audit_entries.c.id).where(audit_entries.c.action == PLAYED)
    ids = list(connection.execute(entry).scalars())
    if not ids:
        return 0
    chosen = select(func.max(sealed_records.c.seal), func.count()).where(
        sealed_records.c.kind == "audit", sealed_records.c.object_id.in_(ids)
    )
    last, count = connection.execute(chosen).one()
    waits = count < len(ids)
    return 2**62 if waits else int(last)

"""Finding kept determinations, and entries of the audit trail, page by page: the newest first, none
skipped, none twice.

A page goes on from an id and not from a count. Ids sort by the time they were made at, so whatever
is kept meanwhile stands before the page that somebody is on and moves nothing. What cannot be read
any more stands in its place with nothing but its id.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, exists, select

from app.records.damaged import page
from app.records.entries import AuditEntry
from app.records.store import Store, within
from app.records.tables import audit_entries, decisive_provisions, determinations
from app.records.visibility import Reach


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which determinations to find: all that is given must hold.

    *provision* is one that they rest on.
    """

    subject: str | None = None
    question: str | None = None
    outcome: str | None = None
    provision: str | None = None
    author: str | None = None
    decided_from: datetime | None = None
    decided_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundDetermination:
    """A determination without its document, and the one that took its place."""

    id: str
    decided_at: datetime
    question: str
    as_of: date
    edition: str
    outcome: str
    subject: str | None
    author: str
    organization: str | None
    law_digest: str
    replaces: str | None
    made_by: str | None
    replaced_by: str | None


T = TypeVar("T")


class Hit(NamedTuple, Generic[T]):
    """Something found: its *id*, the *place* from which to look for older ones, and unless it
    cannot be read any more the rest.
    """

    id: str
    place: str
    found: T | None


def search(
    store: Store, wanted: Wanted, reach: Reach, limit: int, before: str | None = None
) -> list[Hit[FoundDetermination]]:
    """The newest determinations within reach that are wanted, at most *limit*, older than the one
    at the place *before*.

    Raises:
        RecordsUnavailable: the database could not be asked.
    """
    successor = determinations.alias("successor")
    names = [name for name in FoundDetermination.__slots__ if name != "replaced_by"]
    chosen = (
        select(*(determinations.c[name] for name in names), successor.c.id.label("replaced_by"))
        .select_from(determinations)
        .outerjoin(successor, successor.c.replaces == determinations.c.id)
        .where(within(reach), *_conditions(wanted))
    )
    with store.reading() as connection:
        rows = page(connection, chosen, determinations.c.id, limit, before, newest_first=True)
    return [
        Hit(row.id, row.place, None if row.columns is None else FoundDetermination(**row.columns))
        for row in rows
    ]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    columns = determinations.c
    equal = {
        columns.subject: wanted.subject,
        columns.question: wanted.question,
        columns.outcome: wanted.outcome,
        columns.author: wanted.author,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.decided_from is not None:
        conditions.append(columns.decided_at >= wanted.decided_from)
    if wanted.decided_before is not None:
        conditions.append(columns.decided_at < wanted.decided_before)
    if wanted.provision is not None:
        rests_on = decisive_provisions.c
        conditions.append(
            exists().where(
                rests_on.determination == columns.id, rests_on.provision == wanted.provision
            )
        )
    return conditions


@dataclass(frozen=True, slots=True)
class WantedEntries:
    """Which entries of the audit trail to find: all that is given must hold."""

    actor: str | None = None
    action: str | None = None
    kind: str | None = None
    object_id: str | None = None


def search_trail(
    store: Store, wanted: WantedEntries, limit: int, before: str | None = None
) -> list[Hit[AuditEntry]]:
    """The newest entries of the audit trail that are wanted, at most *limit*, older than the one at
    the place *before*.

    Raises:
        RecordsUnavailable: the database could not be asked.
    """
    names = WantedEntries.__slots__
    conditions = [
        audit_entries.c[name] == getattr(wanted, name)
        for name in names
        if getattr(wanted, name) is not None
    ]
    chosen = select(*(audit_entries.c[name] for name in AuditEntry.__slots__)).where(*conditions)
    with store.reading() as connection:
        rows = page(connection, chosen, audit_entries.c.id, limit, before, newest_first=True)
    return [
        Hit(row.id, row.place, None if row.columns is None else AuditEntry(**row.columns))
        for row in rows
    ]

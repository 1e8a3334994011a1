"""Keeps notes and objections: sealed, with their words encrypted beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, select

from app.records.applicants.encryption import KeyRing
from app.records.changing import DIGEST
from app.records.damaged import Row, page
from app.records.digests import record_digest
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.errors import RecordDamaged
from app.records.store import Store, await_seal, enter, store_response
from app.records.texts.note_tables import notes
from app.records.texts.personal_texts import delete_texts, keep_text, words_of

SEALED = "note"
"""The kind of a note where it is sealed, and of its text."""
NOTE, OBJECTION, SETTLEMENT = "note", "objection", "settlement"
AT_MOST = 200
"""So many notes are read about one record, the newest first."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note. *about_kind* is `determination`, `applicant` or `waiver`, *about* its id or
    reference; *words* is None once the text was forgotten.
    """

    id: str
    kind: str
    about_kind: str
    about: str
    at: datetime
    actor: str
    organization: str | None
    said_on: date | None = None
    look_again_on: date | None = None
    words: str | None = field(default=None, repr=False)


COLUMNS = tuple(name for name in Note.__slots__ if name != "words")


class Notes:
    """The stored notes. Safe to share between threads."""

    def __init__(self, store: Store, ring: KeyRing) -> None:
        self._store, self._ring = store, ring

    def add(self, note: Note, audit: AuditEntry, response: IdempotencyRecord | None = None) -> None:
        """Store a note with its words, its audit entry and its seal in one transaction.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        assert note.words is not None
        with self._store.writing() as connection:
            store_response(connection, response)
            kept = keep_text(connection, self._ring, SEALED, note.id, note.words, note.at)
            columns = {name: getattr(note, name) for name in COLUMNS}
            columns |= {"text": kept.id, "commitment": kept.commitment}
            digest = record_digest(SEALED, columns)
            connection.execute(insert(notes), [{**columns, DIGEST: digest}])
            await_seal(connection, SEALED, (note.id, digest))
            enter(connection, audit)

    def find(self, id: str) -> Note | None:
        """A note by its id.

        Raises:
            RecordDamaged: it is not as it was stored.
            Unreadable: the key of its text is missing.
            RecordsUnavailable: the database is unavailable.
        """
        found = self._read(select(notes).where(notes.c.id == id))
        return found[0] if found else None

    def about(self, about_kind: str, about: str, organization: str | None) -> list[Note]:
        """The newest notes about a record, the newest first: those of one organization, or all
        where none is given.

        Raises:
            RecordDamaged, Unreadable, RecordsUnavailable: see `find`.
        """
        chosen = select(notes).where(notes.c.about_kind == about_kind, notes.c.about == about)
        return self._read(_of(chosen, organization))

    def to_look_at(self, organization: str | None, until: date) -> list[Note]:
        """The open objections that an organization is to look at again by a day, the newest first.

        Raises:
            RecordDamaged, Unreadable, RecordsUnavailable: see `find`.
        """
        chosen = select(notes).where(is_open_objection(), notes.c.look_again_on <= until)
        return self._read(_of(chosen, organization))

    def _read(self, chosen: Select[Any]) -> list[Note]:
        with self._store.reading() as connection:
            rows = page(connection, chosen, notes.c.id, AT_MOST, newest_first=True)
            columns = [_columns(row) for row in rows]
            words = words_of(connection, self._ring, SEALED, columns)
        return [
            Note(**{name: each[name] for name in COLUMNS}, words=written)
            for each, written in zip(columns, words, strict=True)
        ]


def is_open_objection() -> ColumnElement[bool]:
    """The condition on notes of an objection that nobody has settled since."""
    later = notes.alias("later")
    settled = select(later.c.id).where(
        later.c.kind == SETTLEMENT,
        later.c.about == notes.c.about,
        later.c.organization == notes.c.organization,
        later.c.id > notes.c.id,
    )
    return (notes.c.kind == OBJECTION) & ~settled.correlate(notes).exists()


def forget_notes(connection: Connection, about: list[tuple[str, str]]) -> int:
    """Delete the words of all notes about these records; the notes stay, and every seal whole."""
    ids = [
        id
        for kind, object_id in about
        for id in connection.execute(
            select(notes.c.id).where(notes.c.about_kind == kind, notes.c.about == object_id)
        ).scalars()
    ]
    return delete_texts(connection, SEALED, ids) if ids else 0


def _of(chosen: Select[Any], organization: str | None) -> Select[Any]:
    return chosen if organization is None else chosen.where(notes.c.organization == organization)


def _columns(row: Row) -> Mapping[str, Any]:
    if row.columns is None:
        raise RecordDamaged(SEALED, row.id)
    columns = {name: value for name, value in row.columns.items() if name != DIGEST}
    columns.pop("place", None)
    if row.columns[DIGEST] != record_digest(SEALED, columns):
        raise RecordDamaged(SEALED, row.id)
    return columns

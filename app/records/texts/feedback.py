"""Keeps what people found wrong or unclear on a page, and what has become of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Select, select

from app.records.applicants.encryption import KeyRing
from app.records.changing import DIGEST, add, digest_of, locked, write
from app.records.damaged import page
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.errors import RecordDamaged
from app.records.store import Store, enter, store_response
from app.records.texts.note_tables import feedback
from app.records.texts.personal_texts import KeptText, keep_text, words_of

KIND = "feedback"
FeedbackState = Literal["new", "in_progress", "done", "declined"]
STATES: tuple[FeedbackState, ...] = get_args(FeedbackState)


class FeedbackChanged(Exception):
    """Somebody else changed the feedback first. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody wrote about a page; *language* is that of the form, *words* is never printed.

    *actor* is who wrote it where they were signed in.
    """

    id: str
    made_at: datetime
    page: str
    request_id: str | None
    language: str
    actor: str
    state: str
    changed_at: datetime
    changed_by: str | None = None
    version: int = 1
    words: str | None = field(default=None, repr=False)


COLUMNS = tuple(name for name in Feedback.__slots__ if name != "words")


class FeedbackBox:
    """The stored feedback. Safe to share between threads."""

    def __init__(self, store: Store, ring: KeyRing) -> None:
        self._store, self._ring = store, ring

    def add(
        self, sent: Feedback, audit: AuditEntry, response: IdempotencyRecord | None = None
    ) -> None:
        """Store what somebody wrote, with its audit entry.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        assert sent.words is not None
        with self._store.writing() as connection:
            store_response(connection, response)
            kept = keep_text(connection, self._ring, KIND, sent.id, sent.words, sent.made_at)
            add(connection, feedback, _row(sent, kept))
            enter(connection, audit)

    def page(self, state: str | None, limit: int, before: str | None = None) -> list[Feedback]:
        """The newest feedback, the newest first, of one state or of any, from before a place on.

        Raises:
            RecordDamaged: one is not as it was stored.
            Unreadable: the key of a text is missing.
            RecordsUnavailable: the database is unavailable.
        """
        chosen = select(feedback)
        if state is not None:
            chosen = chosen.where(feedback.c.state == state)
        return self._read(chosen, limit, before)

    def find(self, id: str) -> Feedback | None:
        """One feedback by its id.

        Raises:
            RecordDamaged, Unreadable, RecordsUnavailable: see `page`.
        """
        found = self._read(select(feedback).where(feedback.c.id == id), 1)
        return found[0] if found else None

    def _read(self, chosen: Select[Any], limit: int, before: str | None = None) -> list[Feedback]:
        with self._store.reading() as connection:
            rows = page(connection, chosen, feedback.c.id, limit, before, newest_first=True)
            columns = [_columns(row.id, row.columns) for row in rows]
            words = words_of(connection, self._ring, KIND, columns)
        return [
            Feedback(**{name: each[name] for name in COLUMNS}, words=written)
            for each, written in zip(columns, words, strict=True)
        ]

    def triage(
        self, sent: Feedback, state: FeedbackState, by: str, at: datetime, audit: AuditEntry
    ) -> Feedback:
        """Give feedback another state, where it is as it was read; as it is then.

        Raises:
            FeedbackChanged: it is not; nothing was changed.
            RecordsUnavailable: nothing was changed.
        """
        changes = {"state": state, "changed_by": by, "changed_at": at}
        with self._store.writing() as connection:
            row = locked(connection, feedback, feedback.c.id == sent.id)
            if row is None or row["version"] != sent.version:
                raise FeedbackChanged
            write(connection, feedback, row, {**changes, "version": sent.version + 1})
            enter(connection, audit)
        return replace(sent, state=state, changed_by=by, changed_at=at, version=sent.version + 1)


def _row(sent: Feedback, kept: KeptText) -> dict[str, Any]:
    columns = {name: getattr(replace(sent, words=None), name) for name in COLUMNS}
    return {**columns, "text": kept.id, "commitment": kept.commitment}


def _columns(id: str, columns: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if columns is None or columns[DIGEST] != digest_of(feedback, columns):
        raise RecordDamaged(KIND, id)
    return columns

"""The disposal of letters, reports of verifications and feedback, whose rows no seal closes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, select

from app.records.damaged import Row, page
from app.records.disposing.candidates import (
    HELD,
    UNREADABLE,
    Candidate,
    DisposableClass,
    Entering,
    Page,
)
from app.records.holds import active_holds
from app.records.letters.letter_tables import letters
from app.records.store import enter
from app.records.tables import verifications
from app.records.texts.note_tables import feedback
from app.records.texts.personal_texts import delete_texts

TOGETHER = 500


def _old(
    connection: Connection,
    table: Table,
    made_at: Column[datetime],
    before: datetime,
    after: str | None,
) -> list[Row]:
    return page(connection, select(table).where(made_at < before), table.c.id, TOGETHER, after)


def _page(kind: str, read: list[Row], held: set[str] | frozenset[str] = frozenset()) -> Page:
    candidates = [
        Candidate(row.id, (), UNREADABLE)
        if row.columns is None
        else Candidate(
            row.id,
            ((kind, row.id, row.columns["record_digest"]),),
            HELD if row.id in held else None,
        )
        for row in read
    ]
    return Page(candidates, read[-1].place if read else None)


def _letters(connection: Connection, before: datetime, after: str | None) -> Page:
    read, held = (
        _old(connection, letters, letters.c.made_at, before, after),
        active_holds(connection),
    )
    kept = {
        row.id
        for row in read
        if row.columns is not None
        and held.keep_about(row.columns["object_id"], row.columns["subject"])
    }
    return _page("letter", read, kept)


def _remove_letters(connection: Connection, ids: Sequence[str], entering: Entering) -> None:
    connection.execute(delete(letters).where(letters.c.id.in_(ids)))
    enter(connection, *(entering("letter.disposed", id, "letter") for id in ids))


def _verifications(connection: Connection, before: datetime, after: str | None) -> Page:
    read = _old(connection, verifications, verifications.c.started_at, before, after)
    return _page("verification", read)


def _remove_verifications(connection: Connection, ids: Sequence[str], entering: Entering) -> None:
    connection.execute(delete(verifications).where(verifications.c.id.in_(ids)))
    enter(connection, *(entering("verification.disposed", id, "verification") for id in ids))


def _feedback(connection: Connection, before: datetime, after: str | None) -> Page:
    return _page("feedback", _old(connection, feedback, feedback.c.made_at, before, after))


def _remove_feedback(connection: Connection, ids: Sequence[str], entering: Entering) -> None:
    delete_texts(connection, "feedback", ids)
    connection.execute(delete(feedback).where(feedback.c.id.in_(ids)))


LETTER = DisposableClass("letter", _letters, _remove_letters, letters.c.id)
VERIFICATION = DisposableClass(
    "verification", _verifications, _remove_verifications, verifications.c.id
)
FEEDBACK = DisposableClass("feedback", _feedback, _remove_feedback, feedback.c.id)

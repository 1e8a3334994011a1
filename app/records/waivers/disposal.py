"""Forgetting what is personal in waiver requests, and disposing of requests whose time is over.

Forgetting deletes texts and files, and leaves the sealed steps whole. Disposing deletes all, and
keeps of each sealed step that it was disposed of, when and why.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select

from app.records.disposing.candidates import (
    HELD,
    UNSEALED,
    Candidate,
    DisposableClass,
    Entering,
    Leaf,
    Page,
)
from app.records.entries import AuditEntry
from app.records.store import enter
from app.records.tables import sealed_records, seals
from app.records.texts.notes import forget_notes
from app.records.texts.personal_texts import delete_texts
from app.records.waivers.held import held_requests
from app.records.waivers.waiver_requests import SEALED
from app.records.waivers.waiver_tables import waiver_papers, waiver_requests, waiver_steps

TOGETHER = 100
Audit = Callable[[str], AuditEntry]
"""The audit entry for a request."""


def requests_of_pair(connection: Connection, subject: str, organization: str) -> list[str]:
    """The ids of the requests of a pair: entered under it, or naming a denial made under it."""
    table = waiver_requests.c
    chosen = select(table.id).where(
        or_(
            and_(table.subject == subject, table.organization == organization),
            and_(table.denial_subject == subject, table.denial_organization == organization),
        )
    )
    return list(connection.execute(chosen).scalars())


def forget_what_is_personal(connection: Connection, ids: Sequence[str], audit: Audit) -> int:
    """Delete the texts and files of requests, in a transaction; how many requests had any."""
    had = [id for id in ids if _delete_personal(connection, [id])]
    if had:
        enter(connection, *map(audit, had))
    return len(had)


def _delete_personal(connection: Connection, ids: Sequence[str]) -> int:
    papers = connection.execute(delete(waiver_papers).where(waiver_papers.c.request.in_(ids)))
    noted = forget_notes(connection, [(SEALED, id) for id in ids])
    return papers.rowcount + delete_texts(connection, SEALED, ids) + noted


def waivers_closed_in(closed: Sequence[str]) -> DisposableClass:
    """The disposal of requests in one of the states *closed*, by their last step. One with a step
    that no seal covered in time stays, and so does an open one.
    """

    def candidates(connection: Connection, before: datetime, after: str | None) -> Page:
        return _candidates(connection, closed, before, after)

    return DisposableClass(SEALED, candidates, _remove)


def _candidates(
    connection: Connection, closed: Sequence[str], before: datetime, after: str | None
) -> Page:
    table = waiver_requests.c
    old: list[ColumnElement[bool]] = [table.state.in_(closed), table.changed_at < before]
    if after is not None:
        old.append(table.id > after)
    chosen = select(table.id).where(*old).order_by(table.id).limit(TOGETHER)
    found = list(connection.execute(chosen).scalars())
    held, unsealed = held_requests(connection, found), _unsealed(connection, found, before)
    rows: dict[str, list[Leaf]] = {id: [] for id in found}
    for step in _steps(connection, found):
        rows[step.request].append((SEALED, step.id, step.record_digest))
    candidates = [
        Candidate(id, tuple(rows[id]), HELD if id in held else UNSEALED if id in unsealed else None)
        for id in found
    ]
    return Page(candidates, found[-1] if found else None)


def _remove(connection: Connection, ids: Sequence[str], entering: Entering) -> None:
    """Delete requests with their steps, texts and files, each with an entry in the audit trail."""
    _delete_personal(connection, ids)
    connection.execute(delete(waiver_steps).where(waiver_steps.c.request.in_(ids)))
    connection.execute(delete(waiver_requests).where(waiver_requests.c.id.in_(ids)))
    enter(connection, *(entering("waiver.disposed", id, SEALED) for id in ids))


def _steps(connection: Connection, ids: Sequence[str]) -> Sequence[Any]:
    chosen = select(waiver_steps.c.id, waiver_steps.c.request, waiver_steps.c.record_digest)
    return connection.execute(chosen.where(waiver_steps.c.request.in_(ids))).all()


def _unsealed(connection: Connection, ids: Sequence[str], before: datetime) -> set[str]:
    """The requests that have a step which no seal covered before an instant."""
    steps = {str(step.id): str(step.request) for step in _steps(connection, ids)}
    chosen = select(sealed_records.c.object_id).where(
        sealed_records.c.kind == SEALED, sealed_records.c.object_id.in_(list(steps))
    )
    chosen = chosen.join(seals).where(seals.c.sealed_at < before)
    sealed = set(connection.execute(chosen).scalars())
    return {request for step, request in steps.items() if step not in sealed}

"""Forgetting what is personal in waiver requests, and disposing of requests whose time is over.

Forgetting deletes texts and files, and leaves the sealed steps whole. Disposing deletes all, and
keeps of each sealed step that it was disposed of, when and why.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select

from app.records.entries import AuditEntry
from app.records.ledger.retention import Disposing, Due, keep_disposals
from app.records.store import Store, enter
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


def due_requests(store: Store, closed: Sequence[str], before: datetime) -> Iterator[list[str]]:
    """The requests in one of the states *closed* whose last step was before an instant and that no
    hold keeps, some at a time. One with a step that was not sealed before stays.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    table, after = waiver_requests.c, ""
    while True:
        old: list[ColumnElement[bool]] = [table.state.in_(closed), table.changed_at < before]
        if after:
            old.append(table.id > after)
        chosen = select(table.id).where(*old).order_by(table.id).limit(TOGETHER)
        with store.reading() as connection:
            found = list(connection.execute(chosen).scalars())
            kept = held_requests(connection, found) | _unsealed(connection, found, before)
        if not found:
            return
        after = found[-1]
        yield [id for id in found if id not in kept]


def dispose_requests(store: Store, ids: Sequence[str], run: Disposing, audit: Audit) -> int:
    """Delete requests with their steps, texts and files, each with an entry in the audit trail; how
    many. Held ones stay.

    Raises:
        RecordsUnavailable: nothing was deleted.
    """
    with store.writing() as connection:
        kept = held_requests(connection, ids)
        gone = [id for id in ids if id not in kept]
        if not gone:
            return 0
        steps = _steps(connection, gone)
        due = [Due(SEALED, step.id, step.record_digest) for step in steps]
        keep_disposals(connection, SEALED, due, run)
        _delete_personal(connection, gone)
        connection.execute(delete(waiver_steps).where(waiver_steps.c.request.in_(gone)))
        connection.execute(delete(waiver_requests).where(waiver_requests.c.id.in_(gone)))
        enter(connection, *map(audit, gone))
    return len(gone)


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

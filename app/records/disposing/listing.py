"""What was marked, with its approval and how much of it is gone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.records.approvals.approval_tables import approvals
from app.records.approvals.approvals import Approval, approval_of
from app.records.disposing.disposal_tables import disposal_marks
from app.records.disposing.marks import Mark, mark_of
from app.records.store import Store
from app.records.tables import audit_entries, disposals
from app.records.verifying.disposal_proofs import ENDED, MARKED_KIND

LISTED = 50


@dataclass(frozen=True, slots=True)
class Marked:
    """The marks of one proposal, its approval, and when its release came to its end. *gone* is how
    many sealed rows are gone under each mark, by its id.
    """

    approval: Approval
    marks: tuple[Mark, ...]
    gone: dict[str, int]
    ended_at: datetime | None

    @property
    def release_from(self) -> datetime:
        """The instant from which it can be released."""
        return max(mark.release_from for mark in self.marks)

    @property
    def counts(self) -> dict[str, int]:
        """How many records of each class are marked."""
        return {mark.of: mark.records for mark in self.marks}


def marked(
    connection: Connection, kind: str, id: str | None = None, limit: int = LISTED
) -> list[Marked]:
    """The last proposals of a kind with their marks, the newest first; or the one of an id."""
    table = approvals.c
    chosen = select(approvals).where(table.kind == kind).order_by(table.id.desc()).limit(limit)
    if id is not None:
        chosen = chosen.where(table.id == id)
    found = [approval_of(row) for row in connection.execute(chosen).mappings()]
    ids = [each.id for each in found]
    marks: dict[str, list[Mark]] = {each: [] for each in ids}
    of_them = select(disposal_marks).where(disposal_marks.c.approval.in_(ids))
    for row in connection.execute(of_them.order_by(disposal_marks.c.id)).mappings():
        marks[row["approval"]].append(mark_of(row))
    gone = _gone(connection, [mark.id for some in marks.values() for mark in some])
    ended = _ended(connection, ids)
    return [
        Marked(
            each,
            tuple(marks[each.id]),
            {mark.id: gone.get(mark.id, 0) for mark in marks[each.id]},
            ended.get(each.id),
        )
        for each in found
        if marks[each.id]
    ]


def _gone(connection: Connection, marks: list[str]) -> dict[str, int]:
    table = disposals.c
    counted = select(table.mark, func.count()).where(table.mark.in_(marks)).group_by(table.mark)
    return {str(mark): count for mark, count in connection.execute(counted)}


def _ended(connection: Connection, ids: list[str]) -> dict[str, datetime]:
    entry = audit_entries.c
    chosen = select(entry.object_id, entry.at).where(
        entry.kind == MARKED_KIND, entry.action == ENDED, entry.object_id.in_(ids)
    )
    return {row.object_id: row.at for row in connection.execute(chosen)}


def marked_lately(store: Store, kind: str) -> list[Marked]:
    """The last proposals of a kind with their marks, the newest first.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        return marked(connection, kind)

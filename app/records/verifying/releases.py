"""A disposal needs a mark that waited, and the release of another person: both sealed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, type_coerce
from sqlalchemy.types import NullType

from app.records.approvals.approval_tables import approvals
from app.records.approvals.approvals import APPROVED
from app.records.damaged import UNREADABLE, name_of, page, rows
from app.records.disposing.candidates import Leaf
from app.records.disposing.disposal_tables import disposal_marks, marked_records
from app.records.disposing.marks import (
    KIND,
    WAIT_AT_LEAST,
    Mark,
    is_whole,
    leaves_of,
    mark_of,
    state_of_mark,
)
from app.records.tables import audit_entries, sealed_records, seals
from app.records.verifying.disposal_proofs import (
    BY_ONE,
    MARKED_KIND,
    RELEASED_BY,
    Statement,
    period_text,
)

Columns = Mapping[str, Any]
UNMARKED = "no mark was made for its disposal"
NO_MARK = "the mark of its disposal is gone or damaged"
OTHER_MARK = "the audit trail states its disposal under another mark"
UNLISTED = "its mark is over other records"
TOO_SOON = "it was disposed of before its mark had waited"
UNRELEASED = "no second person released its disposal"
LIST_CHANGED = "the list of what it is over was changed"


class _Known(NamedTuple):
    """A mark, when it was sealed, and the rows that it is over if its root proves them."""

    mark: Mark
    digest: str
    sealed_at: datetime | None
    leaves: frozenset[Leaf]


class Releases:
    """The marks and releases of one moment, asked for as verification goes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._marks: dict[str, _Known | None] = {}

    def wrong(self, disposal: Columns, statement: Statement, entry: Columns) -> str | None:
        """What is wrong with the release of a disposal that an entry states; None where nothing
        is.
        """
        if disposal["mark"] is None:
            return None if self._is_earlier(disposal["id"]) else UNMARKED
        known = self._known(disposal["mark"])
        if known is None:
            return NO_MARK
        mark, at = known.mark, disposal["disposed_at"]
        is_stated = entry["state_after"] == state_of_mark(known.digest)
        if not is_stated or (statement.of, period_text(statement.period)) != (mark.of, mark.period):
            return OTHER_MARK
        if (disposal["kind"], disposal["object_id"], disposal["digest"]) not in known.leaves:
            return UNLISTED
        if not _has_waited(known, at):
            return TOO_SOON
        return None if self._is_released(mark, entry, at) else UNRELEASED

    def _known(self, id: str) -> _Known | None:
        if id not in self._marks:
            self._marks[id] = self._read(id)
        return self._marks[id]

    def _read(self, id: str) -> _Known | None:
        chosen = select(disposal_marks).where(disposal_marks.c.id == id)
        found = page(self._connection, chosen, disposal_marks.c.id, 1)
        if not found or found[0].columns is None:
            return None
        mark, digest = mark_of(found[0].columns), found[0].columns["record_digest"]
        entry = sealed_records.c
        sealed = select(seals.c.sealed_at).join(sealed_records, entry.seal == seals.c.number)
        sealed = sealed.where(
            entry.kind == KIND, entry.object_id == mark.id, entry.digest == digest
        )
        leaves = leaves_of(self._connection, id) if is_whole(self._connection, mark) else ()
        try:
            at = self._connection.execute(sealed).scalar_one_or_none()
        except UNREADABLE:  # the seal is named where seals are verified
            at = None
        return _Known(mark, digest, at, frozenset(leaves))

    def _is_released(self, mark: Mark, statement: Columns, at: datetime) -> bool:
        """Whether the trail has the proposal of the person who marked, and the approval of another
        one, who disposed of it. The approval says so too.
        """
        table = approvals.c
        decided = select(table.decided_by).where(
            table.id == mark.approval, table.outcome == APPROVED
        )
        if self._connection.execute(decided).scalar_one_or_none() != statement["actor"]:
            return False
        entry = audit_entries.c
        chosen = select(audit_entries).where(
            entry.kind == MARKED_KIND,
            entry.object_id == mark.approval,
            entry.action.in_(("approval.proposed", RELEASED_BY)),
            entry.outcome == "done",
        )
        found = [row.columns for row in page(self._connection, chosen, entry.id, 10)]
        proposed = [row for row in found if row and row["action"] != RELEASED_BY]
        released = [row for row in found if row and row["action"] == RELEASED_BY]
        return any(row["actor"] == mark.marked_by for row in proposed) and any(
            row["actor"] == statement["actor"] != mark.marked_by
            and mark.release_from <= row["at"] <= at
            for row in released
        )

    def _is_earlier(self, disposal: str) -> bool:
        """Whether a disposal was sealed before there were marks, as the trail says."""
        entry = audit_entries.c
        ids = list(
            self._connection.execute(select(entry.id).where(entry.action == BY_ONE)).scalars()
        )
        if not ids:
            return False
        mine = self._seal("disposal", [disposal])
        since = self._seal("audit", ids)
        return since is None or (mine is not None and mine <= since)

    def _seal(self, kind: str, ids: list[str]) -> int | None:
        chosen = select(func.min(sealed_records.c.seal)).where(
            sealed_records.c.kind == kind, sealed_records.c.object_id.in_(ids)
        )
        found: int | None = self._connection.execute(chosen).scalar_one()
        return found


def _has_waited(known: _Known, at: datetime) -> bool:
    mark = known.mark
    return (
        known.sealed_at is not None
        and known.sealed_at + WAIT_AT_LEAST <= at
        and mark.marked_at + WAIT_AT_LEAST <= mark.release_from <= at
    )


def wrong_marks(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """The marks whose list of records is not the one that they were made over."""
    ids = set()
    for found in rows(connection, disposal_marks, disposal_marks.c.id):
        ids.add(found.id)
        if found.row is not None and not is_whole(connection, mark_of(found.row)):
            yield KIND, found.id, LIST_CHANGED
    listed = select(type_coerce(marked_records.c.mark, NullType())).distinct()
    named = {name_of(raw) for raw in connection.execute(listed).scalars()}
    for id in sorted(named - ids):
        yield KIND, id, "was removed: records are still marked under it"

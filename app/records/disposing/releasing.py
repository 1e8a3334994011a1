"""The release of what was marked: checked again, then deleted some at a time.

Each transaction deletes some records, stores their disposals, and states in the audit trail how
many went and the root over them. So whatever ends the process, each record is gone with its proof
or is there, and the next run goes on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, insert, select, text

from app.records.approvals.approval_tables import approvals
from app.records.approvals.approvals import APPROVED, NotYet
from app.records.digests import record_digest
from app.records.disposing.candidates import DisposableClass, Leaf, Page
from app.records.disposing.disposal_tables import marked_records
from app.records.disposing.marks import (
    KIND,
    WAIT_AT_LEAST,
    Mark,
    is_whole,
    leaves_of,
    marks_of,
)
from app.records.entries import AuditEntry, Row
from app.records.errors import RecordDamaged
from app.records.identity import new_id
from app.records.ledger.disposal_guards import last_seal_far_before
from app.records.store import Store, await_seal, enter
from app.records.tables import audit_entries, disposals, sealed_records, seals
from app.records.verifying.disposal_proofs import (
    DISPOSED,
    ENDED,
    MARKED_KIND,
    RELEASED_BY,
    Statement,
    read_period,
    root_of,
)
from app.records.verifying.disposal_proofs import KIND as STATED_OF

CHANGED = "it changed since it was marked"
NOT_DUE = "its time is not over any more, or it is gone"
LONGER = "the retention period is longer now"
NEVER, AT_ONCE = relativedelta(), 500
Period = relativedelta


class LeftOut(NamedTuple):
    """A marked row that stays all the same, and why."""

    kind: str
    id: str
    because: str


class Run(NamedTuple):
    """One run of a release: the retention periods in force, the clock, and how an audit entry
    states what was done. *progress* gets how many rows went.
    """

    periods: Mapping[str, relativedelta]
    clock: Callable[[], datetime]
    did: Callable[..., AuditEntry]
    progress: Callable[[int], object] = lambda count: None

    def entering(self, action: str, object_id: str, kind: str) -> AuditEntry:
        """The audit entry for an action on an object of a kind."""
        return self.did(action, object_id, kind=kind)


def require_releasable(connection: Connection, marks: Sequence[Mark], at: datetime) -> None:
    """Require that marks have waited, and that the clock can be right.

    Raises:
        NotYet: they have not, or it cannot; the message says what to do.
    """
    for mark in marks:
        sealed = _sealed_at(connection, mark)
        from_then = mark.release_from
        if sealed is None:
            raise NotYet("No seal covers the mark yet. Let the service seal it, and wait.")
        if at < max(from_then, sealed + WAIT_AT_LEAST):
            raise NotYet(f"It can be released from {from_then:%Y-%m-%d %H:%M} UTC on.")
    last = last_seal_far_before(connection, at)
    if last is not None:
        raise NotYet(
            f"The clock is more than two days beyond the last seal, of {last:%Y-%m-%d %H:%M} UTC. "
            "If it is right, let the service seal a new record first."
        )


def _sealed_at(connection: Connection, mark: Mark) -> datetime | None:
    entry = sealed_records.c
    chosen = select(seals.c.sealed_at).join(sealed_records, entry.seal == seals.c.number)
    chosen = chosen.where(entry.kind == KIND, entry.object_id == mark.id)
    found: datetime | None = connection.execute(chosen).scalar_one_or_none()
    return found


def whole_marks(connection: Connection, approval: str) -> list[Mark] | None:
    """The marks of a proposal; None where there are none, or where one is not over what it was
    made over.
    """
    found = marks_of(connection, approval)
    return found if found and all(is_whole(connection, mark) for mark in found) else None


def unfinished(store: Store, kind: str) -> list[str]:
    """The released proposals whose deletion did not come to its end, the oldest first.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    entry, table = audit_entries.c, approvals.c
    ended = select(entry.object_id).where(entry.kind == MARKED_KIND, entry.action == ENDED)
    chosen = select(table.id).where(table.kind == kind, table.outcome == APPROVED)
    with store.reading() as connection:
        done = set(connection.execute(ended).scalars())
        found = connection.execute(chosen.order_by(table.id)).scalars()
        return [id for id in found if id not in done]


def carry_out(
    store: Store, approval: str, classes: Sequence[DisposableClass], run: Run
) -> list[LeftOut]:
    """Delete what was released and may still go; what stays, and why. An audit entry says that it
    came to its end.

    Raises:
        RecordDamaged: a mark is not over what it was made over, or the trail does not tell of its
            release.
        NotYet: it has to wait, or the clock may be wrong.
        RecordsUnavailable: the rest was not deleted; the next run goes on.
    """
    with store.reading() as connection:
        marks = {mark.of: mark for mark in _released_marks(connection, approval, run.clock())}
    left = [
        one
        for each in classes
        if each.name in marks
        for one in _carry_out(store, each, marks[each.name], run)
    ]
    with store.writing() as connection:
        _let_no_hold_change(connection)
        ended = select(audit_entries.c.id).where(
            audit_entries.c.kind == MARKED_KIND,
            audit_entries.c.object_id == approval,
            audit_entries.c.action == ENDED,
        )
        if connection.execute(ended).first() is None:
            enter(connection, run.entering(ENDED, approval, MARKED_KIND))
    return left


def _released_marks(connection: Connection, approval: str, at: datetime) -> list[Mark]:
    """The marks of a proposal that was released: the row of its approval alone proves nothing."""
    marks, entry, table = whole_marks(connection, approval), audit_entries.c, approvals.c
    decided = select(table.decided_by).where(table.id == approval, table.outcome == APPROVED)
    released = select(entry.id).where(
        entry.kind == MARKED_KIND,
        entry.object_id == approval,
        entry.action == RELEASED_BY,
        entry.outcome == "done",
        entry.actor == decided.scalar_subquery(),
        entry.actor.not_in([mark.marked_by for mark in marks or ()]),
    )
    if marks is None or connection.execute(released).first() is None:
        raise RecordDamaged(KIND, approval)
    require_releasable(connection, marks, at)
    return marks


def _carry_out(store: Store, each: DisposableClass, mark: Mark, run: Run) -> Iterator[LeftOut]:
    """Delete what was marked of a class, some in each transaction; what stays."""
    why: dict[str, str] = {}
    after: str | None = None
    while True:
        with store.writing() as connection:
            _let_no_hold_change(connection)
            page, went = _delete_page(connection, each, mark, run, after)
        for it in page.candidates:
            ids = (it.id, *(leaf[1] for leaf in it.leaves))
            why |= dict.fromkeys(ids, it.kept_by or CHANGED)
        run.progress(went)
        if page.after is None:
            break
        after = page.after
    with store.reading() as connection:
        gone = gone_under(connection, each, mark)
        for kind, id, _ in sorted(set(leaves_of(connection, mark.id)) - gone):
            is_longer = _before(mark, run) < mark.made_before
            yield LeftOut(kind, id, why.get(id) or (LONGER if is_longer else NOT_DUE))


def _before(mark: Mark, run: Run) -> datetime:
    """Made before which instant a record may go: as marked, and by the period in force now."""
    by_now: datetime = run.clock() - run.periods[mark.of]
    return min(mark.made_before, by_now)


def _let_no_hold_change(connection: Connection) -> None:
    """Nobody places or lifts a hold, and nobody else carries out a release, until the transaction
    ends. A writing transaction on SQLite is alone anyhow.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE holds IN SHARE ROW EXCLUSIVE MODE"))


def _delete_page(
    connection: Connection, each: DisposableClass, mark: Mark, run: Run, after: str | None
) -> tuple[Page, int]:
    page = each.candidates(connection, _before(mark, run), after)
    free = [it for it in page.candidates if it.kept_by is None and it.leaves]
    listed = _listed(connection, mark, [leaf for it in free for leaf in it.leaves])
    going = [it for it in free if listed.issuperset(it.leaves)]
    if going:
        gone = [leaf for it in going for leaf in it.leaves]
        _keep_proof(connection, each, mark, gone, run)
        each.remove(connection, [it.id for it in going], run.entering)
    return page, sum(len(it.leaves) for it in going)


def _listed(connection: Connection, mark: Mark, leaves: Sequence[Leaf]) -> set[Leaf]:
    """Which of these rows the mark is over, as they are now."""
    table = marked_records.c
    ids = sorted({id for _, id, _ in leaves})
    chosen = select(table.kind, table.object_id, table.digest).where(
        table.mark == mark.id, table.object_id.in_(ids)
    )
    return {(row.kind, row.object_id, row.digest) for row in connection.execute(chosen)}


def _keep_proof(
    connection: Connection, each: DisposableClass, mark: Mark, gone: Sequence[Leaf], run: Run
) -> None:
    """State in the audit trail how many go together and their root, and keep of each sealed row
    that it goes.
    """
    period = read_period(mark.period) or NEVER
    statement = Statement(mark.of, len(gone), period, root_of(gone))
    stated = run.did(DISPOSED, statement.text(), kind=STATED_OF)
    entry = replace(stated, state_after=mark.state)
    if each.key is None:
        rows = [_disposal(leaf, entry, mark) for leaf in gone]
        connection.execute(insert(disposals), rows)
        await_seal(connection, "disposal", *((row["id"], row["record_digest"]) for row in rows))
    enter(connection, entry)


def _disposal(leaf: Leaf, entry: AuditEntry, mark: Mark) -> Row:
    """What stays of a sealed row that is disposed of, with its digest."""
    kind, object_id, digest = leaf
    columns: Row = {
        "id": new_id(entry.at),
        "disposed_at": entry.at,
        "kind": kind,
        "object_id": object_id,
        "digest": digest,
        "because": f"kept since before {mark.made_before.date()}",
        "entry": entry.id,
        "mark": mark.id,
    }
    return {**columns, "record_digest": record_digest("disposal", columns)}


def gone_under(connection: Connection, each: DisposableClass, mark: Mark) -> set[Leaf]:
    """The marked rows that are gone."""
    if each.key is None:
        table = disposals.c
        chosen = select(table.kind, table.object_id, table.digest).where(table.mark == mark.id)
        return {(row.kind, row.object_id, row.digest) for row in connection.execute(chosen)}
    there: set[str] = set()
    listed = leaves_of(connection, mark.id)
    for start in range(0, len(listed), AT_ONCE):
        asked = select(each.key).where(each.key.in_([id for _, id, _ in listed[start:][:AT_ONCE]]))
        there |= set(map(str, connection.execute(asked).scalars()))
    return {leaf for leaf in listed if leaf[1] not in there}

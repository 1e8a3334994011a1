"""Every absence needs a proof: a disposal, the sealed statement it belongs to, its age by the seal
that closed it, the period in force, no hold at that moment, and the release of a mark.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, select

from app.records.damaged import askable, page
from app.records.identity import is_id
from app.records.ledger.retention import shipped_periods
from app.records.tables import audit_entries, disposals
from app.records.verifying.disposal_proofs import (
    COVERS,
    DISPOSED,
    KIND,
    STATED,
    STATED_BEFORE,
    Statement,
    is_shorter,
    read_period,
    read_statement,
    root_of,
)
from app.records.verifying.releases import Releases
from app.records.verifying.times import spans

REMOVED = "was removed"
ENTRIES_AT_MOST = 10_000
HOLDS = (("hold.placed", "hold.lifted"), ("hold.covers", "hold.uncovers"))
"""What puts a determination under a hold, and what ends that: a hold on itself, or on its
subject.
"""
Entry = Mapping[str, Any]


class _Group(NamedTuple):
    """Records that went together: what the audit trail states of them, in which entry, or what is
    wrong.
    """

    statement: Statement
    entry: Entry
    wrong: str | None


class Absences:
    """The disposals of one moment, asked for as verification goes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._groups: dict[str, _Group | None] = {}
        self._shipped, self._releases = shipped_periods(), Releases(connection)

    def unproved(self, gone: Sequence[Entry]) -> Iterator[tuple[Entry, str]]:
        """The entries for seals whose record is gone without proof, each with what is wrong."""
        if not gone:
            return
        ids = [entry["object_id"] for entry in gone]
        found = {(row["kind"], row["object_id"]): row for row in self._disposals(ids)}
        between = spans(self._connection, (entry["seal"] for entry in gone if "seal" in entry))
        for entry in gone:
            disposal = found.get((entry["kind"], entry["object_id"]))
            if disposal is None or disposal["digest"] != entry["digest"] or "seal" not in entry:
                yield entry, REMOVED
                continue
            wrong = self._wrong(entry, disposal, between[entry["seal"]].until)
            if wrong is not None:
                yield entry, f"{REMOVED}: {wrong}"

    def stated_shorter(self, periods: Mapping[str, relativedelta]) -> Iterator[tuple[str, str]]:
        """The classes of which the audit trail states a shorter period than the service has."""
        for of in COVERS.keys() & periods.keys():
            stated = stated_periods(self._connection, of)
            if stated and is_shorter(stated[-1], periods[of]):
                yield of, "has a shorter period in the audit trail than in the settings"

    def _disposals(self, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        chosen = select(disposals).where(disposals.c.object_id.in_(askable(ids)))
        for row in page(self._connection, chosen, disposals.c.id, ENTRIES_AT_MOST):
            if row.columns is not None:
                yield row.columns

    def _wrong(
        self, entry: Entry, disposal: Mapping[str, Any], sealed_at: datetime | None
    ) -> str | None:
        group = self._group(disposal["entry"])
        at = disposal["disposed_at"]
        if group is None:
            return "no entry of the audit trail states its disposal"
        if group.wrong is not None:
            return group.wrong
        if entry["kind"] not in COVERS[group.statement.of]:
            return f"the audit trail states its disposal under another class, {group.statement.of}"
        if sealed_at is None or sealed_at + group.statement.period > at:
            return "it was disposed of before its time, which its seal tells"
        if self._too_short(group.statement, at):
            return "no entry of the audit trail states so short a period a week before"
        if entry["kind"] == "determination" and self._was_held(entry["object_id"], at):
            return "a hold was on it when it was disposed of"
        return self._releases.wrong(disposal, group.statement, group.entry)

    def _group(self, id: str | None) -> _Group | None:
        """What went together under an audit entry; None where there is no such statement."""
        if id is None or not is_id(id):
            return None
        if id not in self._groups:
            self._groups[id] = self._read_group(id)
        return self._groups[id]

    def _read_group(self, id: str) -> _Group | None:
        chosen = select(audit_entries).where(
            audit_entries.c.id == id,
            audit_entries.c.action == DISPOSED,
            audit_entries.c.kind == KIND,
            audit_entries.c.outcome == "done",
        )
        found = page(self._connection, chosen, audit_entries.c.id, 1)
        entry = found[0].columns if found else None
        statement = read_statement((entry or {}).get("object_id") or "")
        if entry is None or statement is None:
            return None
        went = select(disposals.c.kind, disposals.c.object_id, disposals.c.digest)
        gone = [tuple(row) for row in self._connection.execute(went.where(disposals.c.entry == id))]
        wrong = None
        if len(gone) != statement.count:
            wrong = f"the audit trail states {statement.count} disposals, there are {len(gone)}"
        elif root_of(gone) != statement.root:
            wrong = "the audit trail states the disposal of other records"
        return _Group(statement, entry, wrong)

    def _too_short(self, statement: Statement, at: datetime) -> bool:
        """Whether a period is shorter than the service's own and was not stated long before."""
        if not is_shorter(statement.period, self._shipped[statement.of]):
            return False
        stated = stated_periods(self._connection, statement.of, at - STATED_BEFORE)
        return not stated or is_shorter(statement.period, stated[-1])

    def _was_held(self, id: str, at: datetime) -> bool:
        """Whether a hold was on a determination at an instant, as the audit trail tells."""
        chosen = select(audit_entries).where(
            audit_entries.c.kind == "determination",
            audit_entries.c.object_id == id,
            audit_entries.c.action.in_([action for pair in HOLDS for action in pair]),
            audit_entries.c.outcome == "done",
        )
        found = page(self._connection, chosen, audit_entries.c.id, ENTRIES_AT_MOST)
        done = [
            row.columns["action"]
            for row in found
            if row.columns is not None and row.columns["at"] <= at
        ]
        return any(done.count(placed) > done.count(lifted) for placed, lifted in HOLDS)


def stated_periods(
    connection: Connection, of: str, before: datetime | None = None
) -> list[relativedelta]:
    """The periods of a class that the audit trail states, perhaps before an instant, the last one
    last.
    """
    entry = audit_entries.c
    chosen = select(audit_entries).where(
        entry.kind == KIND, entry.action == STATED, entry.outcome == "done"
    )
    found = []
    for row in page(connection, chosen, entry.id, ENTRIES_AT_MOST):
        stated = (row.columns or {}).get("object_id") or ""
        name, _, text = stated.partition(" ")
        period = read_period(text)
        if row.columns is None or name != of or period is None:
            continue
        if before is None or row.columns["at"] <= before:
            found.append(period)
    return found

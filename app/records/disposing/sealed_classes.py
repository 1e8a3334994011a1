"""The disposal of sealed records: determinations, audit entries and notes.

Their age is that of the seal that closed them. What they say of themselves is not enough.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, delete, select

from app.records.damaged import Row, page
from app.records.disposing.candidates import (
    HELD,
    LATELY,
    NEEDED,
    UNREADABLE,
    UNSEALED,
    Candidate,
    DisposableClass,
    Entering,
    Leaf,
    Page,
)
from app.records.holds import ActiveHolds, active_holds
from app.records.identity import is_id
from app.records.numbers.numbers import remove_numbers
from app.records.tables import (
    audit_entries,
    decisive_provisions,
    determinations,
    idempotency_records,
    sealed_records,
    seals,
)
from app.records.texts.note_tables import notes
from app.records.texts.personal_texts import delete_texts
from app.records.verifying.audit_crosscheck import needed_entries
from app.records.voiding.void_tables import voids
from app.records.waivers.held import held_requests

TOGETHER = 500
TABLES = {
    "audit": (audit_entries, audit_entries.c.at),
    "determination": (determinations, determinations.c.decided_at),
    "note": (notes, notes.c.at),
}
"""The table of each class, and when each record was made."""
Columns = Mapping[str, Any]


def _candidates(kind: str, connection: Connection, before: datetime, after: str | None) -> Page:
    table, made_at = TABLES[kind]
    read = page(connection, select(table).where(made_at < before), table.c.id, TOGETHER, after)
    found = {row.id: row.columns for row in read if row.columns is not None}
    void = _voids_of(connection, list(found)) if table is determinations else {}
    kept = _kept(connection, kind, found, void, before)
    candidates = [_candidate(kind, row, void.get(row.id), kept) for row in read]
    return Page(candidates, read[-1].place if read else None)


def _candidate(kind: str, row: Row, void: Leaf | None, kept: Mapping[str, str]) -> Candidate:
    if row.columns is None:  # nobody knows what holds it
        return Candidate(row.id, (), UNREADABLE)
    mine: Leaf = (kind, row.id, row.columns["record_digest"])
    return Candidate(row.id, (mine,) if void is None else (mine, void), kept.get(row.id))


def _kept(
    connection: Connection,
    kind: str,
    found: Mapping[str, Columns],
    void: Mapping[str, Leaf],
    before: datetime,
) -> dict[str, str]:
    """Why some of these records stay."""
    rows = list(found.values())
    sealed = _sealed(connection, kind, list(found), before)
    kept = {id: UNSEALED for id in found if id not in sealed}
    voids_sealed = _sealed(connection, "void", [leaf[1] for leaf in void.values()], before)
    kept |= {id: LATELY for id, leaf in void.items() if leaf[1] not in voids_sealed}
    if kind == "audit":
        kept |= dict.fromkeys(needed_entries(connection, rows), NEEDED)
    return kept | dict.fromkeys(_held(connection, kind, rows), HELD)


def _sealed(connection: Connection, kind: str, ids: list[str], before: datetime) -> set[str]:
    chosen = select(sealed_records.c.object_id).where(
        sealed_records.c.kind == kind, sealed_records.c.object_id.in_(ids)
    )
    chosen = chosen.join(seals).where(seals.c.sealed_at < before)
    return set(connection.execute(chosen).scalars())


def _voids_of(connection: Connection, ids: list[str]) -> dict[str, Leaf]:
    table = voids.c
    chosen = select(table.determination, table.id, table.record_digest).where(
        table.determination.in_(ids)
    )
    found = connection.execute(chosen)
    return {row.determination: ("void", row.id, row.record_digest) for row in found}


def _held(connection: Connection, kind: str, found: list[Columns]) -> set[str]:
    """The records under a legal hold. A hold on a determination or an applicant covers its audit
    entries.
    """
    held = active_holds(connection)
    if kind == "determination":
        return {row["id"] for row in found if held.keep(row["id"], row["subject"])}
    if kind == "note":
        named = [
            {"id": row["id"], "kind": row["about_kind"], "object_id": row["about"]} for row in found
        ]
        requests = [
            row["about"] for row in found if row["about_kind"] == "waiver" and is_id(row["about"])
        ]
        kept = held_requests(connection, requests)
        return _held_about(connection, named, held) | {
            row["id"] for row in found if row["about"] in kept
        }
    return _held_about(connection, found, held)


def _held_about(connection: Connection, found: Sequence[Columns], held: ActiveHolds) -> set[str]:
    """The ids of what belongs to a determination or an applicant that a hold keeps."""
    about = {
        row["object_id"]
        for row in found
        if row["kind"] == "determination" and row["object_id"] is not None
    }
    chosen = select(determinations.c.id, determinations.c.subject).where(
        determinations.c.id.in_(about)
    )
    kept = {row.id for row in connection.execute(chosen) if held.keep(row.id, row.subject)}
    personal = {
        row["id"]
        for row in found
        if row["kind"] == "applicant" and row["object_id"] in held.subjects
    }
    return personal | {row["id"] for row in found if row["object_id"] in kept}


def _remove_determinations(
    connection: Connection, ids: Sequence[str], entering: Entering | None = None
) -> None:
    """Delete determinations. That one is void goes with it, like its number and its response."""
    of_them = (voids.c.determination, decisive_provisions.c.determination)
    for column in (*of_them, idempotency_records.c.determination):
        connection.execute(delete(column.table).where(column.in_(ids)))
    remove_numbers(connection, "determination", ids)
    _delete(determinations, connection, ids)


def _remove_notes(
    connection: Connection, ids: Sequence[str], entering: Entering | None = None
) -> None:
    delete_texts(connection, "note", ids)
    _delete(notes, connection, ids)


def _delete(
    table: Table, connection: Connection, ids: Sequence[str], entering: Entering | None = None
) -> None:
    connection.execute(delete(table).where(table.c.id.in_(ids)))


AUDIT = DisposableClass("audit", partial(_candidates, "audit"), partial(_delete, audit_entries))
DETERMINATION = DisposableClass(
    "determination", partial(_candidates, "determination"), _remove_determinations
)
NOTE = DisposableClass("note", partial(_candidates, "note"), _remove_notes)

"""The audit entry for a change of a row that may change states what the row is from then on.

The entry is sealed, the row is not: so a row with another value and a digest that fits
contradicts the trail. Columns that change without an entry (`passing` in the table's `info`) do
not count.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, select

from app.records.changing import DIGEST
from app.records.digests import record_digest
from app.records.entries import AuditEntry
from app.records.tables import audit_entries

UNLIKE = "unlike"
"""Stands for the state of a row that was not as its last entry said when the service changed it."""


def state_of(table: Table, row: Mapping[str, Any], also: str | None = None) -> str:
    """A row's version, and a digest over all its columns but the passing ones. *also* is what
    belongs to it in other tables.
    """
    passing = table.info.get("passing", ())
    columns = {name: value for name, value in row.items() if name != DIGEST and name not in passing}
    digest = record_digest(f"{table.info['kind']} state", {**columns, "also": also})
    return f"{row['version']}:{digest}"


def stated_states(connection: Connection, kinds: tuple[str, ...], object_id: str) -> list[str]:
    """The states that the audit trail gives of what it names so."""
    entry = audit_entries.c
    chosen = select(entry.state_after).where(
        entry.kind.in_(kinds),
        entry.object_id == object_id,
        entry.outcome == "done",
        entry.state_after.is_not(None),
    )
    return [str(state) for state in connection.execute(chosen).scalars()]


def stating(
    connection: Connection, audit: AuditEntry, after: str, before: str | None = None
) -> AuditEntry:
    """The entry with the state that a change leaves. Where the row was not as the trail said
    *before*, the entry does not state what it is now: else it would vouch for somebody's tampering.
    """
    if before is not None and audit.object_id is not None:
        known = stated_states(connection, (audit.kind,), audit.object_id)
        if known and before not in known:
            after = f"{after.split(':')[0]}:{UNLIKE}"
    return replace(audit, state_after=after)

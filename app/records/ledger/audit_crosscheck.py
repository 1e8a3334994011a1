"""Cross-check of unsealed rows with the audit trail, which is sealed and records each creation and
deletion.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, Uuid, case, func, select

from app.records.applicants.applicant_tables import applicants
from app.records.damaged import PAGE, askable, paged, rows
from app.records.holds import HOLDABLE
from app.records.identity import is_id
from app.records.machines.credential_tables import credentials
from app.records.people.account_tables import accounts
from app.records.tables import audit_entries, holds

REMOVED = "was removed: the audit trail records its creation"
INSERTED = "was inserted: the audit trail has no record of its creation"


def _by_id(row: Mapping[str, Any]) -> str:
    return str(row["id"])


def _by_object(row: Mapping[str, Any]) -> str:
    return _on(row["object_id"])


def _on(object_id: str) -> str:
    return f"on {object_id}"


class AuditedTable(NamedTuple):
    """A table of whose rows the audit trail tells: by which column it names them, under which
    kinds, made and ended by what.

    *called* says what a complaint calls a row that is there, *missed* what it calls one of which
    only the trail knows.
    """

    table: Table
    named_by: Column[Any]
    kinds: tuple[str, ...]
    made: str
    ended: tuple[str, ...] = ()
    called: Callable[[Mapping[str, Any]], str] = _by_id
    missed: Callable[[str], str] = str


AUDITED = (
    AuditedTable(accounts, accounts.c.id, ("account",), "account.created"),
    AuditedTable(credentials, credentials.c.id, ("key", "client"), "credential.create"),
    AuditedTable(holds, holds.c.object_id, HOLDABLE, "hold.placed", called=_by_object, missed=_on),
    AuditedTable(
        applicants,
        applicants.c.subject,
        ("applicant",),
        "applicant.created",
        ("applicant.forgotten", "applicant.disposed"),
    ),
)
"""Accounts, credentials and holds have no ending: they are disabled, revoked and lifted, and stay.
A hold is told by what it holds, and there may be several; an applicant by the subject reference,
which may be given again once it was forgotten."""


Stray = tuple[str, str, str]
"""A row that is there and should not be, or the other way round: its kind, its name and what is
wrong.
"""


def strays(connection: Connection, entries_were_disposed: bool) -> Iterator[Stray]:
    """Where the rows are other than the audit trail tells.

    Once *entries_were_disposed*, of a row that the trail does not know nobody can say any more that
    it was inserted.
    """
    for each in AUDITED:
        yield from _removed(connection, each)
        if not entries_were_disposed:
            yield from _inserted(connection, each)


def _removed(connection: Connection, each: AuditedTable) -> Iterator[Stray]:
    for page in paged(_expected_counts(connection, each)):
        there = _there(connection, each, [name for name, _ in page])
        for name, expected in page:
            if there[name] < expected:
                yield each.table.info["kind"], each.missed(name), REMOVED


def _inserted(connection: Connection, each: AuditedTable) -> Iterator[Stray]:
    key = next(iter(each.table.primary_key.columns))
    readable = (
        (found.row[each.named_by.name], found.row)
        for found in rows(connection, each.table, key)
        if found.row is not None
    )
    for page in paged(readable):
        names = [name for name, _ in page]
        expected, there = (
            Counter(dict(_expected_counts(connection, each, names))),
            _there(connection, each, names),
        )
        for name, row in page:
            if expected[name] < there[name]:
                yield each.table.info["kind"], each.called(row), INSERTED


def _expected_counts(
    connection: Connection, each: AuditedTable, names: Iterable[str] | None = None
) -> Iterator[tuple[str, int]]:
    """How many rows of each name the audit trail implies: creations minus deletions; all names, or
    these.
    """
    entry = audit_entries.c
    count = func.sum(case((entry.action == each.made, 1), else_=-1))
    counted = select(entry.object_id, count).where(
        entry.kind.in_(each.kinds), entry.action.in_((each.made, *each.ended))
    )
    counted = counted.where(entry.outcome == "done", entry.object_id.is_not(None)).group_by(
        entry.object_id
    )
    if names is not None:
        counted = counted.where(entry.object_id.in_(askable(names)))
    for name, expected in connection.execution_options(yield_per=PAGE).execute(counted):
        yield str(name), expected


def _there(connection: Connection, each: AuditedTable, names: Iterable[str]) -> Counter[str]:
    asked = [
        name for name in askable(names) if is_id(name) or not isinstance(each.named_by.type, Uuid)
    ]
    counted = (
        select(each.named_by, func.count()).where(each.named_by.in_(asked)).group_by(each.named_by)
    )
    return Counter({str(name): count for name, count in connection.execute(counted)})

"""Cross-check of unsealed rows with the audit trail, which is sealed and records each creation and
deletion.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, Uuid, func, select

from app.records.applicants.applicant_tables import applicants
from app.records.approvals.approval_tables import approvals
from app.records.damaged import PAGE, askable, paged, rows
from app.records.holds import HOLDABLE
from app.records.identity import is_id
from app.records.letters.letter_tables import letters
from app.records.machines.credential_tables import credentials
from app.records.machines.program_tables import programs
from app.records.organizations.organization_tables import organizations
from app.records.people.account_tables import accounts, second_factors
from app.records.tables import audit_entries, determinations, holds, verifications
from app.records.verifying.disposal_proofs import BY_ONE, DISPOSED, ENDED, RELEASED_BY, STATED
from app.records.verifying.times import PLAYED
from app.records.waivers.crosscheck import unlike_their_steps
from app.records.waivers.waiver_tables import waiver_requests

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
    AuditedTable(
        second_factors,
        second_factors.c.id,
        ("second_factor",),
        "second_factor.added",
        ("second_factor.removed",),
    ),
    AuditedTable(organizations, organizations.c.id, ("organization",), "organization.created"),
    AuditedTable(approvals, approvals.c.id, ("approval",), "approval.proposed"),
    AuditedTable(credentials, credentials.c.id, ("key", "client"), "credential.create"),
    AuditedTable(programs, programs.c.id, ("program",), "program.created"),
    AuditedTable(
        verifications,
        verifications.c.id,
        ("verification",),
        "verification.started",
        ("verification.disposed",),
    ),
    AuditedTable(holds, holds.c.object_id, HOLDABLE, "hold.placed", called=_by_object, missed=_on),
    AuditedTable(
        applicants,
        applicants.c.subject,
        ("applicant",),
        "applicant.created",
        ("applicant.forgotten", "applicant.disposed"),
    ),
    AuditedTable(
        waiver_requests, waiver_requests.c.id, ("waiver",), "waiver.receive", ("waiver.disposed",)
    ),
    AuditedTable(letters, letters.c.id, ("letter",), "letter.made", ("letter.disposed",)),
)
"""Accounts, organizations, approvals, credentials and holds have no ending: they are disabled,
closed, decided, revoked and lifted, and stay.
A hold is told by what it holds, and there may be several; an applicant by the subject reference,
which may be given again once it was forgotten."""


MADE = ("determination.made", "determination.redetermined")
"""What the audit trail calls the making of a determination."""
FOR_GOOD = (
    *(DISPOSED, STATED, PLAYED, BY_ONE, RELEASED_BY, ENDED),
    *("hold.placed", "hold.lifted", "hold.covers", "hold.uncovers"),
)
"""Entries that are never disposed of: they prove why something is gone, or was held."""


def needed_entries(connection: Connection, entries: Sequence[Mapping[str, Any]]) -> set[str]:
    """Which of these audit entries a verification needs: those that prove an absence, those that
    state what a row became, and those for the making of a row or a determination that is there.
    """
    needed = {
        str(entry["id"])
        for entry in entries
        if entry["action"] in FOR_GOOD or entry["state_after"] is not None
    }
    for kinds, named_by, actions in (
        (("determination",), determinations.c.id, MADE),
        *((each.kinds, each.named_by, (each.made, *each.ended)) for each in AUDITED),
    ):
        about = [
            entry
            for entry in entries
            if entry["kind"] in kinds and entry["action"] in actions and entry["object_id"]
        ]
        there = _names_there(connection, named_by, [entry["object_id"] for entry in about])
        needed |= {str(entry["id"]) for entry in about if entry["object_id"] in there}
    return needed


def _names_there(connection: Connection, named_by: Column[Any], names: list[str]) -> set[str]:
    asked = [name for name in askable(names) if is_id(name) or not isinstance(named_by.type, Uuid)]
    found = connection.execute(select(named_by).where(named_by.in_(asked)))
    return {str(name) for name in found.scalars()}


Stray = tuple[str, str, str]
"""A row that is there and should not be, or the other way round: its kind, its name and what is
wrong.
"""


def strays(connection: Connection) -> Iterator[Stray]:
    """Where the rows are other than the audit trail or the sealed steps of a request tell.

    The entries about a row that is there are never disposed of, so every row can be asked for.
    """
    yield from unlike_their_steps(connection)
    for each in AUDITED:
        yield from _removed(connection, each)
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
    """How many rows of each name the audit trail implies, all names or these: creations minus
    deletions, where a deletion whose creation was disposed of counts for nothing.
    """
    entry = audit_entries.c
    chosen = select(entry.object_id, entry.action).where(
        entry.kind.in_(each.kinds), entry.action.in_((each.made, *each.ended))
    )
    chosen = chosen.where(entry.outcome == "done", entry.object_id.is_not(None))
    if names is not None:
        chosen = chosen.where(entry.object_id.in_(askable(names)))
    chosen = chosen.order_by(entry.object_id, entry.at, entry.id)
    found = connection.execution_options(yield_per=PAGE).execute(chosen)
    for name, actions in groupby(found, key=lambda row: str(row.object_id)):
        count = 0
        for row in actions:
            count = count + 1 if row.action == each.made else max(count - 1, 0)
        yield name, count


def _there(connection: Connection, each: AuditedTable, names: Iterable[str]) -> Counter[str]:
    asked = [
        name for name in askable(names) if is_id(name) or not isinstance(each.named_by.type, Uuid)
    ]
    counted = (
        select(each.named_by, func.count()).where(each.named_by.in_(asked)).group_by(each.named_by)
    )
    return Counter({str(name): count for name, count in connection.execute(counted)})

"""Comparison of rows that may change with the states that the sealed audit trail gives of them.

So a fitting digest beside a changed value is not enough: the last entry states another value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, func, select

from app.records.approvals.approval_tables import approvals
from app.records.changing import DIGEST, digest_of
from app.records.damaged import UNREADABLE, askable, paged, rows
from app.records.holds import HOLDABLE
from app.records.machines.credential_tables import credentials
from app.records.machines.credentials import secrets_text
from app.records.machines.program_tables import programs
from app.records.organizations.organization_tables import organizations
from app.records.people.account_tables import accounts, second_factors
from app.records.stating import state_of
from app.records.tables import audit_entries, holds
from app.records.verifying.audit_crosscheck import Stray

UNLIKE_TRAIL = "differs from what the audit trail says it became"
UNSTATED = "was made without the state that the audit trail states of each"
LIFTED_LESS = "is not lifted, but the audit trail says that it was"
Also = Callable[[Connection, str], str | None]


def _nothing(connection: Connection, id: str) -> str | None:
    return None


class Attested(NamedTuple):
    """A table whose changes the trail states: under which kinds, by which column it names a row,
    what makes a row, and what belongs to it in other tables.
    """

    table: Table
    named_by: Column[Any]
    kinds: tuple[str, ...]
    made: str
    also: Also = _nothing


ATTESTED = (
    Attested(accounts, accounts.c.id, ("account",), "account.created"),
    Attested(second_factors, second_factors.c.id, ("second_factor",), "second_factor.added"),
    Attested(organizations, organizations.c.id, ("organization",), "organization.created"),
    Attested(credentials, credentials.c.id, ("key", "client"), "credential.create", secrets_text),
    Attested(approvals, approvals.c.id, ("approval",), "approval.proposed"),
    Attested(programs, programs.c.id, ("program",), "program.created"),
    Attested(holds, holds.c.object_id, HOLDABLE, "hold.placed"),
)


def unlike_attested(connection: Connection) -> Iterator[Stray]:
    """The rows that are not what the last entry about them says."""
    for each in ATTESTED:
        for page in paged(_readable(connection, each)):
            states = _states(connection, each, [row[each.named_by.name] for row in page])
            for row in page:
                known = states.get(str(row[each.named_by.name]), [])
                if known and not _fits(each, _state(connection, each, row), known):
                    yield each.table.info["kind"], str(row["id"]), UNLIKE_TRAIL
        yield from _unstated(connection, each)
    yield from _not_lifted(connection)


def _readable(connection: Connection, each: Attested) -> Iterator[Mapping[str, Any]]:
    """The rows that are as their own digest says; the others are named for that already."""
    key = next(iter(each.table.primary_key.columns))
    for found in rows(connection, each.table, key):
        row = found.row
        if row is not None and row[DIGEST] == digest_of(each.table, row):
            yield row


def _state(connection: Connection, each: Attested, row: Mapping[str, Any]) -> str:
    try:
        return state_of(each.table, row, each.also(connection, str(row["id"])))
    except UNREADABLE:
        return "unreadable"


def _states(connection: Connection, each: Attested, names: Iterable[str]) -> dict[str, list[str]]:
    entry = audit_entries.c
    chosen = select(entry.object_id, entry.state_after).where(
        entry.kind.in_(each.kinds),
        entry.object_id.in_(askable(names)),
        entry.outcome == "done",
        entry.state_after.is_not(None),
    )
    states: dict[str, list[str]] = {}
    for row in connection.execute(chosen):
        states.setdefault(str(row.object_id), []).append(str(row.state_after))
    return states


def _fits(each: Attested, state: str, known: list[str]) -> bool:
    """Whether a row is as the last entry says. Of holds the trail names what they hold, which may
    be under several, so there the state must be one of those.
    """
    if each.table is holds:
        return state in known
    last = max(map(_version, known))
    return {one for one in known if _version(one) == last} == {state}


def _version(state: str) -> int:
    number = state.partition(":")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else -1


def _unstated(connection: Connection, each: Attested) -> Iterator[Stray]:
    """Entries for the making of a row that state nothing, although earlier ones do."""
    entry = audit_entries.c
    made = (entry.kind.in_(each.kinds), entry.action == each.made, entry.outcome == "done")
    first = select(func.min(entry.at)).where(*made, entry.state_after.is_not(None))
    since = connection.execute(first).scalar_one()
    if since is None:
        return
    chosen = select(entry.object_id).where(*made, entry.state_after.is_(None), entry.at > since)
    for name in connection.execute(chosen).scalars():
        yield each.table.info["kind"], str(name), UNSTATED


def _not_lifted(connection: Connection) -> Iterator[Stray]:
    """What is under more holds than the trail says: one that was lifted stands again."""
    entry = audit_entries.c
    counted = (
        select(entry.object_id, func.count().label("lifted"))
        .where(
            entry.kind.in_(HOLDABLE),
            entry.action == "hold.lifted",
            entry.outcome == "done",
            entry.state_after.is_not(None),
        )
        .group_by(entry.object_id)
    )
    for page in paged(connection.execute(counted).all()):
        names = askable(row.object_id for row in page)
        there = select(holds.c.object_id, func.count()).where(
            holds.c.object_id.in_(names), holds.c.lifted_at.is_not(None)
        )
        found = {str(name): n for name, n in connection.execute(there.group_by(holds.c.object_id))}
        for row in page:
            if found.get(str(row.object_id), 0) < row.lifted:
                yield "hold", f"on {row.object_id}", LIFTED_LESS


def unattested(connection: Connection) -> dict[str, int]:
    """How many rows of each kind the trail states nothing of: they were made, and last changed,
    before it did.
    """
    counts = {}
    for each in ATTESTED:
        count = 0
        for page in paged(_readable(connection, each)):
            states = _states(connection, each, [row[each.named_by.name] for row in page])
            count += sum(str(row[each.named_by.name]) not in states for row in page)
        if count:
            counts[str(each.table.info["kind"])] = count
    return counts

"""Changes of accounts within a transaction that somebody else opened. Each has its audit entry."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, delete
from sqlalchemy.exc import IntegrityError

from app.records.changing import add, locked, write
from app.records.entries import AuditEntry, IdempotencyRecord, Row
from app.records.machines.program_tables import consents
from app.records.organizations.organizations import require_open
from app.records.people.account_tables import account_sessions, accounts, drafts
from app.records.stating import state_of, stating
from app.records.store import enter, store_response


class NameTaken(Exception):
    """There is an account of that name, or of that person at the identity provider."""


class VersionDiffers(Exception):
    """The account was changed since it was read."""


def nothing_to_check(connection: Connection) -> None:
    """For a change that may always be."""


def add_account(
    connection: Connection,
    row: Mapping[str, Any],
    audit: AuditEntry,
    response: IdempotencyRecord | None = None,
) -> None:
    """Store a new account with the response to the request for it.

    Raises:
        NameTaken: there is one of that name, whatever the case of its letters, or of that person at
            the provider.
        OrganizationNotOpen: its organization is closed or unknown.
        AlreadyAnswered: the idempotency key was used first by another request.
    """
    store_response(connection, response)
    require_open(connection, row["organization"])
    try:
        add(connection, accounts, row)
    except IntegrityError:
        raise NameTaken(row["id"]) from None
    enter(connection, stating(connection, audit, state_of(accounts, row)))


def change_account(
    connection: Connection,
    id: str,
    values: Mapping[str, Any],
    audit: AuditEntry,
    version: int | None = None,
    ends: bool = False,
    check: Callable[[Connection], None] = nothing_to_check,
) -> Row:
    """Change columns of an account and give its row as it is then; with *ends*, its sessions end
    too. Its drafts end where it is disabled.

    Raises:
        VersionDiffers: it is not of this version, or there is no such account any more.
        OrganizationNotOpen: its new organization is closed or unknown.
        Exception: *check* raises where the change must not be.
    """
    check(connection)
    require_open(connection, values.get("organization"))
    row = locked(connection, accounts, accounts.c.id == id)
    if row is None or version not in (None, row["version"]):
        raise VersionDiffers(id)
    after = write(connection, accounts, row, {**values, "version": row["version"] + 1})
    if ends:
        end_access(connection, id)
    if after["disabled_at"] is not None:
        connection.execute(delete(drafts).where(drafts.c.account_id == id))
    enter_change(connection, audit, row, after)
    return after


def end_access(connection: Connection, id: str) -> None:
    """End all sessions of an account, and what its person lets programs do."""
    for table in (account_sessions, consents):
        connection.execute(delete(table).where(table.c.account_id == id))


def account_row(connection: Connection, id: str) -> Row | None:
    """The row of an account, locked until the transaction ends; None for an unknown id."""
    return locked(connection, accounts, accounts.c.id == id)


def enter_change(connection: Connection, audit: AuditEntry, before: Row, after: Row) -> None:
    """Enter that an account was changed, and what it is from then on."""
    states = state_of(accounts, after), state_of(accounts, before)
    enter(connection, stating(connection, audit, *states))

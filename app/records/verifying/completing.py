"""What a backup of an earlier revision lacks, and what the migrations would have made of it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select, union

from app.records.applicants.applicant_tables import applicants
from app.records.changing import add
from app.records.entries import AuditEntry
from app.records.identity import new_id
from app.records.machines.credential_tables import credentials
from app.records.numbers.numbers import give_numbers
from app.records.organizations.organization_tables import organizations
from app.records.organizations.organizations import Organization
from app.records.people.account_tables import accounts
from app.records.stating import state_of, stating
from app.records.store import enter
from app.records.tables import determinations, disposals, holds
from app.records.verifying.disposal_proofs import BY_ONE, KIND

ORGANIZATIONS, NUMBERS, MARKS = "0016", "0017", "0023"
"""The revisions that made organizations, numbers and the entry about earlier disposals from what
was there.
"""
NAMING = (accounts, credentials, applicants, holds, determinations)
RESTORER = "command:restore"
TOGETHER = 1000


class IdsAlike(Exception):
    """Two organization ids differ in case alone; the message names them. Nothing was stored."""


def complete(connection: Connection, revision: str, made_at: datetime) -> None:
    """Within the transaction that restores a backup of a revision, made at an instant: give each
    organization in use a row, each determination its number, and earlier disposals an entry.

    Raises:
        IdsAlike: two ids of organizations differ in case alone.
    """
    if revision < ORGANIZATIONS:
        _create_organizations(connection, made_at)
    if revision < NUMBERS:
        for ids in _determinations(connection):
            give_numbers(connection, "determination", ids)
    if revision < MARKS and connection.execute(select(disposals.c.id).limit(1)).first():
        entry = AuditEntry(new_id(made_at), made_at, RESTORER, BY_ONE, KIND, None, "done")
        enter(connection, entry)


def _create_organizations(connection: Connection, made_at: datetime) -> None:
    named = [
        select(table.c.organization).where(table.c.organization.is_not(None)) for table in NAMING
    ]
    there = set(connection.execute(select(organizations.c.id)).scalars())
    by_key: dict[str, str] = {}
    for id in sorted(set(connection.execute(union(*named)).scalars()) - there):
        other = by_key.setdefault(id.lower(), id)
        if other != id:
            raise IdsAlike(f"the organization ids {other} and {id} differ in case alone")
        organization = Organization(id, id, "other", made_at)
        row = {**asdict(organization), "id_key": organization.key}
        add(connection, organizations, row)
        state = state_of(organizations, row)
        enter(connection, stating(connection, _created(id, made_at), state))


def _created(id: str, at: datetime) -> AuditEntry:
    action, kind = "organization.created", "organization"
    return AuditEntry(new_id(at), at, RESTORER, action, kind, id, "done")


def _determinations(connection: Connection) -> Iterator[list[str]]:
    """The ids of determinations, some at a time."""
    id, after = determinations.c.id, None
    while True:
        chosen = select(id).order_by(id).limit(TOGETHER)
        ids = connection.execute(chosen if after is None else chosen.where(id > after)).scalars()
        page = list(ids)
        if not page:
            return
        yield page
        after = page[-1]

"""A kind of approval for tests: an organization gets the name that was proposed for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import select

from app.access.approvals import KINDS, Approval, ApprovalKind, Effect, Proposal, register
from app.access.origin import DONE, Origin
from app.records.approvals.approvals import Transaction
from app.records.changing import change
from app.records.organizations.organization_tables import organizations
from app.records.stating import state_of, stating
from app.records.store import enter

NAME, RENAMED = "tests.rename", "Renamed with two people"


def digest(transaction: Transaction, id: str) -> str | None:
    """The digest of the renaming: it covers the version that would be renamed."""
    chosen = select(organizations.c.version).where(organizations.c.id == id)
    version = transaction.execute(chosen).scalar_one_or_none()
    return None if version is None else of_version(version)


def of_version(version: int) -> str:
    return sha256(f"{version}:{RENAMED}".encode()).hexdigest()


def rename(transaction: Transaction, approval: Approval) -> None:
    """Rename the organization, once more for each time that this is done."""
    mine = organizations.c.id == approval.object_id
    row = transaction.execute(select(organizations).where(mine)).mappings().one()
    values = {"name": RENAMED, "version": row["version"] + 1}
    after = change(transaction, organizations, mine, values)
    assert after is not None
    entry = Origin("command:tests").did(
        "organization.changed", approval.object_id, DONE, "organization"
    )
    states = state_of(organizations, after), state_of(organizations, dict(row))
    enter(transaction, stating(transaction, entry, *states))


RENAMING = ApprovalKind(
    NAME,
    "holds.write",
    "Rename an organization",
    "/organizations/{id}",
    "/v1/organizations/{id}",
    Effect(digest, rename),
)


@contextmanager
def renaming_known(kind: ApprovalKind = RENAMING) -> Iterator[ApprovalKind]:
    """The kind is registered for as long as it is needed."""
    register(kind)
    try:
        yield kind
    finally:
        KINDS.pop(kind.name)


def proposal(id: str, version: int = 1, **changes: str) -> Proposal:
    """The renaming of an organization of a version."""
    return replace(
        Proposal(NAME, id, of_version(version), "The name on the letters is wrong."), **changes
    )

"""Keeps approvals. What is approved is carried out in the transaction that stores the approval."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, true

from app.records.approvals.approval_tables import approvals
from app.records.approvals.second_person import (
    require_another,
    require_independent,
    require_second_person,
)
from app.records.changing import add, locked, write
from app.records.entries import AuditEntry
from app.records.stating import state_of, stating
from app.records.store import Store, enter

OPEN, EXPIRED = "open", "expired"
APPROVED, REFUSED, WITHDRAWN = "approved", "refused", "withdrawn"
Transaction = Connection
"""A transaction in which an effect is carried out, for those who may not import SQLAlchemy."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody proposed, and what became of it.

    *kind* says what would be done, *object_id* to what, *effect* is the digest of it, *reply* the
    reason of a refusal. *organization* is the proposer's.
    """

    id: str
    kind: str
    object_id: str
    effect: str
    because: str
    proposed_by: str
    proposed_at: datetime
    ends_at: datetime
    organization: str | None = None
    outcome: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reply: str | None = None
    version: int = 1

    def state(self, at: datetime) -> str:
        """What has become of it at an instant: open, expired, or its outcome."""
        if self.outcome is not None:
            return self.outcome
        return OPEN if at < self.ends_at else EXPIRED


@dataclass(frozen=True, slots=True)
class Effect:
    """What approving does.

    *digest* gives the digest of what would be done to an object as things stand, or None where
    nothing can be done any more. *carry_out* does it, *drop* removes what was kept for it where it
    is refused or withdrawn. All work in the transaction of the approval. What *gives_reach* needs
    two people whose accounts nobody else can get into both.
    """

    digest: Callable[[Transaction, str], str | None]
    carry_out: Callable[[Transaction, Approval], object]
    drop: Callable[[Transaction, str], object] = lambda transaction, id: None
    gives_reach: bool = False


class ApprovalChanged(Exception):
    """Somebody else decided the approval first, or there is none. Nothing was changed."""


class ApprovalOver(Exception):
    """The approval is no longer open; *state* says what became of it."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class EffectChanged(Exception):
    """What would be done is no longer what was proposed. Nothing was done."""


class NotYet(Exception):
    """The proposal cannot be approved yet; the message says from when. Nothing was done."""


class AlreadyProposed(Exception):
    """The same is proposed for this object already, and still open."""


_READ = [approvals.c[field.name] for field in fields(Approval)]


def approval_of(row: Any) -> Approval:
    """The approval of a row."""
    return Approval(**{column.name: row[column.name] for column in _READ})


def store_proposal(connection: Connection, approval: Approval, audit: AuditEntry) -> None:
    """Store a proposal with its audit entry, in the transaction that stores what it is about.

    Raises:
        AlreadyProposed: an earlier one of this kind is open for this object.
    """
    chosen = (approvals.c.kind == approval.kind) & (approvals.c.object_id == approval.object_id)
    earlier = connection.execute(select(*_READ).where(chosen)).mappings()
    if any(approval_of(row).state(approval.proposed_at) == OPEN for row in earlier):
        raise AlreadyProposed(approval.object_id)
    row = asdict(approval)
    add(connection, approvals, row)
    enter(connection, stating(connection, audit, state_of(approvals, row)))


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides about a proposal of a version, and when."""

    outcome: str
    by: str
    at: datetime
    version: int
    reply: str | None = None


def decide(
    store: Store, id: str, decision: Decision, audit: AuditEntry, effect: Effect | None = None
) -> Approval:
    """Store what became of a proposal. Where it is approved, its *effect* is carried out in the
    same transaction: both or neither. Otherwise what was kept for it goes.

    Raises:
        ApprovalChanged: it is of another version, or there is none.
        ApprovalOver: it is no longer open.
        NotASecondPerson: the proposer may not decide this, or no proposer withdraws it.
        EffectChanged: what would be done is no longer what was proposed.
        NotYet: it has to wait.
        RecordsUnavailable: nothing was changed.
    """
    with store.writing() as connection:
        row = locked(connection, approvals, approvals.c.id == id)
        if row is None or row["version"] != decision.version:
            raise ApprovalChanged(id)
        proposed = approval_of(row)
        if (state := proposed.state(decision.at)) != OPEN:
            raise ApprovalOver(state)
        _require_person(connection, proposed, decision, effect)
        values = {
            "outcome": decision.outcome,
            "decided_by": decision.by,
            "decided_at": decision.at,
            "reply": decision.reply,
            "version": decision.version + 1,
        }
        after = write(connection, approvals, row, values)
        decided = approval_of(after)
        if effect is not None and decision.outcome != APPROVED:
            effect.drop(connection, proposed.object_id)
        elif effect is not None:
            if effect.digest(connection, proposed.object_id) != proposed.effect:
                raise EffectChanged(id)
            effect.carry_out(connection, decided)
        states = state_of(approvals, after), state_of(approvals, row)
        enter(connection, stating(connection, audit, *states))
    return decided


def _require_person(
    connection: Connection, proposed: Approval, decision: Decision, effect: Effect | None
) -> None:
    if decision.outcome == APPROVED:
        gives_reach = effect is not None and effect.gives_reach
        require = require_independent if gives_reach else require_second_person
        require(connection, proposed.proposed_by, decision.by)
    else:
        require_another(proposed.proposed_by, decision.by, decision.outcome == WITHDRAWN)


def find_approval(store: Store, id: str) -> Approval | None:
    """An approval by its id.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        row = connection.execute(select(*_READ).where(approvals.c.id == id)).mappings()
        found = row.one_or_none()
    return None if found is None else approval_of(found)


def open_approvals(
    store: Store, kinds: Collection[str], at: datetime, of: tuple[str | None] | None
) -> list[Approval]:
    """The open approvals of some kinds, those that end first before the others; *of* limits them
    to those proposed in one organization, or in none.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    asked = select(*_READ).where(
        approvals.c.kind.in_(sorted(kinds)),
        approvals.c.outcome.is_(None),
        approvals.c.ends_at > at,
        _proposed_in(of),
    )
    with store.reading() as connection:
        found = connection.execute(asked.order_by(approvals.c.ends_at, approvals.c.id)).mappings()
        return [approval_of(row) for row in found]


def _proposed_in(of: tuple[str | None] | None) -> ColumnElement[bool]:
    return true() if of is None else approvals.c.organization.is_not_distinct_from(of[0])

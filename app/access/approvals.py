"""What needs a second person: one proposes, another one with the permission approves.

Each kind is registered once, with the permission that it needs and with what approving does. A
proposal names the digest of its effect. Approving computes the digest again and carries the effect
out in the same transaction, so that what is done is what both people saw.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app import clock
from app.access.origin import REFUSED as REFUSED_ENTRY
from app.access.origin import Origin
from app.access.principal import Principal
from app.records.approvals.approvals import (
    APPROVED,
    REFUSED,
    WITHDRAWN,
    AlreadyProposed,
    Approval,
    ApprovalChanged,
    ApprovalOver,
    Decision,
    Effect,
    EffectChanged,
    NotYet,
    Transaction,
    decide,
    find_approval,
    open_approvals,
    store_proposal,
)
from app.records.approvals.second_person import NotASecondPerson
from app.records.identity import new_id
from app.records.store import Store

__all__ = [
    "AlreadyProposed",
    "Approval",
    "ApprovalChanged",
    "ApprovalKind",
    "ApprovalOver",
    "Approvals",
    "Effect",
    "EffectChanged",
    "NotASecondPerson",
    "NotPermitted",
    "NotYet",
    "Proposal",
    "Transaction",
    "register",
]
LASTS = timedelta(days=7)
OBJECT = "approval"


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """A kind of effect that needs a second person.

    *permission* is what the approver needs, and the proposer too unless *proposing* names another
    one. *title* is what people call it, *page* and *resource* the addresses of the object on the
    pages and under /v1, with `{id}` for its id. One that is *everywhere* concerns no organization.
    """

    name: str
    permission: str
    title: str
    page: str
    resource: str
    effect: Effect
    proposing: str | None = None
    everywhere: bool = False

    def is_seen_by(self, by: Principal) -> bool:
        """Whether a caller may propose or approve such a thing."""
        return by.may(self.permission) or by.may(self.proposing or self.permission)


KINDS: dict[str, ApprovalKind] = {}
"""Every kind that was registered, by its name."""


def register(kind: ApprovalKind) -> None:
    """Make a kind known to proposals and to approvers. Do so where the module of the kind is
    imported.

    Raises:
        ValueError: another kind has its name.
    """
    if KINDS.setdefault(kind.name, kind) != kind:
        raise ValueError(f"two kinds of approval are called {kind.name}")


class NotPermitted(Exception):
    """The caller's role lacks the permission that this kind needs; the message names it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to propose: the kind of effect, on which object, the digest of the effect, and why. An
    object that is made with the proposal has its id. A second person may decide while it *lasts*.
    *granted* is the role and the organization that it gives, for the audit trail.
    """

    kind: str
    object_id: str | None
    effect: str
    because: str
    lasts: timedelta = LASTS
    granted: str | None = None


class Approvals:
    """The approvals of the service. Safe to share between threads."""

    def __init__(self, store: Store, kinds: Mapping[str, ApprovalKind] = KINDS) -> None:
        self._store, self._kinds = store, kinds

    def kind_of(self, approval: Approval) -> ApprovalKind | None:
        """The kind of an approval; none where this version no longer knows it."""
        return self._kinds.get(approval.kind)

    def propose(
        self,
        proposal: Proposal,
        by: Principal,
        origin: Origin,
        stores: Callable[[Transaction, Approval], object] = lambda transaction, approval: None,
    ) -> Approval:
        """Propose an effect. By default it waits seven days for a second person. *stores* keeps in
        the same transaction what the effect will need.

        Raises:
            KeyError: nobody registered this kind.
            NotPermitted: the caller may not do this, so may not propose it.
            AlreadyProposed: the same is proposed for this object, and still open.
            RecordsUnavailable: nothing was stored.
        """
        kind = self._kinds[proposal.kind]
        _require(by, kind.proposing or kind.permission)
        now = clock.now()
        id = new_id(now)
        approval = Approval(
            id=id,
            kind=proposal.kind,
            object_id=proposal.object_id or id,
            effect=proposal.effect,
            because=proposal.because,
            proposed_by=by.actor,
            proposed_at=now,
            ends_at=now + proposal.lasts,
            organization=by.organization,
        )
        with self._store.writing() as transaction:
            stores(transaction, approval)
            granted = proposal.granted
            audit = origin.did("approval.proposed", approval.id, kind=OBJECT, granted=granted)
            store_proposal(transaction, approval, audit)
        return approval

    def waiting(self, by: Principal) -> list[Approval]:
        """The open approvals that a caller sees, those that end first before the others.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        everything, now = by.reach.everything, clock.now()
        seen = {
            name: kind for name, kind in self._kinds.items() if everything or kind.is_seen_by(by)
        }
        far = {name for name, kind in seen.items() if everything or kind.everywhere}
        found = open_approvals(self._store, far, now, None)
        if seen.keys() - far:
            found += open_approvals(self._store, seen.keys() - far, now, (by.organization,))
        return sorted(found, key=lambda each: (each.ends_at, each.id))

    def waiting_for(self, kind: str, object_id: str, by: Principal) -> Approval | None:
        """The open approval of a kind for one object, as far as a caller sees it; None where there
        is none.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        found = self.waiting(by)
        return next((it for it in found if (it.kind, it.object_id) == (kind, object_id)), None)

    def find(self, id: str, by: Principal) -> Approval | None:
        """An approval that a caller sees: of the caller's organization and of a kind that the
        caller may do, or any for those who see everything.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        found = find_approval(self._store, id)
        if found is None or by.reach.everything:
            return found
        kind = self.kind_of(found)
        if kind is None or not kind.is_seen_by(by):
            return None
        return found if kind.everywhere or found.organization == by.organization else None

    def approve(self, approval: Approval, by: Principal, origin: Origin) -> Approval:
        """Approve a proposal and carry out its effect, in one transaction.

        Raises:
            NotPermitted, NotASecondPerson: the caller may not approve this.
            ApprovalChanged, ApprovalOver: it is no longer open.
            EffectChanged: what would be done is no longer what was proposed.
            NotYet: it has to wait.
            RecordsUnavailable: nothing was changed.
        """
        kind = self._kinds.get(approval.kind)
        if kind is None:
            raise EffectChanged(approval.id)
        return self._decide(approval, APPROVED, by, origin, effect=kind.effect)

    def refuse(self, approval: Approval, because: str, by: Principal, origin: Origin) -> Approval:
        """Refuse a proposal, with a reason for its proposer.

        Raises:
            NotPermitted, NotASecondPerson, ApprovalChanged, ApprovalOver, RecordsUnavailable: as
                for `approve`.
        """
        return self._decide(approval, REFUSED, by, origin, because, self._effect(approval))

    def withdraw(self, approval: Approval, by: Principal, origin: Origin) -> Approval:
        """Withdraw one's own proposal.

        Raises:
            NotPermitted, NotASecondPerson, ApprovalChanged, ApprovalOver, RecordsUnavailable: as
                for `approve`.
        """
        return self._decide(approval, WITHDRAWN, by, origin, effect=self._effect(approval))

    def _effect(self, approval: Approval) -> Effect | None:
        kind = self._kinds.get(approval.kind)
        return None if kind is None else kind.effect

    def _decide(
        self,
        approval: Approval,
        outcome: str,
        by: Principal,
        origin: Origin,
        because: str | None = None,
        effect: Effect | None = None,
    ) -> Approval:
        """Decide a proposal. An attempt that is not permitted goes into the audit trail too."""
        action = f"approval.{outcome}"
        decision = Decision(outcome, by.actor, clock.now(), approval.version, because)
        audit = origin.did(action, approval.id, kind=OBJECT)
        kind = self._kinds.get(approval.kind)
        try:
            if kind is not None:
                withdraws = outcome == WITHDRAWN
                _require(by, (kind.proposing if withdraws else None) or kind.permission)
            return decide(self._store, approval.id, decision, audit, effect)
        except (NotPermitted, NotASecondPerson, NotYet):
            self._store.note(origin.did(action, approval.id, REFUSED_ENTRY, OBJECT))
            raise


def _require(by: Principal, permission: str) -> None:
    if not by.may(permission):
        raise NotPermitted(f"This needs the permission {permission}.")

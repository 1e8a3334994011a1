"""Keys and clients that may more than their administrator: proposed, and carried out once a second
person approves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app import clock
from app.access.approvals import (
    Approval,
    ApprovalKind,
    Approvals,
    Effect,
    EffectChanged,
    Proposal,
    Transaction,
    register,
)
from app.access.credentials import (
    OVERLAP_HOURS,
    CredentialRefused,
    Credentials,
    Wanted,
    expiry_in,
    new_key,
    secret_of,
)
from app.access.granting.reach import Halves, halved_key, is_above
from app.access.origin import Origin, given
from app.access.principal import Principal
from app.access.roles import Roles
from app.records.approvals.grants import Grant, drop_grant, grant_within, keep_grant
from app.records.entries import ResponseFor, no_response
from app.records.machines.credentials import (
    Credential,
    Secret,
    Stale,
    UnknownCredential,
    add_credential,
    change_credential,
    credential_within,
    replace_secret,
)
from app.records.organizations.organizations import OrganizationNotOpen
from app.records.store import store_response

NAME = "credential.grant"
Stores = Callable[[Transaction], object]


@dataclass(frozen=True, slots=True)
class GrantedCredential:
    """A key or client as it is now, with its new secret if it got one. With an *approval* the rest
    waits for a second person, and *secret* is only its first part.
    """

    credential: Credential
    approval: Approval | None = None
    secret: str | None = None


class CredentialGrants:
    """Makes and changes keys and clients for somebody who asks. What lies above their own reach
    waits for a second person.
    """

    def __init__(self, credentials: Credentials, approvals: Approvals, roles: Roles) -> None:
        self._credentials, self._approvals, self._roles = credentials, approvals, roles

    def create(
        self, wanted: Wanted, by: Principal, origin: Origin, response: ResponseFor = no_response
    ) -> GrantedCredential:
        """Make a key or a client. Above the caller's reach the service accepts its secret from the
        approval on.

        Raises:
            Exception: as for `Credentials.create`.
        """
        scopes = self._credentials.check(wanted)
        if not is_above(self._roles, by, wanted.role, wanted.organization, scopes):
            new = self._credentials.create(wanted, origin, response)
            return GrantedCredential(new.credential, secret=new.secret)
        halves = halved_key(new_key())
        now = clock.now()
        made, days = self._credentials.unsaved(wanted, scopes, halves.whole, origin, now)
        granted = given(made.role, made.organization)
        audit = origin.did("credential.create", made.id, kind=made.kind, granted=granted)

        def stores(transaction: Transaction) -> None:
            store_response(transaction, response(made.id))
            add_credential(transaction, made, audit)

        grant = Grant(made.id, "credential.change", {"days": days}, halves.second)
        try:
            approval = self._propose(made, grant, f"Create the {made.kind}", by, origin, stores)
        except OrganizationNotOpen as refused:
            raise CredentialRefused("organization", str(refused)) from None
        return GrantedCredential(made, approval, halves.first)

    def change(
        self,
        id: str,
        version: int,
        by: Principal,
        origin: Origin,
        name: str | None = None,
        days: int | None = None,
    ) -> GrantedCredential:
        """Give a key or client another name, or another end. Above the caller's reach a later end
        waits for the approval.

        Raises:
            Exception: as for `Credentials.change`.
        """
        found = self._credentials.find(id)
        is_later = days is not None and expiry_in(clock.now(), days) > found.expires_at
        if not is_later or not self._is_above(by, found):
            return GrantedCredential(
                self._credentials.change(id, version, origin, name=name, days=days)
            )
        changes = self._credentials.check_change(id, name, days)
        changes.pop("expires_at")
        grant = Grant(id, "credential.change", {**changes, "days": days})
        stores = _still_of(id, version)
        return GrantedCredential(
            found, self._propose(found, grant, f"Extend the {found.kind}", by, origin, stores)
        )

    def rotate(
        self,
        id: str,
        version: int,
        by: Principal,
        origin: Origin,
        overlap_hours: int = OVERLAP_HOURS,
        days: int | None = None,
        response: ResponseFor = no_response,
    ) -> GrantedCredential:
        """Create a new secret. Above the caller's reach it comes in two parts, and the service
        accepts it from the approval on.

        Raises:
            Exception: as for `Credentials.rotate`.
        """
        found = self._credentials.find(id)
        if not self._is_above(by, found):
            new = self._credentials.rotate(id, version, origin, overlap_hours, days, response)
            return GrantedCredential(new.credential, secret=new.secret)
        self._credentials.check_rotation(id, overlap_hours, days)
        halves = halved_key(new_key())

        def stores(transaction: Transaction) -> None:
            store_response(transaction, response(id))
            _still_of(id, version)(transaction)

        grant = _rotation(id, halves, overlap_hours, days)
        what = f"Give the {found.kind} a new secret"
        approval = self._propose(found, grant, what, by, origin, stores)
        return GrantedCredential(found, approval, halves.first)

    def waiting(self, id: str, by: Principal) -> Approval | None:
        """What waits for a second person about a credential, as far as somebody sees it.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._approvals.waiting_for(NAME, id, by)

    def _is_above(self, by: Principal, found: Credential) -> bool:
        return is_above(self._roles, by, found.role, found.organization, found.scopes)

    def _propose(
        self,
        found: Credential,
        grant: Grant,
        what: str,
        by: Principal,
        origin: Origin,
        stores: Stores,
    ) -> Approval:
        def keep(transaction: Transaction, _: Approval) -> None:
            stores(transaction)
            keep_grant(transaction, grant)

        where = f" in {found.organization}" if found.organization else ""
        granted = given(found.role, found.organization)
        because = f"{what} {found.name}: {found.role}{where}."
        proposal = Proposal(NAME, found.id, grant.digest(found.version), because, granted=granted)
        return self._approvals.propose(proposal, by, origin, keep)


def _rotation(id: str, halves: Halves, overlap_hours: int, days: int | None) -> Grant:
    secret = secret_of(halves.whole, clock.now())
    change = {"overlap_hours": overlap_hours, "label": secret.label, "sha256": secret.digest.hex()}
    if days is not None:
        change["days"] = days
    return Grant(id, "credential.rotate", change, halves.second)


def _still_of(id: str, version: int) -> Stores:
    """See within a transaction that a credential is still of a version."""

    def check(transaction: Transaction) -> None:
        found = credential_within(transaction, id)
        if found is None:
            raise UnknownCredential
        if found.version != version:
            raise Stale(found.version)

    return check


def _digest(transaction: Transaction, id: str) -> str | None:
    grant, found = grant_within(transaction, id), credential_within(transaction, id)
    if grant is None or found is None or found.revoked_at is not None:
        return None
    return grant.digest(found.version)


def _carry_out(transaction: Transaction, approval: Approval) -> None:
    """Change the key or client in the approver's name.

    Raises:
        EffectChanged: it has expired meanwhile.
    """
    id, by, at = approval.object_id, approval.decided_by, approval.decided_at
    grant, found = grant_within(transaction, id), credential_within(transaction, id)
    assert grant is not None and found is not None and by is not None and at is not None
    wanted = grant.change
    values: dict[str, Any] = {"name": wanted["name"]} if "name" in wanted else {}
    if "days" in wanted:
        values["expires_at"] = expiry_in(at, wanted["days"])
    elif not found.is_live(at):
        raise EffectChanged(approval.id)
    granted = given(found.role, found.organization)
    audit = Origin(by).did(grant.action, id, kind=found.kind, granted=granted)
    if "label" in wanted:
        secret = Secret(wanted["label"], bytes.fromhex(wanted["sha256"]), at)
        ends = at + timedelta(hours=wanted["overlap_hours"])
        replace_secret(transaction, id, None, secret, ends, values, audit)
    else:
        change_credential(transaction, id, None, values, audit)
    drop_grant(transaction, id)


KIND = ApprovalKind(
    NAME,
    "credentials.write",
    "Give a key or a client access",
    "/accounts/credentials/{id}",
    "/v1/credentials/{id}",
    Effect(_digest, _carry_out, drop_grant, gives_reach=True),
    everywhere=True,
)
register(KIND)

"""Accounts that get more than their administrator has: proposed, and carried out once a second
person approves.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from app import clock
from app.access.approvals import (
    Approval,
    ApprovalKind,
    Approvals,
    Effect,
    EffectChanged,
    NotASecondPerson,
    Proposal,
    Transaction,
    register,
)
from app.access.granting.reach import Halves, OwnAccount, halved_password, is_above
from app.access.origin import Origin, actor_of, given
from app.access.principal import Principal
from app.access.roles import Roles
from app.access.roster import NewAccount, Roster, changes_of, check_of
from app.records.approvals.grants import Grant, drop_grant, grant_within, keep_grant
from app.records.entries import ResponseFor, no_response
from app.records.organizations.organizations import OrganizationNotOpen, require_open
from app.records.people.account_changes import (
    VersionDiffers,
    account_row,
    add_account,
    change_account,
)
from app.records.people.account_search import LastAdministrator
from app.records.people.accounts import WAITING, Account, stored_account
from app.records.store import store_response

NAME = "account.grant"
YOURS = "This is your own account. Another person must approve it."


@dataclass(frozen=True, slots=True)
class Granted:
    """An account as it is now. With an *approval* the rest waits for a second person, and *secret*
    is only the first part of the one-time password.
    """

    account: Account
    approval: Approval | None = None
    secret: str | None = None


class AccountGrants:
    """Makes and changes accounts for somebody who asks. What lies above their own reach waits for a
    second person.
    """

    def __init__(self, roster: Roster, approvals: Approvals, roles: Roles) -> None:
        self._roster, self._approvals, self._roles = roster, approvals, roles

    def create(
        self, new: NewAccount, by: Principal, origin: Origin, response: ResponseFor = no_response
    ) -> Granted:
        """Create an account. Above the caller's reach it is disabled until the approval.

        Raises:
            Exception: as for `Roster.create`.
        """
        new.check()
        if not is_above(self._roles, by, new.role, new.organization):
            account, one_time = self._roster.create(new, origin, response=response)
            return Granted(account, secret=one_time)
        at, halves = clock.now(), None if new.subject is not None else halved_password()
        hashed = None if halves is None else self._roster.hashed(halves.whole)
        made = new.account(at, hashed, halves is not None)
        account = replace(made, disabled_at=at, disabled_because=WAITING)
        granted = given(account.role, account.organization)
        audit = origin.did("account.created", account.id, granted=granted)

        def stores(transaction: Transaction) -> None:
            row = {**asdict(account), "name_key": account.key}
            add_account(transaction, row, audit, response(account.id))

        grant = _grant(account, "account.enabled", {"disabled": False}, halves)
        approval = self._propose(account, grant, "Create the account", by, origin, stores)
        return Granted(account, approval, None if halves is None else halves.first)

    def change(
        self,
        account: Account,
        wanted: Mapping[str, Any],
        by: Principal,
        origin: Origin,
        version: int,
    ) -> Granted:
        """Change the role, the organization or whether the account is disabled. Above the caller's
        reach a role, an organization and enabling wait for the approval.

        An account that comes above it from within also gets a one-time password in two parts:
        somebody may know its present password.

        Raises:
            OwnAccount: the caller would change their own role or organization.
            Exception: as for `Roster.change`.
        """
        action, values = changes_of(account, wanted, clock.now())
        moves = bool({"role", "organization"} & values.keys())
        if moves and by.actor == actor_of(account.id):
            raise OwnAccount
        there = replace(account, **{k: values[k] for k in ("role", "organization") if k in values})
        enables = action == "account.enabled"
        if not (moves or enables) or not self._is_above(by, there):
            return Granted(self._roster.change(account, wanted, origin, version))
        is_raised = not self._is_above(by, account) and account.password_hash is not None
        halves = halved_password() if is_raised else None
        grant = _grant(account, action, {**wanted, **self._password(halves)}, halves)

        def stores(transaction: Transaction) -> None:
            _require_version(transaction, account.id, version)
            check_of(account, values)(transaction)
            require_open(transaction, there.organization)

        what = "Enable the account" if enables else "Change the account"
        approval = self._propose(there, grant, what, by, origin, stores)
        return Granted(account, approval, None if halves is None else halves.first)

    def reset_password(
        self,
        account: Account,
        by: Principal,
        origin: Origin,
        version: int,
        response: ResponseFor = no_response,
    ) -> Granted:
        """Give a new one-time password. For an account above the caller's reach it waits for the
        approval, and comes in two parts. Until then the present password works.

        Raises:
            Exception: as for `Roster.reset_password`.
        """
        if not self._is_above(by, account):
            one_time = self._roster.reset_password(
                account, origin, version=version, response=response
            )
            return Granted(account, secret=one_time)
        halves = halved_password()
        grant = _grant(account, "account.password_reset", self._password(halves), halves)

        def stores(transaction: Transaction) -> None:
            store_response(transaction, response(account.id))
            _require_version(transaction, account.id, version)

        what = "Give a new one-time password"
        approval = self._propose(account, grant, what, by, origin, stores)
        return Granted(account, approval, halves.first)

    def waiting(self, account: Account, by: Principal) -> Approval | None:
        """What waits for a second person about an account, as far as somebody sees it.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._approvals.waiting_for(NAME, account.id, by)

    def _is_above(self, by: Principal, account: Account) -> bool:
        return is_above(self._roles, by, account.role, account.organization)

    def _password(self, halves: Halves | None) -> dict[str, Any]:
        return {} if halves is None else {"password_hash": self._roster.hashed(halves.whole)}

    def _propose(
        self,
        account: Account,
        grant: Grant,
        what: str,
        by: Principal,
        origin: Origin,
        stores: Any,
    ) -> Approval:
        """Propose a grant to an account as it will be."""

        def keep(transaction: Transaction, _: Approval) -> None:
            stores(transaction)
            keep_grant(transaction, grant)

        where = f" in {account.organization}" if account.organization else ""
        because = f"{what}: {account.role}{where}."
        granted = given(account.role, account.organization)
        effect = grant.digest(account.version)
        proposal = Proposal(NAME, account.id, effect, because, granted=granted)
        return self._approvals.propose(proposal, by, origin, keep)


def _grant(
    account: Account, action: str, change: Mapping[str, Any], halves: Halves | None
) -> Grant:
    return Grant(account.id, action, dict(change), None if halves is None else halves.second)


def _require_version(transaction: Transaction, id: str, version: int) -> None:
    row = account_row(transaction, id)
    if row is None or row["version"] != version:
        raise VersionDiffers(id)


def _digest(transaction: Transaction, id: str) -> str | None:
    grant, row = grant_within(transaction, id), account_row(transaction, id)
    return None if grant is None or row is None else grant.digest(row["version"])


def _carry_out(transaction: Transaction, approval: Approval) -> None:
    """Change the account in the approver's name.

    Raises:
        NotASecondPerson: it is the approver's own account.
        EffectChanged: its organization was closed meanwhile, or no administrator would remain.
    """
    id, by, at = approval.object_id, approval.decided_by, approval.decided_at
    grant, row = grant_within(transaction, id), account_row(transaction, id)
    assert grant is not None and row is not None and by is not None and at is not None
    if by == actor_of(id):
        raise NotASecondPerson(YOURS)
    account = stored_account(row)
    _, values = changes_of(account, grant.change, at)
    check = check_of(account, values)
    if "password_hash" in grant.change:
        values |= {"password_hash": grant.change["password_hash"], "must_change": True}
        values |= {"failed_attempts": 0, "locked_until": None}
    if values.get("must_change", account.must_change):
        values["password_set_at"] = at
    granted = given(
        values.get("role", account.role), values.get("organization", row["organization"])
    )
    audit = Origin(by).did(grant.action, id, granted=granted)
    ends = "password_hash" in grant.change or "disabled_at" in values
    try:
        change_account(transaction, id, {**values, "changed_at": at}, audit, ends=ends, check=check)
    except (OrganizationNotOpen, LastAdministrator):
        raise EffectChanged(approval.id) from None
    drop_grant(transaction, id)


KIND = ApprovalKind(
    NAME,
    "accounts.write",
    "Give an account access",
    "/accounts/{id}",
    "/v1/accounts/{id}",
    Effect(_digest, _carry_out, drop_grant, gives_reach=True),
    everywhere=True,
)
register(KIND)

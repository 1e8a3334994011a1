"""Administering accounts: making, changing, disabling, unlocking them, and giving one-time
passwords.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uuid_utils import uuid7

from app import clock
from app.access import roles
from app.access.origin import Origin, given
from app.access.passwords import Passwords, check_new, one_time_password
from app.access.roles import ORGANIZATION_NEEDED, OrganizationNeeded, shipped_roles
from app.records.entries import ResponseFor, no_response
from app.records.people.account_changes import nothing_to_check
from app.records.people.account_search import require_another
from app.records.people.accounts import ADMINISTRATOR, Account, Accounts

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,99}", re.ASCII)
NAME_MUST = (
    "Must be 2 to 100 letters, digits and . _ @ + - without spaces, beginning with a "
    "letter or digit."
)
ORGANIZATION = re.compile(roles.ORGANIZATION, re.ASCII)
MAY_ADMINISTER = "accounts.write"
ORGANIZATION_MUST = (
    "Must be at most 100 letters, digits and . _ - without spaces, beginning with "
    "a letter or digit."
)


class NotAnAccount(ValueError):
    """A name, role or organization that no account can have; the message says what it must be."""


class NoOrganization(NotAnAccount):
    """The account would belong to no organization, in a role that sees what its
    organization made.
    """

    def __init__(self) -> None:
        super().__init__(ORGANIZATION_NEEDED)


def peoples_roles() -> list[str]:
    """The names of the roles that people have, in the order of the file; machines have others."""
    return [name for name, role in shipped_roles().roles.items() if role.is_person]


def administering_roles() -> list[str]:
    """The names of the roles that may change accounts."""
    return [
        name for name, role in shipped_roles().roles.items() if MAY_ADMINISTER in role.permissions
    ]


def may_belong_to(role: str, organization: str | None) -> bool:
    """Whether somebody of a role may belong to this organization, or to none: not where the role
    sees what its own made.
    """
    try:
        shipped_roles().reach(role, organization)
    except OrganizationNeeded:
        return False
    return True


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to create. With *subject* the person comes from the identity provider *issuer* and
    has no password.
    """

    name: str
    role: str
    organization: str | None = None
    issuer: str | None = None
    subject: str | None = None
    role_is_provided: bool = False

    def check(self) -> None:
        """Check that the account is valid.

        Raises:
            NotAnAccount: it cannot.
        """
        if not NAME.fullmatch(self.name):
            raise NotAnAccount(f"The sign-in name: {NAME_MUST}")
        if self.role not in peoples_roles():
            raise NotAnAccount(f"The role must be one of {', '.join(peoples_roles())}.")
        if self.organization is not None and not ORGANIZATION.fullmatch(self.organization):
            raise NotAnAccount(f"The organization: {ORGANIZATION_MUST}")
        if not may_belong_to(self.role, self.organization):
            raise NoOrganization

    def account(self, at: datetime, password_hash: str | None, must_change: bool) -> Account:
        """The account as it is kept from a moment on, under an id of its own."""
        return Account(
            id=str(uuid7()),
            name=self.name,
            role=self.role,
            organization=self.organization,
            issuer=self.issuer,
            subject=self.subject,
            role_is_provided=self.role_is_provided,
            password_hash=password_hash,
            password_set_at=None if password_hash is None else at,
            must_change=must_change,
            created_at=at,
            changed_at=at,
            enabled_at=at,
        )


class Roster:
    """The accounts as those see them who administer them. Safe to share between threads."""

    def __init__(self, accounts: Accounts, passwords: Passwords) -> None:
        self.accounts, self._passwords = accounts, passwords

    def create(
        self,
        new: NewAccount,
        origin: Origin,
        password: str | None = None,
        response: ResponseFor = no_response,
    ) -> tuple[Account, str | None]:
        """Create an account; the account, with its one-time password if it gets one.

        *response* is stored in the same transaction.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            NotAnAccount: there can be none of that name, role or organization.
            OrganizationNotOpen: its organization is closed or unknown.
            PasswordRefused: the password is not good enough.
            NameTaken: there is one of that name, or of that person.
            TooManyAtOnce: too many passwords are worked on just now.
            RecordsUnavailable: nothing was stored.
        """
        new.check()
        at, one_time = clock.now(), None
        if password is not None:
            check_new(password, new.name)
        elif new.subject is None:
            one_time = one_time_password()
        account = new.account(at, self.hashed(password or one_time), one_time is not None)
        self.accounts.create(
            account,
            origin.did(
                "account.created", account.id, granted=given(account.role, account.organization)
            ),
            response(account.id),
        )
        return account, one_time

    def hashed(self, password: str | None) -> str | None:
        """The hash of a password; None for none.

        Raises:
            TooManyAtOnce: too many passwords are worked on just now.
        """
        if password is None:
            return None
        with self._passwords.slot():
            return self._passwords.hash(password)

    def change(
        self,
        account: Account,
        wanted: Mapping[str, Any],
        origin: Origin,
        version: int | None = None,
    ) -> Account:
        """Change the role, the organization or whether the account is disabled, and give it as it
        is then. *wanted* may hold the `reason` for disabling it.

        Disabling ends its sessions. What is so already changes nothing; then the account comes back
        as it was. Somebody must remain who administers accounts.

        Raises:
            NoOrganization: the account would belong to none, in a role that needs one.
            LastAdministrator: nobody would remain.
            OrganizationNotOpen: its new organization is closed or unknown.
            VersionDiffers: it was changed since *version*.
            RecordsUnavailable: it could not be changed.
        """
        at = clock.now()
        action, values = changes_of(account, wanted, at)
        if not values and version in (None, account.version):
            return account
        organization = values.get("organization", account.organization)
        granted = given(values.get("role", account.role), organization)
        entry = origin.did(action, account.id, granted=granted)
        return self.accounts.change(
            account.id,
            {**values, "changed_at": at},
            entry,
            version,
            ends=wanted.get("disabled", account.is_disabled),
            check=check_of(account, values),
        )

    def unlock(self, account: Account, origin: Origin) -> None:
        """Forget the attempts on an account that failed.

        Raises:
            RecordsUnavailable: it could not be changed.
        """
        self.accounts.change(
            account.id,
            {"failed_attempts": 0, "locked_until": None},
            origin.did("account.unlocked", account.id),
        )

    def reset_password(
        self,
        account: Account,
        origin: Origin,
        password: str | None = None,
        version: int | None = None,
        response: ResponseFor = no_response,
    ) -> str | None:
        """Set a new password or a one-time password, which it returns. End the sessions of the
        account and unlock it. *response* is stored in the same transaction.

        Raises:
            VersionDiffers: it was changed since *version*.
            AlreadyAnswered: the idempotency key was used first by another request.
            PasswordRefused: the password is not good enough.
            TooManyAtOnce: too many passwords are worked on just now.
            RecordsUnavailable: it could not be changed.
        """
        if password is not None:
            check_new(password, account.name)
        one_time = one_time_password() if password is None else None
        at, granted = clock.now(), given(account.role, account.organization)
        audit = origin.did("account.password_reset", account.id, granted=granted)
        self.accounts.change(
            account.id,
            {
                "password_hash": self.hashed(password or one_time),
                "password_set_at": at,
                "must_change": one_time is not None,
                "changed_at": at,
                "failed_attempts": 0,
                "locked_until": None,
            },
            audit,
            version,
            ends=True,
            response=response(account.id),
        )
        return one_time


def changes_of(
    account: Account, wanted: Mapping[str, Any], at: datetime
) -> tuple[str, dict[str, Any]]:
    """What a change is called in the audit trail, and the columns that become others.

    Raises:
        NoOrganization: the account would belong to none, in a role that needs one.
    """
    values = {name: wanted[name] for name in ("role", "organization") if name in wanted}
    values = {name: value for name, value in values.items() if value != getattr(account, name)}
    if values and not may_belong_to(
        values.get("role", account.role), values.get("organization", account.organization)
    ):
        raise NoOrganization
    if "role" in values:
        values["role_is_provided"] = False
    disabled = wanted.get("disabled", account.is_disabled)
    if disabled == account.is_disabled:
        return "account.changed", values
    values |= _disabled(at, wanted.get("reason")) if disabled else _enabled(at)
    return "account.disabled" if disabled else "account.enabled", values


def check_of(account: Account, values: Mapping[str, Any]) -> Callable[[Any], None]:
    """What must hold in the transaction of a change: somebody remains who administers accounts."""
    if _steps_down(account, values):
        return require_another(account.id, administering_roles())
    return nothing_to_check


def _steps_down(account: Account, values: Mapping[str, Any]) -> bool:
    """Whether somebody who administers accounts no longer does after a change."""
    roles = administering_roles()
    return (
        account.role in roles
        and not account.is_disabled
        and ("disabled_at" in values or values.get("role", account.role) not in roles)
    )


def _disabled(at: datetime, reason: str | None) -> dict[str, Any]:
    return {"disabled_at": at, "disabled_because": ADMINISTRATOR, "disabled_reason": reason}


def _enabled(at: datetime) -> dict[str, Any]:
    """From now on the account may lie unused again."""
    return {
        "disabled_at": None,
        "disabled_because": None,
        "disabled_reason": None,
        "enabled_at": at,
        "failed_attempts": 0,
        "locked_until": None,
    }

"""Administering accounts: making, changing, disabling, unlocking them, and giving one-time
passwords.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uuid_utils import uuid7

from app import clock
from app.access import roles
from app.access.origin import Origin
from app.access.passwords import Passwords, check_new, one_time_password
from app.access.roles import ORGANIZATION_NEEDED, OrganizationNeeded, shipped_roles
from app.records.entries import ResponseFor, no_response
from app.records.people.accounts import ADMINISTRATOR, Account, Accounts

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,99}", re.ASCII)
NAME_MUST = (
    "Must be 2 to 100 letters, digits and . _ @ + - without spaces, beginning with a "
    "letter or digit."
)
ORGANIZATION = re.compile(roles.ORGANIZATION, re.ASCII)
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
        account = Account(
            id=str(uuid7()),
            name=new.name,
            role=new.role,
            organization=new.organization,
            issuer=new.issuer,
            subject=new.subject,
            role_is_provided=new.role_is_provided,
            password_hash=self._hashed(password or one_time),
            password_set_at=at if password or one_time else None,
            must_change=one_time is not None,
            created_at=at,
            changed_at=at,
            enabled_at=at,
        )
        self.accounts.create(
            account, origin.did("account.created", account.id), response(account.id)
        )
        return account, one_time

    def _hashed(self, password: str | None) -> str | None:
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
        is then.

        Disabling ends its sessions. What is so already changes nothing; then the account comes back
        as it was.

        Raises:
            NoOrganization: the account would belong to none, in a role that needs one.
            VersionDiffers: it was changed since *version*.
            RecordsUnavailable: it could not be changed.
        """
        at = clock.now()
        values = {name: wanted[name] for name in ("role", "organization") if name in wanted}
        values = {name: value for name, value in values.items() if value != getattr(account, name)}
        if values and not may_belong_to(
            values.get("role", account.role), values.get("organization", account.organization)
        ):
            raise NoOrganization
        if "role" in values:
            values["role_is_provided"] = False
        disabled = wanted.get("disabled", account.is_disabled)
        action = "account.changed"
        if disabled != account.is_disabled:
            action = "account.disabled" if disabled else "account.enabled"
            values |= _disabled(at) if disabled else _enabled(at)
        if not values and version in (None, account.version):
            return account
        entry = origin.did(action, account.id)
        return self.accounts.change(
            account.id, {**values, "changed_at": at}, entry, version, ends=disabled
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
        self, account: Account, origin: Origin, password: str | None = None
    ) -> str | None:
        """Set a new password or a one-time password, which it returns. End the sessions of the
        account and unlock it.

        Raises:
            PasswordRefused: the password is not good enough.
            TooManyAtOnce: too many passwords are worked on just now.
            RecordsUnavailable: it could not be changed.
        """
        if password is not None:
            check_new(password, account.name)
        one_time = one_time_password() if password is None else None
        at = clock.now()
        self.accounts.change(
            account.id,
            {
                "password_hash": self._hashed(password or one_time),
                "password_set_at": at,
                "must_change": one_time is not None,
                "changed_at": at,
                "failed_attempts": 0,
                "locked_until": None,
            },
            origin.did("account.password_reset", account.id),
            ends=True,
        )
        return one_time


def _disabled(at: datetime) -> dict[str, Any]:
    return {"disabled_at": at, "disabled_because": ADMINISTRATOR}


def _enabled(at: datetime) -> dict[str, Any]:
    """From now on the account may lie unused again."""
    return {
        "disabled_at": None,
        "disabled_because": None,
        "enabled_at": at,
        "failed_attempts": 0,
        "locked_until": None,
    }

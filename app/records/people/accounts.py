"""Keeps people's accounts.

Every change is one transaction together with its entry in the audit trail.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, select

from app.records.changing import digested, insert_unless_there, locked, sweep, write
from app.records.entries import AuditEntry, IdempotencyRecord, Row
from app.records.people.account_changes import (
    add_account,
    change_account,
    end_access,
    enter_change,
    nothing_to_check,
)
from app.records.people.account_tables import (
    accounts,
    drafts,
    sign_in_addresses,
)
from app.records.people.forgiving import forgive
from app.records.store import Store, store_response

ADMINISTRATOR, UNUSED = "administrator", "unused"
WAITING: Literal["waiting"] = "waiting"
"""Why an account is disabled: somebody did it, nobody used it for too long, or it is new and waits
for a second person.
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. *version* counts the changes that an administrator sees; a sign-in is
    none.

    *issuer* and *subject* say who the person is at the identity provider; where *role_is_provided*,
    the provider's claim gives the role at each sign-in. *enabled_at* is when the account was made
    or last enabled: from then on it may lie unused.
    """

    id: str
    name: str
    role: str
    created_at: datetime
    changed_at: datetime
    enabled_at: datetime
    organization: str | None = None
    issuer: str | None = None
    subject: str | None = None
    role_is_provided: bool = False
    password_hash: str | None = None
    password_set_at: datetime | None = None
    must_change: bool = False
    disabled_at: datetime | None = None
    disabled_because: Literal["administrator", "unused", "waiting"] | None = None
    disabled_reason: str | None = None
    failed_attempts: int = 0
    locked_until: datetime | None = None
    last_sign_in_at: datetime | None = None
    version: int = 1

    @property
    def is_disabled(self) -> bool:
        """Whether the account is disabled."""
        return self.disabled_at is not None

    def lies_unused(self, at: datetime, lockout: "Lockout") -> bool:
        """Whether the account is unused for so long that the service disables it."""
        used = max(self.enabled_at, self.last_sign_in_at or self.enabled_at)
        return not self.is_disabled and used < at - lockout.unused

    @property
    def key(self) -> str:
        """The name as names are compared."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Lockout:
    """How attempts to sign in are held back: for how long after how many failures in a row, and
    when accounts count as unused.

    An address is forgotten after *quiet* without a failure.
    """

    of_account: Callable[[int], timedelta | None]
    of_address: Callable[[int], timedelta | None]
    quiet: timedelta
    unused: timedelta


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """The state of a sign-in attempt before the password is checked. It counts as failed until
    `Accounts.succeeded` undoes that.

    *may_pass* is false if the account may not sign in; *account* is set in both cases. If
    *address_held_until* is set, the address must wait, and nothing was counted. *locks*: this
    attempt locks the account unless it succeeds.
    """

    account: Account | None = None
    may_pass: bool = False
    locks: bool = False
    address_held_until: datetime | None = None


_READ = [accounts.c[field.name] for field in fields(Account)]
_NOBODY = digested(
    accounts, {column.name: None for column in accounts.c} | {"id": str(UUID(int=0))}
)
"""Stands for an unknown account. The same statements run and change nothing."""


def stored_account(row: Mapping[Any, Any]) -> Account:
    """The account of a row."""
    return Account(**{column.name: row[column.name] for column in _READ})


def _account(row: Mapping[Any, Any] | None) -> Account | None:
    return None if row is None else stored_account(row)


class Accounts:
    """The stored accounts. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(
        self, account: Account, audit: AuditEntry, response: IdempotencyRecord | None = None
    ) -> None:
        """Store a new account with the response to the request for it.

        Raises:
            NameTaken: there is one of that name, whatever the case of its letters, or of that
                person at the provider.
            OrganizationNotOpen: its organization is closed or unknown.
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: it could not be stored.
        """
        row = {**asdict(account), "name_key": account.key}
        with self._store.writing() as connection:
            add_account(connection, row, audit, response)

    def find(self, id: str) -> Account | None:
        """The account of an id.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._one(accounts.c.id == id)

    def named(self, name: str) -> Account | None:
        """The account with a sign-in name, in upper or lower case.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._one(accounts.c.name_key == name.lower())

    def known_as(self, issuer: str, subject: str) -> Account | None:
        """The account of a person at an identity provider.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._one((accounts.c.issuer == issuer) & (accounts.c.subject == subject))

    def _one(self, chosen: ColumnElement[bool]) -> Account | None:
        with self._store.reading() as connection:
            return _account(
                connection.execute(select(*_READ).where(chosen)).mappings().one_or_none()
            )

    def page(self, after: str | None = None, limit: int | None = None) -> list[Account]:
        """Accounts in order of creation, those after an id.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        asked = select(*_READ).order_by(accounts.c.id).limit(limit)
        with self._store.reading() as connection:
            asked = asked if after is None else asked.where(accounts.c.id > after)
            rows = connection.execute(asked)
            return [Account(**row._mapping) for row in rows]

    def change(
        self,
        id: str,
        values: Mapping[str, Any],
        audit: AuditEntry,
        version: int | None = None,
        ends: bool = False,
        response: IdempotencyRecord | None = None,
        check: Callable[[Connection], None] = nothing_to_check,
    ) -> Account:
        """Change columns of an account and give it as it is then; with *ends*, its sessions end
        too. Its drafts end where it is disabled.

        With *version* the account must still be of that version. *check* raises where the change
        must not be; *response* is stored in the same transaction.

        Raises:
            VersionDiffers: it is not, or there is no such account any more.
            OrganizationNotOpen: its new organization is closed or unknown.
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: it could not be changed.
        """
        with self._store.writing() as connection:
            store_response(connection, response)
            after = change_account(connection, id, values, audit, version, ends, check)
        return stored_account(after)

    def rehashed(self, account: Account, password_hash: str, audit: AuditEntry) -> Account:
        """Keep the same password under a hash of today's cost, unless it was changed meanwhile, and
        give the account with it.

        Raises:
            RecordsUnavailable: nothing was stored.
        """
        same = (accounts.c.id == account.id) & (accounts.c.password_hash == account.password_hash)
        with self._store.writing() as connection:
            row = locked(connection, accounts, same)
            if row is not None:
                values = {"password_hash": password_hash, "version": row["version"] + 1}
                enter_change(connection, audit, row, write(connection, accounts, row, values))
                account = replace(account, version=values["version"])
        return replace(account, password_hash=password_hash)

    def begin_attempt(
        self,
        name: str,
        address: str,
        at: datetime,
        lockout: Lockout,
        retired: Callable[[Account], AuditEntry],
    ) -> SignInAttempt:
        """Count a sign-in attempt as failed before the password is checked, so that parallel
        attempts gain nothing.

        It disables an account that was unused for too long; *retired* gives the entry for that.

        Raises:
            RecordsUnavailable: it could not be counted.
        """
        with self._store.writing() as connection:
            held_until = self._count_address(connection, address, at, lockout)
            if held_until is not None:
                return SignInAttempt(address_held_until=held_until)
            row = locked(connection, accounts, accounts.c.name_key == name.lower())
            account = _account(row)
            if row is not None and account is not None and account.lies_unused(at, lockout):
                row = self._retire(connection, row, at, retired(account))
            return self._count_account(connection, row, at, lockout)

    def _count_address(
        self, connection: Connection, address: str, at: datetime, lockout: Lockout
    ) -> datetime | None:
        """Count an attempt from an address; until when it has to wait, if it has to."""
        table = sign_in_addresses
        connection.execute(
            insert_unless_there(connection, table).values(
                digested(
                    table, {"address": address, "failures": 0, "held_until": None, "tried_at": at}
                )
            )
        )
        row = locked(connection, table, table.c.address == address)
        assert row is not None
        if row["held_until"] is not None and row["held_until"] > at:
            return row["held_until"]  # type: ignore[no-any-return]
        failures = 1 if row["tried_at"] < at - lockout.quiet else row["failures"] + 1
        hold = lockout.of_address(failures)
        write(
            connection,
            table,
            row,
            {
                "failures": failures,
                "held_until": None if hold is None else at + hold,
                "tried_at": at,
            },
        )
        return None

    def _count_account(
        self, connection: Connection, row: Row | None, at: datetime, lockout: Lockout
    ) -> SignInAttempt:
        """Count an attempt on an account. For an unknown name the same statements change
        nothing.
        """
        account = _account(row)
        failures = 0 if account is None else account.failed_attempts
        is_held = (
            account is not None and account.locked_until is not None and account.locked_until > at
        )
        hold = lockout.of_account(failures + 1)
        values = (
            {"failed_attempts": failures, "locked_until": account.locked_until}
            if account is not None and (is_held or account.is_disabled)
            else {
                "failed_attempts": failures + 1,
                "locked_until": None if hold is None else at + hold,
            }
        )
        write(connection, accounts, _NOBODY if row is None else row, values)
        may_pass = account is not None and not is_held and not account.is_disabled
        return SignInAttempt(account, may_pass, locks=may_pass and hold is not None)

    def retire(
        self,
        account: Account,
        at: datetime,
        audit: AuditEntry,
        check: Callable[[Connection], None] = nothing_to_check,
    ) -> bool:
        """Disable an account that lay unused for too long; whether it still did. *check* raises
        where it must stay.

        Raises:
            RecordsUnavailable: it could not be disabled.
        """
        with self._store.writing() as connection:
            check(connection)
            row = locked(connection, accounts, accounts.c.id == account.id)
            still = row is not None and row["last_sign_in_at"] == account.last_sign_in_at
            if row is None or not still or row["version"] != account.version:
                return False
            self._retire(connection, row, at, audit)
        return True

    def _retire(self, connection: Connection, row: Row, at: datetime, audit: AuditEntry) -> Row:
        values = {
            "disabled_at": at,
            "disabled_because": UNUSED,
            "changed_at": at,
            "version": row["version"] + 1,
        }
        end_access(connection, row["id"])
        connection.execute(delete(drafts).where(drafts.c.account_id == row["id"]))
        after = write(connection, accounts, row, values)
        enter_change(connection, audit, row, after)
        return after

    def forget_addresses(self, at: datetime, lockout: Lockout) -> None:
        """Forget addresses that have been quiet for long enough.

        Raises:
            RecordsUnavailable: they could not be forgotten.
        """
        table = sign_in_addresses.c
        with self._store.writing() as connection:
            sweep(connection, table.address, table.tried_at < at - lockout.quiet)

    def succeeded(self, account: Account, address: str) -> None:
        """Undo the count of `begin_attempt`, because the password was correct.

        Raises:
            RecordsUnavailable: it could not be taken back.
        """
        with self._store.writing() as connection:
            forgive(connection, account.id, address)

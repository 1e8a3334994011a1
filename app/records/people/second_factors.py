"""Keeps the second factors of accounts.

What changes them is a `Step` within a transaction, so that the session that a second factor opens
is stored together with its use.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import IntegrityError

from app.records.applicants.encryption import KeyRing, Place
from app.records.changing import add, locked, write
from app.records.entries import AuditEntry, Row
from app.records.people.account_changes import end_access
from app.records.people.account_tables import accounts, second_factors
from app.records.stating import state_of, stating
from app.records.store import Store, enter

APP, PASSKEY, RECOVERY = "app", "passkey", "recovery"
"""What a second factor is; recovery codes stand in for one that somebody lost."""
Step = Callable[[Connection], None]
EntryFor = Callable[[str, str], AuditEntry]
"""Gives the audit entry for what was done to the second factor of an id."""
ADDED, REMOVED = "second_factor.added", "second_factor.removed"


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor of an account. *secret* is encrypted; *counter* keeps it from being used
    twice.
    """

    id: str
    account_id: str
    kind: str
    name: str
    secret: str
    created_at: datetime
    counter: int = 0
    handle: str | None = None
    used_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """What proved a second factor, and when; *step* stores its use."""

    by: str
    at: datetime
    step: Step


class FactorChanged(Exception):
    """Another request used, added or removed a second factor first. Nothing was changed."""


class LastFactor(Exception):
    """The account would have no second factor, and needs one. Nothing was changed."""


_READ = [second_factors.c[field.name] for field in fields(Factor)]


def secret_place(id: str) -> Place:
    """Where the secret of a second factor belongs."""
    return Place("second_factors", id, "secret")


def secret_anew(row: Mapping[str, Any], ring: KeyRing) -> Row:
    """The secret of a row under the present key.

    Raises:
        Unreadable: it cannot be decrypted.
    """
    place = secret_place(row["id"])
    return {"secret": ring.encrypt(ring.decrypt(row["secret"], place), place)}


def factors_of(store: Store, account_id: str) -> list[Factor]:
    """The second factors of an account and its recovery codes, the oldest first.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        return _within(connection, account_id)


def _within(connection: Connection, account_id: str) -> list[Factor]:
    chosen = select(*_READ).where(second_factors.c.account_id == account_id)
    found = connection.execute(chosen.order_by(second_factors.c.id)).mappings()
    return [Factor(**{column.name: row[column.name] for column in _READ}) for row in found]


def take(store: Store, step: Step) -> None:
    """Take a step in a transaction of its own.

    Raises:
        FactorChanged, LastFactor: as the step says.
        RecordsUnavailable: nothing was changed.
    """
    with store.writing() as connection:
        step(connection)


def changing(factor: Factor, values: Mapping[str, Any], audit: AuditEntry) -> Step:
    """Change a second factor that is still as it was read.

    The step raises `FactorChanged` where it is not.
    """

    def step(connection: Connection) -> None:
        row = locked(connection, second_factors, second_factors.c.id == factor.id)
        if row is None or row["version"] != factor.version:
            raise FactorChanged
        changed = {**values, "version": factor.version + 1}
        after = write(connection, second_factors, row, changed)
        states = state_of(second_factors, after), state_of(second_factors, row)
        enter(connection, stating(connection, audit, *states))

    return step


def adding(new: Sequence[Factor], entry_for: EntryFor, is_first: bool) -> Step:
    """Add second factors; with *is_first* the account must have none yet. New recovery codes take
    the place of those before.

    The step raises `FactorChanged` where it has one, or where a passkey is somebody's already.
    """

    def step(connection: Connection) -> None:
        account_id = new[0].account_id
        there = _locked_factors(connection, account_id)
        if is_first and any(each.kind != RECOVERY for each in there):
            raise FactorChanged
        renews = any(each.kind == RECOVERY for each in new)
        former = [each for each in there if renews and each.kind == RECOVERY]
        _remove(connection, former, entry_for)
        for factor in new:
            row = asdict(factor)
            try:
                add(connection, second_factors, row)
            except IntegrityError:
                raise FactorChanged from None
            audit = entry_for(ADDED, factor.id)
            enter(connection, stating(connection, audit, state_of(second_factors, row)))

    return step


def removing(factor: Factor, entry_for: EntryFor, keeps_one: bool) -> Step:
    """Remove a second factor, and with the last one the recovery codes.

    The step raises `LastFactor` where the account *keeps_one* and this is it, `FactorChanged` where
    it is gone.
    """

    def step(connection: Connection) -> None:
        there = _locked_factors(connection, factor.account_id)
        if factor.id not in {each.id for each in there}:
            raise FactorChanged
        others = [each for each in there if each.kind != RECOVERY and each.id != factor.id]
        if keeps_one and not others:
            raise LastFactor
        _remove(connection, [each for each in there if each.id == factor.id], entry_for)
        if not others:
            _remove(connection, [each for each in there if each.kind == RECOVERY], entry_for)

    return step


def resetting(account_id: str, entry_for: EntryFor, audit: AuditEntry) -> Step:
    """Remove every second factor of an account, and end its sessions and what its person lets
    programs do.
    """

    def step(connection: Connection) -> None:
        _remove(connection, _locked_factors(connection, account_id), entry_for)
        end_access(connection, account_id)
        enter(connection, audit)

    return step


def factors_digest(connection: Connection, account_id: str) -> str | None:
    """The digest of which second factors an account has; None where it has none. Their use does not
    change it.
    """
    ids = sorted(each.id for each in _locked_factors(connection, account_id))
    return hashlib.sha256(" ".join([account_id, *ids]).encode()).hexdigest() if ids else None


def _locked_factors(connection: Connection, account_id: str) -> list[Factor]:
    """The second factors, with the account locked, so that two requests do not change them at
    once.
    """
    locked(connection, accounts, accounts.c.id == account_id)
    return _within(connection, account_id)


def _remove(connection: Connection, factors: Sequence[Factor], entry_for: EntryFor) -> None:
    for factor in factors:
        connection.execute(delete(second_factors).where(second_factors.c.id == factor.id))
        enter(connection, entry_for(REMOVED, factor.id))

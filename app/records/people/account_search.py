"""Finds accounts: by a part of the sign-in name, by role, by organization, by how they stand."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from typing import Literal

from sqlalchemy import ColumnElement, Connection, func, select

from app.records.people.account_tables import accounts
from app.records.people.accounts import Account
from app.records.store import Store

Standing = Literal["enabled", "disabled", "one_time", "unused", "waiting"]
STANDINGS: tuple[Standing, ...] = ("enabled", "disabled", "one_time", "unused", "waiting")
"""How an account stands. `one_time`: enabled, and nobody has used its one-time password yet.
`unused`: disabled because nobody signed in for too long. `waiting`: new, not approved yet.
"""


class LastAdministrator(Exception):
    """The change would leave no enabled account that administers accounts. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class WantedAccounts:
    """Criteria for accounts; all must match. *name* is a part of the sign-in name."""

    name: str | None = None
    role: str | None = None
    organization: str | None = None
    standing: Standing | None = None


def find_accounts(
    store: Store, wanted: WantedAccounts, limit: int, after: str | None = None
) -> list[Account]:
    """Accounts that are wanted, in order of creation, at most *limit*, those after an id.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    chosen = select(*_READ).where(*_conditions(wanted)).order_by(accounts.c.id).limit(limit)
    if after is not None:
        chosen = chosen.where(accounts.c.id > after)
    with store.reading() as connection:
        return [Account(**row._mapping) for row in connection.execute(chosen)]


def count_accounts(store: Store, wanted: WantedAccounts) -> int:
    """How many accounts are wanted.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    counted = select(func.count()).select_from(accounts).where(*_conditions(wanted))
    with store.reading() as connection:
        return int(connection.execute(counted).scalar_one())


def require_another(account_id: str, roles: Collection[str]) -> Callable[[Connection], None]:
    """A check within a transaction: another enabled account has one of these roles. It locks those
    accounts in the order of their ids, so that two administrators cannot disable each other.

    The check raises `LastAdministrator`.
    """
    chosen = select(accounts.c.id).where(
        accounts.c.role.in_(roles), accounts.c.disabled_at.is_(None)
    )
    locked = chosen.order_by(accounts.c.id).with_for_update(key_share=True)

    def check(connection: Connection) -> None:
        if not set(connection.execute(locked).scalars()) - {account_id}:
            raise LastAdministrator

    return check


_READ = [accounts.c[field.name] for field in fields(Account)]


def _conditions(wanted: WantedAccounts) -> list[ColumnElement[bool]]:
    account, conditions = accounts.c, []
    if wanted.name:
        conditions.append(account.name_key.contains(wanted.name.lower(), autoescape=True))
    if wanted.role:
        conditions.append(account.role == wanted.role)
    if wanted.organization:
        conditions.append(account.organization == wanted.organization)
    if wanted.standing is not None:
        disabled, enabled = account.disabled_at.is_not(None), account.disabled_at.is_(None)
        conditions.append(enabled if wanted.standing in ("enabled", "one_time") else disabled)
    if wanted.standing in ("unused", "waiting"):
        conditions.append(account.disabled_because == wanted.standing)
    if wanted.standing == "one_time":
        conditions.append(account.must_change)
    return conditions

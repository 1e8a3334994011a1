"""What lies in the database after something went wrong, and whether it holds together."""

from collections import Counter
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import func, select

from app.api.http.service import current_service
from app.records.approvals.approval_tables import approvals, grants
from app.records.database import open_database
from app.records.ledger.seals import seal_everything
from app.records.machines.credential_tables import credential_secrets, credentials
from app.records.people.account_tables import accounts
from app.records.store import Store
from app.records.tables import (
    audit_entries,
    decisive_provisions,
    determinations,
    holds,
    idempotency_records,
    laws,
    unsealed,
)
from app.records.verifying.verification import verify
from app.records.voiding.void_tables import voids

TABLES = (
    determinations,
    decisive_provisions,
    audit_entries,
    idempotency_records,
    unsealed,
    laws,
    holds,
    voids,
    accounts,
    credentials,
    approvals,
    grants,
    credential_secrets,
)


def store_of(app: Flask) -> Store:
    """The records of an application."""
    with app.app_context():
        return current_service().store


def counted(store: Store) -> Counter[str]:
    """How many rows there are in every table that something creates rows in."""
    with store.reading() as connection:
        return Counter(
            {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in TABLES
            }
        )


def require_sound(store: Store) -> None:
    """Seal what waits, as the service would, and insist that everything kept holds together."""
    for _ in seal_everything(store, datetime.now(UTC)):
        pass
    verified = verify(store)
    assert () == verified.complaints
    assert 0 == verified.unsealed
    found = counted(store)
    with store.reading() as connection:
        if store.is_sqlite:
            assert "ok" == connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        made = audit_entries.c.action.in_(("determination.made", "determination.redetermined"))
        assert (
            found["determinations"]
            == connection.execute(select(func.count()).where(made)).scalar_one()
        )


def opened(database_url: str) -> Store:
    """The records at an address."""
    return Store(open_database(database_url))


def determinations_by_key(store: Store) -> Counter[str]:
    """How many determinations are kept for each idempotency key, by its digest."""
    with store.reading() as connection:
        rows = connection.execute(
            select(idempotency_records.c.key, func.count()).group_by(idempotency_records.c.key)
        )
        return Counter({row.key: row[1] for row in rows})

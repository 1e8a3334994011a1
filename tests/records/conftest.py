"""Databases of both kinds, migrated, for tests of what is kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from app.records.database import open_database
from app.records.entries import AuditEntry, DeterminationRecord, LawText, NewDetermination
from app.records.identity import first_id, new_id
from app.records.store import Store
from app.settings import Settings

LAW = LawText(
    "sha256:0", {"editions.yaml": "chapter-288: {}\n", "topic/rule.yaml": "provision: topic/rule\n"}
)
RECORD = DeterminationRecord(
    id="019b7ca9-8f2e-7000-8000-000000000001",
    decided_at=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
    question="enrollment.permitted",
    as_of=date(2011, 2, 16),
    edition="chapter-288",
    outcome="ineligible",
    subject="case:1",
    law_digest=LAW.digest,
    request='{"question": "enrollment.permitted"}',
    document='{"says":"§ – “é” 😀","reasons":[{"provision":"topic/rule","decisive":true}]}',
    author="key:1",
    organization="office-1",
    decisive=("topic/rule",),
)


def kept(record: DeterminationRecord = RECORD) -> NewDetermination:
    """A record with the audit entry of its making."""
    entry = AuditEntry(
        new_id(record.decided_at),
        record.decided_at,
        record.author,
        "determination.made",
        "determination",
        record.id,
        "done",
        "::1",
    )
    return NewDetermination(record, entry)


def numbered(number: int, **changes: object) -> DeterminationRecord:
    """The record under another id, which is of the instant of the first."""
    return replace(RECORD, id=f"{RECORD.id[:24]}{number:012}", **changes)  # type: ignore[arg-type]


def made_at(number: int, at: datetime, **changes: object) -> DeterminationRecord:
    """The record as it is decided at another instant, under an id of that instant."""
    id = f"{first_id(at)[:14]}7000-8000-{number:012}"
    return replace(RECORD, id=id, decided_at=at, **changes)  # type: ignore[arg-type]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, instance=tmp_path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(open_database(settings.database_url), LAW)
    yield store
    store.close()


@pytest.fixture
def database(settings: Settings, store: Store) -> Iterator[Engine]:
    """A way into the same database beside the store, with the triggers against changes out of the
    way.
    """
    engine = open_database(settings.database_url)
    if engine.dialect.name == "sqlite":
        event.listen(
            engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = OFF")
        )
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for name in (
                connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
                .scalars()
                .all()
            ):
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for name in (
                connection.execute(
                    text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                )
                .scalars()
                .all()
            ):
                connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
    yield engine
    engine.dispose()

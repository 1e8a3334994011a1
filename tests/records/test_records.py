"""Migrations and the store, on SQLite and, where TEST_POSTGRESQL_URL names a server, on
PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from app.records.database import open_database
from app.records.errors import RecordsUnavailable
from app.records.migrate import (
    MIGRATIONS,
    differences,
    downgrade,
    is_current,
    newest_revision,
    revisions_since,
    upgrade,
)
from app.records.store import Store
from app.settings import Settings
from tests.records.conftest import RECORD, kept, numbered
from tests.stored import document_of


@pytest.fixture
def empty(empty_database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=empty_database_url, instance=tmp_path)


def test_migrations_lead_to_the_tables_that_the_code_describes(empty: Settings) -> None:
    assert not is_current(empty)
    assert differences(empty)

    upgrade(empty)

    assert is_current(empty)
    assert [] == differences(empty)


def test_the_files_of_migrations_are_numbered_as_they_follow_each_other() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)

    followed = [script.revision for script in scripts.walk_revisions()]
    assert sorted(revisions_since("0001"), reverse=True) == followed
    assert newest_revision() == scripts.get_current_head()


def test_migrations_go_down_and_up_again(empty: Settings) -> None:
    upgrade(empty)
    downgrade(empty, "base")

    assert not is_current(empty)

    upgrade(empty)
    upgrade(empty)

    assert is_current(empty)


def test_what_was_kept_is_found_character_for_character(store: Store) -> None:
    store.keep(kept(RECORD))

    assert RECORD.document == document_of(store, RECORD.id)


def test_what_was_not_kept_is_not_found(store: Store) -> None:
    assert document_of(store, RECORD.id) is None


def test_several_are_kept_together_or_not_at_all(store: Store) -> None:
    store.keep(kept(numbered(7)))

    with pytest.raises(RecordsUnavailable):
        store.keep_many([kept(numbered(6)), kept(numbered(7)), kept(numbered(8))])

    assert [None, RECORD.document, None] == [document_of(store, numbered(n).id) for n in (6, 7, 8)]


def test_a_kept_determination_is_never_overwritten(store: Store) -> None:
    store.keep(kept(RECORD))

    with pytest.raises(RecordsUnavailable):
        store.keep(kept(replace(RECORD, document="{}")))

    assert RECORD.document == document_of(store, RECORD.id)


def test_an_error_of_the_database_tells_no_values(store: Store) -> None:
    store.keep(kept(RECORD))

    with pytest.raises(RecordsUnavailable) as refused:
        store.keep(kept(RECORD))

    assert "case:1" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_many_writers_at_once_lose_nothing(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.keep(kept(numbered(number))), range(200)))

    assert all(document_of(store, numbered(number).id) for number in range(200))


def test_every_column_holds_what_it_was_given(store: Store, settings: Settings) -> None:
    store.keep(kept(RECORD))

    with open_database(settings.database_url).connect() as connection:
        row = connection.execute(
            text("select subject, outcome, request, law_digest from determinations")
        ).one()

    assert (RECORD.subject, RECORD.outcome, RECORD.request, RECORD.law_digest) == tuple(row)


@pytest.mark.parametrize(
    "address", ["", "x", "sqlite", "oracle+nothing://x/y", "postgresql://h:port/y"]
)
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    with pytest.raises(RecordsUnavailable):
        open_database(address)


def test_the_store_knows_its_revision(store: Store) -> None:
    assert newest_revision() == store.revision()


def test_sqlite_writes_ahead_and_to_the_disk(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")

    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    with engine.connect() as connection:
        told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]

    assert ["wal", 2, 1] == told
    assert [] == inspect(engine).get_table_names()

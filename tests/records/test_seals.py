"""Sealing and verifying: whatever is changed, removed or inserted behind the service's back is
named.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text

from app.api.http.service import Service
from app.determinations.decide import Decider
from app.records.entries import IdempotencyRecord, NewDetermination
from app.records.errors import RecordsUnavailable
from app.records.ledger.checkpoints import read_checkpoints
from app.records.ledger.seals import seal, seal_everything, waiting
from app.records.store import Store
from app.records.tables import APPEND_ONLY, determinations, metadata, sealed_records, seals
from app.records.verifying.verification import Verified, verify
from app.server.sealing import Sealer
from app.settings import Settings
from tests.records.conftest import LAW, RECORD, kept, numbered
from tests.records.everything import keep_everything

NOW = datetime(2026, 1, 2, 4, tzinfo=UTC)


def keep(store: Store, *numbers: int) -> None:
    for number in numbers:
        store.keep(kept(numbered(number)))


@pytest.fixture
def sealed(store: Store) -> Store:
    """Two seals, and one determination that waits for the third."""
    answer = IdempotencyRecord(
        "key:1", "POST /v1/determinations", "0" * 64, "1" * 64, NOW, 201, "/v1/x", None, RECORD.id
    )
    first = kept(numbered(1))
    store.keep(NewDetermination(first.record, first.audit, answer))
    keep(store, 2, 3)
    assert seal(store, NOW) is not None
    keep(store, 4, 5)
    assert seal(store, NOW + timedelta(seconds=1)) is not None
    keep(store, 6)
    return store


def complaints(verified: Verified) -> list[str]:
    return [str(complaint) for complaint in verified.complaints]


def test_what_was_kept_verifies(sealed: Store) -> None:
    verified = verify(sealed)

    assert [] == complaints(verified)
    assert (13, 2, 2) == (verified.records, verified.seals, verified.unsealed)


def test_a_seal_closes_everything_that_waits_law_first(store: Store) -> None:
    keep(store, 1, 2)
    made = seal(store, NOW)

    assert made is not None
    assert (1, 1, 5) == (made.number, made.first, made.count)
    assert 0 == waiting(store).records
    with store.reading() as connection:
        first = connection.execute(
            select(sealed_records).order_by(sealed_records.c.sequence)
        ).first()
    assert first is not None
    assert ("law", LAW.digest) == (first.kind, first.object_id)


def test_nothing_waits_nothing_is_sealed(sealed: Store) -> None:
    assert 1 == len(list(seal_everything(sealed, NOW)))
    assert seal(sealed, NOW) is None


def test_how_long_records_wait_is_read_off_their_ids(store: Store) -> None:
    assert (0, None) == waiting(store)

    keep(store, 2, 1)

    count, since = waiting(store)
    assert 5 == count
    assert NOW - timedelta(hours=1) < (since or NOW) < NOW


def test_an_entry_that_is_no_id_any_more_keeps_nobody_from_looking(
    store: Store, database: Engine
) -> None:
    keep(store, 1)
    with database.begin() as connection:
        connection.execute(text("UPDATE unsealed SET object_id = '!' WHERE kind = 'determination'"))

    assert (3, None) == waiting(store)


def test_a_second_in_which_nothing_was_kept_asks_the_database_once(
    store: Store, settings: Settings, decider: Decider
) -> None:
    sealer = Sealer(Service(settings, decider, store, decider.lawbook.default_edition))
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))

    sealer.seal()

    assert 1 == len([statement for statement in asked if "SELECT" in statement])
    assert not [statement for statement in asked if "INSERT" in statement]


def test_the_text_of_a_law_is_kept_once(sealed: Store) -> None:
    assert LAW == sealed.law(LAW.digest)
    assert sealed.law("sha256:1") is None
    with sealed.reading() as connection:
        assert 1 == connection.execute(text("SELECT count(*) FROM laws")).scalar_one()


def test_many_sealers_and_writers_at_once_leave_one_order_without_gaps(store: Store) -> None:
    def write_or_seal(number: int) -> None:
        keep(store, number)
        if number % 5 == 0:
            seal(store, NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write_or_seal, range(100)))
    list(seal_everything(store, NOW))

    with store.reading() as connection:
        numbers = (
            connection.execute(
                select(sealed_records.c.sequence).order_by(sealed_records.c.sequence)
            )
            .scalars()
            .all()
        )
    assert list(range(1, 202)) == list(numbers)
    assert [] == complaints(verify(store))


def test_a_column_that_cannot_be_read_any_more_is_named_and_the_others_are_looked_at(
    sealed: Store, database: Engine
) -> None:
    if database.dialect.name != "sqlite":
        return  # PostgreSQL keeps no day that is none
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE determinations SET as_of = '2011-99-16' WHERE id = (SELECT min(id) FROM "
                "determinations)"
            )
        )
        connection.execute(
            text("UPDATE determinations SET question = CAST(x'ff00ff' AS TEXT) WHERE id LIKE '%3'")
        )

    named = complaints(verify(sealed))

    assert f"determination {numbered(1).id}: is unreadable: one of its columns was changed" in named
    assert f"determination {numbered(3).id}: was changed after it was stored" in named


def test_a_changed_record_whose_digest_was_changed_with_it_is_named(
    sealed: Store, database: Engine
) -> None:
    forged = numbered(2, outcome="eligible").row()
    with database.begin() as connection:
        connection.execute(
            determinations.update().where(determinations.c.id == forged["id"]).values(forged)
        )

    assert [f"determination {forged['id']}: was changed after it was stored"] == complaints(
        verify(sealed)
    )


@pytest.mark.parametrize("number", [3, 6])
def test_a_removed_record_is_named(sealed: Store, database: Engine, number: int) -> None:
    id = numbered(number).id
    with database.begin() as connection:
        connection.execute(text("DELETE FROM decisive_provisions"))
        connection.execute(determinations.delete().where(determinations.c.id == id))

    assert f"determination {id}: was removed" in complaints(verify(sealed))


def test_an_inserted_record_is_named(sealed: Store, database: Engine) -> None:
    forged = numbered(9)
    with database.begin() as connection:
        connection.execute(determinations.insert(), [forged.row()])

    named = complaints(verify(sealed))

    assert f"determination {forged.id}: was inserted: it has no entry for a seal" in named
    assert (
        f"determination {forged.id}: was inserted: the audit trail has no record of its creation"
        in named
    )


def test_a_record_that_was_slipped_into_a_seal_is_named(sealed: Store, database: Engine) -> None:
    row = numbered(9).row()
    with database.begin() as connection:
        connection.execute(determinations.insert(), [row])
        entry = {
            "sequence": 12,
            "seal": 2,
            "kind": "determination",
            "object_id": row["id"],
            "digest": row["record_digest"],
        }
        connection.execute(sealed_records.insert(), [entry])

    assert "seal 2: does not match its entries: some were removed, inserted or moved" in complaints(
        verify(sealed)
    )


def test_the_first_record_comes_first(sealed: Store, database: Engine) -> None:
    with database.begin() as connection:
        for number in (5, 2):
            connection.execute(
                determinations.update()
                .where(determinations.c.id == numbered(number).id)
                .values(outcome="eligible")
            )

    assert [numbered(2).id, numbered(5).id] == [
        complaint.object_id for complaint in verify(sealed).complaints
    ]


def test_the_loss_of_the_last_seals_shows_against_the_checkpoints(
    store: Store, database: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "elsewhere" / "checkpoints.jsonl"
    keep(store, 1)
    seal(store, NOW, file)
    keep(store, 2)
    seal(store, NOW, file)
    assert [] == complaints(verify(store, read_checkpoints(file)))

    with database.begin() as connection:
        connection.execute(sealed_records.delete().where(sealed_records.c.seal == 2))
        connection.execute(seals.delete().where(seals.c.number == 2))

    named = complaints(verify(store, read_checkpoints(file)))
    assert "seal 2: is missing: the checkpoints note it" in named


CHANGES = {
    True: (
        "UPDATE {0} SET {1} = {1}",
        "DELETE FROM {0}",
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
    ),
    False: ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"),
}


@pytest.mark.parametrize("table", [name for name in APPEND_ONLY if name != "disposals"])
def test_the_database_itself_refuses_changes(store: Store, table: str) -> None:
    keep_everything(store)
    column = next(iter(metadata.tables[table].columns)).name

    for change in CHANGES[store.is_sqlite]:
        with pytest.raises(RecordsUnavailable), store.writing() as connection:
            connection.execute(text(change.format(table, column)))

    assert [] == complaints(verify(store))


def test_what_waits_and_cannot_be_read_is_named_and_the_others_are_sealed(
    store: Store, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    if database.dialect.name != "sqlite":
        return  # PostgreSQL keeps no such text
    keep(store, 1, 2)
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE unsealed SET object_id = CAST(x'61ff62' AS TEXT) WHERE object_id LIKE "
                "'%0002'"
            )
        )

    made = seal(store, NOW)

    assert made is not None
    assert 4 == made.count
    assert "alarm: determination a?b is unreadable and stays unsealed" in caplog.text
    assert seal(store, NOW) is None
    assert 1 == waiting(store).records

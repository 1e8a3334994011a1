"""The file of checkpoints: what was noted stays noted, for each database by itself, and a loss is
accepted only aloud.
"""

import errno
import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.records.database import open_database
from app.records.identity import is_id
from app.records.ledger.checkpoints import (
    Checkpoints,
    Loss,
    database_of,
    lost,
    read_checkpoints,
)
from app.records.ledger.journal import accept_loss
from app.records.ledger.seals import seal
from app.records.migrate import downgrade, upgrade
from app.records.store import Store
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.records.conftest import kept, numbered

NOW = datetime(2026, 1, 2, 4, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints.jsonl"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """Another database beside the first."""
    address = f"sqlite:///{tmp_path / 'other.sqlite'}"
    upgrade(Settings(database_url=address, instance=tmp_path))
    store = Store(open_database(address))
    yield store
    store.close()


def keep_sealed(store: Store, file: Path | None, *numbers: int) -> None:
    """Keep each under a seal of its own."""
    for number in numbers:
        store.keep(kept(numbered(number)))
        assert seal(store, NOW, file) is not None


def reseal_the_last(database: Engine, store: Store, file: Path | None) -> None:
    """What somebody does who removes the last seal, and lets what it closed be sealed anew, without
    one record.
    """
    last = "(SELECT max(number) FROM seals)"
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO unsealed SELECT kind, object_id, digest FROM sealed_records WHERE "
                f"seal = {last} AND kind = 'audit'"
            )
        )
        connection.execute(text(f"DELETE FROM sealed_records WHERE seal = {last}"))
        connection.execute(text(f"DELETE FROM seals WHERE number = {last}"))
    assert seal(store, NOW, file) is not None


def complaints(store: Store, file: Path) -> list[str]:
    return [str(complaint) for complaint in verify(store, read_checkpoints(file)).complaints]


def test_a_number_that_was_noted_with_another_chain_is_not_noted_again_and_sealing_goes_on(
    store: Store, database: Engine, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep_sealed(store, file, 1, 2)
    before = file.read_text()

    with caplog.at_level(logging.ERROR):
        reseal_the_last(database, store, file)

    assert before == file.read_text()
    assert "alarm: the checkpoints have seal 2 with another chain" in caplog.text
    assert "seal 2: differs from the checkpoints" in complaints(store, file)
    keep_sealed(store, file, 3)
    assert 3 == json.loads(file.read_text().splitlines()[-1])["number"]


def test_what_another_process_noted_counts_as_well(
    store: Store, database: Engine, file: Path
) -> None:
    keep_sealed(store, file, 1)
    line = json.loads(file.read_text())
    with file.open("a") as appended:
        appended.write(json.dumps({**line, "number": 2, "chain": "0" * 64}) + "\n")
    before = file.read_text()

    keep_sealed(store, file, 2)

    assert before == file.read_text()


def test_a_number_that_was_noted_twice_with_different_chains_is_named(
    store: Store, database: Engine, file: Path
) -> None:
    keep_sealed(store, file, 1, 2)
    first, noted = file.read_text().splitlines(keepends=True)
    file.write_text(first)
    reseal_the_last(database, store, file)
    with file.open("a") as appended:
        appended.write(noted)

    assert (
        "seal 2: has different chains in the checkpoints: seals were removed and created again"
        in complaints(store, file)
    )


def test_a_line_that_stands_twice_is_nobodys_complaint(store: Store, file: Path) -> None:
    keep_sealed(store, file, 1)
    file.write_text(2 * file.read_text())

    assert [] == complaints(store, file)


def test_another_database_in_the_same_file_is_named_until_its_loss_is_accepted(
    store: Store, other: Store, file: Path
) -> None:
    keep_sealed(store, file, 1, 2)
    keep_sealed(other, file, 3)
    keep_sealed(store, file, 4)
    name, others = name_of(store), name_of(other)
    assert is_id(name)

    assert [f"installation {others}: is noted through seal 1, and is not this database"] == (
        complaints(store, file)
    )
    assert [f"installation {name}: is noted through seal 3, and is not this database"] == (
        complaints(other, file)
    )
    accept_loss(store, file, Loss(0, 1, "it was for training", "command:tests", NOW, others))
    assert [] == complaints(store, file)


def name_of(store: Store) -> str:
    with store.reading() as connection:
        found = database_of(connection)
    assert found is not None
    return found


def test_a_database_that_no_line_is_of_is_named(store: Store, other: Store, file: Path) -> None:
    keep_sealed(other, file, 1)
    keep_sealed(store, None, 1)

    assert [
        "checkpoints file: has no line of this database, which has seals",
        f"installation {name_of(other)}: is noted through seal 1, and is not this database",
    ] == complaints(store, file)


def test_notes_never_begin_above_the_first_seal(
    store: Store, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep_sealed(store, None, 1)

    with caplog.at_level(logging.ERROR):
        keep_sealed(store, file, 2)

    assert "" == file.read_text()
    assert "alarm: the checkpoints have no seal of this database before seal 2" in caplog.text
    accept_loss(store, file, Loss(0, 0, "kept none before", "command:tests", NOW, name_of(store)))
    keep_sealed(store, file, 3)
    assert [] == complaints(store, file)
    assert [1, 2, 3] == sorted(verify(store, read_checkpoints(file)).noted.chains)


def test_what_could_not_be_noted_is_noted_with_the_next_seal(store: Store, file: Path) -> None:
    keep_sealed(store, file, 1)
    keep_sealed(store, None, 2, 3)

    keep_sealed(store, file, 4)

    assert [1, 2, 3, 4] == [json.loads(line)["number"] for line in file.read_text().splitlines()]
    assert [] == complaints(store, file)


def test_a_torn_line_is_named_and_read_past_and_its_seal_noted_again(
    store: Store, file: Path
) -> None:
    keep_sealed(store, file, 1, 2)
    file.write_text(file.read_text()[:-40])

    keep_sealed(store, file, 3)

    assert ["checkpoints line 2: is torn or is no checkpoint; it was read past"] == complaints(
        store, file
    )
    assert [1, 2, 3] == sorted(verify(store, read_checkpoints(file)).noted.chains)
    accept_loss(store, file, Loss(0, 0, "a full disk", "command:tests", NOW, name_of(store)))
    assert [] == complaints(store, file)


def test_a_disk_that_fills_leaves_whole_lines_or_none(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_sealed(store, file, 1)
    before, room = file.read_bytes(), [30, 0]

    def write(descriptor: int, text: bytes, _real: Any = os.write) -> int:
        if not (left := room.pop(0)):
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(_real(descriptor, text[:left]))

    with monkeypatch.context() as full, pytest.raises(OSError, match="No space"):
        full.setattr("app.records.ledger.journal.os.write", write)
        keep_sealed(store, file, 2)
    assert before == file.read_bytes()

    keep_sealed(store, file, 3)
    assert [1, 2, 3] == [json.loads(line)["number"] for line in file.read_text().splitlines()]
    assert [] == complaints(store, file)


def test_lines_from_before_databases_had_names_are_read_all_the_same(
    store: Store, file: Path
) -> None:
    keep_sealed(store, file, 1, 2)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        del line["database"]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))

    assert [] == complaints(store, file)
    file.write_text(file.read_text().replace(lines[1]["chain"], "0" * 64))
    assert ["seal 2: differs from the checkpoints"] == complaints(store, file)


def test_a_database_whose_name_was_removed_is_named(
    store: Store, database: Engine, file: Path
) -> None:
    keep_sealed(store, file, 1)
    with database.begin() as connection:
        connection.execute(text("DELETE FROM installation"))

    assert (
        "installation ?: was removed: the checkpoints cannot identify this database"
        in complaints(store, file)
    )


def test_a_database_that_was_sealed_before_gets_a_name(store: Store, settings: Settings) -> None:
    keep_sealed(store, None, 1)
    downgrade(settings, "0006")
    upgrade(settings)

    assert is_id(name_of(store))
    assert () == verify(store).complaints


def test_a_loss_that_was_accepted_is_told_and_no_complaint_any_more(
    store: Store, database: Engine, file: Path
) -> None:
    keep_sealed(store, file, 1, 2)
    reseal_the_last(database, store, file)
    keep_sealed(store, file, 3)
    assert (2, 3) == lost(store, read_checkpoints(file))

    accept_loss(
        store, file, Loss(1, 3, "a disk broke", "command:tests", NOW, verify(store).database)
    )

    assert not [each for each in complaints(store, file) if each.startswith("seal")]
    assert lost(store, read_checkpoints(file)) is None
    verified = verify(store, read_checkpoints(file))
    assert ["a disk broke"] == [each.because for each in verified.noted.losses]
    assert [1, 2, 3] == sorted(verified.noted.chains)


def test_nothing_is_lost_where_nothing_was_noted(store: Store) -> None:
    keep_sealed(store, None, 1)

    assert lost(store, Checkpoints()) is None

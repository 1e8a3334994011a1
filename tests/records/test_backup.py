"""A backup brings back everything, from one kind of database into the other, and takes nothing that
is not whole.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from app import clock
from app.records.database import open_database
from app.records.errors import RecordsUnavailable
from app.records.ledger.backup import (
    OLDEST,
    NotABackup,
    NotEmpty,
    back_up,
    check_backup,
    count_rows,
    restore,
)
from app.records.ledger.seals import seal
from app.records.migrate import upgrade
from app.records.numbers.numbers import numbers_of
from app.records.organizations.organizations import Organizations
from app.records.store import Store
from app.records.tables import metadata
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.organizations import know
from tests.records.conftest import RECORD, kept, made_at, numbered
from tests.stored import document_of

NOW = datetime(2026, 11, 22, 1, 2, 3, 4, UTC)


@pytest.fixture
def full(store: Store) -> Store:
    know(store, RECORD.organization)
    for number in range(1, 8):
        store.keep(kept(numbered(number)))
    seal(store, clock.now())
    store.keep(kept(made_at(8, clock.now(), subject=None, replaces=numbered(1).id)))
    return store


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """An empty SQLite database, whatever the full one is."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'restored.sqlite'}", instance=tmp_path)
    upgrade(settings)
    store = Store(open_database(settings.database_url))
    yield store
    store.close()


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        rows = {
            table.name: connection.execute(select(table)).all() for table in metadata.sorted_tables
        }
    return {name: sorted((tuple(row) for row in found), key=str) for name, found in rows.items()}


def test_everything_comes_back_as_it_was(full: Store, empty: Store, tmp_path: Path) -> None:
    told: list[int] = []
    written = back_up(full, tmp_path / "backup.gz", NOW, told.append)
    read = restore(empty, tmp_path / "backup.gz", told.append)

    assert {name: count for name, count in written.items() if count} == read
    assert everything(full) == everything(empty)
    assert () == verify(empty).complaints
    assert RECORD.document == document_of(empty, numbered(3).id)
    assert 2 * count_rows(full) == sum(told)


def test_a_backup_of_an_earlier_revision_is_taken_back_and_holds(
    full: Store, empty: Store, tmp_path: Path
) -> None:
    back_up(full, tmp_path / "backup.gz", NOW)
    unpacked = gzip.decompress((tmp_path / "backup.gz").read_bytes())
    lines = [json.loads(line) for line in unpacked.splitlines()]
    lines[0]["revision"] = OLDEST
    for line in lines:
        if line.get("table") == "determinations":
            assert line["row"].pop("made_by") is None
    written = [json.dumps(line).encode() + b"\n" for line in lines[:-1]]
    end = {**lines[-1], "sha256": sha256(b"".join(written)).hexdigest()}
    (tmp_path / "older.gz").write_bytes(
        gzip.compress(b"".join(written) + json.dumps(end).encode() + b"\n")
    )

    restore(empty, tmp_path / "older.gz")

    assert everything(full) == everything(empty)
    assert () == verify(empty).complaints


LATER = ("organizations", "numbers", "approvals", "grants")


def without_later_tables(file: Path, organizations: dict[str, str]) -> None:
    """A backup as the revision before organizations and numbers wrote it, with other names of
    organizations.
    """
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    lines[0]["revision"] = "0009"
    for name in LATER:
        lines[-1]["counts"].pop(name)
    kept = [line for line in lines[:-1] if line.get("table") not in LATER]
    for line in kept:
        row = line.get("row", {})
        if row.get("organization") in organizations:
            row["organization"] = organizations[row["organization"]]
    written = [json.dumps(line).encode() + b"\n" for line in kept]
    end = {**lines[-1], "sha256": sha256(b"".join(written)).hexdigest()}
    file.write_bytes(gzip.compress(b"".join(written) + json.dumps(end).encode() + b"\n"))


def test_a_backup_from_before_organizations_and_numbers_gets_them(
    store: Store, empty: Store, tmp_path: Path
) -> None:
    given = store.keep_many([kept(numbered(number)) for number in range(1, 8)])
    back_up(store, tmp_path / "backup.gz", NOW)
    without_later_tables(tmp_path / "backup.gz", {})

    restore(empty, tmp_path / "backup.gz")

    assert given == numbers_of(empty, "determination", list(given))
    assert ["office-1"] == [each.id for each in Organizations(empty).page()]
    assert () == verify(empty).complaints


def test_two_organizations_that_differ_in_case_alone_stop_it(
    store: Store, empty: Store, tmp_path: Path
) -> None:
    store.keep(kept(numbered(1)))
    store.keep(kept(numbered(2, organization="elsewhere")))
    back_up(store, tmp_path / "backup.gz", NOW)
    without_later_tables(tmp_path / "backup.gz", {"elsewhere": "OFFICE-1"})

    with pytest.raises(NotABackup, match="OFFICE-1 and office-1"):
        restore(empty, tmp_path / "backup.gz")

    assert 0 == count_rows(empty)


def test_a_backup_is_for_its_owner_only(full: Store, tmp_path: Path) -> None:
    back_up(full, tmp_path / "backup.gz", NOW)

    assert 0o600 == (tmp_path / "backup.gz").stat().st_mode & 0o777
    assert ["backup.gz"] == [file.name for file in tmp_path.iterdir() if "backup" in file.name]


def test_a_file_that_is_there_is_not_overwritten(full: Store, tmp_path: Path) -> None:
    (tmp_path / "backup.gz").write_text("precious")

    with pytest.raises(FileExistsError):
        back_up(full, tmp_path / "backup.gz", NOW)

    assert "precious" == (tmp_path / "backup.gz").read_text()


def test_a_backup_that_fails_leaves_no_file(full: Store, tmp_path: Path) -> None:
    def fail(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(full, tmp_path / "backup.gz", NOW, fail)

    assert [] == [file.name for file in tmp_path.iterdir() if "backup" in file.name]


def test_a_backup_goes_into_an_empty_database_only(full: Store, tmp_path: Path) -> None:
    back_up(full, tmp_path / "backup.gz", NOW)
    before = everything(full)

    with pytest.raises(NotEmpty):
        restore(full, tmp_path / "backup.gz")

    assert before == everything(full)


def damaged(file: Path, how: str) -> None:
    raw = file.read_bytes()
    lines = gzip.decompress(raw).splitlines(keepends=True)
    if how == "cut off":
        file.write_bytes(raw[: len(raw) // 2])
    elif how == "not compressed":
        file.write_bytes(b"".join(lines))
    elif how == "a line is missing":
        file.write_bytes(gzip.compress(b"".join(lines[:3] + lines[4:])))
    elif how == "without its end":
        file.write_bytes(gzip.compress(b"".join(lines[:-1])))
    elif how == "something follows":
        file.write_bytes(gzip.compress(b"".join([*lines, lines[2]])))
    elif how == "a value is changed":
        file.write_bytes(gzip.compress(b"".join(lines).replace(b"ineligible", b"eligible  ")))
    elif how == "of another revision":
        header = {**json.loads(lines[0]), "revision": "0001"}
        file.write_bytes(gzip.compress(json.dumps(header).encode() + b"\n" + b"".join(lines[1:])))
    else:
        file.write_bytes(gzip.compress(b'{"format": "something else"}\n'))


HOW = (
    "cut off",
    "not compressed",
    "a line is missing",
    "without its end",
    "something follows",
    "a value is changed",
    "of another revision",
    "something else",
)


@pytest.mark.parametrize("how", HOW)
def test_what_is_not_a_whole_backup_is_refused_and_nothing_is_kept(
    full: Store, empty: Store, tmp_path: Path, how: str
) -> None:
    file = tmp_path / "backup.gz"
    back_up(full, file, NOW)
    damaged(file, how)

    with pytest.raises(NotABackup):
        restore(empty, file)

    assert 0 == count_rows(empty)


def test_a_database_that_is_gone_refuses(empty: Store, full: Store, tmp_path: Path) -> None:
    back_up(full, tmp_path / "backup.gz", NOW)
    nowhere = Store(open_database("postgresql://nobody@127.0.0.1:1/nothing"))

    with pytest.raises(RecordsUnavailable):
        restore(nowhere, tmp_path / "backup.gz")
    assert check_backup(tmp_path / "backup.gz")

"""Whoever can write to the database cannot change, remove or insert anything unnoticed: each attack
ends with a complaint that names what and where, on both databases.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app import clock
from app.records.database import open_database
from app.records.entries import LawText
from app.records.ledger.backup import back_up, restore
from app.records.ledger.checkpoints import read_checkpoints
from app.records.store import Store
from app.records.verifying.verification import verify
from tests.conftest import postgresql_copy
from tests.records.attacking import (
    Attacked,
    Prepared,
    attacked,
    prepare,
    put_aside,
    put_back,
    unguarded,
)
from tests.records.attacks import absences, histories, releases, rows, times
from tests.records.conftest import LAW

Attack = Callable[[Attacked], str]
"""Does something, and gives what the complaint must say."""
ATTACKS: tuple[Attack, ...] = (
    *absences.ATTACKS,
    *histories.ATTACKS,
    *releases.ATTACKS,
    *rows.ATTACKS,
    *times.ATTACKS,
)


class Template(NamedTuple):
    """A prepared database: its address, its file of checkpoints, and what is in it."""

    address: str
    file: Path
    prepared: Prepared


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def template(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template]:
    folder = tmp_path_factory.mktemp("template")
    file = folder / "checkpoints.jsonl"
    if request.param == "sqlite":
        database = folder / "records.sqlite"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), database)
        yield made(f"sqlite:///{database}", file)
        return
    source = request.getfixturevalue("migrated_postgresql")
    with postgresql_copy(f"attacks_{os.getpid()}", source) as address:
        yield made(address, file)


def made(address: str, file: Path) -> Template:
    store = Store(open_database(address), LawText(LAW.digest, LAW.texts))
    prepared = prepare(store, file)
    store.close()
    database = unguarded(address)
    if not address.startswith("sqlite"):
        put_aside(database)
    database.dispose()
    return Template(address, file, prepared)


@pytest.fixture
def copy(template: Template, tmp_path: Path) -> Iterator[Attacked]:
    """The prepared database as it was, for one attack. SQLite's file is copied; PostgreSQL's rows
    are put back, which is quicker than a new database.
    """
    file = tmp_path / "checkpoints.jsonl"
    shutil.copy(template.file, file)
    if template.address.startswith("sqlite"):
        database = tmp_path / "records.sqlite"
        shutil.copy(template.address.removeprefix("sqlite:///"), database)
        with attacked(f"sqlite:///{database}", file, template.prepared) as there:
            yield there
        return
    with attacked(template.address, file, template.prepared) as there:
        put_back(there.database)
        yield there


def test_what_was_prepared_verifies_against_its_checkpoints(copy: Attacked) -> None:
    verified = copy.verified()

    assert ((), ()) == (verified.complaints, verified.proof.short)
    assert ("notes", verified.seals) == (verified.proof.against, verified.proof.through)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_ends_with_a_complaint_that_names_it(copy: Attacked, attack: Attack) -> None:
    expected = attack(copy)

    named = copy.complaints()
    assert any(expected in each for each in named), (expected, named)


def test_an_emptied_database_without_checkpoints_is_named_too(copy: Attacked) -> None:
    histories.every_row_of_every_table_deleted(copy)
    copy.file.unlink()

    assert [
        "checkpoints file: is missing",
        "installation ?: has no seal: nothing proves that it holds everything",
    ] == copy.complaints()


def test_a_forged_backup_that_was_restored_is_named(
    copy: Attacked, migrated_sqlite: Path, tmp_path: Path
) -> None:
    """T21: every digest in it fits, and so does that of the file."""
    expected = rows.the_role_of_an_account(copy)
    back_up(copy.store, tmp_path / "backup.gz", clock.now())
    shutil.copy(migrated_sqlite, tmp_path / "restored.sqlite")
    restored = Store(open_database(f"sqlite:///{tmp_path / 'restored.sqlite'}"))
    restore(restored, tmp_path / "backup.gz")

    named = [str(each) for each in verify(restored, read_checkpoints(copy.file)).complaints]

    restored.close()
    assert [expected] == named


def test_cut_notes_are_no_proof_of_all_seals(copy: Attacked) -> None:
    times.seals_are_old(copy)
    copy.file.write_text("".join(copy.lines()[:-2]))

    verified = copy.verified()

    assert () == verified.complaints
    assert [
        f"The checkpoints note the seals through {verified.seals - 2} of {verified.seals}."
    ] == (list(verified.proof.short))


def test_within_the_moment_before_a_seal_the_record_shows_as_unsealed(copy: Attacked) -> None:
    times.inserted_with_its_entry_before_the_seal(copy)

    verified = copy.verified()

    assert ((), 2) == (verified.complaints, verified.unsealed)

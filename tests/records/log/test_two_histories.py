"""Two services from one backup sign with one key: a witness signs the first history alone."""

import logging
import shutil
import time
from pathlib import Path

import pytest

from app.records.database import open_database
from app.records.log.folder import LogFolder
from app.records.log.growing import grow
from app.records.store import Store
from app.settings import Settings
from app.transparency.checkpoints import read_checkpoint
from app.transparency.key_files import create_key
from app.transparency.keys import COSIGNATURE
from app.transparency.policy import Party
from app.transparency.tiles import subtrees
from app.transparency.tree import consistency_proof
from app.witness.asking import Witnesses
from tests.records.conftest import LAW
from tests.records.log.test_growing import KEY, keep
from tests.servers import free_port
from tests.transparency.grown import fixed_key
from tests.witness.test_commands import served

WITNESS = fixed_key("carrier.example/witness", COSIGNATURE)


def witnessed(store: Store, folder: LogFolder, witnesses: Witnesses) -> int:
    """Grow the log by what was sealed; how many witnesses signed its new head."""
    [grown] = grow(store, folder, KEY)
    size = read_checkpoint(grown.head.text).size
    tree = subtrees(folder.read, size)
    return len(
        list(witnesses.lines(grown.head, size, lambda old: consistency_proof(tree, old, size)))
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_second_history_is_refused_within_a_second(
    store: Store, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folders = LogFolder(tmp_path / "log"), LogFolder(tmp_path / "second" / "log")
    (tmp_path / "witness").mkdir()
    create_key(tmp_path / "witness" / "witness.key", WITNESS)
    with served(tmp_path / "witness", port := free_port(), str(KEY.public)):
        party = {"carrier": Party(WITNESS.public, f"http://127.0.0.1:{port}/")}
        keep(store, range(1, 4))
        assert witnessed(store, folders[0], Witnesses(party)) == 1
        shutil.copytree(tmp_path / "log", tmp_path / "second" / "log")
        assert store.file is not None
        store.close()
        shutil.copy(store.file, tmp_path / "second" / "records.sqlite")
        first, second = (
            Store(open_database(f"sqlite:///{file}"), LAW)
            for file in (store.file, tmp_path / "second" / "records.sqlite")
        )
        keep(first, range(4, 6))
        keep(second, range(6, 9))
        assert witnessed(first, folders[0], Witnesses(party)) == 1
        began = time.monotonic()
        assert witnessed(second, folders[1], Witnesses(party)) == 0
        assert time.monotonic() - began < 1
        first.close()
        second.close()
    assert caplog.record_tuples == [
        (
            "app.witness.asking",
            logging.ERROR,
            "alarm: witness carrier saw another history of this log",
        )
    ]

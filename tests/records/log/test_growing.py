"""The log grows by what was sealed, signs only what goes on from its last head, or says why."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from app.records.digests import leaf_hash
from app.records.ledger.seals import seal
from app.records.log import growing
from app.records.log.folder import WITNESSED, LogFolder
from app.records.log.growing import LogBroken, add_signatures, grow, last_checkpoint
from app.records.log.proving import log_proof
from app.records.store import Store
from app.records.tables import sealed_records
from app.transparency.checkpoints import Checkpoint, read_checkpoint
from app.transparency.keys import COSIGNATURE, ED25519
from app.transparency.notes import cosignature_line, signed
from app.transparency.policy import read_policy
from app.transparency.proofs import read_proof
from app.transparency.tiles import new_tiles, subtrees
from app.transparency.tree import Edge, consistency_proof, is_consistent
from app.transparency.trust import head_under
from tests.records.conftest import kept, numbered
from tests.transparency.grown import fixed_key

KEY = fixed_key("eligibility.example/v1/log", ED25519)
NOW = datetime(2026, 1, 2, 4, tzinfo=UTC)


def keep(store: Store, numbers: range) -> None:
    """Keep determinations and seal them."""
    for number in numbers:
        store.keep(kept(numbered(number)))
    assert seal(store, NOW) is not None


def leaves(store: Store) -> list[bytes]:
    chosen = select(sealed_records).order_by(sealed_records.c.sequence)
    with store.reading() as connection:
        rows = connection.execute(chosen).all()
    return [leaf_hash(row.kind, row.object_id, row.digest) for row in rows]


@pytest.fixture
def folder(tmp_path: Path) -> LogFolder:
    return LogFolder(tmp_path / "log")


def head(folder: LogFolder) -> Checkpoint:
    found = last_checkpoint(folder, KEY.public)
    assert found is not None
    return found


def test_the_log_is_one_tree_over_all_sealed_records(store: Store, folder: LogFolder) -> None:
    assert list(grow(store, folder, KEY)) == []
    keep(store, range(1, 4))
    [first] = grow(store, folder, KEY)
    keep(store, range(4, 9))
    [second] = grow(store, folder, KEY)
    assert list(grow(store, folder, KEY)) == []

    all_leaves, old, new = (
        leaves(store),
        *(read_checkpoint(each.head.text) for each in (first, second)),
    )
    assert (first.before, second.before) == (0, old.size)
    assert (
        new
        == head(folder)
        == Checkpoint(KEY.name, len(all_leaves), Edge().extended(all_leaves).root())
    )
    path = consistency_proof(subtrees(folder.read, new.size), old.size, new.size)
    assert is_consistent(old.size, old.root, new.size, new.root, path)


def test_tiles_grow_alike_in_any_steps(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, range(1, 200))
    whole, small = LogFolder(tmp_path / "whole"), LogFolder(tmp_path / "small")
    [once] = grow(store, whole, KEY)
    monkeypatch.setattr(growing, "TOGETHER", 37)
    *_, last = grow(store, small, KEY)

    assert last.head == once.head
    size = head(small).size
    assert size > 256
    for tile in new_tiles(0, size):
        assert small.read(tile) == whole.read(tile)
    assert not (tmp_path / "small" / "tile" / "0" / "000.p").exists()
    assert subtrees(small.read, 200)(3, 24) == subtrees(whole.read, size)(3, 24)


def test_a_lost_folder_is_made_again_with_the_same_head(
    store: Store, folder: LogFolder, tmp_path: Path
) -> None:
    keep(store, range(1, 4))
    [first] = grow(store, folder, KEY)
    shutil.rmtree(tmp_path / "log")
    assert [each.head for each in grow(store, folder, KEY)] == [first.head]


def broken(store: Store, folder: LogFolder) -> str:
    """Why the log does not go on; its head stays."""
    before = folder.head()
    with pytest.raises(LogBroken) as raised:
        list(grow(store, folder, KEY))
    assert folder.head() == before
    return str(raised.value)


def test_another_history_is_not_signed(store: Store, database: Engine, folder: LogFolder) -> None:
    """Sealed records changed in the database, as by somebody who restored an older backup."""
    keep(store, range(1, 4))
    list(grow(store, folder, KEY))
    size = head(folder).size
    with database.begin() as connection:
        connection.execute(
            text("UPDATE sealed_records SET digest = :digest WHERE sequence = :size"),
            {"digest": "0" * 64, "size": size},
        )
    keep(store, range(4, 6))
    assert broken(store, folder) == f"Record {size} of the log is not that of the database"

    with database.begin() as connection:
        connection.execute(text("DELETE FROM sealed_records"))
    assert broken(store, folder) == f"Record {size} of the log is not that of the database"


def test_a_hole_is_not_signed(store: Store, database: Engine, folder: LogFolder) -> None:
    keep(store, range(1, 4))
    with database.begin() as connection:
        connection.execute(text("DELETE FROM sealed_records WHERE sequence = 3"))
    assert broken(store, folder) == "The sequence of sealed records has a hole after 0"


def lose_tile(path: Path) -> None:
    shutil.rmtree(path / "tile")


def tear_tile(path: Path) -> None:
    next((path / "tile" / "0" / "000.p").iterdir()).write_bytes(b"torn")


def change_tile(path: Path) -> None:
    tile = next((path / "tile" / "0" / "000.p").iterdir())
    tile.write_bytes(bytes(len(tile.read_bytes())))


def change_head(path: Path) -> None:
    content = (path / "checkpoint").read_text(encoding="utf-8")
    (path / "checkpoint").write_text(content.replace("\n7\n", "\n6\n"), encoding="utf-8")


def other_head(path: Path) -> None:
    note = signed(Checkpoint("other.example/log", 7, bytes(32)).text(), KEY)
    (path / "checkpoint").write_text(note.written(), encoding="utf-8")


def no_head(path: Path) -> None:
    (path / "checkpoint").write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lose_tile, "A tile of the log is missing"),
        (tear_tile, "A tile of the log is missing or torn: tile/0/000.p/7 has 4 bytes"),
        (change_tile, "The tiles of the log lead to another root"),
        (change_head, "The head of the log is not signed by its key"),
        (other_head, "The head is of a log with another name"),
        (no_head, "The head of the log is not signed by its key"),
    ],
)
def test_a_damaged_folder_is_not_signed_over(
    store: Store, folder: LogFolder, tmp_path: Path, damage: Callable[[Path], None], why: str
) -> None:
    keep(store, range(1, 4))
    list(grow(store, folder, KEY))
    assert head(folder).size == 7
    damage(tmp_path / "log")
    before = (tmp_path / "log" / "checkpoint").read_bytes()
    with pytest.raises(LogBroken, match=why):
        list(grow(store, folder, KEY))
    assert (tmp_path / "log" / "checkpoint").read_bytes() == before


def test_torn_off_between_tiles_and_head_it_goes_on(
    store: Store, folder: LogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, range(1, 4))
    list(grow(store, folder, KEY))
    keep(store, range(4, 9))
    for writes in (0, 1):  # of the tile and the head
        moved = iter(range(writes))

        def failing(source: Path, target: Path, moved: Iterator[int] = moved) -> None:
            if next(moved, None) is None:
                raise OSError
            shutil.move(source, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", failing)
            with pytest.raises(OSError):
                list(grow(store, folder, KEY))
        assert head(folder).size == 7
    [grown] = grow(store, folder, KEY)
    assert grown.before == 7
    assert head(folder).root == Edge().extended(leaves(store)).root()


def test_signatures_of_witnesses_go_under_their_head_alone(store: Store, folder: LogFolder) -> None:
    witness = fixed_key("carrier.example/witness", COSIGNATURE)
    keep(store, range(1, 4))
    [first] = grow(store, folder, KEY)
    line = cosignature_line(first.head.text, witness, 1)
    add_signatures(folder, first.head, [line])
    found = folder.head()
    assert found is not None and found.signatures == (*first.head.signatures, line)

    keep(store, range(4, 6))
    [second] = grow(store, folder, KEY)
    add_signatures(folder, first.head, [line])
    assert folder.head() == second.head
    assert folder.head(WITNESSED) is None


def test_the_last_head_that_enough_witnesses_signed_is_kept_beside_the_newest(
    store: Store, folder: LogFolder
) -> None:
    """Under load a witness signs a head whose place a newer one has taken."""
    witness = fixed_key("carrier.example/witness", COSIGNATURE)
    lines = f"log {KEY.public}\nwitness carrier {witness.public}\n"
    policy = read_policy(f"{lines}quorum carrier\n".encode())
    keep(store, range(1, 4))
    [first] = grow(store, folder, KEY)
    keep(store, range(4, 6))
    [second] = grow(store, folder, KEY)
    add_signatures(folder, first.head, [], policy)
    assert folder.head(WITNESSED) is None
    add_signatures(folder, first.head, [cosignature_line(first.head.text, witness, 1)], policy)
    assert folder.head() == second.head
    kept_head = folder.head(WITNESSED)
    assert kept_head is not None and head_under(policy, kept_head).witnessed == {"carrier": 1}
    for sequence, head in ((7, kept_head), (8, second.head)):
        written = log_proof(folder, sequence)
        assert written is not None and read_proof(written.encode()).checkpoint == head

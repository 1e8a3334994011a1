"""Trees of random sizes: their proofs hold, and none with a bit changed or for another place."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.digests import leaf_hash, merkle_root
from app.transparency.tiles import WIDTH, Tile, new_tiles, read_path, subtrees
from app.transparency.tree import (
    EMPTY_ROOT,
    Edge,
    consistency_proof,
    edge_of,
    entry_hash,
    inclusion_proof,
    is_consistent,
    is_included,
)
from tests.transparency.grown import Grown

SIZES = st.integers(1, 2_000)


def flipped(content: bytes, bit: int) -> bytes:
    """Bytes with one bit the other way round."""
    at = bit // 8 % len(content)
    return content[:at] + bytes([content[at] ^ (1 << bit % 8)]) + content[at + 1 :]


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 6962's definition, word by word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    cut = max(1 << i for i in range(len(leaves).bit_length()) if 1 << i < len(leaves))
    halves = plain_root(leaves[:cut]) + plain_root(leaves[cut:])
    return hashlib.sha256(b"\x01" + halves).digest()


@pytest.fixture(scope="module")
def grown() -> Grown:
    return Grown(2_000)


def test_the_root_is_that_of_the_standard_and_of_the_seals(grown: Grown) -> None:
    for size in [*range(1, 70), 255, 256, 257, 1_999]:
        root = grown.root(size)
        assert root == plain_root(grown.leaves[:size])
        assert root.hex() == merkle_root(grown.leaves[:size])
    assert Edge().root() == EMPTY_ROOT == plain_root([])


def test_a_record_is_the_same_leaf_in_both_trees() -> None:
    assert leaf_hash("law", "a", "b") == entry_hash(b"law:a:b")


@given(SIZES, st.data())
def test_a_tree_grows_alike_in_one_step_and_in_many(size: int, data: st.DataObject) -> None:
    leaves = [entry_hash(bytes([i % 256])) for i in range(size)]
    cut = data.draw(st.integers(0, size))
    assert Edge().extended(leaves[:cut]).extended(leaves[cut:]) == Edge().extended(leaves)


@given(SIZES, st.data())
def test_an_inclusion_proof_holds_for_its_place_and_no_other(
    grown: Grown, size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root = grown.leaves[index], grown.root(size)
    path = inclusion_proof(grown.subtree(size), index, size)

    assert is_included(leaf, index, size, root, path)
    other = data.draw(st.integers(0, size).filter(lambda each: each != index))
    assert not is_included(leaf, other, size, root, path)
    assert not is_included(leaf, index, size, root, [*path, leaf])
    bit = data.draw(st.integers(0, 8 * 32 * (len(path) + 2) - 1))
    wrong = flipped(b"".join([leaf, root, *path]), bit)
    parts = [wrong[at : at + 32] for at in range(0, len(wrong), 32)]
    assert not is_included(parts[0], index, size, parts[1], parts[2:])
    if path:
        assert not is_included(leaf, index, size, root, path[:-1])
        assert not is_included(leaf, index, size, root, path[1:])


@given(SIZES, st.data())
def test_a_consistency_proof_holds_for_its_sizes_and_no_others(
    grown: Grown, new: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(0, new))
    roots = grown.root(old), grown.root(new)
    path = consistency_proof(grown.subtree(new), old, new)

    assert is_consistent(old, roots[0], new, roots[1], path)
    assert not is_consistent(old, roots[0], new, roots[1], [*path, roots[0]])
    assert not is_consistent(new + 1, roots[1], new, roots[1], path)
    bit = data.draw(st.integers(0, 8 * 32 * (len(path) + 2) - 1))
    wrong = flipped(b"".join([*roots, *path]), bit)
    parts = [wrong[at : at + 32] for at in range(0, len(wrong), 32)]
    if old or parts[0] != roots[0]:  # any tree goes on from an empty one
        assert not is_consistent(old, parts[0], new, parts[1], parts[2:])
    if path:
        assert not is_consistent(old, roots[0], new, roots[1], path[:-1])


def test_all_consistency_proofs_of_small_trees_hold(grown: Grown) -> None:
    for new in range(1, 70):
        for old in range(new + 1):
            path = consistency_proof(grown.subtree(new), old, new)
            assert is_consistent(old, grown.root(old), new, grown.root(new), path)


def test_no_proof_is_made_of_what_is_not_there(grown: Grown) -> None:
    with pytest.raises(ValueError, match="outside"):
        inclusion_proof(grown.subtree(5), 5, 5)
    with pytest.raises(ValueError, match="larger"):
        consistency_proof(grown.subtree(5), 6, 5)
    with pytest.raises(ValueError, match="one hash"):
        Edge(3, (EMPTY_ROOT,))
    with pytest.raises(ValueError, match="no such subtree"):
        grown.subtree(5)(3, 0)


def test_the_edge_is_read_from_tiles_again(grown: Grown) -> None:
    for size in (1, 255, 256, 257, 1_500):
        assert edge_of(grown.subtree(size), size) == Edge().extended(grown.leaves[:size])


def test_the_standard_s_example_of_tiles() -> None:
    tiles = list(new_tiles(0, 70_000))

    assert [(tile.level, tile.width) for tile in tiles if tile.width < WIDTH] == [
        (0, 112),
        (1, 17),
        (2, 1),
    ]
    assert sum(tile.level == 0 for tile in tiles) == 274
    assert Tile(0, 1_234_067).path() == "tile/0/x001/x234/067"
    assert tiles[273].path() == "tile/0/273.p/112"
    assert list(new_tiles(256, 256)) == []
    assert [tile.path() for tile in new_tiles(255, 256)] == ["tile/0/000", "tile/1/000.p/1"]


@given(st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_tile_s_path_is_read_again(level: int, index: int, width: int) -> None:
    assert read_path(Tile(level, index, width).path()) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    ["tile/64/000", "tile/0/00", "tile/0/x000/001", "tile/0/000.p/256", "tile/0/000.p/0",
     "tile/00/000", "tile/0/../000", "tile/0/000/", "tile/0/000.p/07", "/tile/0/000", "tile/0/٠٠٠"],
)  # fmt: skip
def test_a_path_of_another_form_names_no_tile(path: str) -> None:
    with pytest.raises(ValueError, match="no tile"):
        read_path(path)


def test_a_torn_tile_is_refused(grown: Grown) -> None:
    with pytest.raises(ValueError, match="has 31 bytes"):
        subtrees(lambda _: bytes(31), 1)(0, 0)

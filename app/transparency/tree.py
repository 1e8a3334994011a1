"""The one growing Merkle tree of RFC 6962: its root from its right edge, and its proofs.

A tree of any size is a row of complete subtrees, the largest first: the right edge. Proofs need
the hashes of complete subtrees, each found by its level (2^level leaves) and its place there.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

Subtree = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree, by its level and its place at that level."""
EMPTY_ROOT = hashlib.sha256(b"").digest()
PROOF_HASHES_AT_MOST = 63


def entry_hash(entry: bytes) -> bytes:
    """The leaf of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands above two hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees side by side, the largest first."""
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes[:-1]), hashes[-1])


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: the hashes of its complete subtrees, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or self.size.bit_count() != len(self.hashes):
            raise ValueError("an edge has one hash for each complete subtree of its size")

    def root(self) -> bytes:
        """The root of the tree."""
        return _joined(self.hashes) if self.hashes else EMPTY_ROOT

    def extended(self, leaves: Iterable[bytes]) -> "Edge":
        """The edge after further leaves, in their order."""
        size, hashes, sha256 = self.size, list(self.hashes), hashlib.sha256
        for leaf in leaves:
            full = size
            while full & 1:
                leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
                full >>= 1
            hashes.append(leaf)
            size += 1
        return Edge(size, tuple(hashes))


def edge_of(subtree: Subtree, size: int) -> Edge:
    """The right edge of the tree over the first *size* leaves."""
    return Edge(size, tuple(subtree(*each) for each in _complete(0, size)))


def _complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The level and place of the complete subtrees that make up a subtree of RFC 6962's cut, the
    largest first.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _hash(subtree: Subtree, start: int, end: int) -> bytes:
    return _joined([subtree(*each) for each in _complete(start, end)])


def _cut(length: int) -> int:
    """The largest power of two below a length of two or more."""
    return 1 << (length - 1).bit_length() - 1


def inclusion_proof(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """The hashes beside the way from a leaf to the root over the first *size* leaves, from below.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("the leaf lies outside the tree")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _cut(end - start)
        if index < middle:
            path.append(_hash(subtree, middle, end))
            end = middle
        else:
            path.append(_hash(subtree, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(subtree: Subtree, old: int, new: int) -> list[bytes]:
    """The hashes that show that the tree over *new* leaves begins with the one over *old*; none for
    an empty old tree or equal ones.

    Raises:
        ValueError: the old tree is larger.
    """
    if not 0 <= old <= new:
        raise ValueError("the old tree is larger than the new one")
    if old in (0, new):
        return []
    start, end, path = 0, new, []
    while old != end:
        middle = start + _cut(end - start)
        if old <= middle:
            path.append(_hash(subtree, middle, end))
            end = middle
        else:
            path.append(_hash(subtree, start, middle))
            start = middle
    return ([_hash(subtree, start, end)] if start else []) + path[::-1]


def is_included(leaf: bytes, index: int, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path leads from a leaf in its place to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, reached = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            reached = node_hash(beside, reached)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            reached = node_hash(reached, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and reached == root


def is_consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether a path shows that the new tree begins with the old one (RFC 9162, 2.1.4.2).

    An empty old tree is the beginning of any; its root must be that of no leaves.
    """
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    shown = list(path) if old & (old - 1) else [old_root, *path]
    return bool(path) and _roots(old - 1, new - 1, shown) == (old_root, new_root)


def _roots(place: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The roots of both trees that a path leads to; None where it has not the length of one."""
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None

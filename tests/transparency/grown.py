"""A tree of leaves with its tiles in memory, and keys that are the same in every run."""

import hashlib
from functools import cache

from app.transparency.keys import PrivateKey
from app.transparency.tiles import HEIGHT, WIDTH, Tile, new_tiles, subtrees
from app.transparency.tree import Edge, Subtree, edge_of, entry_hash


def fixed_key(name: str, kind: int) -> PrivateKey:
    """A key made of its name, for tests alone."""
    return PrivateKey(name, kind, hashlib.sha256(name.encode()).digest())


class Grown:
    """A tree over the entries *prefix*0, *prefix*1, …, of which proofs are made."""

    def __init__(self, size: int, prefix: str = "entry ") -> None:
        self.entries = [f"{prefix}{i}".encode() for i in range(size)]
        self.leaves = [entry_hash(entry) for entry in self.entries]
        self._rows = [self.leaves]
        while len(self._rows[-1]) >= WIDTH:
            row = self._rows[-1]
            self._rows.append(
                [
                    Edge().extended(row[at : at + WIDTH]).root()
                    for at in range(0, len(row) // WIDTH * WIDTH, WIDTH)
                ]
            )
        self.root = cache(self._root)
        self.subtree = cache(self._subtree)

    def tile(self, tile: Tile) -> bytes:
        """The content of a tile."""
        first = tile.index * WIDTH
        return b"".join(self._rows[tile.level][first : first + tile.width])

    def tiles(self, size: int) -> dict[str, bytes]:
        """All tiles of the tree over the first leaves, by their paths."""
        return {tile.path(): self.tile(tile) for tile in new_tiles(0, size)}

    def _root(self, size: int) -> bytes:
        return edge_of(self.subtree(size), size).root()

    def _subtree(self, size: int) -> Subtree:
        assert size >> HEIGHT * len(self._rows) == 0
        return cache(subtrees(self.tile, size))

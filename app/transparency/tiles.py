"""Tiles (C2SP tlog-tiles): the hashes of a tree in static files, 256 of one level in each.

Tile level L holds the hashes of subtrees of 256^L leaves. The last tile of a level may be narrower.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.transparency.encoding import HASH_BYTES, Malformed
from app.transparency.tree import Subtree, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
_PATH = re.compile(
    r"tile/(0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A row of hashes of one level: which, and how many of them are there."""

    level: int
    index: int
    width: int = WIDTH

    def path(self) -> str:
        """Where it lies below the log's prefix."""
        groups, rest = [f"{self.index % 1000:03}"], self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{'/'.join(groups)}{partial}"


def read_path(path: str) -> Tile:
    """The tile that a path names.

    Raises:
        Malformed: it names none, or not in the one form it has.
    """
    found = _PATH.fullmatch(path)
    if found is None:
        raise Malformed("The path names no tile")
    level, above, last, width = found.groups()
    index = int(above.replace("x", "").replace("/", "") + last)
    tile = Tile(int(level), index, WIDTH if width is None else int(width))
    if tile.path() != path or (width is not None and tile.width >= WIDTH):
        raise Malformed("The path names no tile")
    return tile


def tile_of(level: int, index: int, size: int) -> Tile:
    """A tile as wide as it is in a tree of a size.

    Raises:
        ValueError: that tree has no such tile.
    """
    width = min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH)
    if width <= 0:
        raise ValueError("a tree of this size has no such tile")
    return Tile(level, index, width)


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """The tiles that a tree of *new* leaves has and that one of *old* has not, from below."""
    level = 0
    while there := new >> (HEIGHT * level):
        before = old >> (HEIGHT * level)
        for index in range(before // WIDTH, (there + WIDTH - 1) // WIDTH):
            tile = tile_of(level, index, new)
            if index * WIDTH + tile.width > before:
                yield tile
        level += 1


def grown(
    read: Callable[[Tile], bytes], old: int, leaves: Sequence[bytes]
) -> Iterator[tuple[Tile, bytes]]:
    """The tiles, with their content, that further leaves add to a tree of *old* leaves, from below.

    *read* gives the content of the narrower tiles that they replace.
    """
    level, new, row = 0, old + len(leaves), list(leaves)
    while row:
        before = old >> (HEIGHT * level)
        first, kept = divmod(before, WIDTH)
        content = (read(tile_of(level, first, old)) if kept else b"") + b"".join(row)
        row = []
        for at in range(0, len(content), WIDTH * HASH_BYTES):
            tile = tile_of(level, first + at // (WIDTH * HASH_BYTES), new)
            part = content[at : at + WIDTH * HASH_BYTES]
            yield tile, part
            if tile.width == WIDTH:
                row.append(root_of_row(_hashes(part)))
        level += 1


def _hashes(content: bytes) -> tuple[bytes, ...]:
    return tuple(content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES))


def root_of_row(hashes: Sequence[bytes]) -> bytes:
    """The hash above a power of two of hashes side by side."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def subtrees(read: Callable[[Tile], bytes], size: int) -> Subtree:
    """The complete subtrees of a tree of a size, from the content of its tiles.

    What is returned raises Malformed where a tile has not the bytes that its width needs, and
    ValueError for a subtree beyond the size.
    """

    @lru_cache(maxsize=256)
    def row(tile: Tile) -> tuple[bytes, ...]:
        content = read(tile)
        if len(content) != tile.width * HASH_BYTES:
            raise Malformed(f"{tile.path()} has {len(content)} bytes")
        return _hashes(content)

    def subtree(level: int, place: int) -> bytes:
        if (place + 1) << level > size:
            raise ValueError("a tree of this size has no such subtree")
        tile_level, height = divmod(level, HEIGHT)
        index, first = divmod(place << height, WIDTH)
        hashes = row(tile_of(tile_level, index, size))
        return root_of_row(hashes[first : first + (1 << height)])

    return subtree

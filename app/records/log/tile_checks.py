"""Comparison of a log's tiles with the leaves that the database has, one leaf after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.records.log.folder import LogFolder
from app.records.verifying.complaints import UNPLACED, Complaint
from app.transparency.encoding import HASH_BYTES
from app.transparency.tiles import WIDTH, Tile, root_of_row, tile_of

LOG = "log"


@dataclass(slots=True)
class _Level:
    """The hashes of a level that no checked tile has yet. *known*: a tile below is named."""

    hashes: list[bytes] = field(default_factory=list)
    checked: int = 0
    known: bool = False


class TileChecks:
    """Takes the leaves of a tree of a *size* in their order, each with what it is called."""

    def __init__(self, folder: LogFolder, size: int) -> None:
        self._folder, self._size = folder, size
        self._levels: list[_Level] = []
        self._called: list[str] = []

    def add(self, leaf: bytes, called: str) -> Iterator[Complaint]:
        """Take the next leaf, and complain of the tiles that it completes."""
        self._called.append(called)
        yield from self._push(0, leaf)

    def end(self) -> Iterator[Complaint]:
        """There are no more leaves: complain of the tiles that are not whole."""
        for number, level in enumerate(self._levels):
            if level.hashes:
                yield from self._checked(number, level, whole=False)

    def _push(self, number: int, hashed: bytes) -> Iterator[Complaint]:
        if number == len(self._levels):
            self._levels.append(_Level())
        level = self._levels[number]
        level.hashes.append(hashed)
        if len(level.hashes) < WIDTH:
            return
        row = level.hashes
        yield from self._checked(number, level, whole=True)
        yield from self._push(number + 1, root_of_row(row))

    def _checked(self, number: int, level: _Level, whole: bool) -> Iterator[Complaint]:
        tile = tile_of(number, level.checked, self._size)
        first = level.checked * WIDTH
        what = self._wrong_with(tile, level)
        if what is not None and not level.known:
            yield Complaint(first + 1 if number == 0 else UNPLACED, LOG, tile.path(), what)
        if whole and (what is not None or level.known):
            if number + 1 == len(self._levels):
                self._levels.append(_Level())
            self._levels[number + 1].known = True
        level.hashes, level.known = [], False
        level.checked += 1
        if number == 0:
            self._called.clear()

    def _wrong_with(self, tile: Tile, level: _Level) -> str | None:
        try:
            content = self._folder.read(tile)
        except FileNotFoundError:
            return "is missing"
        if len(content) != tile.width * HASH_BYTES:
            return f"is torn: it has {len(content)} bytes of {tile.width * HASH_BYTES}"
        for at, hashed in enumerate(level.hashes):
            if content[at * HASH_BYTES : (at + 1) * HASH_BYTES] != hashed:
                if tile.level:
                    return f"has another hash {at + 1} than the tiles below it make"
                return f"has another hash {at + 1} than {self._called[at]}"
        return None

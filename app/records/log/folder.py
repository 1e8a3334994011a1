"""The folder of a transparency log, as a web server may serve it: its signed head and its tiles.

A file is whole or not there. Tiles are on the disk before the head that needs them.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from app.transparency.encoding import HASH_BYTES
from app.transparency.notes import Note, read_note
from app.transparency.tiles import WIDTH, Tile

HEAD, WITNESSED, ENDED, LOCK = "checkpoint", "checkpoint.witnessed", "ended", "lock"


class LogFolder:
    """Reads and writes a log's files below one folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Where the files lie."""
        return self._path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process writes, and keep others waiting.

        Raises:
            OSError: the folder cannot be written.
        """
        self._path.mkdir(parents=True, exist_ok=True)
        with (self._path / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def head(self, file: str = HEAD) -> Note | None:
        """The signed head, or that in WITNESSED, which is the last one that enough witnesses
        signed; None where the log has none yet.

        Raises:
            OSError: it cannot be read.
            Malformed: it is no note.
        """
        try:
            return read_note((self._path / file).read_bytes())
        except FileNotFoundError:
            return None

    def write_head(self, head: Note, file: str = HEAD) -> None:
        """Replace a signed head.

        Raises:
            OSError: it cannot be written; the old one stays.
        """
        _write(self._path / file, head.written().encode())

    def endings(self) -> Iterator[tuple[str, bytes]]:
        """The files that say how logs before this one ended, the first one first, by their paths.

        Raises:
            OSError: they cannot be read.
        """
        for number in count(1):
            path = f"{ENDED}/{number}"
            try:
                yield path, (self._path / path).read_bytes()
            except FileNotFoundError:
                return

    def write_endings(self, notes: Iterable[bytes]) -> None:
        """Write how the logs before this one ended.

        Raises:
            OSError: they cannot be written.
        """
        for number, content in enumerate(notes, 1):
            _write(self._path / ENDED / str(number), content)

    def read(self, tile: Tile) -> bytes:
        """The content of a tile; of a narrower one whose file went, the beginning of the whole one.

        Raises:
            OSError: it is not there.
        """
        try:
            return (self._path / tile.path()).read_bytes()
        except FileNotFoundError:
            if tile.width == WIDTH:
                raise
        whole = (self._path / Tile(tile.level, tile.index).path()).read_bytes()
        return whole[: tile.width * HASH_BYTES]

    def write(self, tile: Tile, content: bytes) -> None:
        """Write a tile. A whole one takes the place of all narrower ones.

        Raises:
            OSError: it cannot be written.
        """
        path = self._path / tile.path()
        _write(path, content)
        if tile.width == WIDTH:
            shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)


@contextmanager
def sole_signer(key: Path, wait: bool) -> Iterator[None]:
    """Be the only process that signs with the key in a file.

    Raises:
        BlockingIOError: another process does, and this one is not to *wait* for its end.
        OSError: the folder of the key cannot be written.
    """
    key.parent.mkdir(parents=True, exist_ok=True)
    with key.with_name(f"{key.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _write(file: Path, content: bytes) -> None:
    """Write a file, whole at once and on the disk before returning."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("wb") as made:
            made.write(content)
            made.flush()
            os.fsync(made.fileno())
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

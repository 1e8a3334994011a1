"""The last head that a witness signed of each log, in one SQLite file.

A head is compared and stored in one transaction that holds the file's write lock from its
beginning, and is on the disk before `remember` returns: two submissions at once cannot both go on
from one head.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.transparency.checkpoints import Checkpoint
from app.transparency.tree import EMPTY_ROOT

LOCK_WAIT_SECONDS = 10.0
_TABLE = """CREATE TABLE IF NOT EXISTS heads (
    origin TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32), note TEXT NOT NULL
) STRICT"""
_KEEP = """INSERT INTO heads (origin, size, root, note) VALUES (?, ?, ?, ?)
    ON CONFLICT (origin) DO UPDATE
    SET size = excluded.size, root = excluded.root, note = excluded.note
"""


class MemoryUnusable(Exception):
    """The file cannot be read or written."""


def prepare(file: Path) -> None:
    """Make the file where there is none.

    Raises:
        MemoryUnusable: it cannot be opened, or is no memory of a witness.
    """
    with _writing(file) as connection:
        connection.execute(_TABLE)


def last_head(file: Path, origin: str) -> Checkpoint:
    """The last head signed of a log; that of an empty tree where there is none.

    Raises:
        MemoryUnusable: the file cannot be read.
    """
    with _using(file) as connection:
        return _last(connection, origin)


def remember(file: Path, new: Checkpoint, note: str, refuse: Callable[[Checkpoint], None]) -> None:
    """Store a head and its note, unless *refuse* raises at the head stored before; then the file
    stays as it was.

    Raises:
        MemoryUnusable: nothing was stored.
    """
    with _writing(file) as connection:
        refuse(_last(connection, new.origin))
        connection.execute(_KEEP, (new.origin, new.size, new.root, note))


@contextmanager
def _using(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(file, timeout=LOCK_WAIT_SECONDS, isolation_level=None)
        with closing(connection):
            connection.execute("PRAGMA synchronous = EXTRA")  # the file and its folder, each time
            yield connection
    except sqlite3.Error as error:
        raise MemoryUnusable(str(error)) from None


@contextmanager
def _writing(file: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that holds the write lock from its beginning. What is raised undoes it."""
    with _using(file) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _last(connection: sqlite3.Connection, origin: str) -> Checkpoint:
    row = connection.execute("SELECT size, root FROM heads WHERE origin = ?", (origin,)).fetchone()
    return Checkpoint(origin, *(row or (0, EMPTY_ROOT)))

"""Writing the file of checkpoints: whole lines or none, one process at a time.

What could not be written at one seal is written at the next.
"""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.records.entries import Seal
from app.records.ledger.checkpoints import (
    Loss,
    about,
    accepted,
    database_of,
    line_of,
    read_checkpoints,
)
from app.records.store import Store
from app.records.tables import seals

Row = Mapping[str, Any]


class AlreadyNoted(Exception):
    """The file has this number with another chain: seals were removed and created again, or came
    from a backup.
    """


class NotesMissing(Exception):
    """The file notes no seal of this database, which has made some: its notes were removed, or the
    database has another name than before. Nothing was written.
    """


def note_checkpoint(
    file: Path, made: Seal, database: str | None, between: Callable[[int], Sequence[Row]]
) -> None:
    """Write a seal's number and chain to a file outside the database, to the disk before returning;
    once, where it is there. Seals before it that the file lacks are written with it; *between*
    gives those after a number.

    Raises:
        AlreadyNoted: the file holds this number of this database with another chain; nothing was
            written.
        NotesMissing: the file has no line of this database, and this is not its first seal.
        OSError: the file cannot be written; it holds what it held.
    """
    with _alone(file) as descriptor:
        highest = _highest(file, database)
        if made.number <= highest:
            noted = read_checkpoints(file).of(database).chains.get(made.number)
            if noted == [made.chain]:
                return
            if noted:
                raise AlreadyNoted
        if highest == 0 and made.number > 1:
            raise NotesMissing
        missing = between(highest) if made.number > highest + 1 else ()
        _append(descriptor, [about(each, database) for each in (*missing, asdict(made))])


def seals_between(store: Store, after: int, before: int) -> Sequence[Row]:
    """The seals of a database after one number and before another, in their order.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    chosen = select(seals).where(seals.c.number > after, seals.c.number < before)
    with store.reading() as connection:
        return [
            dict(row)
            for row in connection.execute(chosen.order_by(seals.c.number)).mappings().all()
        ]


def accept_loss(store: Store, file: Path, loss: Loss) -> None:
    """Write to the file that a loss was accepted, and note the seals that the database has made
    since, where the loss is this database's.

    Raises:
        RecordsUnavailable: the database is unavailable; nothing was written.
        OSError: the file cannot be written; it holds what it held.
    """
    with store.reading() as connection:
        chosen = select(seals).where(seals.c.number > loss.after).order_by(seals.c.number)
        is_ours = loss.database == database_of(connection)
        since = [dict(row) for row in connection.execute(chosen).mappings()] if is_ours else []
    with _alone(file) as descriptor:
        _append(descriptor, accepted(loss, since))


@contextmanager
def _alone(file: Path) -> Iterator[int]:
    """The file, opened for one process at a time; it is made where there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _append(descriptor: int, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write whole lines and bring them to the disk, or leave the file as long as it was."""
    before = os.fstat(descriptor).st_size
    text = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    if before and os.pread(descriptor, 1, before - 1) != b"\n":
        text = b"\n" + text  # what was torn off stays a line of its own
    try:
        written = 0
        while written < len(text):
            written += os.write(descriptor, text[written:])
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)
        raise


# --- which numbers a file holds, without reading all of it at every seal ---


@dataclass(slots=True)
class _Known:
    """How far a file was read, which file that was, and the highest number it holds of each
    database.
    """

    inode: int = 0
    offset: int = 0
    highest: dict[str | None, int] = field(default_factory=dict)


_known: dict[Path, _Known] = {}
_reading = threading.Lock()


def _highest(file: Path, database: str | None) -> int:
    """The highest number that a file holds of a database.

    Only what was appended since the last time is read.
    """
    with _reading, file.open("rb") as appended:
        state, known = os.fstat(appended.fileno()), _known.setdefault(file, _Known())
        if state.st_ino != known.inode or state.st_size < known.offset:
            known = _known[file] = _Known(state.st_ino)
        appended.seek(known.offset)
        for line in appended:
            if not line.endswith(b"\n"):
                break  # torn: the next append ends it
            known.offset += len(line)
            _count(known.highest, line)
        return max(known.highest.get(None, 0), known.highest.get(database, 0))


def _count(highest: dict[str | None, int], line: bytes) -> None:
    noted = line_of(line)
    if isinstance(noted, Loss):
        highest[noted.database] = min(noted.after, highest.get(noted.database, 0))
    elif noted is not None:
        highest[noted.database] = max(noted.number, highest.get(noted.database, 0))

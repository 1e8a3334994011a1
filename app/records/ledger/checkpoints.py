"""What is noted of seals outside the database, so that even the loss of the last ones shows.

The file is JSON Lines. A line notes one seal of one database, or that an operator accepted the loss
of some: what was noted of that database beyond it before does not count from there on. Lines
without a database, as they once were written, count for any.
"""

import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.records.changing import add
from app.records.damaged import UNREADABLE, tolerant
from app.records.digests import column_text
from app.records.entries import Seal
from app.records.identity import new_id
from app.records.store import Store
from app.records.tables import installation, seals


class AlreadyNoted(Exception):
    """The file has this number with another chain: seals were removed and created again, or came
    from a backup.
    """


@dataclass(frozen=True, slots=True)
class Note:
    """A seal as it was noted; of any database where the line names none."""

    number: int
    chain: str
    database: str | None


@dataclass(frozen=True, slots=True)
class Loss:
    """The seals after one, through another, are gone, and an operator has accepted that."""

    after: int
    through: int
    because: str
    by: str
    at: datetime
    database: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What counts of one database: the chains that each number was noted with, and the losses that
    were accepted.
    """

    chains: dict[int, list[str]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    of_others: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Everything that a file holds, in its order."""

    lines: Sequence[Note | Loss] = ()

    def of(self, database: str | None) -> Noted:
        """What counts of one database."""
        chains: dict[int, list[str]] = {}
        losses, others = [], 0
        for line in self.lines:
            if line.database not in (None, database):
                others += isinstance(line, Note)
            elif isinstance(line, Loss):
                losses.append(line)
                chains = {number: noted for number, noted in chains.items() if number <= line.after}
            elif line.chain not in chains.setdefault(line.number, []):
                chains[line.number].append(line.chain)
        return Noted(chains, losses, others)


def read_checkpoints(file: Path) -> Checkpoints:
    """Everything that was written to a file outside the database.

    Raises:
        OSError: the file cannot be read.
        ValueError, KeyError, TypeError: a line of it is no checkpoint.
    """
    with file.open(encoding="utf-8") as lines:
        return Checkpoints([_line(line) for line in lines])


def _line(text: str) -> Note | Loss:
    line: dict[str, Any] = json.loads(text)
    database = line.get("database")
    if "accepted_loss" not in line:
        return Note(int(line["number"]), str(line["chain"]), database)
    loss = line["accepted_loss"]
    return Loss(
        int(loss["after"]),
        int(loss["through"]),
        str(loss["because"]),
        str(loss["by"]),
        datetime.fromisoformat(loss["at"]),
        database,
    )


def note_checkpoint(file: Path, made: Seal, database: str | None) -> None:
    """Write a seal's number and chain to a file outside the database, to the disk before returning;
    once, where it is there.

    Raises:
        AlreadyNoted: the file holds this number of this database with another chain; nothing was
            written.
        OSError: the file cannot be written.
    """
    if made.number <= _highest(file, database):
        noted = read_checkpoints(file).of(database).chains.get(made.number)
        if noted == [made.chain]:
            return
        if noted:
            raise AlreadyNoted
    _append(file, [_about(asdict(made), database)])


def _about(seal: Mapping[str, Any], database: str | None) -> dict[str, Any]:
    about = {name: seal[name] for name in ("number", "chain", "root")}
    return {**about, "sealed_at": column_text(seal["sealed_at"]), "database": database}


def _append(file: Path, lines: Iterable[dict[str, Any]]) -> None:
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
    with _reading:
        try:
            appended = file.open("rb")
        except FileNotFoundError:
            _known.pop(file, None)
            return 0
        with appended:
            state, known = os.fstat(appended.fileno()), _known.setdefault(file, _Known())
            if state.st_ino != known.inode or state.st_size < known.offset:
                known = _known[file] = _Known(state.st_ino)
            appended.seek(known.offset)
            for line in appended:
                if not line.endswith(b"\n"):
                    break  # somebody is writing it
                known.offset += len(line)
                _count(known.highest, line)
        return max(known.highest.get(None, 0), known.highest.get(database, 0))


def _count(highest: dict[str | None, int], line: bytes) -> None:
    try:
        noted = _line(line.decode())
    except (ValueError, KeyError, TypeError):
        return  # whoever verifies is told
    if isinstance(noted, Loss):
        highest[noted.database] = min(noted.after, highest.get(noted.database, 0))
    else:
        highest[noted.database] = max(noted.number, highest.get(noted.database, 0))


# --- whose lines they are ---


def database_of(connection: Connection) -> str | None:
    """What the checkpoints call this database.

    None before its first seal, and where somebody removed, doubled or garbled it.
    """
    try:
        with tolerant(connection):
            found = connection.execute(select(installation.c.id)).scalars().all()
    except UNREADABLE:
        return None
    return found[0] if len(found) == 1 else None


def name_database(connection: Connection, now: datetime) -> str:
    """Give a database its name, which goes with it into every backup, in the transaction of its
    first seal.
    """
    id = new_id(now)
    add(connection, installation, {"id": id, "made_at": now})
    return id


# --- losses ---


def lost(store: Store, checkpoints: Checkpoints) -> tuple[int, int] | None:
    """The first seal that was noted and is not in the database like that, and the last that was
    noted; none where all are.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection, tolerant(connection):
        noted = checkpoints.of(database_of(connection)).chains
        there = {
            row.number: row.chain
            for row in connection.execute(select(seals.c.number, seals.c.chain))
        }
    missing = [number for number, chains in noted.items() if chains != [there.get(number)]]
    return (min(missing), max(noted)) if missing else None


def accept_loss(store: Store, file: Path, loss: Loss) -> None:
    """Write to the file that a loss was accepted, and note the seals that the database has made
    since.

    Raises:
        RecordsUnavailable: the database is unavailable; nothing was written.
        OSError: the file cannot be written.
    """
    with store.reading() as connection:
        chosen = select(seals).where(seals.c.number > loss.after).order_by(seals.c.number)
        since = connection.execute(chosen).mappings().all()
    accepted = {**asdict(loss), "at": column_text(loss.at)}
    del accepted["database"]
    line = {"accepted_loss": accepted, "database": loss.database}
    _append(file, [line, *(_about(dict(row), loss.database) for row in since)])

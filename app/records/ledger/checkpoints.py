"""What is noted of seals outside the database, so that even the loss of the last ones shows.

The file is JSON Lines, and belongs to one database. A line notes one seal of one database, or that
an operator accepted the loss of some: what was noted of that database beyond it before does not
count from there on. Lines without a database, as they once were written, count for any. A line
that is none of these is named and read past.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.records.changing import add
from app.records.damaged import UNREADABLE, tolerant
from app.records.digests import column_text
from app.records.identity import new_id
from app.records.store import Store
from app.records.tables import installation, seals


@dataclass(frozen=True, slots=True)
class Note:
    """A seal as it was noted; of any database where the line names none."""

    number: int
    chain: str
    database: str | None


@dataclass(frozen=True, slots=True)
class Loss:
    """The seals after one, through another, are gone, and an operator has accepted that.

    *through* is 0 where only the notes are gone, and begin anew.
    """

    after: int
    through: int
    because: str
    by: str
    at: datetime
    database: str | None


@dataclass(frozen=True, slots=True)
class Odd:
    """A line of the file, counted from 1, that is no checkpoint."""

    line: int


@dataclass(frozen=True, slots=True)
class Noted:
    """What counts of one database: the chains that each number was noted with, and the losses that
    were accepted.

    *others* are the other databases that the file notes, each with its last seal, and *of_others*
    counts their lines. *odd* are lines that are no checkpoints. *is_there* is false where there is
    no file.
    """

    chains: dict[int, list[str]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    of_others: int = 0
    others: dict[str, int] = field(default_factory=dict)
    odd: tuple[Odd, ...] = ()
    is_there: bool = True

    @property
    def through(self) -> int:
        """The last seal that is noted; 0 where none is."""
        return max(self.chains, default=0)


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Everything that a file holds, in its order; nothing where the file *is_there* no more."""

    lines: Sequence[Note | Loss | Odd] = ()
    is_there: bool = True

    def of(self, database: str | None) -> Noted:
        """What counts of one database."""
        of_each: dict[str | None, dict[int, list[str]]] = {}
        losses, others, odd = [], 0, list[Odd]()
        for line in self.lines:
            if isinstance(line, Odd):
                odd.append(line)
                continue
            name = database if line.database is None else line.database
            chains = of_each.setdefault(name, {})
            others += isinstance(line, Note) and name != database
            if isinstance(line, Note):
                _add(chains, line)
                continue
            losses.append(line)
            of_each[name] = {n: noted for n, noted in chains.items() if n <= line.after}
            if line.through == 0:
                odd.clear()
        mine = of_each.pop(database, {})
        highest = {str(name): max(chains) for name, chains in of_each.items() if chains}
        return Noted(mine, losses, others, highest, tuple(odd), self.is_there)


def _add(chains: dict[int, list[str]], line: Note) -> None:
    noted = chains.setdefault(line.number, [])
    if line.chain not in noted:
        noted.append(line.chain)


def read_checkpoints(file: Path) -> Checkpoints:
    """Everything that was written to a file outside the database; where there is no such file, that
    it is missing.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Checkpoints(is_there=False)
    return Checkpoints(list(_lines(content)))


def _lines(content: bytes) -> Iterator[Note | Loss | Odd]:
    for number, line in enumerate(content.splitlines(), 1):
        yield line_of(line) or Odd(number)


def line_of(text: bytes) -> Note | Loss | None:
    """What a line of the file notes; None where it is no checkpoint."""
    try:
        return _line(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _line(text: bytes) -> Note | Loss:
    line: dict[str, Any] = json.loads(text)
    database = line.get("database")
    if database is not None and not isinstance(database, str):
        raise TypeError
    if "accepted_loss" not in line:
        return Note(_whole(line["number"]), str(line["chain"]), database)
    loss = line["accepted_loss"]
    return Loss(
        _whole(loss["after"]),
        _whole(loss["through"]),
        str(loss["because"]),
        str(loss["by"]),
        datetime.fromisoformat(loss["at"]),
        database,
    )


def _whole(number: object) -> int:
    if type(number) is not int or number < 0:
        raise ValueError
    return number


def about(seal: Mapping[str, Any], database: str | None) -> dict[str, Any]:
    """The line that notes a seal."""
    told = {name: seal[name] for name in ("number", "chain", "root")}
    return {**told, "sealed_at": column_text(seal["sealed_at"]), "database": database}


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


def accepted(loss: Loss, since: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines that note an accepted loss, and the seals that the database has made since."""
    told = {**asdict(loss), "at": column_text(loss.at)}
    del told["database"]
    line = {"accepted_loss": told, "database": loss.database}
    return [line, *(about(row, loss.database) for row in since)]

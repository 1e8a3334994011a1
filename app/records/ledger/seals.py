"""Closing batches of records, so that a change, a removal or an insertion shows. Writers never wait
for it.

Records wait in `unsealed` from the transaction that keeps them. A seal takes all that wait, puts
them into one order without gaps, closes them in a Merkle tree and chains its root to the seal
before. That order is also the order of events that others follow.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, case, delete, func, insert, select, text, tuple_

from app.records.damaged import name_of, readable, tolerant
from app.records.digests import EMPTY_CHAIN, chain_digest, leaf_hash, merkle_root
from app.records.entries import Seal
from app.records.identity import is_id
from app.records.ledger.checkpoints import database_of, name_database
from app.records.ledger.journal import (
    AlreadyNoted,
    NotesMissing,
    note_checkpoint,
    seals_between,
)
from app.records.store import Store
from app.records.tables import sealed_records, seals, unsealed
from app.records.verifying.times import SKEW

log = logging.getLogger(__name__)
_alarmed: set[str] = set()

TOGETHER = 20_000
"""Records in one seal at most: what waits beyond that is closed by the next."""
SEALING_LOCK = 2_880_176_004
"""The advisory lock that lets one process seal at a time on a server.

Its number is arbitrary and ours.
"""


class Waiting(NamedTuple):
    """The number of unsealed records, and the creation time of the oldest, as far as the
    ids show.
    """

    records: int
    since: datetime | None


def seal(store: Store, now: datetime, checkpoints: Path | None = None) -> Seal | None:
    """Close everything that waits, up to a bound, in one transaction; none where nothing waits or
    another process is at it.

    *checkpoints* is a file outside the database that gets a line for each seal: against it even the
    loss of the last seals shows.

    Seals that could not be noted before are noted with it. A seal whose number the file holds with
    another chain is made, but not noted, with an alarm in the log; so is one of a database that has
    made seals and of which the file has no line.

    Raises:
        RecordsUnavailable: nothing was sealed.
        OSError: the seal was made, and could not be noted.
    """
    if not waiting(store).records:
        return None
    with store.writing() as connection:
        if not _alone(connection, store.is_sqlite):
            return None
        made = _close(connection, now)
        database = database_of(connection)
        if made is not None and made.number == 1 and database is None:
            database = name_database(connection, now)
    if made is not None and checkpoints is not None:
        _note(store, made, checkpoints, database)
    return made


def _note(store: Store, made: Seal, checkpoints: Path, database: str | None) -> None:
    """Note a seal in the checkpoints. If they do not continue the database's chain, log an alarm
    instead and go on.
    """
    try:
        note_checkpoint(
            checkpoints, made, database, lambda after: seals_between(store, after, made.number)
        )
    except AlreadyNoted:
        log.error(
            "alarm: the checkpoints have seal %d with another chain, run `flask records verify`",
            made.number,
        )
    except NotesMissing:
        log.error(
            "alarm: the checkpoints have no seal of this database before seal %d, run `flask "
            "records verify`",
            made.number,
        )


def seal_everything(store: Store, now: datetime, checkpoints: Path | None = None) -> Iterator[Seal]:
    """Seal batch after batch until the rest fits into one.

    Raises:
        RecordsUnavailable: the rest was not sealed.
    """
    while made := seal(store, now, checkpoints):
        yield made
        if made.count < TOGETHER:
            return


def waiting(store: Store) -> Waiting:
    """How many records no seal closes yet, and since when.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection, tolerant(connection):
        return waiting_in(connection)


def waiting_in(connection: Connection) -> Waiting:
    """How many records no seal closes yet, and since when, read through a tolerant connection."""
    dated = case((unsealed.c.kind.in_(("determination", "audit")), unsealed.c.object_id))
    count, oldest = connection.execute(
        select(func.count(), func.min(dated)).select_from(unsealed)
    ).one()
    id = UUID(oldest) if isinstance(oldest, str) and is_id(oldest) else None
    return Waiting(
        count,
        datetime.fromtimestamp((id.int >> 80) / 1000, UTC)
        if id is not None and id.version == 7
        else None,
    )


def _alone(connection: Connection, on_sqlite: bool) -> bool:
    """Whether no other process seals now. A writing transaction on SQLite is always alone."""
    return on_sqlite or bool(
        connection.execute(
            text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": SEALING_LOCK}
        ).scalar_one()
    )


def _next_batch(connection: Connection) -> list[Row[Any]]:
    """What the next seal takes, in its order; what cannot be read is left out, with an alarm."""
    # Law comes before what was decided under it; ids are made in the order of time.
    order = (unsealed.c.kind != "law", unsealed.c.object_id, unsealed.c.kind)
    with tolerant(connection):
        found = connection.execute(select(unsealed).order_by(*order).limit(TOGETHER)).all()
    _alarm(
        {
            f"{name_of(row.kind)} {name_of(row.object_id)}"
            for row in found
            if not all(readable(value) for value in row)
        }
    )
    return [row for row in found if all(readable(value) for value in row)]


def _close(connection: Connection, now: datetime) -> Seal | None:
    rows = _next_batch(connection)
    if not rows:
        return None
    last = latest_seal(connection)
    number, first, previous = (
        (last.number + 1, last.first + last.count, last.chain) if last else (1, 1, EMPTY_CHAIN)
    )
    now = _following(last, now)
    root = merkle_root([leaf_hash(row.kind, row.object_id, row.digest) for row in rows])
    made = Seal(
        number,
        first,
        len(rows),
        now,
        root,
        previous,
        chain_digest(previous, number, first, len(rows), now, root),
    )
    connection.execute(insert(seals), [{name: getattr(made, name) for name in Seal.__slots__}])
    connection.execute(
        insert(sealed_records),
        [
            {
                "sequence": first + i,
                "seal": number,
                "kind": row.kind,
                "object_id": row.object_id,
                "digest": row.digest,
            }
            for i, row in enumerate(rows)
        ],
    )
    for start in range(0, len(rows), 500):
        keys = [(row.kind, row.object_id) for row in rows[start : start + 500]]
        connection.execute(
            delete(unsealed).where(tuple_(unsealed.c.kind, unsealed.c.object_id).in_(keys))
        )
    return made


def _following(last: Seal | None, now: datetime) -> datetime:
    """The time of the next seal: not before that of the last, unless that one's clock was wrong by
    more than clocks differ.
    """
    if last is None or now >= last.sealed_at:
        return now
    if last.sealed_at - now <= SKEW:
        return last.sealed_at
    log.error("alarm: seal %d says a later time than the next one", last.number)
    return now


def _alarm(unreadable: set[str]) -> None:
    """Name what waits and cannot be read, once in each process.

    It goes on waiting, and the others are sealed.
    """
    for name in sorted(unreadable - _alarmed):
        log.error(
            "alarm: %s is unreadable and stays unsealed, run `flask records verify`",
            name,
        )
    _alarmed.update(unreadable)


def latest_seal(connection: Connection) -> Seal | None:
    """The last batch that was closed, read through a connection."""
    row = (
        connection.execute(select(seals).order_by(seals.c.number.desc()).limit(1))
        .mappings()
        .one_or_none()
    )
    return None if row is None else Seal(**row)

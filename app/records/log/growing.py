"""Growing the log by what was sealed, and signing its head.

The tree is over all sealed records in the order of their sequence numbers, so leaf 0 is sequence 1.
Nothing is signed unless the last head's tree is the beginning of the new one: the new root comes
from the tiles of the old tree, whose root is that of the last head.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from app.records.digests import leaf_hash
from app.records.log.folder import WITNESSED, LogFolder
from app.records.store import Store
from app.records.tables import sealed_records
from app.transparency.checkpoints import Checkpoint, read_checkpoint
from app.transparency.encoding import Malformed
from app.transparency.keys import PrivateKey, PublicKey
from app.transparency.notes import (
    Note,
    Signature,
    Untrusted,
    signed,
    trusted,
    with_signatures,
)
from app.transparency.policy import Policy
from app.transparency.tiles import grown, subtrees
from app.transparency.tree import Edge, edge_of

TOGETHER = 20_000
"""Records between two heads at most."""


class LogBroken(Exception):
    """The log cannot go on from its last head. Nothing was signed. The message says why."""


class Grown(NamedTuple):
    """A new head, and the size of the one before, 0 where there was none."""

    head: Note
    before: int


def grow(store: Store, folder: LogFolder, key: PrivateKey) -> Iterator[Grown]:
    """Add what was sealed since the last head, and sign a new head for each part of it.

    Raises:
        LogBroken: the folder or the database is not what the last head was signed over.
        RecordsUnavailable: the database is unavailable.
        OSError: the folder cannot be read or written.
    """
    while True:
        with folder.alone():  # not for longer: who goes through these may write to the folder too
            grown_now = _grow_once(store, folder, key)
        if grown_now is None:
            return
        yield grown_now


def _grow_once(store: Store, folder: LogFolder, key: PrivateKey) -> Grown | None:
    edge = _last_edge(folder, key.public)
    leaves = _leaves_after(store, folder, edge.size)
    if not leaves:
        return None
    for tile, content in grown(folder.read, edge.size, leaves):
        folder.write(tile, content)
    after = edge.extended(leaves)
    head = signed(Checkpoint(key.name, after.size, after.root()).text(), key)
    folder.write_head(head)
    return Grown(head, edge.size)


def add_signatures(
    folder: LogFolder, head: Note, lines: Sequence[Signature], policy: Policy | None = None
) -> None:
    """Put further signatures under a head, unless a newer one has taken its place. One that as many
    witnesses signed as the policy asks is stored in WITNESSED too: under load the newest head has
    no witness yet.

    Raises:
        OSError: the folder cannot be read or written.
    """
    with folder.alone():
        present = folder.head()
        is_present = present is not None and present.text == head.text
        signed_now = with_signatures(present if is_present and present else head, lines)
        signed_by = set() if policy is None else policy.signed_by(signed_now)
        if policy is not None and policy.witnesses and policy.suffices(signed_by):
            folder.write_head(signed_now, WITNESSED)
        if is_present:
            folder.write_head(signed_now)


def last_checkpoint(folder: LogFolder, key: PublicKey) -> Checkpoint | None:
    """The last head that a key signed; None before the first.

    Raises:
        LogBroken: the head is of another log, or its signature is wrong.
        OSError: the folder cannot be read.
    """
    try:
        head = folder.head()
        if head is None:
            return None
        trusted(head, [key])
        checkpoint = read_checkpoint(head.text)
    except (Malformed, Untrusted) as error:
        raise LogBroken(f"The head of the log is not signed by its key: {error}") from None
    if checkpoint.origin != key.name:
        raise LogBroken("The head is of a log with another name")
    return checkpoint


def _last_edge(folder: LogFolder, key: PublicKey) -> Edge:
    last = last_checkpoint(folder, key)
    if last is None:
        return Edge()
    try:
        edge = edge_of(subtrees(folder.read, last.size), last.size)
    except (Malformed, FileNotFoundError) as error:
        raise LogBroken(f"A tile of the log is missing or torn: {error}") from None
    if edge.root() != last.root:
        raise LogBroken("The tiles of the log lead to another root than its head has")
    return edge


def _leaves_after(store: Store, folder: LogFolder, size: int) -> list[bytes]:
    """The leaves after the first *size* ones, some of them at once; none where there are no more.

    Raises:
        LogBroken: the last leaf is of another record than the database has in its place, or a
            sequence number is missing.
    """
    with store.reading() as connection:
        rows = _rows(connection, size)
    if [sequence for sequence, _ in rows] != list(range(max(size, 1), max(size, 1) + len(rows))):
        raise LogBroken(f"The sequence of sealed records has a hole after {size}")
    if size:
        last = subtrees(folder.read, size)(0, size - 1)
        if not rows or rows.pop(0)[1] != last:
            raise LogBroken(f"Record {size} of the log is not that of the database")
    return [leaf for _, leaf in rows]


def leaves_from(store: Store, sequence: int, most: int) -> list[bytes]:
    """The leaves of the database from a sequence number on without a hole, so many at most.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        found = _rows(connection, sequence, most)
    return [leaf for at, (number, leaf) in enumerate(found) if number == sequence + at]


def _rows(connection: Connection, size: int, most: int | None = None) -> list[tuple[int, bytes]]:
    columns = sealed_records.c
    chosen = (
        select(columns.sequence, columns.kind, columns.object_id, columns.digest)
        .where(columns.sequence >= size)
        .order_by(columns.sequence)
        .limit(most or TOGETHER + bool(size))
    )
    return [
        (row.sequence, leaf_hash(row.kind, row.object_id, row.digest))
        for row in connection.execute(chosen)
    ]

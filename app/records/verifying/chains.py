"""What replaced what: each redetermination names the one whose place it takes, and each one is
replaced once at most.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from sqlalchemy import Connection, select

from app.records.damaged import UNREADABLE, tolerant
from app.records.entries import DeterminationRecord, Void
from app.records.errors import RecordDamaged
from app.records.store import Store, find_record, lies_within, successor_of
from app.records.tables import determinations
from app.records.visibility import EVERYTHING, Reach
from app.records.voiding.standing import void_of


@dataclass(frozen=True, slots=True)
class Link:
    """A determination, the one that replaced it, if one did, and its void, if it is; all as of one
    moment.
    """

    record: DeterminationRecord
    replaced_by: str | None
    voided: Void | None


def link(
    store: Store, id: str, reach: Reach = EVERYTHING, unless_changed: bool = True
) -> Link | None:
    """A determination with its successor; none where no such one lies within reach.

    Raises:
        RecordDamaged: it is unreadable or, *unless_changed*, is not what its digest was
            made of.
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        record = find_record(connection, id, reach, unless_changed)
        if record is None:
            return None
        return Link(record, successor_of(connection, id), void_of(connection, id))


def chain(
    store: Store, id: str, reach: Reach = EVERYTHING
) -> Iterator[DeterminationRecord | RecordDamaged]:
    """Every determination of a chain that lies within reach, from the first to the last; none where
    *id* itself does not.

    One at a time is in memory, however long the chain. In the place of one that is not as it was
    kept stands what says so.

    Raises:
        RecordDamaged: what the chain consists of cannot be told any more.
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        if not lies_within(connection, id, reach):
            return
        for each in _ids(connection, id):
            try:
                record = find_record(connection, each, reach)
            except RecordDamaged as damaged:
                yield damaged
                continue
            if record is not None:
                yield record


def earlier_ids(store: Store, id: str, reach: Reach = EVERYTHING) -> list[str]:
    """The determinations whose place one took, from the first on; none where *id* lies not within
    reach.

    Raises:
        RecordDamaged: what the chain consists of cannot be told any more.
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        if not lies_within(connection, id, reach):
            return []
        return list(takewhile(lambda each: each != id, _ids(connection, id)))


def latest_id(connection: Connection, id: str) -> str:
    """The determination that stands in the place of one now: the last of its chain.

    Raises:
        RecordDamaged: what the chain consists of cannot be told any more.
    """
    return id if successor_of(connection, id) is None else _ids(connection, id)[-1]


def _ids(connection: Connection, id: str) -> list[str]:
    """The ids of a chain in its order. Whoever bends a chain into a ring in the database itself
    gets each member once.

    Raises:
        RecordDamaged: one of them cannot be read any more.
    """
    columns = determinations.c
    before = (
        select(columns.id, columns.replaces).where(columns.id == id).cte("before", recursive=True)
    )
    before = before.union(
        select(columns.id, columns.replaces).join(before, columns.id == before.c.replaces)
    )
    after = (
        select(columns.id, columns.replaces).where(columns.id == id).cte("after", recursive=True)
    )
    after = after.union(
        select(columns.id, columns.replaces).join(after, columns.replaces == after.c.id)
    )
    try:
        with tolerant(connection):
            rows = {
                (own, replaces)
                for cte in (before, after)
                for own, replaces in connection.execute(select(cte))
            }
    except UNREADABLE:
        raise RecordDamaged("determination", id) from None
    follows = {replaces: own for own, replaces in rows}
    ids = {own for own, _ in rows}
    at = next((own for own, replaces in rows if replaces not in ids), id)
    ordered = [at]
    while (following := follows.get(at)) is not None and following not in ordered[:1]:
        ordered.append(following)
        at = following
    return ordered

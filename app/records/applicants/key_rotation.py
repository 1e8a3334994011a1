"""Re-encrypt values under older keys while the service runs. A stopped rotation keeps its
progress.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from app.records.applicants.applicant_tables import applicants
from app.records.applicants.applicants import applicant_of, indexes, row_of
from app.records.applicants.encryption import KeyRing, Unreadable
from app.records.changing import locked, write
from app.records.store import Store

TOGETHER = 100
"""Rows per transaction. On SQLite no other process can write during a transaction."""
Progress = Callable[[int], object]


@dataclass
class Rotated:
    """What a rotation came to: how many were as they should be, how many were written anew, and
    which cannot be read (by the id of the row, with what is wrong). *left* are under an older key
    in the end: somebody wrote them meanwhile."""

    current: int = 0
    rotated: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    left: int = 0


def count_applicants(store: Store) -> int:
    """How many applicants a rotation is going to look at.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(applicants)).scalar_one()


def rotate(store: Store, ring: KeyRing, progress: Progress = lambda count: None) -> Rotated:
    """Bring every applicant under the current data key, and under the present key of the index.

    Each row is locked, read and written in one transaction, so that no change of anybody's is
    undone; versions stay as they are, since nothing that is said changes.

    Raises:
        RecordsUnavailable: the database failed; what was done until then stays done.
    """
    result, after = Rotated(), ""
    while page := _page(store, after):
        after = page[-1]["id"]
        stale = [row["id"] for row in page if not _is_current(row, ring, result)]
        for start in range(0, len(stale), TOGETHER):
            _rewrite(store, ring, stale[start : start + TOGETHER], result)
        progress(len(page))
    result.left = _count_older(store, ring, result)
    return result


def _page(store: Store, after: str) -> list[Mapping[str, Any]]:
    chosen = select(applicants).order_by(applicants.c.id).limit(TOGETHER)
    if after:
        chosen = chosen.where(applicants.c.id > after)
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(chosen).mappings()]


def _is_current(row: Mapping[str, Any], ring: KeyRing, result: Rotated) -> bool:
    """Whether a row needs nothing: it is as the present keys make it, or it cannot be read."""
    try:
        found = indexes(applicant_of(row, ring).person, ring)
    except Unreadable as error:
        result.unreadable[row["id"]] = str(error)
        return True
    is_current = all(ring.is_current(row[name]) for name in ("name", "born_on"))
    is_current = is_current and all(row[name] == index for name, index in found.items())
    result.current += is_current
    return is_current


def _rewrite(store: Store, ring: KeyRing, ids: list[str], result: Rotated) -> None:
    with store.writing() as connection:
        for id in ids:
            row = locked(connection, applicants, applicants.c.id == id)
            if row is None:
                continue
            try:
                write(connection, applicants, row, row_of(applicant_of(row, ring), ring))
                result.rotated += 1
            except Unreadable as error:
                result.unreadable[row["id"]] = str(error)


def _count_older(store: Store, ring: KeyRing, result: Rotated) -> int:
    """How many rows that can be read have a column that is not under the current key."""
    chosen = select(applicants.c.id, applicants.c.name, applicants.c.born_on)
    with store.reading() as connection:
        kept = connection.execution_options(yield_per=1000).execute(chosen)
        readable = (row for row in kept if row.id not in result.unreadable)
        return sum(
            not (ring.is_current(row.name) and ring.is_current(row.born_on)) for row in readable
        )

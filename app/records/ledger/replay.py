"""Stored determinations by law and id, page by page, for replay."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from app.records.damaged import Row, page, readable, tolerant
from app.records.entries import DETERMINATION_COLUMNS, DeterminationRecord
from app.records.identity import first_id
from app.records.store import Store
from app.records.tables import determinations

PAGE = 100


@dataclass(frozen=True, slots=True)
class Period:
    """Determinations decided from an instant (included) to another (not included).

    When it was decided is told by a determination's own column and, to the millisecond, by its id.
    It counts where one of the two says so: a damaged one is passed over by neither.
    """

    since: datetime | None = None
    until: datetime | None = None

    def holds(self) -> ColumnElement[bool]:
        """The condition that a determination was decided in it."""
        columns, since, until = determinations.c, self.since, self.until
        by_column = (
            columns.decided_at >= since if since else true(),
            columns.decided_at < until if until else true(),
        )
        by_id = (
            columns.id >= first_id(since) if since else true(),
            columns.id < first_id(until) if until else true(),
        )
        return or_(and_(*by_column), and_(*by_id))


class Made(NamedTuple):
    """A determination to be decided again, unless it is unreadable; *as_kept* says
    whether its digest holds.
    """

    id: str
    record: DeterminationRecord | None
    as_kept: bool


class Used(NamedTuple):
    """A law and its number of determinations. Without a digest: those whose law is unknown."""

    digest: str | None
    determinations: int


def laws_used(store: Store, period: Period) -> list[Used]:
    """The laws of the determinations of a period, oldest use first.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    digest = determinations.c.law_digest
    counted = (
        select(digest, func.count())
        .where(period.holds())
        .group_by(digest)
        .order_by(func.min(determinations.c.decided_at), digest)
    )
    with store.reading() as connection, tolerant(connection):
        rows = connection.execute(counted).all()
    lost = sum(count for known, count in rows if not readable(known))
    return [Used(known, count) for known, count in rows if readable(known)] + (
        [Used(None, lost)] if lost else []
    )


def made_under(
    store: Store, laws: Collection[str], period: Period, page_of: int = PAGE, others: bool = False
) -> Iterator[Made]:
    """The determinations of a period made under some laws, or under all *others*, in the order of
    their ids.

    What they rest on is left out. No transaction is open between two pages.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    columns, place = determinations.c, None
    wanted = select(
        *(columns[name] for name in DETERMINATION_COLUMNS), columns.record_digest
    ).where(
        columns.law_digest.not_in(laws) if others else columns.law_digest.in_(laws), period.holds()
    )
    while True:
        with store.reading() as connection:
            rows = page(connection, wanted, columns.id, page_of, place)
        for row in rows:
            yield _made(row)
        if len(rows) < page_of:
            return
        place = rows[-1].place


def _made(row: Row) -> Made:
    if row.columns is None:
        return Made(row.id, None, as_kept=False)
    record = DeterminationRecord(**{name: row.columns[name] for name in DETERMINATION_COLUMNS})
    return Made(
        row.id, record, as_kept=record.row()["record_digest"] == row.columns["record_digest"]
    )

"""Kept determinations in the order of their ids, law by law, a page at a time: for deciding all of them again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true

from app.records.entries import DETERMINATION_COLUMNS, DeterminationRecord
from app.records.store import Store
from app.records.tables import determinations

PAGE = 100


@dataclass(frozen=True, slots=True)
class Period:
    """Determinations decided from an instant (included) to another (not included)."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self) -> ColumnElement[bool]:
        """The condition that a determination was decided in it."""
        decided_at = determinations.c.decided_at
        bounds = (decided_at >= self.since if self.since else true(), decided_at < self.until if self.until else true())
        return and_(*bounds)


def laws_used(store: Store, period: Period) -> dict[str, int]:
    """The digests of the law that determinations of a period were made under, oldest use first, with how many there are of each.

    Raises:
        RecordsUnavailable: the database could not be asked.
    """
    digest = determinations.c.law_digest
    counted = (
        select(digest, func.count()).where(period.holds()).group_by(digest).order_by(func.min(determinations.c.decided_at), digest)
    )
    with store.reading() as connection:
        return dict(connection.execute(counted).all())


def made_under(store: Store, law_digest: str, period: Period, page: int = PAGE) -> Iterator[DeterminationRecord]:
    """The determinations of a period made under one law, in the order of their ids. What they rest on is left out.

    No transaction is open between two pages.

    Raises:
        RecordsUnavailable: the database could not be asked.
    """
    here, after = determinations.c, None
    columns = [here[name] for name in DETERMINATION_COLUMNS]
    while True:
        further = true() if after is None else here.id > after
        wanted = select(*columns).where(here.law_digest == law_digest, period.holds(), further).order_by(here.id).limit(page)
        with store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
        for row in rows:
            yield DeterminationRecord(**row)
        if len(rows) < page:
            return
        after = rows[-1]["id"]

"""What happened, in the order in which it was sealed: how others follow without asking for everything again.

Records get their place in one order without gaps when a seal closes them, after their transactions have ended. Whoever has read up
to one place therefore never misses what came later, however long its transaction took.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from app.records.reach import Reach
from app.records.store import Store, within
from app.records.tables import determinations, laws, sealed_records

STRETCH, STRETCHES = 1000, 20
"""How many sealed records are looked at together, and how often at most for one answer."""


@dataclass(frozen=True, slots=True)
class DeterminationMade:
    """A determination was kept."""

    sequence: int
    id: str
    at: datetime
    question: str
    as_of: date
    edition: str
    outcome: str
    subject: str | None
    organization: str | None
    law_digest: str
    replaces: str | None


@dataclass(frozen=True, slots=True)
class LawChanged:
    """Determinations are made under another text of the law from here on."""

    sequence: int
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """Events after a place, and the place to go on from."""

    events: tuple[DeterminationMade | LawChanged, ...]
    next: int


def happened(store: Store, reach: Reach, after: int, limit: int) -> Happened:
    """The events within reach after a place, at most *limit*, in order. Places out of reach are passed over, a bounded way at once.

    Raises:
        RecordsUnavailable: the database could not be asked.
    """
    events: list[DeterminationMade | LawChanged] = []
    place = after
    with store.reading() as connection:
        for _ in range(STRETCHES):
            stretch = _stretch(connection, place)
            told = _told(connection, stretch, reach)
            events += told[: limit - len(events)]
            if len(events) == limit:
                return Happened(tuple(events), events[-1].sequence)
            place = stretch[-1].sequence if stretch else place
            if len(stretch) < STRETCH:
                break
    return Happened(tuple(events), place)


def _stretch(connection: Connection, after: int) -> Sequence[Any]:
    """The next sealed records after a place, whatever they are."""
    chosen = select(sealed_records.c.sequence, sealed_records.c.kind, sealed_records.c.object_id)
    return connection.execute(
        chosen.where(sealed_records.c.sequence > after).order_by(sealed_records.c.sequence).limit(STRETCH)
    ).all()  # fmt: skip


def _told(connection: Connection, stretch: Sequence[Any], reach: Reach) -> list[DeterminationMade | LawChanged]:
    """The events among sealed records, as far as they are within reach and were not disposed of."""
    ids = {kind: [sealed.object_id for sealed in stretch if sealed.kind == kind] for kind in ("determination", "law")}
    columns = [determinations.c[name] for name in DeterminationMade.__slots__ if name in determinations.c]
    chosen = select(*columns, determinations.c.decided_at.label("at"))
    chosen = chosen.where(determinations.c.id.in_(ids["determination"]), within(reach))
    made = {row["id"]: row for row in connection.execute(chosen).mappings()}
    kept = select(laws.c.digest, laws.c.kept_at).where(laws.c.digest.in_(ids["law"]))
    kept_at = {row.digest: row.kept_at for row in connection.execute(kept)}
    events: list[DeterminationMade | LawChanged] = []
    for sealed in stretch:
        if sealed.kind == "determination" and sealed.object_id in made:
            events.append(DeterminationMade(sealed.sequence, **made[sealed.object_id]))
        elif sealed.kind == "law" and sealed.object_id in kept_at:
            events.append(LawChanged(sealed.sequence, sealed.object_id, kept_at[sealed.object_id]))
    return events

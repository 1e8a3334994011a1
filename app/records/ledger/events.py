"""What happened, in the order in which it was sealed: how others follow without asking for
everything again.

Records get their place in one order without gaps when a seal closes them, after their transactions
have ended. Whoever has read up to one place therefore never misses what came later, however long
its transaction took.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from app.records.damaged import name_of, page, readable, tolerant
from app.records.identity import is_id
from app.records.store import Store, within
from app.records.tables import determinations, disposals, laws, sealed_records
from app.records.visibility import Reach

STRETCH, STRETCHES = 1000, 20
"""How many sealed records are looked at together, and how often at most for one answer."""
EVENTS, NO_EVENTS = ("determination", "law"), ("audit", "disposal")
"""The kinds of sealed records that are events, and those that are none."""


TOLD = (
    "id",
    "question",
    "as_of",
    "edition",
    "outcome",
    "subject",
    "organization",
    "law_digest",
    "replaces",
)
"""The columns of a determination in its event."""


class Event(NamedTuple):
    """A determination that was kept, or another text of the law under which determinations are made
    from here on.

    *kind* is `determination`, `law`, or `record` where nobody can say which of the two. What cannot
    be read any more, or was removed, has no columns; others also have the instant, *at*.
    """

    sequence: int
    kind: str
    id: str
    columns: Mapping[str, Any] | None


def happened(store: Store, reach: Reach, after: int, limit: int) -> tuple[list[Event], int]:
    """The events within reach after a place, at most *limit*, in order, and the place to go on
    from. Places out of reach are passed over, a bounded way at once.

    Whose record it was that cannot be found under its id any more, nobody knows: that is told to
    those only who see everything.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    events: list[Event] = []
    place = after
    with store.reading() as connection:
        for _ in range(STRETCHES):
            stretch = _stretch(connection, place)
            events += _events_of(connection, stretch, reach)[: limit - len(events)]
            if len(events) == limit:
                return events, events[-1].sequence
            place = stretch[-1].sequence if stretch else place
            if len(stretch) < STRETCH:
                break
    return events, place


def _stretch(connection: Connection, after: int) -> Sequence[Any]:
    chosen = select(sealed_records.c.sequence, sealed_records.c.kind, sealed_records.c.object_id)
    with tolerant(connection):
        return connection.execute(
            chosen.where(sealed_records.c.sequence > after)
            .order_by(sealed_records.c.sequence)
            .limit(STRETCH)
        ).all()


def _events_of(connection: Connection, stretch: Sequence[Any], reach: Reach) -> list[Event]:
    """The events among sealed records, as far as they are within reach and were not disposed of."""
    ids = {
        kind: [
            sealed.object_id for sealed in stretch if sealed.kind == kind and _is_key(kind, sealed)
        ]
        for kind in EVENTS
    }
    told = (determinations.c[name] for name in TOLD)
    chosen = select(*told, determinations.c.decided_at.label("at"))
    chosen = chosen.where(determinations.c.id.in_(ids["determination"]), within(reach))
    kept = select(laws.c.digest, laws.c.kept_at.label("at")).where(laws.c.digest.in_(ids["law"]))
    found = {
        "determination": {
            row.id: row.columns for row in page(connection, chosen, determinations.c.id, STRETCH)
        },
        "law": {row.id: row.columns for row in page(connection, kept, laws.c.digest, STRETCH)},
    }
    disposed = (
        _disposed(connection, set(ids["determination"]) - set(found["determination"]))
        if reach.everything
        else set()
    )
    events: list[Event] = []
    for sealed in stretch:
        of_kind = found.get(sealed.kind, {})
        if sealed.object_id in of_kind or (
            reach.everything and sealed.kind not in NO_EVENTS and sealed.object_id not in disposed
        ):
            kind = sealed.kind if sealed.kind in EVENTS else "record"
            columns = of_kind.get(sealed.object_id)
            events.append(Event(sealed.sequence, kind, name_of(sealed.object_id), columns))
    return events


def _disposed(connection: Connection, ids: set[str]) -> set[str]:
    chosen = select(disposals.c.object_id).where(
        disposals.c.kind == "determination", disposals.c.object_id.in_(ids)
    )
    with tolerant(connection):
        return set(connection.execute(chosen).scalars()) if ids else set()


def _is_key(kind: str, sealed: Any) -> bool:
    """Whether a sealed entry has a valid key; the entry itself can be damaged."""
    return (
        isinstance(sealed.object_id, str)
        and readable(sealed.object_id)
        and (kind == "law" or is_id(sealed.object_id))
    )

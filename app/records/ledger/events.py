"""What happened, in the order in which it was sealed: how others follow without asking for
everything again.

Records get their place in one order without gaps when a seal closes them, after their transactions
have ended. Whoever has read up to one place therefore never misses what came later, however long
its transaction took.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, func, select

from app.records.damaged import name_of, page, readable, tolerant
from app.records.identity import is_id
from app.records.store import Store, within
from app.records.tables import determinations, disposals, laws, sealed_records
from app.records.visibility import Reach
from app.records.voiding.void_tables import voids
from app.records.waivers.waiver_requests import SEALED, DeskReach
from app.records.waivers.waiver_tables import waiver_requests, waiver_steps

STRETCH, STRETCHES = 1000, 20
"""How many sealed records are looked at together, and how often at most for one answer."""
EVENTS, NO_EVENTS = ("determination", "law", "void", SEALED), ("audit", "disposal", "note", "mark")
"""The kinds of sealed records that are events, and those that are none."""
TOLD_STEPS = (
    "grant",
    "deny",
    "approve-correction",
    "return",
    "not-needed",
    "withdraw",
    "carrier-told",
)
"""The steps of a waiver request that are events; others are the Office's own business."""


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
PAIRS = ("subject", "organization", "denial", "denial_subject", "denial_organization", "carrier")
"""The columns of a waiver request that its events are told from."""
Found = Mapping[str, Mapping[str, Mapping[str, Any] | None]]


class Event(NamedTuple):
    """A determination that was kept or voided, a step of a waiver request, or another text of the
    law under which determinations are made from here on.

    *kind* is `determination`, `void`, `waiver`, `law`, or `record` where nobody can say which. What
    cannot be read any more, or was removed, has no columns; others also have the instant, *at*.
    """

    sequence: int
    kind: str
    id: str
    columns: Mapping[str, Any] | None


class Follower(NamedTuple):
    """Who follows: the determinations and the waiver requests that they see."""

    reach: Reach
    desk: DeskReach


class PlaceBeyond(Exception):
    """A place after the *last* event: as where an older backup took the place of the records."""

    def __init__(self, last: int) -> None:
        super().__init__(f"the last event has the number {last}")
        self.last = last


def happened(store: Store, follower: Follower, after: int, limit: int) -> tuple[list[Event], int]:
    """The events within reach after a place, at most *limit*, in order, and the place to go on
    from. Places out of reach are passed over, a bounded way at once.

    Whose record it was that cannot be found under its id any more, nobody knows: that is told to
    those only who see everything.

    Raises:
        PlaceBeyond: no event has come to this place yet.
        RecordsUnavailable: the database is unavailable.
    """
    events: list[Event] = []
    place = after
    with store.reading() as connection:
        last = connection.execute(select(func.max(sealed_records.c.sequence))).scalar() or 0
        if after > last:
            raise PlaceBeyond(last)
        for _ in range(STRETCHES):
            stretch = _stretch(connection, place)
            events += _events_of(connection, stretch, follower)[: limit - len(events)]
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


def _events_of(connection: Connection, stretch: Sequence[Any], follower: Follower) -> list[Event]:
    """The events among sealed records, as far as they are within reach and were not disposed of."""
    ids = {
        kind: [
            sealed.object_id for sealed in stretch if sealed.kind == kind and _is_key(kind, sealed)
        ]
        for kind in EVENTS
    }
    found: Found = {
        "determination": _determinations(connection, ids["determination"], follower.reach),
        "law": _laws(connection, ids["law"]),
        "void": _voids(connection, ids["void"], follower.reach),
        SEALED: _steps(connection, ids[SEALED], follower.desk),
    }
    sees_all = follower.reach.everything
    missing = {
        kind: set(ids[kind]) - set(found[kind])
        for kind in ("determination", "void", SEALED)
        if sees_all
    }
    disposed = {id for kind, lost in missing.items() for id in _disposed(connection, kind, lost)}
    events: list[Event] = []
    for sealed in stretch:
        of_kind = found.get(sealed.kind, {})
        if sealed.object_id in of_kind or (
            sees_all and sealed.kind not in NO_EVENTS and sealed.object_id not in disposed
        ):
            columns = of_kind.get(sealed.object_id)
            if sealed.kind == SEALED and columns is not None and columns["step"] not in TOLD_STEPS:
                continue
            kind = sealed.kind if sealed.kind in EVENTS else "record"
            events.append(Event(sealed.sequence, kind, name_of(sealed.object_id), columns))
    return events


def _determinations(
    connection: Connection, ids: Sequence[str], reach: Reach
) -> dict[str, Mapping[str, Any] | None]:
    chosen = select(*_told(), determinations.c.decided_at.label("at"))
    chosen = chosen.where(determinations.c.id.in_(ids), within(reach))
    return {row.id: row.columns for row in page(connection, chosen, determinations.c.id, STRETCH)}


def _told() -> list[Column[Any]]:
    return [determinations.c[name] for name in TOLD]


def _voids(
    connection: Connection, ids: Sequence[str], reach: Reach
) -> dict[str, Mapping[str, Any] | None]:
    """The voids of determinations within reach, each with what is told of its determination."""
    chosen = select(voids.c.id.label("void"), voids.c.voided_at.label("at"), *_told())
    chosen = chosen.join_from(voids, determinations, voids.c.determination == determinations.c.id)
    chosen = chosen.where(voids.c.id.in_(ids), within(reach))
    return {row.id: row.columns for row in page(connection, chosen, voids.c.id, STRETCH)}


def _laws(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any] | None]:
    kept = select(laws.c.digest, laws.c.kept_at.label("at")).where(laws.c.digest.in_(ids))
    return {row.id: row.columns for row in page(connection, kept, laws.c.digest, STRETCH)}


def _steps(
    connection: Connection, ids: Sequence[str], reach: DeskReach
) -> dict[str, Mapping[str, Any] | None]:
    """The steps within reach, each with the pairs of its request."""
    if not ids:
        return {}
    steps, requests = waiver_steps.c, waiver_requests.c
    told = (requests[name] for name in PAIRS)
    chosen = (
        select(steps.request, steps.step, steps.state, steps.at, steps.content, *told)
        .join(waiver_requests, requests.id == steps.request)
        .where(steps.id.in_(ids), reach.condition())
    )
    return {row.id: row.columns for row in page(connection, chosen, steps.id, STRETCH)}


def _disposed(connection: Connection, kind: str, ids: set[str]) -> set[str]:
    chosen = select(disposals.c.object_id).where(
        disposals.c.kind == kind, disposals.c.object_id.in_(ids)
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

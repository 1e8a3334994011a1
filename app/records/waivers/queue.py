"""Finds the requests to work on: those due first come first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select

from app.records.damaged import page
from app.records.errors import RecordDamaged
from app.records.ledger.searching import id_text
from app.records.letters.letter_tables import letters
from app.records.store import Store
from app.records.waivers.waiver_requests import DeskReach, WaiverRequest, request_of
from app.records.waivers.waiver_tables import waiver_requests, waiver_steps

LAST = date.max
"""Where a request without a day to decide by or to look again stands: after all that have one."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which requests: all that is given must hold. *due_by*: to be decided, or to be looked at
    again, on that day or before; *told_by*: the carrier was to be told before that day;
    *without_letter*: steps of which the last one has no letter yet.
    """

    states: frozenset[str]
    claimed_by: str | None = None
    entered_by: str | None = None
    unclaimed: bool = False
    due_by: date | None = None
    told_by: date | None = None
    without_letter: frozenset[str] = frozenset()

    def conditions(self, is_sqlite: bool) -> list[ColumnElement[bool]]:
        """The conditions on `waiver_requests`."""
        table = waiver_requests.c
        found: list[ColumnElement[bool]] = [table.state.in_(sorted(self.states))]
        if self.claimed_by is not None:
            found.append(table.claimed_by == self.claimed_by)
        if self.entered_by is not None:
            found.append(table.entered_by == self.entered_by)
        if self.unclaimed:
            found.append(table.claimed_by.is_(None))
        if self.due_by is not None:
            found.append(_due() <= self.due_by)
        if self.told_by is not None:
            found.append(table.tell_carrier_by < self.told_by)
        if self.without_letter:
            found.append(lacks_letter(self.without_letter, is_sqlite))
        return found


def lacks_letter(steps: Iterable[str], is_sqlite: bool) -> ColumnElement[bool]:
    """The condition that a request has no letter made since the last of these *steps* was taken,
    and that nobody recorded that the approval arrived.
    """
    table, step = waiver_requests.c, waiver_steps.c
    taken = select(func.max(step.at)).where(step.request == table.id, step.step.in_(sorted(steps)))
    made = exists().where(
        letters.c.kind == "waiver",
        letters.c.object_id == id_text(table.id, is_sqlite),
        letters.c.made_at >= taken.correlate(waiver_requests).scalar_subquery(),
    )
    return and_(table.approval_received_on.is_(None), ~made.correlate(waiver_requests))


class QueuePlace(NamedTuple):
    """Where a request stands in the queue."""

    due: date
    received_on: date
    id: str


def place_in_queue(request: WaiverRequest) -> QueuePlace:
    """Where a request stands in the queue."""
    due = request.decide_by or request.remind_on or LAST
    return QueuePlace(due, request.received_on, request.id)


def _due() -> ColumnElement[date]:
    """The day to decide a request by, or the day to look again at one that is incomplete."""
    table = waiver_requests.c
    return func.coalesce(table.decide_by, table.remind_on, literal(LAST, table.decide_by.type))


def queue(
    store: Store, reach: DeskReach, wanted: QueueFilter, limit: int, after: QueuePlace | None = None
) -> list[WaiverRequest | RecordDamaged]:
    """The requests within reach, the one due first at the head, from the one after a place on. In
    the place of a damaged one stands what says so.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    table = waiver_requests.c
    due = _due()
    chosen = select(table.id).where(reach.condition(), *wanted.conditions(store.is_sqlite))
    if after is not None:
        chosen = chosen.where(_beyond(due, after))
    chosen = chosen.order_by(due, table.received_on, table.id).limit(limit)
    with store.reading() as connection:
        ids = [str(id) for id in connection.execute(chosen).scalars()]
        rows = page(
            connection,
            select(waiver_requests).where(table.id.in_(ids)),
            table.id,
            max(len(ids), 1),
        )
    found: dict[str, WaiverRequest | RecordDamaged] = {}
    for row in rows:
        try:
            found[row.id] = request_of(row.id, row.columns)
        except RecordDamaged as damaged:
            found[row.id] = damaged
    return [found[id] for id in ids if id in found]


def without_letter(store: Store, ids: Iterable[str], steps: Iterable[str]) -> set[str]:
    """Those of these requests that have no letter of the last of these *steps*; see `lacks_letter`.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    chosen = select(waiver_requests.c.id).where(
        waiver_requests.c.id.in_(list(ids)), lacks_letter(steps, store.is_sqlite)
    )
    with store.reading() as connection:
        return {str(id) for id in connection.execute(chosen).scalars()}


def _beyond(due: ColumnElement[date], after: QueuePlace) -> ColumnElement[bool]:
    table = waiver_requests.c
    day = literal(after.due, table.decide_by.type)
    return or_(
        due > day,
        and_(due == day, table.received_on > after.received_on),
        and_(due == day, table.received_on == after.received_on, table.id > after.id),
    )

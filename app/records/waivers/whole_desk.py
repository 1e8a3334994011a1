"""Reads the whole desk, for figures: every request with its steps, or the steps alone."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Select, select

from app.records.damaged import page
from app.records.store import Store
from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep, request_of, step_of
from app.records.waivers.waiver_tables import waiver_requests, waiver_steps

TOGETHER = 500


def every_request(store: Store) -> Iterator[tuple[WaiverRequest, list[WaiverStep]]]:
    """Every request with its steps, the first one first.

    Raises:
        RecordDamaged: a request or a step is not as it was stored.
        RecordsUnavailable: the database is unavailable.
    """
    after: str | None = None
    while True:
        with store.reading() as connection:
            rows = page(connection, select(waiver_requests), waiver_requests.c.id, TOGETHER, after)
        requests = [request_of(row.id, row.columns) for row in rows]
        of = defaultdict[str, list[WaiverStep]](list)
        mine = waiver_steps.c.request.in_([request.id for request in requests])
        for step in _steps(store, select(waiver_steps).where(mine)):
            of[step.request].append(step)
        for request in requests:
            yield request, sorted(of[request.id], key=lambda step: step.number)
        if len(rows) < TOGETHER:
            return
        after = rows[-1].place


def every_step(store: Store) -> Iterator[WaiverStep]:
    """Every step of every request, in the order of their ids.

    Raises:
        RecordDamaged, RecordsUnavailable: see `every_request`.
    """
    return _steps(store, select(waiver_steps))


def _steps(store: Store, chosen: Select[tuple[object, ...]]) -> Iterator[WaiverStep]:
    after: str | None = None
    while True:
        with store.reading() as connection:
            rows = page(connection, chosen, waiver_steps.c.id, TOGETHER, after)
        yield from (step_of(row.id, row.columns) for row in rows)
        if len(rows) < TOGETHER:
            return
        after = rows[-1].place

"""What the service records by itself: that the carrier was not told in time."""

from datetime import date, datetime

from app.access.origin import Origin
from app.records.errors import RecordDamaged
from app.records.waivers.queue import QueueFilter, place_in_queue, queue
from app.records.waivers.waiver_requests import DeskReach
from app.waivers.desk import Desk, Overtaken, Taker, Taking
from app.waivers.states import NotPossible, State
from app.waivers.who_may import SERVICE

TOGETHER = 200
STEP, TOLD = "not-told-in-time", "carrier-told"


def mark_late(desk: Desk, today: date, at: datetime) -> list[str]:
    """Take the step `not-told-in-time` on each granted request whose last day to tell the carrier
    has passed, where the carrier was not told; the ids of those requests.

    Raises:
        RecordDamaged: a step is not as it was stored.
        RecordsUnavailable: the database is unavailable; what was marked until then stays so.
    """
    wanted = QueueFilter(frozenset({str(State.GRANTED)}), told_by=today)
    marked, after = list[str](), None
    while True:
        found = queue(desk.store, DeskReach(everything=True), wanted, TOGETHER, after)
        whole = [request for request in found if not isinstance(request, RecordDamaged)]
        for request in whole:
            if _is_open(desk, request.id) and _marked(desk, request.id, request.version, at):
                marked.append(request.id)
        if len(found) < TOGETHER or not whole:
            return marked
        after = place_in_queue(whole[-1])


def _is_open(desk: Desk, id: str) -> bool:
    return not {STEP, TOLD} & {step.step for step in desk.requests.steps(id)}


def _marked(desk: Desk, id: str, version: int, at: datetime) -> bool:
    """Whether the step was taken; somebody else may have told the carrier meanwhile."""
    by = Taker(SERVICE, Origin(SERVICE.actor))
    try:
        desk.take(id, STEP, by, version, at, Taking())
    except (Overtaken, NotPossible):
        return False
    return True

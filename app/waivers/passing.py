"""What the service records by itself once a day has passed."""

import logging
from collections.abc import Sequence
from datetime import datetime

from app.access.origin import Origin
from app.instants import day_of
from app.records.waivers.waiver_requests import WaiverStep
from app.waivers.desk import Desk, Overtaken, Taker, Taking
from app.waivers.source import since_decision
from app.waivers.states import NotPossible
from app.waivers.who_may import SERVICE

NOT_TOLD = "not-told-in-time"
log = logging.getLogger(__name__)


def record_not_told(desk: Desk, at: datetime) -> list[str]:
    """Record of each granted waiver whose carrier was not told by the last day that it was not told
    in time; the requests of which that is recorded now.

    A request that somebody changes meanwhile is left for the next time.

    Raises:
        RecordDamaged: a request or step is not as it was stored.
        RecordsUnavailable: the database is unavailable.
    """
    done = []
    for request in desk.requests.past_telling(day_of(at)):
        if not is_untold(desk.requests.steps(request.id)):
            continue
        assert request.tell_carrier_by is not None
        taking = Taking({"last_day": request.tell_carrier_by.isoformat()})
        service = Taker(SERVICE, Origin(SERVICE.actor))
        try:
            desk.take(request.id, NOT_TOLD, service, request.version, at, taking)
        except (Overtaken, NotPossible):
            log.info("a waiver request was changed while its last day was recorded")
            continue
        done.append(request.id)
    return done


def is_untold(steps: Sequence[WaiverStep]) -> bool:
    """Whether nobody recorded that the carrier was told, and the service nothing about that since
    the approval was last recorded.
    """
    since = [step.step for step in since_decision(steps)]
    last = max((n for n, name in enumerate(since) if name == "approval-received"), default=0)
    return "carrier-told" not in since and NOT_TOLD not in since[last:]

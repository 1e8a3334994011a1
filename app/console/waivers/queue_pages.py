"""The queue of waiver requests, the one due first at the head."""

from collections.abc import Mapping

from flask import render_template, request

from app import clock
from app.api.http.answered.faults import alarm_damaged
from app.api.http.service import current_service, principal
from app.api.waivers.answers import WaiverListedAnswer
from app.api.waivers.showing import listed_answer
from app.api.waivers.waiver_requests import note_listed, queue_filter
from app.console.guard import needs, pages
from app.records.errors import RecordDamaged
from app.records.waivers.queue import queue
from app.waivers.desk import KIND, desk_reach

AT_MOST = 100
FILTERS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "open": ("All open", {}),
    "mine": ("Mine", {"mine": True}),
    "unclaimed": ("Unclaimed", {"unclaimed": True}),
    "week": ("Due this week, or to look at again", {"due_this_week": True}),
    "incomplete": ("Incomplete", {"state": "incomplete"}),
    "no-letter": (
        "Decided, no letter made yet",
        {"state": "all", "without_letter": True},
    ),
    "all": ("Decided too", {"state": "all"}),
}
"""The filters of the queue, by what stands in the address: their words, and what they ask for."""
PLAIN: Mapping[str, object] = {
    "state": "open",
    "mine": False,
    "unclaimed": False,
    "due_this_week": False,
}


def listed(which: str, limit: int = AT_MOST) -> list[WaiverListedAnswer]:
    """The requests of a filter that this person may see, one more than *limit* where there are
    more. Damaged ones are reported and left out.
    """
    by, wanted = principal(), queue_filter({**PLAIN, **FILTERS[which][1]})
    found = queue(current_service().store, desk_reach(by), wanted, limit + 1)
    alarm_damaged(KIND, [each.id for each in found if isinstance(each, RecordDamaged)])
    return [listed_answer(each, by) for each in found if not isinstance(each, RecordDamaged)]


@pages.get("/waivers")
@needs("waivers.read")
def waivers() -> str:
    """The queue: oldest due first, overdue ones marked."""
    which = request.args.get("show", "open")
    which = which if which in FILTERS else "open"
    found = listed(which)
    note_listed(each.id for each in found[:AT_MOST])
    return render_template(
        "waivers/queue.html",
        requests=found[:AT_MOST],
        there_are_more=len(found) > AT_MOST,
        which=which,
        filters={name: words for name, (words, _) in FILTERS.items()},
        today=clock.today(),
        may_enter=principal().may("waivers.write"),
        may_see_figures=principal().may("waivers.figures"),
        may_hand_over=principal().may("waivers.assign"),
    )

"""A feed of what happened, as CloudEvents: how carriers and other systems follow without asking for
everything again.
"""

from typing import Any

import orjson
from flask import Blueprint, Response

from app.api.http.authority import principal
from app.api.http.faults import alarm_damaged
from app.api.http.operations import Operation, Returns
from app.api.http.service import service
from app.api.http.trail import audit_entry
from app.api.records.searching import EventsQuery
from app.instants import instant_text
from app.records.ledger.events import Damaged, Event, LawChanged, happened

CLOUDEVENTS = "application/cloudevents-batch+json"
KINDS = ("law", "determination", "record")
WAIVERS = "waiver."
"""The questions whose determinations are told as waivers decided."""

blp = Blueprint("events", __name__, url_prefix="/v1")


@blp.get("/events")
@Operation(
    permission="events.read",
    query=EventsQuery,
    returns={
        200: Returns(
            "The events after that place, in order; Link says where to go on.",
            {CLOUDEVENTS: "CloudEvents"},
        )
    },
)
def read_events(query: dict[str, int]) -> Response:
    """Follow determinations made, waivers decided and law changed, within your reach.

    In the place of a record that cannot be read any more stands `determination.damaged`,
    `law.damaged` or, where nobody can say which of the two it was, `record.damaged`, with its id
    alone. Whose it was is not known of one that is gone, or is found under its id no longer; of
    those only who sees everything is told.

    Events have one order in which nothing is ever inserted: whoever goes on where Link says misses
    nothing and gets nothing twice. An event appears once its record is sealed, usually within
    seconds.
    """
    here = service()
    found = happened(here.store, principal().reach, query["after"], query["limit"])
    for kind in KINDS:
        alarm_damaged(
            kind,
            [each.id for each in found.events if isinstance(each, Damaged) and each.kind == kind],
        )
    if found.events:
        told = f"{found.events[0].sequence}-{found.events[-1].sequence}"
        here.store.note(audit_entry("events.read", "events", told))
    body = orjson.dumps([_event(event) for event in found.events])
    link = f'</v1/events?after={found.next}&limit={query["limit"]}>; rel="next"'
    return Response(body, 200, {"Link": link}, content_type=CLOUDEVENTS)


def _event(event: Event) -> dict[str, Any]:
    envelope = {
        "specversion": "1.0",
        "id": str(event.sequence),
        "source": "/v1",
        "datacontenttype": "application/json",
    }
    if isinstance(event, Damaged):
        data = {"digest" if event.kind == "law" else "id": event.id}
        return {**envelope, "type": f"{event.kind}.damaged", "subject": event.id, "data": data}
    at = instant_text(event.at)
    envelope["time"] = at
    if isinstance(event, LawChanged):
        return {
            **envelope,
            "type": "law.changed",
            "subject": event.digest,
            "data": {"digest": event.digest},
        }
    type = "waiver.decided" if event.question.startswith(WAIVERS) else "determination.made"
    told = (
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
    data = {name: getattr(event, name) for name in told}
    return {
        **envelope,
        "type": type,
        "subject": event.id,
        "data": {**data, "href": f"/v1/determinations/{event.id}"},
    }

"""A feed of what happened, as CloudEvents: how carriers and other systems follow without asking for
everything again.
"""

from typing import Any

from flask import Blueprint, Response
from msgspec import UNSET, UnsetType

from app.api.http.faults import alarm_damaged
from app.api.http.operations import Content, Operation
from app.api.http.responses import JSON
from app.api.http.service import current_service, origin, principal
from app.api.records.answers import CloudEventAnswer, EventType
from app.api.records.searching import EventsQuery
from app.determinations.answer import encode
from app.instants import instant_text
from app.records.ledger.events import TOLD, Event, happened

CLOUDEVENTS = "application/cloudevents-batch+json"
DAMAGED: dict[str, EventType] = {
    "law": "law.damaged",
    "determination": "determination.damaged",
    "record": "record.damaged",
}
"""The type of event for a damaged record, by its kind."""
WAIVERS = "waiver."
"""The questions whose determinations become events about waivers."""

blp = Blueprint("events", __name__, url_prefix="/v1")


@blp.get("/events")
@Operation(
    permission="events.read",
    query=EventsQuery,
    returns={
        200: Content(
            "The events after that place, in order. Link has the address of the next page.",
            {CLOUDEVENTS: list[CloudEventAnswer]},
        )
    },
)
def read_events(query: dict[str, int]) -> Response:
    """Follow new determinations, decided waivers and changes of the law, as far as you may see
    them.

    The order of events is final: if you follow Link, you miss no event and get each one once. An
    event appears once its record is sealed, usually within seconds.

    For a damaged record you get `determination.damaged`, `law.damaged` or, if its kind is unknown,
    `record.damaged`, with its id only. If its owner is unknown, only roles that see everything get
    the event.
    """
    service = current_service()
    events, place = happened(service.store, principal().reach, query["after"], query["limit"])
    for kind in DAMAGED:
        alarm_damaged(
            kind,
            [event.id for event in events if event.columns is None and event.kind == kind],
        )
    if events:
        service.store.note(
            origin().did(
                "events.read",
                f"{events[0].sequence}-{events[-1].sequence}",
                kind="events",
            )
        )
    body = encode([_event(event) for event in events])
    return Response(
        body,
        200,
        {"Link": f'</v1/events?after={place}&limit={query["limit"]}>; rel="next"'},
        content_type=CLOUDEVENTS,
    )


def _event(event: Event) -> CloudEventAnswer:
    if event.columns is None:
        data = {"digest" if event.kind == "law" else "id": event.id}
        return _envelope(event, DAMAGED[event.kind], data)
    time = instant_text(event.columns["at"])
    if event.kind == "law":
        return _envelope(event, "law.changed", {"digest": event.id}, time)
    data = {name: event.columns[name] for name in TOLD}
    data["href"] = f"/v1/determinations/{event.id}"
    is_waiver = event.columns["question"].startswith(WAIVERS)
    return _envelope(event, "waiver.decided" if is_waiver else "determination.made", data, time)


def _envelope(
    event: Event, type: EventType, data: dict[str, Any], time: str | UnsetType = UNSET
) -> CloudEventAnswer:
    return CloudEventAnswer(
        specversion="1.0",
        id=str(event.sequence),
        source="/v1",
        datacontenttype=JSON,
        time=time,
        type=type,
        subject=event.id,
        data=data,
    )

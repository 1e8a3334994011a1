"""A feed of what happened, as CloudEvents: how carriers and other systems follow without asking for
everything again.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response
from msgspec import UNSET, UnsetType

from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import JSON, Problem, Wrong
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.records.answers import CloudEventAnswer, EventType
from app.api.records.searching import EventsQuery
from app.api.records.waiver_events import waiver_event
from app.determinations.answer import encode
from app.instants import instant_text
from app.records.entries import AuditEntry
from app.records.ledger.events import TOLD, Event, Follower, PlaceBeyond, happened
from app.records.waivers.waiver_requests import DeskReach
from app.waivers.desk import desk_reach

CLOUDEVENTS = "application/cloudevents-batch+json"
DAMAGED: dict[str, EventType] = {
    "law": "law.damaged",
    "determination": "determination.damaged",
    "waiver": "waiver.damaged",
    "record": "record.damaged",
    "void": "record.damaged",
}
"""The type of event for a damaged record, by its kind."""

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
    """Follow new and voided determinations, decisions on waiver requests and changes of the law, as
    far as you may see them.

    The order of events is final: if you follow Link, you miss no event and get each one once. An
    event appears once its record is sealed, usually within seconds.

    A decision of the Office of Patient Protection is `waiver.granted` or `waiver.denied`. Questions
    about waivers are `determination.made`. The organization whose denial a waiver request names
    gets the events of that request, under its own reference.

    For a damaged record you get `determination.damaged`, `waiver.damaged`, `law.damaged` or, if its
    kind is unknown, `record.damaged`, with its id only. If its owner is unknown, only roles
    that see everything get the event.
    """
    service = current_service()
    follower = _follower()
    try:
        events, place = happened(service.store, follower, query["after"], query["limit"])
    except PlaceBeyond as beyond:
        raise _beyond(beyond.last) from None
    for kind in DAMAGED:
        alarm_damaged(
            kind,
            [event.id for event in events if event.columns is None and event.kind == kind],
        )
    answers = [_event(event, follower) for event in events]
    if events:
        place_read = f"{events[0].sequence}-{events[-1].sequence}"
        read = origin().did("events.read", place_read, kind="events")
        service.store.note(read, *_about_people(answers))
    body = encode(answers)
    return Response(
        body,
        200,
        {"Link": f'</v1/events?after={place}&limit={query["limit"]}>; rel="next"'},
        content_type=CLOUDEVENTS,
    )


def _beyond(last: int) -> Problem:
    must = (
        f"No event has this number yet: the last one is {last}. If you read it here, an older "
        "backup replaced the records. Ask the operator from where to read again."
    )
    return Problem("invalid-request", must, [Wrong("query", must, name="after")])


def _about_people(answers: Iterable[CloudEventAnswer]) -> Iterator[AuditEntry]:
    """An entry for each determination and waiver request of a person that the events told of."""
    did = origin().did
    for each in answers:
        if each.data.get("subject") is not None:
            kind = each.type.partition(".")[0]
            yield did(f"{kind}.listed", each.data["id"], kind=kind)


def _follower() -> Follower:
    by = principal()
    return Follower(by.reach, desk_reach(by) if by.may("waivers.read") else DeskReach())


def _event(event: Event, follower: Follower) -> CloudEventAnswer:
    if event.columns is None:
        data = {"digest" if event.kind == "law" else "id": event.id}
        return _envelope(event, DAMAGED[event.kind], data)
    time = instant_text(event.columns["at"])
    if event.kind == "law":
        return _envelope(event, "law.changed", {"digest": event.id}, time)
    if event.kind == "waiver":
        type, told = waiver_event(event.columns, follower)
        return _envelope(event._replace(id=told["id"]), type, told, time)
    data = {name: event.columns[name] for name in TOLD}
    data["href"] = f"/v1/determinations/{data['id']}"
    if event.kind == "void":
        return _envelope(event, "determination.voided", data, time, subject=data["id"])
    return _envelope(event, "determination.made", data, time)


def _envelope(
    event: Event,
    type: EventType,
    data: dict[str, Any],
    time: str | UnsetType = UNSET,
    subject: str | None = None,
) -> CloudEventAnswer:
    return CloudEventAnswer(
        specversion="1.0",
        id=str(event.sequence),
        source="/v1",
        datacontenttype=JSON,
        time=time,
        type=type,
        subject=subject or event.id,
        data=data,
    )

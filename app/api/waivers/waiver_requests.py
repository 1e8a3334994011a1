"""Waiver requests: received, listed, read, and the files of their papers."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response
from msgspec import UNSET

from app import clock
from app.api.http.answered.cursors import next_cursor, place_of
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import JSON, Problem, etag_of, json_response, tagged
from app.api.http.asked.idempotency import IdempotentRequest, once
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service, origin, principal
from app.api.records.searching import note_search
from app.api.waivers.answers import (
    FileContent,
    WaiverBriefAnswer,
    WaiverQueueAnswer,
    WaiverRequestAnswer,
    WaiverTakenAnswer,
)
from app.api.waivers.asked.waiver_schemas import (
    ALL,
    BODY_BYTES,
    OPEN,
    NewWaiverRequestSchema,
    QueueQuery,
)
from app.api.waivers.receiving import as_it_would_be, new_request, others_of
from app.api.waivers.showing import href_of, listed_answer, request_answer, sees_whole
from app.api.waivers.taking import desk_problems, found_request, taker, unknown_request
from app.determinations.answer import encode
from app.records.errors import RecordDamaged
from app.records.waivers.queue import QueueFilter, QueuePlace, place_in_queue, queue
from app.waivers.desk import KIND, desk_reach
from app.waivers.paper_files import ENDINGS
from app.waivers.states import ENDED, ENDING, RECEIVE, State

ROUTE = "POST /v1/waiver-requests"
WEEK = timedelta(days=7)

blp = Blueprint("waiver-requests", __name__, url_prefix="/v1/waiver-requests")


@blp.post("")
@Operation(
    permission="waivers.write",
    body=NewWaiverRequestSchema,
    returns={
        201: Content(
            "Received. `others` names other requests for the same denial.", WaiverTakenAnswer
        )
    },
    problems=("facts-refused", "facts-contradict", "engine-fault", "record-damaged"),
    idempotent=True,
    body_bytes=BODY_BYTES,
)
def create_waiver_request(asked: dict[str, Any]) -> Response:
    """Enter a request for an enrollment waiver.

    A determination that it names as the denial becomes readable to the Office, and nothing else of
    that organization. The service encrypts texts, names and files. A body can have 16 MB; send
    further files with `add-paper`.
    """
    service = current_service()
    with once(service, ROUTE, service.applicants.digest) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed()
        told, body, tag = receive(service, asked, attempt)
    return Response(body, 201, {"Location": told.href, "ETag": tag}, mimetype=JSON)


def receive(
    service: Service, asked: dict[str, Any], attempt: IdempotentRequest
) -> tuple[WaiverTakenAnswer, str, str]:
    """Store a new request of the present caller; what is answered, its text and its entity tag.

    Raises:
        Problem: see `new_request`.
        AlreadyAnswered, RecordDamaged, RecordsUnavailable: nothing was stored.
    """
    request, taking = new_request(service, asked, principal())
    here = as_it_would_be(request, (), RECEIVE, taking)
    told = WaiverTakenAnswer(
        id=request.id,
        href=href_of(request),
        state=request.state,
        version=request.version,
        decide_by=request.decide_by,
        others=others_of(service, here, principal()),
    )
    body, tag = encode(told).decode(), etag_of(request.version)
    answer = attempt.record(request.changed_at, 201, told.href, tag, body=body)
    service.desk.receive(request, taker(), taking, answer)
    return told, body, tag


@blp.get("")
@Operation(
    permission="waivers.read",
    query=QueueQuery,
    returns={
        200: Content(
            "The requests that you may see, the one due first at the head. The carrier that a "
            "request names sees its state, day and outcome alone.",
            WaiverQueueAnswer,
        )
    },
)
def list_waiver_requests(query: dict[str, Any]) -> Response:
    """List waiver requests, the one due first at the head.

    Requests without a day to decide by stand at the end. The audit trail logs which you listed.
    """
    service, by = current_service(), principal()
    found = queue(
        service.store,
        desk_reach(by),
        queue_filter(query),
        query["limit"] + 1,
        _after(place_of(query, in_query=True)),
    )
    damaged = [each.id for each in found[: query["limit"]] if isinstance(each, RecordDamaged)]
    alarm_damaged(KIND, damaged)
    shown = [each for each in found[: query["limit"]] if not isinstance(each, RecordDamaged)]
    note_listed(each.id for each in shown)
    places = [
        "" if isinstance(each, RecordDamaged) else _place(place_in_queue(each)) for each in found
    ]
    return json_response(
        WaiverQueueAnswer(
            requests=[listed_answer(request, by) for request in shown],
            damaged=damaged or UNSET,
            next_cursor=next_cursor(query, places),
        )
    )


def note_listed(ids: Iterable[str]) -> None:
    """Log that the caller listed requests, and which ones the list named.

    Raises:
        RecordsUnavailable: then nothing may be told.
    """
    note_search(current_service(), "waiver.listed", KIND, "waiver.listed", ids)


def queue_filter(query: dict[str, Any]) -> QueueFilter:
    states = {
        OPEN: [state for state in State if state.is_open],
        ALL: list(State),
    }.get(query["state"], [query["state"]])
    without_letter = query.get("without_letter", False)
    if without_letter:
        states = [state for state in states if state in ENDED]
    mine = principal().actor if query["mine"] else None
    reviews = principal().may("waivers.decide")
    return QueueFilter(
        states=frozenset(map(str, states)),
        claimed_by=mine if reviews else None,
        entered_by=None if reviews else mine,
        unclaimed=query["unclaimed"],
        due_by=clock.today() + WEEK if query["due_this_week"] else None,
        without_letter=ENDING if without_letter else frozenset(),
    )


def _place(place: QueuePlace) -> str:
    return orjson.dumps([place.due, place.received_on, place.id]).decode()


def _after(place: str | None) -> QueuePlace | None:
    if place is None:
        return None
    due, received_on, id = orjson.loads(place)
    return QueuePlace(date.fromisoformat(due), date.fromisoformat(received_on), id)


@blp.get("/<uuid:id>")
@Operation(
    permission="waivers.read",
    returns={
        200: Content(
            "The request with its steps. To take a step, send its ETag. The carrier that it names "
            "sees its state, day and outcome alone.",
            WaiverRequestAnswer | WaiverBriefAnswer,
        )
    },
    problems=("unknown-waiver-request", "record-damaged", "paper-unreadable", "engine-fault"),
)
def read_waiver_request(id: UUID) -> Response:
    """Read a waiver request: its steps, clocks, papers and what is missing.

    The service logs this read in the audit trail before it responds.
    """
    service = current_service()
    request = found_request(service, id)
    with desk_problems():
        answer = request_answer(service, request, principal())
    service.store.note(origin().did("waiver.read", request.id, kind=KIND))
    return tagged(json_response(answer), request.version)


@blp.get("/<uuid:id>/papers/<uuid:paper>")
@Operation(
    permission="waivers.read",
    returns={
        200: Content("The file, to save.", dict.fromkeys(ENDINGS, FileContent)),
    },
    problems=("unknown-waiver-request", "unknown-paper", "record-damaged", "paper-unreadable"),
)
def read_paper_file(id: UUID, paper: UUID) -> Response:
    """Download the file of a paper.

    The service logs this read in the audit trail before it responds.
    """
    return paper_response(id, paper)


def paper_response(id: UUID, paper: UUID) -> Response:
    """The file of a paper as a download, with the entry that it was read.

    Raises:
        Problem: unknown-waiver-request, unknown-paper, paper-unreadable.
        RecordDamaged, RecordsUnavailable: then nothing may be told.
    """
    service = current_service()
    request = found_request(service, id)
    if not sees_whole(request, principal()):
        raise unknown_request()
    media_type, content = _file(service, request.id, paper)
    service.store.note(origin().did("waiver.paper_read", request.id, kind=KIND))
    name = f"paper-{paper}.{ENDINGS[media_type]}"
    return Response(
        content,
        200,
        {"Content-Disposition": f'attachment; filename="{name}"'},
        mimetype=media_type,
    )


def _file(service: Service, id: str, paper: UUID) -> tuple[str, bytes]:
    with desk_problems():
        found = service.desk.paper(service.desk.find(id, principal()), str(paper))
    if found is None:
        raise Problem("unknown-paper", "This waiver request has no file with this id.")
    return found

"""Feedback on pages: anybody may send it, supervisors decide what becomes of it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from app import clock
from app.access.principal import PUBLIC
from app.api.http.answered.cursors import next_cursor, place_of
from app.api.http.answered.responses import (
    JSON,
    Problem,
    changed_since,
    etag_of,
    json_response,
    require_version,
    tagged,
)
from app.api.http.asked.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.notes.answers import FeedbackAnswer, FeedbackListAnswer, feedback_answer
from app.api.notes.note_schemas import FeedbackAskedSchema, FeedbackQuery, TriageSchema
from app.determinations.answer import encode
from app.records.identity import new_id
from app.records.texts.feedback import KIND, Feedback, FeedbackChanged, FeedbackState

ROUTE = "POST /v1/feedback"

blp = Blueprint("feedback", __name__, url_prefix="/v1/feedback")


@blp.post("")
@Operation(
    permission=PUBLIC,
    body=FeedbackAskedSchema,
    returns={201: Content("The service stored the feedback.", FeedbackAnswer)},
    idempotent=True,
)
def send_feedback(asked: dict[str, Any]) -> Response:
    """Say what is wrong or unclear on a page. You need not sign in.

    Send no personal data. The service encrypts the text.
    """
    service = current_service()
    with once(service, ROUTE, service.applicants.digest) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed()
        sent = new_feedback(asked)
        # What was written is not repeated: the answer is kept for retries without encryption.
        body = encode(feedback_answer(replace(sent, words=None))).decode()
        answer = attempt.record(sent.made_at, 201, etag=etag_of(sent.version), body=body)
        service.feedback.add(sent, origin().did("feedback.sent", sent.id, kind=KIND), answer)
    return Response(body, 201, {"ETag": etag_of(sent.version)}, mimetype=JSON)


def new_feedback(asked: dict[str, Any]) -> Feedback:
    """Feedback of the present caller, from a body that `FeedbackAskedSchema` has loaded."""
    now = clock.now()
    return Feedback(
        id=new_id(now),
        made_at=now,
        page=asked["page"],
        request_id=asked.get("request_id"),
        language=asked["language"],
        actor=principal().actor,
        state="new",
        changed_at=now,
        words=asked["text"],
    )


@blp.get("")
@Operation(
    permission="feedback.read",
    query=FeedbackQuery,
    returns={200: Content("Feedback, the newest first.", FeedbackListAnswer)},
)
def list_feedback(query: dict[str, Any]) -> Response:
    """List the feedback on pages, with what became of it."""
    limit = query["limit"]
    found = current_service().feedback.page(query.get("state"), limit + 1, place_of(query))
    note_reading()
    return json_response(
        FeedbackListAnswer(
            feedback=[feedback_answer(each) for each in found[:limit]],
            next_cursor=next_cursor(query, [each.id for each in found]),
        )
    )


def note_reading() -> None:
    """Enter in the audit trail that feedback was read, before it is told.

    Raises:
        RecordsUnavailable: it could not be entered.
    """
    current_service().store.note(origin().did("feedback.read", None, kind=KIND))


@blp.get("/<uuid:id>")
@Operation(
    permission="feedback.read",
    returns={200: Content("The feedback. To change its state, send its ETag.", FeedbackAnswer)},
    problems=("unknown-feedback",),
)
def read_feedback(id: UUID) -> Response:
    """Read one feedback."""
    found = _find(id)
    note_reading()
    return tagged(json_response(feedback_answer(found)), found.version)


@blp.patch("/<uuid:id>")
@Operation(
    permission="feedback.write",
    body=TriageSchema,
    returns={200: Content("The feedback has the new state.", FeedbackAnswer)},
    problems=("unknown-feedback",),
    if_match="The ETag of the feedback as you read it.",
)
def triage(asked: dict[str, Any], id: UUID) -> Response:
    """Say what becomes of feedback: in progress, done, or declined."""
    found = _find(id)
    require_version(found.version)
    after = with_state(found, asked["state"])
    return tagged(json_response(feedback_answer(after)), after.version)


def with_state(found: Feedback, state: FeedbackState) -> Feedback:
    """Give feedback another state, with its audit entry.

    Raises:
        Problem: precondition-failed; somebody else changed it first.
        RecordsUnavailable: nothing was changed.
    """
    audit = origin().did("feedback.changed", found.id, kind=KIND)
    try:
        return current_service().feedback.triage(
            found, state, principal().actor, clock.now(), audit
        )
    except FeedbackChanged:
        raise changed_since() from None


def _find(id: UUID) -> Feedback:
    found = current_service().feedback.find(str(id))
    if found is None:
        raise Problem("unknown-feedback", "No feedback has this id.")
    return found

"""Declare a determination void: it stays, marked, and counts for nothing."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from app import clock
from app.api.determinations.stored import KIND, kept_own
from app.api.http.answered.responses import JSON, Problem
from app.api.http.asked.fields import LineField
from app.api.http.asked.idempotency import IdempotentRequest, once
from app.api.http.asked.schemas import REQUIRED, StrictSchema
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.determinations.answer import VoidAnswer, encode
from app.instants import instant_text
from app.records.entries import Void
from app.records.identity import new_id
from app.records.voiding.voids import AlreadyVoid, ReplacedAlready, keep_void

ROUTE = "POST /v1/determinations/void"
VOIDS = "determination.voided"
BECAUSE = LineField(
    500,
    "Must be a reason of at most 500 characters on one line.",
    required=True,
    error_messages=REQUIRED,
    metadata={
        "description": "The reason, such as that it was stored under the wrong reference. Send no "
        "personal data; the service rejects social security numbers."
    },
)

blp = Blueprint("voiding", __name__, url_prefix="/v1/determinations")


class VoidAskedSchema(StrictSchema):
    """The reason for the void."""

    because = BECAUSE


@blp.post("/<uuid:id>/void")
@Operation(
    permission="determinations.void",
    body=VoidAskedSchema,
    returns={201: Content("The determination is void from now on.", VoidAnswer)},
    problems=(
        "unknown-determination",
        "another-organization",
        "already-void",
        "replaced-determination",
        "record-damaged",
    ),
    idempotent=True,
)
def void_determination(asked: dict[str, Any], id: UUID) -> Response:
    """Declare a determination void, as when it was stored under the wrong reference.

    The determination stays and keeps its text; `voided` follows at its end. It no longer stands:
    searches for what stands leave it out, and nobody can redetermine it. One that it replaced does
    not stand again. A void is final: decide the question again instead.
    """
    with once(current_service(), ROUTE) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed()
        return void(id, asked["because"], attempt)


def void(id: UUID, because: str, attempt: IdempotentRequest) -> Response:
    """Keep that a determination of the caller's reach is void, and answer with that.

    Raises:
        Problem: unknown-determination, already-void, replaced-determination.
        AlreadyAnswered, RecordsUnavailable: nothing was stored.
    """
    found = kept_own(id, VOIDS, unless_changed=False)
    if found.voided is not None:
        raise already_void(found.voided)
    now = clock.now()
    declared = Void(new_id(now), found.record.id, because, now, principal().actor)
    told = VoidAnswer(because, instant_text(now), declared.voided_by)
    body = encode(told).decode()
    location = f"/v1/determinations/{declared.determination}"
    answer = attempt.record(now, 201, location, body=body)
    audit = origin().did(VOIDS, declared.determination, kind=KIND)
    try:
        keep_void(current_service().store, declared, audit, answer)
    except AlreadyVoid as error:
        raise already_void(error.void) from None
    except ReplacedAlready as error:
        raise Problem(
            "replaced-determination",
            "It was replaced. Void the one that `replaced_by` names, if that is wrong too.",
            replaced_by=error.by,
        ) from None
    return Response(body, 201, {"Location": location}, mimetype=JSON)


def already_void(void: Void) -> Problem:
    """The problem for a determination that was voided before."""
    return Problem(
        "already-void",
        f"{void.voided_by} declared it void on {clock.day_of(void.voided_at)}.",
        voided_by=void.voided_by,
        voided_at=instant_text(void.voided_at),
    )

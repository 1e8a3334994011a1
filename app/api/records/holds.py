"""Legal holds: what must stay although its time is over."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response

from app import clock
from app.access.origin import REFUSED
from app.api.http.answered.responses import (
    JSON,
    Problem,
    changed_since,
    etag_of,
    json_response,
    require_version,
    unknown_determination,
)
from app.api.http.asked.fields import SUBJECT_PATTERN, ReferenceField, TextField
from app.api.http.asked.idempotency import once
from app.api.http.asked.schemas import REQUIRED, StrictSchema
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.records.answers import HoldAnswer, HoldsAnswer, hold_answer
from app.determinations.answer import encode
from app.records.holds import (
    HOLDABLE,
    Hold,
    HoldChanged,
    find_hold,
    lift_hold,
    list_holds,
    place_hold,
)
from app.records.identity import new_id
from app.records.visibility import EVERYTHING

ROUTE = "POST /v1/holds"
EVERYWHERE = "holds.everywhere"
"""The permission to hold the records of every organization."""

blp = Blueprint("holds", __name__, url_prefix="/v1/holds")


class HoldAskedSchema(StrictSchema):
    """What to hold, and the reason."""

    kind = TextField(
        "|".join(HOLDABLE),
        f"Must be one of {', '.join(HOLDABLE)}.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "One determination, or everything about a subject."},
    )
    object_id = ReferenceField(
        SUBJECT_PATTERN,
        "Must be the id of a determination, or a subject reference.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "The determination's id, or the subject reference."},
    )
    because = ReferenceField(
        r"[^\x00-\x1f\x7f]{1,500}",
        "Must be a reason of at most 500 characters on one line.",
        required=True,
        error_messages=REQUIRED,
        metadata={
            "description": "The reason, such as the number of the matter. Send no personal data; "
            "the service rejects social security numbers."
        },
    )


@blp.get("")
@Operation(
    permission="holds.read",
    returns={
        200: Content(
            "The holds of your organization, the newest first, including lifted ones, and those "
            "everywhere that concern its records. Auditors and records managers see all.",
            HoldsAnswer,
        )
    },
)
def read_holds() -> Response:
    """List the legal holds. The audit trail logs which ones you listed."""
    found = list_holds(current_service().store, principal().reach, principal().may(EVERYWHERE))
    _note("hold.listed", *found)
    return json_response(HoldsAnswer(holds=[hold_answer(hold) for hold in found]))


@blp.post("")
@Operation(
    permission="holds.write",
    body=HoldAskedSchema,
    returns={201: Content("The service placed the hold.", HoldAnswer)},
    problems=("unknown-determination",),
    idempotent=True,
)
def create_hold(asked: dict[str, str]) -> Response:
    """Place a legal hold on a determination, or on everything about a subject.

    The service deletes nothing of it until you lift the hold. It holds the records of your
    organization; with the permission holds.everywhere those of every organization.
    """
    service = current_service()
    with once(service, ROUTE) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed()
        _require_there(asked)
        now, by = clock.now(), principal()
        hold = Hold(
            new_id(now),
            asked["kind"],
            asked["object_id"],
            asked["because"],
            by.actor,
            now,
            None if by.may(EVERYWHERE) else by.organization,
        )
        body = encode(hold_answer(hold)).decode()
        location = f"/v1/holds/{hold.id}"
        answer = attempt.record(now, 201, location, etag_of(hold.version), body=body)
        place_hold(
            service.store, hold, origin().did("hold.placed", hold.object_id, kind=hold.kind), answer
        )
    return Response(body, 201, {"Location": location, "ETag": etag_of(hold.version)}, mimetype=JSON)


@blp.get("/<uuid:id>")
@Operation(
    permission="holds.read",
    returns={200: Content("The hold. To lift it, send its ETag.", HoldAnswer)},
    problems=("unknown-hold",),
)
def read_hold(id: UUID) -> Response:
    """Read one legal hold."""
    hold = _find(id)
    _note("hold.read", hold)
    return json_response(hold_answer(hold), headers={"ETag": etag_of(hold.version)})


@blp.delete("/<uuid:id>")
@Operation(
    permission="holds.write",
    returns={
        200: Content(
            "The service lifted the hold and keeps its record. Lifting it again changes nothing.",
            HoldAnswer,
        )
    },
    problems=("unknown-hold", "another-organization"),
    if_match="The ETag of the hold as you read it.",
)
def lift(id: UUID) -> Response:
    """Lift a legal hold.

    A hold of an organization is lifted there, one everywhere with holds.everywhere.
    """
    hold = _find(id)
    _require_own(hold)
    require_version(hold.version)
    if hold.lifted_at is None:
        lifted = replace(
            hold, lifted_by=principal().actor, lifted_at=clock.now(), version=hold.version + 1
        )
        audit = origin().did("hold.lifted", hold.object_id, kind=hold.kind)
        try:
            lift_hold(current_service().store, hold, lifted, audit)
        except HoldChanged:
            raise changed_since() from None
        hold = lifted
    return json_response(hold_answer(hold), headers={"ETag": etag_of(hold.version)})


def _note(action: str, *holds: Hold) -> None:
    """Enter in the audit trail, under what each hold keeps, what happened to it."""
    did = origin().did
    current_service().store.note(*(did(action, each.object_id, kind=each.kind) for each in holds))


def _require_there(asked: dict[str, str]) -> None:
    """A determination that is to be held must be one, within the caller's reach: with a mistyped id
    nothing would be held.

    Raises:
        Problem: unknown-determination.
    """
    if asked["kind"] == "determination":
        try:
            id = str(UUID(asked["object_id"]))
        except ValueError:
            raise unknown_determination() from None
        reach = EVERYTHING if principal().may(EVERYWHERE) else principal().reach
        if id != asked["object_id"] or not current_service().store.has(id, reach):
            raise unknown_determination()


def _require_own(hold: Hold) -> None:
    """The caller may lift it: it is of the caller's organization, or everywhere like the caller's.

    Raises:
        Problem: another-organization.
    """
    by = principal()
    if (hold.organization is None) == by.may(EVERYWHERE) and (
        hold.organization in (None, by.organization)
    ):
        return
    audit = origin().did("hold.lifted", hold.object_id, REFUSED, hold.kind)
    current_service().store.note(audit)
    raise Problem("another-organization", "Those who placed the hold lift it.")


def _find(id: UUID) -> Hold:
    by = principal()
    hold = find_hold(current_service().store, str(id), by.reach, by.may(EVERYWHERE))
    if hold is None:
        raise Problem("unknown-hold", "No legal hold has this id.")
    return hold

"""What follows a decision on a waiver request: the days of the approval, and corrections."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from app import clock
from app.access.approvals import AlreadyProposed, Approval, Proposal
from app.api.approvals.answers import ApprovalAnswer
from app.api.approvals.approvals import answer, approvals, waiting
from app.api.http.answered.responses import Problem, Wrong, etag_of, json_response
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.waivers.answers import WaiverTakenAnswer
from app.api.waivers.asked.decision_schemas import CorrectionSchema, DaySchema
from app.api.waivers.clocks import day_to_tell_carrier_by
from app.api.waivers.decisions import request_to_decide
from app.api.waivers.taking import (
    IF_MATCH,
    STEP_PROBLEMS,
    desk_problems,
    expected_version,
    found_request,
    take_step,
)
from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep
from app.waivers.corrections import NAME, correction_of
from app.waivers.desk import Taking
from app.waivers.source import carrier_told_on, decided_on
from app.waivers.states import CORRECT

Step = Callable[..., Response]
blp = Blueprint("waiver-corrections", __name__, url_prefix="/v1/waiver-requests")


def _step(
    name: str, permission: str, body: Any, meaning: str, *problems: str
) -> Callable[[Step], Step]:
    operation = Operation(
        permission=permission,
        body=body,
        returns={200: Content(meaning, WaiverTakenAnswer)},
        problems=(*STEP_PROBLEMS, *problems),
        if_match=IF_MATCH,
    )
    return operation.posted_at(blp, f"/<uuid:id>/{name}")


@_step(
    "approval-received",
    "waivers.read",
    DaySchema,
    "The last day to tell the carrier is known.",
    "engine-fault",
)
def approval_received(asked: dict[str, Any], id: UUID) -> Response:
    """Record on which day the applicant received the approval.

    The last day to tell the carrier comes from the determination on waiver.binding.
    """
    service, on = current_service(), asked["on"]
    steps = _steps(id)
    told = carrier_told_on(steps)
    if _is_granted(steps) and on < decided_on(steps):
        raise _wrong_day("Must not be before the waiver was granted.")
    if told is not None and on > told:
        raise _wrong_day("Must not be after the day on which the carrier was told.")
    by = day_to_tell_carrier_by(service, on, clock.today())
    content = {"on": on.isoformat(), **_in_time(told, by), "law": service.lawbook.digest}
    content["tell_carrier_by"] = None if by is None else by.isoformat()
    taking = Taking(
        content, effect=lambda it: replace(it, approval_received_on=on, tell_carrier_by=by)
    )
    return take_step(id, "approval-received", taking)


@_step(
    "carrier-told",
    "waivers.read",
    DaySchema,
    "It is recorded whether the carrier was told in time.",
)
def carrier_told(asked: dict[str, Any], id: UUID) -> Response:
    """Record on which day the carrier was told of the approval.

    It is in time or late by the last day to tell the carrier. While the receipt of the approval is
    not known, it is neither.
    """
    on, steps = asked["on"], _steps(id)
    request = _request(id)
    received_on = request.approval_received_on
    earliest = received_on or (decided_on(steps) if _is_granted(steps) else None)
    if earliest is not None and on < earliest:
        raise _wrong_day("Must not be before the approval.")
    content = {"on": on.isoformat(), "in_time": None, **_in_time(on, request.tell_carrier_by)}
    return take_step(id, "carrier-told", Taking(content))


@Operation(
    permission="waivers.correct",
    body=CorrectionSchema,
    returns={201: Content("Proposed. The decision stands until the approval.", ApprovalAnswer)},
    problems=(*STEP_PROBLEMS, "correction-proposed"),
    if_match=IF_MATCH,
).posted_at(blp, f"/<uuid:id>/{CORRECT.name}")
def correct(asked: dict[str, Any], id: UUID) -> Response:
    """Propose to correct a mistaken decision.

    A second person of your organization approves it within seven days, under /v1/approvals. The
    person who took the decision cannot. Both letters stay.
    """
    found = propose_correction(asked, id)
    headers = {"Location": f"/v1/approvals/{found.id}", "ETag": etag_of(found.version)}
    return json_response(answer(found), 201, headers)


def propose_correction(asked: dict[str, Any], id: UUID) -> Approval:
    """Propose to correct the decision on a request.

    Raises:
        Problem: unknown-waiver-request, precondition-failed, step-not-possible, step-not-yours,
            invalid-request, correction-proposed.
        RecordDamaged, RecordsUnavailable: nothing was stored.
    """
    here = request_to_decide(id, CORRECT.name, expected_version())
    correction = correction_of(here.request, here.steps)
    assert correction is not None  # the step leads from a decision alone
    if correction.to != asked["to"]:
        wrong = Wrong("json", "The request is decided so already.", "/to")
        raise Problem("invalid-request", "Each member of `errors` says what to send.", [wrong])
    proposal = Proposal(NAME, here.request.id, correction.digest, asked["because"])
    try:
        return approvals().propose(proposal, principal(), origin())
    except AlreadyProposed:
        raise Problem(
            "correction-proposed", "Another correction of this decision waits for a second person."
        ) from None


def open_correction(id: str) -> Approval | None:
    """The correction of a request that waits for a second person, as far as the caller sees it.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    if not principal().may("approvals.read"):
        return None
    return next((it for it in waiting() if (it.kind, it.object_id) == (NAME, id)), None)


def _request(id: UUID) -> WaiverRequest:
    return found_request(current_service(), id)


def _steps(id: UUID) -> list[WaiverStep]:
    with desk_problems():
        return current_service().desk.requests.steps(_request(id).id)


def _is_granted(steps: list[WaiverStep]) -> bool:
    return steps[-1].state == "granted"


def _in_time(told: date | None, by: date | None) -> dict[str, bool]:
    """Whether the carrier was told in time, where both days are known."""
    return {} if told is None or by is None else {"in_time": told <= by}


def _wrong_day(detail: str) -> Problem:
    return Problem(
        "invalid-request",
        "Each member of `errors` says what to send.",
        [Wrong("json", detail, "/on")],
    )

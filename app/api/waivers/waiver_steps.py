"""The steps on a waiver request until the Office decides, each at an address of its own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from app import clock
from app.api.http.answered.responses import Problem, Wrong, json_response
from app.api.http.asked.schemas import StrictSchema
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, principal
from app.api.people.current import people
from app.api.waivers.answers import HandOverDoneAnswer, RequestHandedOverAnswer, WaiverTakenAnswer
from app.api.waivers.asked.waiver_schemas import (
    BODY_BYTES,
    AddPapersSchema,
    AskForMissingSchema,
    CompleteSchema,
    HandOverSchema,
    ReassignSchema,
    RecuseSchema,
    StepNoteSchema,
    WithdrawSchema,
)
from app.api.waivers.clocks import last_day_to_ask, require_consistent
from app.api.waivers.receiving import (
    as_it_would_be,
    completed,
    papers_of,
)
from app.api.waivers.taking import (
    IF_MATCH,
    STEP_PROBLEMS,
    desk_problems,
    expected_version,
    found_request,
    step_answer,
    take_step,
    taker,
    texts,
)
from app.records.waivers.waiver_requests import WaiverRequest
from app.waivers.desk import Taking
from app.waivers.outgoing import missing_letter, sealed_letter, withdrawn_letter
from app.waivers.states import State
from app.waivers.who_may import may_review
from app.waivers.whole import PAPERS, WholeRequest

Step = Callable[..., Response]

blp = Blueprint("waiver-steps", __name__, url_prefix="/v1/waiver-requests")


def _step(
    name: str, permission: str, body: type[StrictSchema], meaning: str, **more: Any
) -> Callable[[Step], Step]:
    """The declaration that every step has. The step itself stays a plain function, for pages."""
    operation = Operation(
        permission=permission,
        body=body,
        returns={200: Content(meaning, WaiverTakenAnswer)},
        problems=(*STEP_PROBLEMS, *more.pop("problems", ())),
        if_match=IF_MATCH,
        **more,
    )
    return operation.posted_at(blp, f"/<uuid:id>/{name}")


@_step("ask-for-missing", "waivers.decide", AskForMissingSchema, "The request is incomplete.")
def ask_for_missing(asked: dict[str, Any], id: UUID) -> Response:
    """Record what is missing, and the day on which to look again.

    The step has a letter to the applicant. The service sends nothing by itself.
    """
    remind_on = asked["remind_on"]
    if remind_on < clock.today():
        wrong = Wrong("json", "Must not be before today.", "/remind_on")
        raise Problem("invalid-request", "Each member of `errors` says what to send.", [wrong])
    content = {
        "missing": list(dict.fromkeys(asked["missing"])),
        "remind_on": remind_on.isoformat(),
    }
    if exactly := list(dict.fromkeys(asked["exactly"])):
        content["exactly"] = exactly
    taking = Taking(
        content,
        texts(note=asked.get("note")),
        effect=lambda it: replace(it, remind_on=remind_on, complete_on=None, decide_by=None),
    )
    missing = _as_left(id, "ask-for-missing", taking).missing
    sealed = sealed_letter(missing_letter(missing, remind_on, exactly))
    return take_step(id, "ask-for-missing", replace(taking, content={**content, **sealed}))


@_step(
    "complete",
    "waivers.write",
    CompleteSchema,
    "The Office has everything. `decide_by` is the day by which it decides.",
    problems=("facts-contradict", "engine-fault"),
    body_bytes=BODY_BYTES,
)
def complete(asked: dict[str, Any], id: UUID) -> Response:
    """Record what made a request complete, and on which day the Office had it."""
    taking = _with_papers(asked, {})
    here = _after(id, "complete", taking)
    _require_nothing_missing(here)
    _require_not_before(here, asked)
    return _take_completed(id, "complete", here, taking, asked["on"])


@_step(
    "add-paper",
    "waivers.write",
    AddPapersSchema,
    "Kept. If nothing is missing any longer, `decide_by` is set.",
    problems=("facts-contradict", "engine-fault"),
    body_bytes=BODY_BYTES,
)
def add_paper(asked: dict[str, Any], id: UUID) -> Response:
    """Add papers that came in, a certification, or the day on which the denial was received."""
    denial_on = asked.get("denial_received_on")
    said = {} if denial_on is None else {"denial_received_on": denial_on.isoformat()}
    taking = _with_papers(asked, said)
    here = _after(id, "add-paper", taking)
    is_incomplete = here.request.state == State.INCOMPLETE
    if here.request.complete_on is not None or here.missing or is_incomplete:
        return take_step(id, "add-paper", taking)
    days = [paper["received_on"] for paper in asked["papers"]] or [clock.today()]
    return _take_completed(id, "add-paper", here, taking, max(*days, here.complete_at_first))


@_step(
    "claim",
    "waivers.decide",
    StepNoteSchema,
    "The request is under your review.",
    body_optional=True,
)
def claim(asked: dict[str, Any], id: UUID) -> Response:
    """Claim a request for your review. You cannot claim one that you entered."""
    actor = principal().actor
    return take_step(id, "claim", _noted(asked, lambda it: replace(it, claimed_by=actor)))


@_step(
    "release",
    "waivers.decide",
    StepNoteSchema,
    "Another reviewer may claim it.",
    body_optional=True,
)
def release(asked: dict[str, Any], id: UUID) -> Response:
    """Give a claimed request back to the queue."""
    return take_step(id, "release", _noted(asked, lambda it: replace(it, claimed_by=None)))


@_step("recuse", "waivers.decide", RecuseSchema, "You review nothing of this request any longer.")
def recuse(asked: dict[str, Any], id: UUID) -> Response:
    """Recuse yourself from a request. One that you claimed goes back to the queue."""
    actor = principal().actor

    def given_back(request: WaiverRequest) -> WaiverRequest:
        if request.claimed_by != actor:
            return request
        return replace(request, state=str(State.RECEIVED), claimed_by=None)

    return take_step(id, "recuse", _noted(asked, given_back))


@_step("reassign", "waivers.assign", ReassignSchema, "The other reviewer has the request.")
def reassign(asked: dict[str, Any], id: UUID) -> Response:
    """Give a claimed request to another reviewer."""
    request = found_request(current_service(), id)
    _require_reviewer(asked["to"])
    if (because := _unfit(request, asked["to"])) is not None:
        raise Problem("step-not-yours", because)
    return take_step(id, "reassign", _to(request, asked))


@blp.post("/hand-over")
@Operation(
    permission="waivers.assign",
    body=HandOverSchema,
    returns={200: Content("What became of each request.", HandOverDoneAnswer)},
)
def hand_over(asked: dict[str, Any]) -> Response:
    """Give several claimed requests to another reviewer.

    Each is a step of its own: one that somebody changed meanwhile does not affect the others.
    """
    return json_response(hand_over_each(asked))


def hand_over_each(asked: dict[str, Any]) -> HandOverDoneAnswer:
    """Give each of several requests to another reviewer; what became of each.

    Raises:
        Problem: invalid-request; they are no reviewer.
    """
    _require_reviewer(asked["to"])
    return HandOverDoneAnswer([_handed_over(each, asked) for each in asked["requests"]])


def _handed_over(each: dict[str, Any], asked: dict[str, Any]) -> RequestHandedOverAnswer:
    service, id = current_service(), str(each["id"])
    try:
        request = found_request(service, each["id"])
        if (because := _unfit(request, asked["to"])) is not None:
            raise Problem("step-not-yours", because)
        with desk_problems():
            service.desk.take(
                id, "reassign", taker(), each["version"], clock.now(), _to(request, asked)
            )
    except Problem as problem:
        return RequestHandedOverAnswer(id, False, problem.type.path)
    return RequestHandedOverAnswer(id, True)


@_step(
    "withdraw",
    "waivers.write",
    WithdrawSchema,
    "The request is withdrawn.",
    problems=("engine-fault",),
)
def withdraw(asked: dict[str, Any], id: UUID) -> Response:
    """Record that a request is withdrawn: who said so, and on which day.

    The step has a letter to the applicant. The service sends nothing by itself.
    """
    said_by, said_on, today = asked["said_by"], asked["said_on"], clock.today()
    taking = Taking(
        {"said_by": said_by, "said_on": said_on.isoformat()}, texts(note=asked.get("note"))
    )
    last_day = last_day_to_ask(current_service(), _as_left(id, "withdraw", taking), today)
    sealed = sealed_letter(withdrawn_letter(said_by, said_on, last_day, today))
    return take_step(id, "withdraw", replace(taking, content={**taking.content, **sealed}))


def _noted(asked: dict[str, Any], effect: Callable[[WaiverRequest], WaiverRequest]) -> Taking:
    return Taking(texts=texts(because=asked.get("because")), effect=effect)


def _to(request: WaiverRequest, asked: dict[str, Any]) -> Taking:
    to = asked["to"]
    return Taking(
        {"from": request.claimed_by, "to": to},
        texts(because=asked.get("because")),
        effect=lambda it: replace(it, claimed_by=to),
    )


def _require_reviewer(actor: str) -> None:
    """Require that an actor is a reviewer of the Office who can sign in.

    Raises:
        Problem: invalid-request.
    """
    account = people().accounts.find(actor.removeprefix("account:"))
    roles = current_service().authenticator.roles
    if (
        account is None
        or account.is_disabled
        or "waivers.decide" not in roles[account.role].permissions
    ):
        wrong = Wrong("json", "Must be the account of a reviewer of the Office.", "/to")
        raise Problem("invalid-request", "Each member of `errors` says what to send.", [wrong])


def _unfit(request: WaiverRequest, actor: str) -> str | None:
    recused = current_service().desk.recused(request.id)
    because = may_review(request, actor, recused)
    return None if because is None else "This reviewer entered the request or is recused from it."


def _with_papers(asked: dict[str, Any], said: dict[str, Any]) -> Taking:
    sworn = asked.get("sworn")
    signed = {} if sworn is None else {"sworn_on": sworn["signed_on"].isoformat()}
    return Taking({**said, **signed}, papers=papers_of(asked["papers"]))


def _after(id: UUID, step: str, taking: Taking) -> WholeRequest:
    """The request as a step would leave it.

    Raises:
        Problem: unknown-waiver-request, facts-contradict.
    """
    here = _as_left(id, step, taking)
    require_consistent(current_service(), here)
    return here


def _as_left(id: UUID, step: str, taking: Taking) -> WholeRequest:
    """The same, whether or not what it says can be so together.

    Raises:
        Problem: unknown-waiver-request.
    """
    service = current_service()
    request = found_request(service, id)
    return as_it_would_be(request, tuple(service.desk.requests.steps(request.id)), step, taking)


def _require_not_before(here: WholeRequest, asked: dict[str, Any]) -> None:
    """Require that the Office had everything on the day that is said.

    Raises:
        Problem: invalid-request.
    """
    on, papers = asked["on"], [paper["received_on"] for paper in asked["papers"]]
    because = {
        "Must not be before the request was received.": here.request.received_on,
        "Must not be before the statement was signed.": here.sworn_on,
        "Must not be before the last of these papers came.": max(papers, default=None),
        "Must not be before the notice of the denial and the statement came.": (
            here.complete_at_first
        ),
    }
    for sentence, day in because.items():
        if day is not None and on < day:
            wrong = Wrong("json", sentence, "/on")
            raise Problem("invalid-request", "Each member of `errors` says what to send.", [wrong])


def _require_nothing_missing(here: WholeRequest) -> None:
    if here.missing:
        names = ", ".join(PAPERS[kind] for kind in here.missing)
        wrong = Wrong("json", f"Still missing: {names}.", "/papers")
        raise Problem("invalid-request", "Papers are still missing.", [wrong])


def _take_completed(
    id: UUID, step: str, here: WholeRequest, taking: Taking, complete_on: Any
) -> Response:
    service, version = current_service(), expected_version()
    done, taking = completed(service, here.request, taking, complete_on)

    def made_complete(request: WaiverRequest) -> WaiverRequest:
        by = done.decide_by
        return replace(request, complete_on=done.complete_on, decide_by=by, remind_on=None)

    taking = replace(taking, effect=made_complete)
    with desk_problems():
        after = service.desk.take(str(id), step, taker(), version, clock.now(), taking)
    return step_answer(service, after)

"""Decisions on waiver requests: previewed, then taken by the reviewer who claimed the request."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from flask import Blueprint, Response
from msgspec import Meta, Struct

from app import clock
from app.api.http.answered.responses import Problem, json_response, tagged
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, principal
from app.api.waivers.advice import (
    Advised,
    Draft,
    Preview,
    advise,
    preview_of,
    require_departure_named,
    require_rationale,
)
from app.api.waivers.answers import WaiverTakenAnswer
from app.api.waivers.asked.decision_schemas import (
    DecisionSchema,
    NotNeededSchema,
    PreviewSchema,
    ReturnSchema,
)
from app.api.waivers.preconditions import refused_now
from app.api.waivers.taking import (
    IF_MATCH,
    STEP_PROBLEMS,
    desk_problems,
    expected_version,
    found_request,
    step_answer,
    taker,
    texts,
)
from app.determinations.answer import Id
from app.law.questions import Outcome
from app.waivers.deciding import Leaning
from app.waivers.desk import Overtaken, Taking
from app.waivers.outgoing import sealed_letter
from app.waivers.states import LEADING, State, after
from app.waivers.who_may import may_take
from app.waivers.whole import WholeRequest, whole

Decide = Callable[..., Response]
blp = Blueprint("waiver-decisions", __name__, url_prefix="/v1/waiver-requests")
DECIDING = (
    "facts-contradict",
    "law-not-encoded",
    "engine-fault",
    "advice-not-followed",
    "denial-notice-missing",
    "papers-missing",
)


class AdvisedFindingAnswer(Struct):
    """A finding of the advice."""

    finding: Annotated[str, Meta(description="The key by which a rationale names it.")]
    question: str
    status: str
    says: str
    decides: Annotated[bool, Meta(description="The rationale has to say something to it.")]
    leaning: Annotated[
        Leaning | None, Meta(description="Whether it speaks for a waiver; null: neither.")
    ]


class AdviceAnswer(Struct):
    """What the determinations come to. The reviewer decides."""

    reviewable: Outcome
    supported: Outcome
    step: Annotated[
        str | None, Meta(description="The advised decision; null: left to the reviewer.")
    ]
    answers: Annotated[list[str], Meta(description="The sentences of both determinations.")]
    findings: list[AdvisedFindingAnswer]


class WaiverPreviewAnswer(Struct):
    """A decision as it would go out today."""

    request: Id
    step: str
    advice: AdviceAnswer
    letter: Annotated[list[str], Meta(description="The sentences of the letter to the applicant.")]
    message: Annotated[list[str], Meta(description="The sentences of the message to the carrier.")]
    unspoken: Annotated[
        list[str], Meta(description="The findings to which the rationale says nothing yet.")
    ]
    incomplete: Annotated[
        list[str], Meta(description="What the rationale still needs, as sentences.")
    ]
    digest: Annotated[
        str | None,
        Meta(description="To send with the decision; null while the rationale is incomplete."),
    ]


@blp.post("/<uuid:id>/preview")
@Operation(
    permission="waivers.decide",
    body=PreviewSchema,
    returns={200: Content("The letter, the message and their digest.", WaiverPreviewAnswer)},
    problems=(*STEP_PROBLEMS, *DECIDING),
)
def preview(asked: dict[str, Any], id: UUID) -> Response:
    """Preview a decision: the advice, the letter to the applicant and the message to the carrier.

    Nothing is stored. The digest holds for this version of the request, this rationale and this
    day.
    """
    draft = Draft.of(asked["step"], asked)
    here = request_to_decide(id, draft.step)
    advised = advise(current_service(), here, principal(), keep=False)
    _require_possible(here, draft.step, advised)
    found = preview_of(current_service(), here, advised.advice, draft)
    return tagged(json_response(_answer(here, draft, found)), here.request.version)


def _answer(here: WholeRequest, draft: Draft, found: Preview) -> WaiverPreviewAnswer:
    advice = found.advice
    findings = [
        AdvisedFindingAnswer(
            each.key, each.question, each.status, each.says, each.decides, each.leaning
        )
        for each in advice.findings
    ]
    return WaiverPreviewAnswer(
        here.request.id,
        draft.step,
        AdviceAnswer(
            advice.reviewable, advice.supported, advice.step, list(advice.answers), findings
        ),
        [each.says for each in found.letter],
        list(found.message),
        list(found.unspoken),
        list(found.incomplete),
        found.digest,
    )


def _decision(name: str, body: Any, meaning: str, *problems: str) -> Callable[[Decide], Decide]:
    """The declaration that every decision has. It stays a plain function, for pages."""
    operation = Operation(
        permission="waivers.decide",
        body=body,
        returns={200: Content(meaning, WaiverTakenAnswer)},
        problems=(*STEP_PROBLEMS, *DECIDING, *problems),
        if_match=IF_MATCH,
    )
    return operation.posted_at(blp, f"/<uuid:id>/{name}")


@_decision("grant", DecisionSchema, "The waiver is granted.", "preview-differs")
def grant(asked: dict[str, Any], id: UUID) -> Response:
    """Grant a waiver.

    The service stores the advice with the decision. It sends nothing by itself.
    """
    return _decide(id, Draft.of("grant", asked), asked["digest"])


@_decision("deny", DecisionSchema, "The waiver is denied.", "preview-differs")
def deny(asked: dict[str, Any], id: UUID) -> Response:
    """Deny a waiver.

    The service stores the advice with the decision. It sends nothing by itself.
    """
    return _decide(id, Draft.of("deny", asked), asked["digest"])


@_decision("return", ReturnSchema, "The request is returned without a review.")
def return_unreviewed(asked: dict[str, Any], id: UUID) -> Response:
    """Return a request without reviewing it, where the law leaves that to the Office."""
    return _decide(id, Draft.of("return", asked), None)


@_decision("not-needed", NotNeededSchema, "The person needs no waiver.")
def not_needed(asked: dict[str, Any], id: UUID) -> Response:
    """End a request of somebody who can enroll in another way, and name that way."""
    return _decide(id, Draft.of("not-needed", asked), None)


def request_to_decide(id: UUID, step: str, version: int | None = None) -> WholeRequest:
    """The request, for one who may take a step on it now.

    Raises:
        Problem: unknown-waiver-request, precondition-failed, step-not-possible, step-not-yours.
    """
    service = current_service()
    request = found_request(service, id)
    with desk_problems():
        steps = service.desk.requests.steps(request.id)
        if version is not None and version != request.version:
            raise Overtaken(steps[-1])
        after(step, State(request.state))
        may_take(LEADING[step], request, principal(), service.desk.recused(request.id))
    return whole(request, steps)


def _decide(id: UUID, draft: Draft, digest: str | None) -> Response:
    service, version = current_service(), expected_version()
    here = request_to_decide(id, draft.step, version)
    advised = advise(service, here, principal(), keep=True)
    _require_possible(here, draft.step, advised)
    if digest is None:
        require_departure_named(advised.advice, draft)
    else:
        require_rationale(here, advised.advice, draft)
    found = preview_of(service, here, advised.advice, draft)
    if digest is not None and digest != found.digest:
        raise Problem(
            "preview-differs",
            "The letter or the message would not be as you saw it. Preview the decision again.",
        )
    with desk_problems():
        done = service.desk.take(
            str(id),
            draft.step,
            taker(),
            here.request.version,
            clock.now(),
            _taking(draft, found, advised),
        )
    return step_answer(service, done)


def _require_possible(here: WholeRequest, step: str, advised: Advised) -> None:
    """Require what a decision needs, whatever the rationale. Another way to enroll is looked at
    where it is named.

    Raises:
        Problem: denial-notice-missing, papers-missing, advice-not-followed.
    """
    if step == "not-needed":
        return
    problem = refused_now(current_service(), here, step, advised.advice)
    if problem is not None:
        raise problem


def _taking(draft: Draft, found: Preview, advised: Advised) -> Taking:
    content = {
        **draft.content(),
        "advice": advised.ids,
        "advised": found.advice.step,
        **sealed_letter(found.letter),
        "message": list(found.message),
    }
    if found.digest is not None:
        content["preview"] = found.digest
    return Taking(
        content,
        texts(words=draft.words),
        also=(advised.storing(current_service()),),
    )

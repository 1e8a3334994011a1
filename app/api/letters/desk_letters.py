"""Letters of the waiver desk: of decisions, corrections, missing papers and withdrawals, as they
were sealed with the step.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from app import clock
from app.api.http.answered.responses import JSON, Problem
from app.api.http.asked.idempotency import IdempotentRequest, once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.letters.addressing import addressee_of
from app.api.letters.answers import LetterHeadAnswer, LetterTextAnswer
from app.api.letters.letter_schemas import DeskLetterQuery, DeskLetterWishedSchema
from app.api.letters.letters import FORMATS, HTML, PDF, in_format, made_answer
from app.api.letters.making import Matter, Wished, find, keep, language_of
from app.api.organizations.organizations import name_of
from app.api.waivers.clocks import SUPPORTED
from app.api.waivers.showing import sees_whole
from app.api.waivers.taking import desk_problems, found_request, unknown_request
from app.letters.composing import Wish
from app.letters.letter import Letter
from app.letters.of_desk import OfDesk, compose_sealed
from app.letters.page import Addressed
from app.records.letters.letters import KeptLetter
from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep
from app.waivers.desk import KIND
from app.waivers.outgoing import letter_of

ROUTE = "POST /v1/waiver-requests/{id}/letters"

blp = Blueprint("desk-letters", __name__, url_prefix="/v1/waiver-requests")


@blp.get("/<uuid:id>/letter")
@Operation(
    permission="letters.read",
    query=DeskLetterQuery,
    returns={
        200: Content(
            "The letter of the last step that has one, or of the step that you name.",
            {JSON: LetterTextAnswer, HTML: str, PDF: str},
        )
    },
    problems=(
        "unknown-waiver-request",
        "no-letter",
        "language-missing",
        "record-damaged",
        *FORMATS,
    ),
)
def read_desk_letter(query: dict[str, Any], id: UUID) -> Response:
    """Read the letter of a step on a waiver request: a decision, its correction, missing papers,
    a withdrawal.

    Its sentences were sealed with the step. The name and the address come from the applicant's
    record as it is now; the audit trail logs that you read them.
    """
    wished = Wished(query["language"], query["large_print"])
    one = desk_letter(id, wished, query.get("step"))
    told = LetterTextAnswer(
        addressee=one.addressee,
        letter=one.letter,
        statements=list(current_service().languages.statements),
    )
    return in_format(query["format"], [one], told)


@blp.post("/<uuid:id>/letters")
@Operation(
    permission="letters.write",
    body=DeskLetterWishedSchema,
    body_optional=True,
    returns={201: Content("The service made the letter and keeps it.", LetterHeadAnswer)},
    problems=("unknown-waiver-request", "no-letter", "language-missing", "record-damaged"),
    idempotent=True,
)
def make_letter_of_step(asked: dict[str, Any], id: UUID) -> Response:
    """Make the letter of a step on a waiver request and keep it.

    The letter waits on the list to send, beside those of determinations, until you note the day on
    which it was sent. The office that entered the request and the Office of Patient Protection make
    its letters.
    """
    with once(current_service(), ROUTE) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda letter: made_answer(find(UUID(letter))))
        wished = Wished(asked["language"], asked["large_print"])
        made = make_desk_letter(id, wished, asked.get("step"), attempt)
    return made_answer(made)


def desk_letter(id: UUID, wished: Wished, number: int | None = None) -> Addressed:
    """The letter of a step by its *number*, or of the last one that has a letter, with whom it goes
    to.

    Raises:
        Problem: unknown-waiver-request, no-letter, language-missing.
        RecordDamaged, RecordsUnavailable: then nothing may be told.
    """
    request, step = step_with_letter(id, number)
    letter = _composed(request, step, wished)
    current_service().store.note(origin().did("waiver.letter_read", request.id, kind=KIND))
    return Addressed(letter, addressee_of(request.subject, request.organization))


def make_desk_letter(
    id: UUID, wished: Wished, number: int | None, attempt: IdempotentRequest
) -> KeptLetter:
    """Make the letter of a step and keep it, with its audit entry.

    Raises:
        Problem: as `desk_letter`; forbidden, for those who could not find the letter again.
        AlreadyAnswered, RecordsUnavailable: nothing was stored.
    """
    request, step = step_with_letter(id, number)
    if not may_make(request):
        raise Problem(
            "forbidden",
            "The office that entered the request and the Office of Patient Protection make its "
            "letters.",
        )
    about = Matter(KIND, request.id, SUPPORTED, request.subject, request.organization)
    return keep(about, _composed(request, step, wished), wished, attempt)


def may_make(request: WaiverRequest) -> bool:
    """Whether the caller makes letters of a request: a letter lies within the reach of those who
    see the organization that entered the request, or what is decided about waivers.
    """
    by = principal()
    if not by.may("letters.write"):
        return False
    is_own = by.organization is not None and by.organization == request.organization
    return is_own or by.reach.everything or SUPPORTED in by.reach.questions


def step_with_letter(id: UUID, number: int | None) -> tuple[WaiverRequest, WaiverStep]:
    """A request that the caller sees whole, and a step of it that has a letter: the one with a
    *number*, or the last one.

    Raises:
        Problem: unknown-waiver-request, no-letter.
        RecordDamaged, RecordsUnavailable: then nothing may be told.
    """
    service = current_service()
    request = found_request(service, id)
    if not sees_whole(request, principal()):
        raise unknown_request()
    with desk_problems():
        steps = service.desk.requests.steps(request.id)
    found = [step for step in steps if letter_of(step.content) and number in (None, step.number)]
    if not found:
        raise Problem("no-letter", "This waiver request has no such letter yet.")
    return request, found[-1]


def _composed(request: WaiverRequest, step: WaiverStep, wished: Wished) -> Letter:
    wish = Wish(
        dated=clock.day_of(step.at),
        large_print=wished.large_print,
        office=None if step.organization is None else name_of(step.organization),
        speech=language_of(wished),
    )
    about = OfDesk(request.id, request.subject, step.step == "ask-for-missing")
    return compose_sealed(letter_of(step.content), about, wish)

"""Letters of stored determinations: preview, make, read, list, note that they were sent."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response
from msgspec import UNSET
from msgspec.structs import asdict

from app.api.http.answered.cursors import next_cursor, place_of
from app.api.http.answered.responses import (
    JSON,
    Problem,
    etag_of,
    json_response,
    require_version,
)
from app.api.http.asked.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service
from app.api.letters.answers import (
    KeptLetterAnswer,
    LetterHeadAnswer,
    LettersAnswer,
    LetterTextAnswer,
    head_answer,
)
from app.api.letters.letter_schemas import (
    AnswerLetterWishedSchema,
    AnswerPreviewQuery,
    FormatQuery,
    LetterSearchSchema,
    SentSchema,
)
from app.api.letters.making import (
    as_pdf,
    find,
    found_letters,
    letters_to_send,
    make_as_wished,
    note_came_back,
    note_sent,
    preview,
    read,
    wished_for,
)
from app.determinations.answer import encode
from app.letters.page import Addressed, document
from app.records.errors import RecordDamaged
from app.records.letters.letters import KeptLetter, WantedLetters

ROUTE = "POST /v1/determinations/{id}/letters"
HTML, PDF = "text/html", "application/pdf"
FORMATS = ("letter-unprintable", "pdf-unavailable")

blp = Blueprint("letters", __name__, url_prefix="/v1")


@blp.get("/determinations/<uuid:id>/letter")
@Operation(
    permission="letters.read",
    query=AnswerPreviewQuery,
    returns={
        200: Content(
            "The letter as it would be made now.",
            {JSON: LetterTextAnswer, HTML: str, PDF: str},
        )
    },
    problems=(
        "unknown-determination",
        "already-void",
        "language-missing",
        "record-damaged",
        *FORMATS,
    ),
)
def preview_letter(query: dict[str, Any], id: UUID) -> Response:
    """Preview the letter of a determination. The service stores nothing.

    The name and the address come from the applicant's record, and so do language and print where
    you send none. The audit trail logs that you read them.
    """
    one = preview(id, wished_for(id, query.get("language"), query.get("large_print")))
    told = LetterTextAnswer(
        addressee=one.addressee,
        letter=one.letter,
        statements=list(current_service().languages.statements),
    )
    return in_format(query["format"], [one], told)


@blp.post("/determinations/<uuid:id>/letters")
@Operation(
    permission="letters.write",
    body=AnswerLetterWishedSchema,
    body_optional=True,
    returns={201: Content("The service made the letter and keeps it.", LetterHeadAnswer)},
    problems=(
        "unknown-determination",
        "another-organization",
        "already-void",
        "language-missing",
        "record-damaged",
    ),
    idempotent=True,
)
def make_letter(asked: dict[str, Any], id: UUID) -> Response:
    """Make the letter of a determination and keep it.

    The service keeps what the letter says, with its digest, but no name and no address. The letter
    waits on the list to send until you note the day on which it was sent.
    """
    with once(current_service(), ROUTE) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda letter: made_answer(find(UUID(letter))))
        made = make_as_wished(id, asked.get("language"), asked.get("large_print"), attempt)
    return made_answer(made)


def made_answer(letter: KeptLetter) -> Response:
    """The answer to who made a letter."""
    told = head_answer(letter)
    headers = {"Location": told.href, "ETag": etag_of(letter.version)}
    return json_response(told, 201, headers)


@blp.post("/letters/search")
@Operation(
    permission="letters.read",
    body=LetterSearchSchema,
    body_optional=True,
    returns={
        200: Content(
            "The letters that you may see, the newest first. If there are more, next_cursor is "
            "set.",
            LettersAnswer,
        )
    },
)
def search_letters(wanted: dict[str, Any]) -> Response:
    """Find letters by subject, by what they are about, or those that wait to be sent."""
    limit = wanted["limit"]
    criteria = WantedLetters(wanted.get("object_id"), wanted.get("subject"), wanted["to_send"])
    hits = found_letters(criteria, limit, place_of(wanted))
    shown = hits[:limit]
    return json_response(
        LettersAnswer(
            letters=[head_answer(hit) for hit in shown if isinstance(hit, KeptLetter)],
            damaged=[hit.id for hit in shown if isinstance(hit, RecordDamaged)] or UNSET,
            next_cursor=next_cursor(wanted, [hit.id for hit in hits]),
        )
    )


@blp.get("/letters/to-send")
@Operation(
    permission="letters.read",
    returns={200: Content("The letters that wait to be sent, each on its own page.", {PDF: str})},
    problems=("no-letters", "record-damaged", *FORMATS),
)
def print_letters() -> Response:
    """Read the letters that wait to be sent as one PDF, the oldest first, at most 100.

    Letters about a determination that is void now are left out.
    """
    waiting = letters_to_send()
    if not waiting:
        raise Problem("no-letters", "Make letters first.")
    return Response(as_pdf(read(*waiting)), mimetype=PDF)


@blp.get("/letters/<uuid:id>")
@Operation(
    permission="letters.read",
    query=FormatQuery,
    returns={
        200: Content("The letter, with its ETag.", {JSON: KeptLetterAnswer, HTML: str, PDF: str})
    },
    problems=("unknown-letter", "record-damaged", *FORMATS),
)
def read_letter(query: dict[str, Any], id: UUID) -> Response:
    """Read a letter as it was made, with the name and the address of today."""
    kept = find(id)
    [one] = read(kept)
    told = KeptLetterAnswer(
        **asdict(head_answer(kept)),
        addressee=one.addressee,
        letter=one.letter,
        statements=list(current_service().languages.statements),
    )
    response = in_format(query["format"], [one], told)
    response.headers["ETag"] = etag_of(kept.version)
    return response


_NOTING = Operation(
    permission="letters.write",
    body=SentSchema,
    body_optional=True,
    returns={200: Content("The service noted the day.", LetterHeadAnswer)},
    problems=("unknown-letter", "letter-state", "record-damaged"),
    if_match="The ETag of the letter as you read it.",
)


@blp.post("/letters/<uuid:id>/sent")
@_NOTING
def send_letter(asked: dict[str, date], id: UUID) -> Response:
    """Note the day on which a letter was sent. The service itself sends nothing."""
    return _noted(id, note_sent, asked)


@blp.post("/letters/<uuid:id>/came-back")
@_NOTING
def return_letter(asked: dict[str, date], id: UUID) -> Response:
    """Note the day on which a letter came back undelivered."""
    return _noted(id, note_came_back, asked)


def _noted(
    id: UUID, note: Callable[[KeptLetter, date | None], KeptLetter], asked: dict[str, date]
) -> Response:
    letter = find(id)
    require_version(letter.version)
    after = note(letter, asked.get("on"))
    return json_response(head_answer(after), headers={"ETag": etag_of(after.version)})


def in_format(format: str, letters: list[Addressed], told: object) -> Response:
    """Letters as a caller wants them.

    Raises:
        Problem: pdf-unavailable, letter-unprintable.
    """
    if format == "pdf":
        return Response(as_pdf(letters), mimetype=PDF)
    if format == "html":
        return Response(document(letters, current_service().languages.statements), mimetype=HTML)
    return Response(encode(told), mimetype=JSON)

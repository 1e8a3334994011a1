"""Deciding and keeping determinations."""

from typing import TypedDict

from flask import Blueprint, Response, request

from app.api.determinations.answers import BatchLineAnswer
from app.api.determinations.batch import Batch, answer_lines, compressed
from app.api.determinations.deciding import Asked, decide, in_detail
from app.api.determinations.stored import KIND, keep
from app.api.http.answered.responses import JSON
from app.api.http.asked.idempotency import given_key, once
from app.api.http.asked.parsing import require_media_type
from app.api.http.asked.schemas import AskedSchema, DetermineQuery
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, principal
from app.api.records.numbers import number_header
from app.api.transparency.receipts import receipt_header
from app.determinations.answer import Detail, DeterminationAnswer
from app.determinations.telling.brief import BriefAnswer

ROUTE = "POST /v1/determinations"
JSON_LINES = ("application/jsonl", "application/x-ndjson")


class Determine(TypedDict):
    """A query that `DetermineQuery` has loaded."""

    keep: bool
    detail: Detail


blp = Blueprint("determinations", __name__, url_prefix="/v1/determinations")


@blp.post("")
@Operation(
    permission="determinations.create",
    without_keeping="law.decide",
    query=DetermineQuery,
    body=AskedSchema,
    returns={
        201: Content(
            "Decided and stored, a denial as well as an approval. Location is its address, "
            "Record-Number its short number. To replace it, send its ETag.",
            DeterminationAnswer | BriefAnswer,
        ),
        200: Content(
            "Decided without storing (`keep=false`); it has no id.",
            DeterminationAnswer | BriefAnswer,
        ),
    },
    problems=(
        "unknown-question",
        "facts-refused",
        "as-of-differs",
        "law-not-encoded",
        "unknown-edition",
        "engine-fault",
    ),
    idempotent=True,
)
def create_determination(query: Determine, asked: Asked) -> Response:
    """Decide one question about one applicant and store the determination.

    You can leave out any fact. If a missing fact matters, the outcome is `undetermined`, and
    `needs` lists what to ask next. A retry with the same Idempotency-Key and body gets the first
    response and stores nothing more.
    """
    service, detail = current_service(), query["detail"]
    if not query["keep"]:
        decided = decide(service, asked, "", principal(), keep=False, detail=detail)
        return Response(decided.text, 200, mimetype=JSON)
    with once(service, ROUTE) as attempt:
        if attempt.earlier is not None:
            replayed = attempt.replayed(lambda text: in_detail(text, detail))
            replayed.headers.extend(number_header(KIND, attempt.earlier.determination))
            replayed.headers.extend(receipt_header(service, attempt.earlier_record))
            return replayed
        decided = decide(
            service, asked, request.get_data().decode(), principal(), keep=True, detail=detail
        )
        return keep(service, attempt, decided, "determination.made")


@blp.post("/batch")
@Operation(
    permission="determinations.create",
    without_keeping="law.decide",
    query=DetermineQuery,
    returns={
        200: Content(
            "The determination or the problem of each line, in order.",
            dict.fromkeys(JSON_LINES, BatchLineAnswer),
        )
    },
    problems=("unsupported-media-type",),
    idempotent=True,
    request_body=Content(
        "JSON Lines: one request per line, each as for a single determination. Blank lines are "
        "skipped.",
        dict.fromkeys(JSON_LINES, "Asked"),
    ),
)
def create_determinations(query: Determine) -> Response:
    """Decide many questions, one per line, and respond to each line in order.

    A bad line gets its own problem and does not affect the others. The service stores a
    determination before it returns it. The Idempotency-Key applies to each line: on a retry, stored
    lines get their first response, and the service decides the others.
    """
    service = current_service()
    require_media_type(request, *JSON_LINES)
    request.max_content_length = service.settings.batch_bytes
    key = given_key() if query["keep"] else None
    asked = Batch(service, query["keep"], key, query["detail"])
    return compressed(answer_lines(asked, request), request)

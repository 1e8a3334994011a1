"""Deciding, keeping and reading determinations."""

from uuid import UUID

from flask import Response, request

from app.api.batch import answer_lines
from app.api.blueprint import JSON, Blueprint, require_media_type
from app.api.deciding import Asked, decide
from app.api.problems import Problem
from app.api.schemas import AskedSchema, KeepQuery, NoQuery
from app.api.service import service

JSON_LINES = ("application/jsonl", "application/x-ndjson")

blp = Blueprint("determinations", __name__, url_prefix="/v1/determinations", description="Decide questions, with every reason.")


@blp.post("")
@blp.needs("determinations.create", without_keeping="law.decide")
@blp.query(KeepQuery)
@blp.body(AskedSchema)
@blp.answers(201, "Determination", "Decided and kept; a denial as well as an approval. Location says where to read it again.")
@blp.answers(200, "Determination", "Decided and not kept (`keep=false`); without id.")
@blp.fails(
    "malformed-json", "unknown-question", "body-too-large", "unsupported-media-type", "invalid-request", "facts-refused",
    "as-of-differs", "law-not-encoded", "unknown-edition", "engine-fault", "records-unavailable",
)  # fmt: skip
def create_determination(query: dict[str, bool], asked: Asked) -> Response:
    """Decide one question about one applicant and keep the determination.

    Facts left out are never an error: at worst the outcome is `undetermined` and `needs` says what to ask next.
    """
    here = service()
    decided = decide(here, asked, request.get_data().decode(), query["keep"])
    if decided.record is None:
        return Response(decided.text, 200, mimetype=JSON)
    here.store.keep(decided.record)
    return Response(decided.text, 201, {"Location": f"/v1/determinations/{decided.record.id}"}, mimetype=JSON)


@blp.post("/batch")
@blp.needs("determinations.create", without_keeping="law.decide")
@blp.query(KeepQuery)
@blp.answers(200, "BatchLine", "For each line sent its determination or its problem, in order.", content_type=JSON_LINES[0])
@blp.tells(
    requestBody={
        "required": True,
        "description": "JSON Lines: one request per line, each as for a single determination. Blank lines are skipped.",
        "content": {type: {"schema": {"$ref": "#/components/schemas/Asked"}} for type in JSON_LINES},
    }
)
@blp.fails("incomplete-body", "body-too-large", "unsupported-media-type", "invalid-request", "internal-error")
def create_determinations(query: dict[str, bool]) -> Response:
    """Decide many questions, one per line, and answer each in its place.

    A bad line is answered with its problem and disturbs no other. A determination is told only after it was kept.
    """
    here = service()
    require_media_type(request, *JSON_LINES)
    request.max_content_length = here.settings.batch_bytes
    return Response(answer_lines(here, request, query["keep"]), 200, mimetype=request.mimetype)


@blp.get("/<uuid:id>")
@blp.needs("determinations.read")
@blp.query(NoQuery)
@blp.answers(200, "Determination", "The determination exactly as it was issued; it is never decided again.")
@blp.fails("unknown-determination", "invalid-request", "records-unavailable")
def read_determination(query: dict[str, bool], id: UUID) -> Response:
    """Read a determination that was kept."""
    text = service().store.find(str(id))
    if text is None:
        raise Problem("unknown-determination", "No determination was kept under this id.")
    return Response(text, 200, mimetype=JSON)

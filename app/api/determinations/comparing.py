"""Compare two stored determinations of the same question."""

from typing import Any
from uuid import UUID

import msgspec
import orjson
from flask import Blueprint, Response

from app.api.determinations.answers import ComparisonAnswer
from app.api.determinations.stored import kept, law_texts, note
from app.api.http.answered.responses import Problem, json_response
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service
from app.determinations.again.comparison import (
    changed_files,
    differing_facts,
    differing_provisions,
)
from app.records.entries import DeterminationRecord

NOT_SAID: dict[str, Any] = {
    "subject": None,
    "because": [],
    "concludes": {},
    "deadlines": [],
    "valid_until": None,
    "cautions": [],
}
"""What earlier programs did not write into a document."""

blp = Blueprint("comparing", __name__, url_prefix="/v1/determinations")


@blp.get("/<uuid:id>/comparison/<uuid:other>")
@Operation(
    permission="determinations.read",
    returns={200: Content("Both determinations and what differs.", ComparisonAnswer)},
    problems=("unknown-determination", "not-comparable", "record-damaged"),
)
def compare_determinations(id: UUID, other: UUID) -> Response:
    """Compare two stored determinations of the same question.

    The response has both outcomes, the facts that differ, and the provisions that make the
    difference. Use it for a determination and the one that replaced it, or for two days of one
    subject. The service decides nothing anew.
    """
    return json_response(comparison(*both_stored(id, other)))


def both_stored(id: UUID, other: UUID) -> tuple[DeterminationRecord, DeterminationRecord]:
    """Two determinations of one question that the caller may see, entered in the audit trail.

    Raises:
        Problem: unknown-determination, not-comparable.
        RecordDamaged: one of them is not what its digest was made of.
    """
    then, now = kept(id).record, kept(other).record
    note("determination.read", then.id, now.id)
    if then.question != now.question:
        raise Problem(
            "not-comparable", f"One answers {then.question}, the other answers {now.question}."
        )
    return then, now


def comparison(then: DeterminationRecord, now: DeterminationRecord) -> ComparisonAnswer:
    """What differs between two determinations of one question.

    Raises:
        RecordDamaged: a text of the law is not what its digest was made of.
    """
    service = current_service()
    before, after = _document(then), _document(now)
    texts_then = law_texts(service, then.law_digest)
    texts_now = law_texts(service, now.law_digest)
    files = (
        None if texts_then is None or texts_now is None else changed_files(texts_then, texts_now)
    )
    return msgspec.convert(
        {
            "question": then.question,
            "same_outcome": then.outcome == now.outcome,
            "then": before,
            "now": after,
            "facts": differing_facts(before, after),
            "provisions": differing_provisions(before, after, texts_then, texts_now),
            "law_files": files,
        },
        ComparisonAnswer,
    )


def _document(record: DeterminationRecord) -> dict[str, Any]:
    law = {"law": {"digest": record.law_digest}}
    document: dict[str, Any] = NOT_SAID | orjson.loads(record.document) | law
    return document

"""A determination as the JSON document that callers get and that is kept."""

from collections.abc import Callable, Mapping
from datetime import datetime

import orjson

from app.determinations.model import Determination, Reason, WouldChange
from app.determinations.wording import Document, as_json, citation_document, fact_document
from app.instants import instant_text

__all__ = [
    "Document",
    "citation_document",
    "determination_document",
    "determination_json",
    "fact_document",
    "issued_text",
]


def determination_document(decided: Determination) -> Document:
    """Everything a determination says, without what only a kept one has (its id, when,
    for whom).
    """
    return _document(decided, lambda reason: reason.document, lambda change: change.document)


def determination_json(decided: Determination, head: Mapping[str, object] | None = None) -> bytes:
    """The same as JSON text behind what *head* holds.

    What other determinations say alike is written once for all of them.
    """
    return orjson.dumps(
        {
            **(head or {}),
            **_document(decided, lambda reason: reason.json, lambda change: change.json),
        }
    )


def _document(
    decided: Determination,
    reason_json: Callable[[Reason], object],
    change_json: Callable[[WouldChange], object],
) -> Document:
    return {
        "question": decided.question.id,
        "asks": decided.question.asks,
        "as_of": decided.as_of.isoformat(),
        "edition": decided.edition,
        "outcome": decided.outcome,
        "says": decided.says,
        "reasons": [reason_json(reason) for reason in decided.reasons],
        "needs": [fact_document(fact) for fact in decided.needs],
        "concludes": {name: as_json(value) for name, value in decided.concludes.items()},
        "would_change": [change_json(change) for change in decided.would_change],
        "valid_until": decided.valid_until.isoformat() if decided.valid_until else None,
        "valid_until_because": decided.valid_until_because,
        "next_steps": [
            {"says": step.says, "question": step.question} if step.question else {"says": step.says}
            for step in decided.next_steps
        ],
        "cautions": list(decided.cautions),
        "facts": {name: as_json(value) for name, value in sorted(decided.facts.items())},
        "law": {"digest": decided.law_digest, "in_force": list(decided.law_in_force)},
    }


def with_successor(issued: bytes, id: str) -> bytes:
    """An issued text with the determination that replaced it named at its end.

    Everything before stays as it was issued.
    """
    return issued.removesuffix(b"}") + b',"replaced_by":' + orjson.dumps(id) + b"}"


def issued_text(
    decided: Determination,
    id: str | None,
    decided_at: datetime,
    subject: str | None,
    replaces: str | None,
) -> bytes:
    """The JSON text of a determination as it is issued: what callers get and what is kept are these
    very bytes.

    *id* is left out where it is not kept, *replaces* where it takes no other's place; the instant
    is told in UTC.
    """
    document: Document = {"id": id} if id is not None else {}
    document["decided_at"] = instant_text(decided_at)
    document["subject"] = subject
    if replaces is not None:
        document["replaces"] = replaces
    return determination_json(decided, document)

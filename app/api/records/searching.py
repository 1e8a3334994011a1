"""Search determinations and audit entries. The criteria are in bodies, never in an address."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from marshmallow import ValidationError, fields, validates_schema
from msgspec import UNSET, UnsetType

from app import clock
from app.api.http.cursors import next_cursor, place_of, searched
from app.api.http.faults import alarm_damaged
from app.api.http.fields import TextField, WholeNumberField
from app.api.http.operations import Content, Operation
from app.api.http.responses import Problem, Wrong, json_response, unknown_question
from app.api.http.schemas import (
    REQUIRED,
    SUBJECT,
    NoQuery,
    StrictSchema,
    cursor_field,
    day_field,
    limit_field,
    question_field,
)
from app.api.http.service import Service, current_service, origin, principal
from app.api.records.answers import (
    AuditEntriesAnswer,
    FoundDeterminationsAnswer,
    audit_entry_answer,
    found_determination_answer,
)
from app.law.questions import OUTCOMES
from app.records.damaged import Row
from app.records.ledger.searching import Wanted, search, search_trail

MOST = 200
USUALLY = 50

blp = Blueprint("records", __name__, url_prefix="/v1")


def _text(must: str, description: str, **options: Any) -> TextField:
    return TextField(
        r"[\x21-\x7e]{1,200}",
        must,
        error_messages=REQUIRED,
        metadata={"description": description},
        **options,
    )


class PageSchema(StrictSchema):
    """The size and the start of a page."""

    limit = limit_field(MOST, USUALLY)
    cursor = cursor_field()


class DecidedSchema(StrictSchema):
    """Days in Massachusetts, both included."""

    first = day_field("The first day.", data_key="from")
    last = day_field("The last day.", data_key="to")

    @validates_schema
    def _require_order(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if "first" in data and "last" in data and data["last"] < data["first"]:
            raise ValidationError("Must not be before `from`.", "to")


class SearchSchema(PageSchema):
    """The criteria for determinations; all of them must match."""

    subject = SUBJECT
    question = question_field()
    outcome = TextField(
        "|".join(OUTCOMES),
        f"Must be one of {', '.join(OUTCOMES)}.",
        metadata={"description": "The outcome."},
    )
    provision = _text("Must be the id of a provision.", "A decisive provision.")
    author = _text("Must be an actor, such as key:… or account:….", "The actor who requested it.")
    decided = fields.Nested(
        DecidedSchema,
        metadata={"description": "The days of the decision in Massachusetts, both included."},
    )


class TrailSearchSchema(PageSchema):
    """The criteria for audit entries; all of them must match."""

    actor = _text(
        "Must be an actor, such as key:… or account:….", "The actor, such as key:… or account:…."
    )
    action = _text("Must be an action.", "The action, such as determination.read.")
    kind = _text("Must be a kind of object.", "The kind of the object.")
    object_id = _text("Must be an id.", "The id of the object.")


class EventsQuery(NoQuery):
    """From where on to follow."""

    after = WholeNumberField(
        0,
        2**53,
        in_query=True,
        load_default=0,
        metadata={"description": "Return events after this sequence; 0 for the beginning."},
    )
    limit = WholeNumberField(
        1,
        MOST,
        in_query=True,
        load_default=USUALLY,
        metadata={"description": ("The most to return.")},
    )


@blp.post("/determinations/search")
@Operation(
    permission="determinations.search",
    body=SearchSchema,
    returns={
        200: Content(
            "The determinations that you may see, the newest first. If there are more, "
            "next_cursor is set.",
            FoundDeterminationsAnswer,
        )
    },
    problems=("unknown-question", "unknown-provision"),
)
def search_determinations(wanted: dict[str, Any]) -> Response:
    """Find stored determinations by subject, question, outcome, decisive provision, day and author.

    New determinations do not affect the pages of a running search: they skip and repeat nothing.
    `damaged` lists damaged determinations on the page where they belong. The audit trail logs that
    you searched, but not the criteria.
    """
    service, limit, before = current_service(), wanted["limit"], place_of(wanted)
    if "question" in wanted and wanted["question"] not in service.lawbook.questions:
        raise unknown_question("json")
    if "provision" in wanted and wanted["provision"] not in service.lawbook.provisions:
        wrong = Wrong("json", "Unknown provision.", pointer="/provision")
        raise Problem(
            "unknown-provision", "GET /v1/provisions lists the provisions of an edition.", [wrong]
        )
    period = wanted.get("decided", {})
    first, last = period.get("first"), period.get("last")
    search_for = Wanted(
        subject=wanted.get("subject"),
        question=wanted.get("question"),
        outcome=wanted.get("outcome"),
        provision=wanted.get("provision"),
        author=wanted.get("author"),
        decided_from=None if first is None else clock.start_of(first),
        decided_before=None if last is None else clock.start_of(last + timedelta(days=1)),
    )
    hits = search(service.store, search_for, principal().reach, limit + 1, before)
    _note(service, "determination.searched", "determination")
    shown = hits[:limit]
    return json_response(
        FoundDeterminationsAnswer(
            determinations=[
                found_determination_answer(hit.columns) for hit in shown if hit.columns
            ],
            damaged=_damaged("determination", shown),
            next_cursor=next_cursor(wanted, [hit.place for hit in hits]),
        )
    )


@blp.post("/audit/search")
@Operation(
    permission="audit.read",
    body=TrailSearchSchema,
    returns={
        200: Content(
            "The entries, the newest first. If there are more, next_cursor is set.",
            AuditEntriesAnswer,
        )
    },
)
def search_audit_trail(wanted: dict[str, Any]) -> Response:
    """Find audit entries by actor, action and object. `damaged` lists damaged entries."""
    service, limit, before = current_service(), wanted["limit"], place_of(wanted)
    hits = search_trail(service.store, searched(wanted), limit + 1, before)
    _note(service, "audit.searched", "audit")
    shown = hits[:limit]
    return json_response(
        AuditEntriesAnswer(
            entries=[audit_entry_answer(hit.columns) for hit in shown if hit.columns],
            damaged=_damaged("audit", shown),
            next_cursor=next_cursor(wanted, [hit.place for hit in hits]),
        )
    )


def _damaged(kind: str, hits: list[Row]) -> list[str] | UnsetType:
    """The ids of those of a page that cannot be read any more, with an alarm in the log."""
    damaged = [hit.id for hit in hits if hit.columns is None]
    alarm_damaged(kind, damaged)
    return damaged or UNSET


def _note(service: Service, action: str, kind: str) -> None:
    """Log a search in the audit trail before the response."""
    service.store.note(origin().did(action, None, kind=kind))

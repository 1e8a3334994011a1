"""Finding determinations and audit entries.

What is searched for stands in bodies, never in an address.
"""

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
    """How much at once, and from where on."""

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
    """Which determinations to find: all that is sent must hold."""

    subject = SUBJECT
    question = question_field()
    outcome = TextField(
        "|".join(OUTCOMES),
        f"Must be one of {', '.join(OUTCOMES)}.",
        metadata={"description": "The outcome."},
    )
    provision = _text("Must be the id of a provision.", "A provision that the outcome rests on.")
    author = _text("Must be an actor as records name it.", "Who asked, as records name them.")
    decided = fields.Nested(
        DecidedSchema,
        metadata={"description": "When it was decided: days in Massachusetts, both included."},
    )


class TrailSearchSchema(PageSchema):
    """Which entries of the audit trail to find: all that is sent must hold."""

    actor = _text("Must be an actor as records name it.", "Who did it, such as key:… or account:….")
    action = _text("Must be an action.", "What was done, such as determination.read.")
    kind = _text("Must be a kind of object.", "What kind of object it was done to.")
    object_id = _text("Must be an id.", "The object it was done to.")


class EventsQuery(NoQuery):
    """From where on to follow."""

    after = WholeNumberField(
        0,
        2**53,
        in_query=True,
        load_default=0,
        metadata={"description": "The sequence to go on after; 0 for the beginning."},
    )
    limit = WholeNumberField(
        1, MOST, in_query=True, load_default=USUALLY, metadata={"description": "How many at most."}
    )


@blp.post("/determinations/search")
@Operation(
    permission="determinations.search",
    body=SearchSchema,
    returns={
        200: Content(
            "Those within your reach, the newest first; next_cursor where there are more.",
            FoundDeterminationsAnswer,
        )
    },
    problems=("unknown-question", "unknown-provision"),
)
def search_determinations(wanted: dict[str, Any]) -> Response:
    """Find kept determinations by subject, question, outcome, decisive provision, day and author.

    Pages never skip or repeat what was there when the search began, whatever is kept meanwhile. One
    that cannot be read any more is named in `damaged` on the page on which it would have stood.
    That somebody searched is audited; what for is not.
    """
    service, limit, before = current_service(), wanted["limit"], place_of(wanted)
    if "question" in wanted and wanted["question"] not in service.lawbook.questions:
        raise unknown_question("json")
    if "provision" in wanted and wanted["provision"] not in service.lawbook.provisions:
        wrong = Wrong("json", "There is no such provision.", pointer="/provision")
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
            "The entries, the newest first; next_cursor where there are more.", AuditEntriesAnswer
        )
    },
)
def search_audit_trail(wanted: dict[str, Any]) -> Response:
    """Find entries of the audit trail by actor, action and object; `damaged` names those that
    cannot be read any more.
    """
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
    """Enter a reading in the audit trail, before anything of it is told."""
    service.store.note(origin().did(action, None, kind=kind))

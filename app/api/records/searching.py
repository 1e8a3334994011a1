"""Search determinations. The criteria are in bodies, never in an address."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from marshmallow import ValidationError, fields, validates_schema
from msgspec import UNSET, UnsetType

from app import clock
from app.api.http.answered.cursors import next_cursor, place_of
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import Problem, Wrong, json_response, unknown_question
from app.api.http.asked.fields import FlagField, TextField, WholeNumberField
from app.api.http.asked.schemas import (
    REQUIRED,
    SUBJECT,
    NoQuery,
    StrictSchema,
    cursor_field,
    day_field,
    limit_field,
    question_field,
)
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service, origin, principal
from app.api.records.answers import (
    FoundDeterminationsAnswer,
    found_determination_answer,
)
from app.law.questions import OUTCOMES
from app.records.damaged import Row
from app.records.ledger.searching import Wanted, search
from app.records.numbers.numbers import numbers_of

MOST = 200
USUALLY = 50

blp = Blueprint("records", __name__, url_prefix="/v1")


def text_field(must: str, description: str, **options: Any) -> TextField:
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
    provision = text_field("Must be the id of a provision.", "A decisive provision.")
    author = text_field(
        "Must be an actor, such as key:… or account:….", "The actor who requested it."
    )
    standing = FlagField(
        metadata={
            "description": "True: only what stands, so nothing replaced or voided. False: only "
            "what does not stand."
        }
    )
    decided = fields.Nested(
        DecidedSchema,
        metadata={"description": "The days of the decision in Massachusetts, both included."},
    )


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
    you searched, without the criteria, and which determinations about a person you found.
    """
    limit, before = wanted["limit"], place_of(wanted)
    hits = found_determinations(_sought(wanted), limit, before)
    shown = hits[:limit]
    numbers = numbers_of(current_service().store, "determination", [hit.id for hit in shown])
    return json_response(
        FoundDeterminationsAnswer(
            determinations=[
                found_determination_answer(hit.columns, numbers.get(hit.id))
                for hit in shown
                if hit.columns
            ],
            damaged=damaged_ids("determination", shown),
            next_cursor=next_cursor(wanted, [hit.place for hit in hits]),
        )
    )


def _sought(wanted: dict[str, Any]) -> Wanted:
    """What a search looks for.

    Raises:
        Problem: unknown-question, unknown-provision.
    """
    service = current_service()
    if "question" in wanted and wanted["question"] not in service.lawbook.questions:
        raise unknown_question("json")
    if "provision" in wanted and wanted["provision"] not in service.lawbook.provisions:
        wrong = Wrong("json", "Unknown provision.", pointer="/provision")
        raise Problem(
            "unknown-provision", "GET /v1/provisions lists the provisions of an edition.", [wrong]
        )
    period = wanted.get("decided", {})
    first, last = period.get("first"), period.get("last")
    return Wanted(
        subject=wanted.get("subject"),
        question=wanted.get("question"),
        outcome=wanted.get("outcome"),
        provision=wanted.get("provision"),
        author=wanted.get("author"),
        decided_from=None if first is None else clock.start_of(first),
        decided_before=None if last is None else clock.start_of(last + timedelta(days=1)),
        standing=wanted.get("standing"),
    )


def found_determinations(wanted: Wanted, limit: int, before: str | None = None) -> list[Row]:
    """What the caller may see of what is wanted, the newest first: at most *limit*, and one more
    where there are more. The audit trail has that they searched, and which ones about a person the
    list named.
    """
    service = current_service()
    hits = search(service.store, wanted, principal().reach, limit + 1, before)
    listed = about_people(hits[:limit])
    note_search(service, "determination.searched", "determination", "determination.listed", listed)
    return hits


def about_people(rows: Iterable[Row]) -> list[str]:
    """The ids of those found determinations that are about a person."""
    return [row.id for row in rows if row.columns and row.columns["subject"] is not None]


def damaged_ids(kind: str, hits: list[Row]) -> list[str] | UnsetType:
    """The ids of those of a page that cannot be read any more, with an alarm in the log."""
    damaged = [hit.id for hit in hits if hit.columns is None]
    alarm_damaged(kind, damaged)
    return damaged or UNSET


def note_search(
    service: Service, action: str, kind: str, listed: str = "", ids: Iterable[str] = ()
) -> None:
    """Log a search in the audit trail before the response; under *listed*, also each record about
    a person that the response names, so that the trail of that person has it.
    """
    by = origin()
    service.store.note(
        by.did(action, None, kind=kind), *(by.did(listed, id, kind=kind) for id in ids)
    )

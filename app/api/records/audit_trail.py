"""Search and export the audit trail. The criteria are in bodies, never in an address."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from marshmallow import fields

from app import clock
from app.api.http.answered.cursors import next_cursor, place_of
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import JSON, Problem, json_response
from app.api.http.answered.tables import CSV, csv_text
from app.api.http.asked.fields import TextField
from app.api.http.asked.schemas import REQUIRED, SUBJECT, StrictSchema, cursor_field, limit_field
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service
from app.api.records.answers import AuditEntriesAnswer, audit_entry_answer
from app.api.records.searching import (
    MOST,
    USUALLY,
    DecidedSchema,
    damaged_ids,
    note_search,
    text_field,
)
from app.instants import instant_text
from app.records.damaged import Row
from app.records.entries import AuditEntry
from app.records.ledger.searching import WantedEntries, search_trail

EXPORTED_AT_MOST = 50_000
TOGETHER = 1000
COLUMNS = tuple(AuditEntry.__slots__)
"""The columns of an export, in their order."""

blp = Blueprint("audit", __name__, url_prefix="/v1/audit")


class TrailCriteriaSchema(StrictSchema):
    """The criteria for audit entries; all of them must match."""

    actor = text_field(
        "Must be an actor, such as key:… or account:….", "The actor, such as key:… or account:…."
    )
    action = text_field("Must be an action.", "The action, such as determination.read.")
    kind = text_field("Must be a kind of object.", "The kind of the object.")
    object_id = text_field("Must be an id.", "The id of the object.")
    subject = SUBJECT
    at = fields.Nested(
        DecidedSchema,
        metadata={"description": "The days of the entries in Massachusetts, both included."},
    )


class TrailSearchSchema(TrailCriteriaSchema):
    """The criteria for audit entries; all of them must match."""

    limit = limit_field(MOST, USUALLY)
    cursor = cursor_field()


class TrailExportSchema(TrailCriteriaSchema):
    """Which audit entries to export, and as what."""

    format = TextField(
        "json|csv",
        "Must be json or csv.",
        load_default="json",
        error_messages=REQUIRED,
        metadata={"description": "`csv` for spreadsheets. Default: `json`."},
    )


@blp.post("/search")
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
    """Find audit entries by actor, action, object, person and day. `damaged` lists damaged entries.

    With `subject` you find who saw or changed what the service has about this person: their record,
    notes, determinations, waiver requests with their papers, letters and holds. A list or a search
    that named one of these counts too.
    """
    limit = wanted["limit"]
    hits = found_entries(wanted_entries(wanted), limit + 1, place_of(wanted))
    shown = hits[:limit]
    return json_response(
        AuditEntriesAnswer(
            entries=[audit_entry_answer(hit.columns) for hit in shown if hit.columns],
            damaged=damaged_ids("audit", shown),
            next_cursor=next_cursor(wanted, [hit.place for hit in hits]),
        )
    )


@blp.post("/exports")
@Operation(
    permission="audit.read",
    body=TrailExportSchema,
    returns={
        200: Content(
            "All entries of the search in one file, the newest first. No cell of the CSV can "
            "become a formula.",
            {JSON: AuditEntriesAnswer, CSV: str},
        )
    },
    problems=("too-much-to-export",),
)
def export_audit_trail(wanted: dict[str, Any]) -> Response:
    """Export the audit entries of a search, as JSON or as CSV."""
    return exported(wanted_entries(wanted), wanted["format"])


def wanted_entries(asked: Mapping[str, Any]) -> WantedEntries:
    """The criteria of a request."""
    days = asked.get("at", {})
    first, last = days.get("first"), days.get("last")
    return WantedEntries(
        actor=asked.get("actor"),
        action=asked.get("action"),
        kind=asked.get("kind"),
        object_id=asked.get("object_id"),
        subject=asked.get("subject"),
        at_from=None if first is None else clock.start_of(first),
        at_before=None if last is None else clock.start_of(last + timedelta(days=1)),
    )


def found_entries(wanted: WantedEntries, limit: int, before: str | None = None) -> list[Row]:
    """The entries that are wanted, the newest first; the audit trail has that the caller searched
    it.
    """
    service = current_service()
    hits = search_trail(service.store, wanted, limit, before)
    note_search(service, "audit.searched", "audit")
    return hits


def exported(wanted: WantedEntries, format: str) -> Response:
    """The file with all entries that are wanted.

    Raises:
        Problem: there are too many for one file.
    """
    entries, damaged = [], []
    for row in _all_entries(wanted):
        if row.columns is None:
            damaged.append(row.id)
        else:
            entries.append(row.columns)
        if len(entries) > EXPORTED_AT_MOST:
            raise Problem(
                "too-much-to-export",
                f"A file can have {EXPORTED_AT_MOST:,} entries. Search for fewer days.",
            )
    alarm_damaged("audit", damaged)
    note_search(current_service(), "audit.exported", "audit")
    if format == "json":
        answer = AuditEntriesAnswer(entries=[audit_entry_answer(each) for each in entries])
        if damaged:
            answer.damaged = damaged
        response = json_response(answer)
    else:
        rows = ({**each, "at": instant_text(each["at"])} for each in entries)
        text = csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
        response = Response(text, 200, mimetype=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="audit-trail.{format}"'
    return response


def _all_entries(wanted: WantedEntries) -> Iterator[Row]:
    store, before = current_service().store, None
    while True:
        some = search_trail(store, wanted, TOGETHER, before)
        yield from some
        if len(some) < TOGETHER:
            return
        before = some[-1].place

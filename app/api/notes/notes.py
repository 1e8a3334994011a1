"""Notes about determinations, people and waiver requests, and objections to determinations.

Their words are encrypted and appear only in bodies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from app import clock
from app.api.applicants.register import require_within
from app.api.determinations.stored import kept_own
from app.api.http.answered.responses import (
    JSON,
    Problem,
    json_response,
    unknown_determination,
)
from app.api.http.asked.idempotency import IdempotentRequest, once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.notes.answers import NoteAnswer, NotesAnswer, note_answer
from app.api.notes.note_schemas import (
    NoteAskedSchema,
    NotesQuery,
    ObjectionAskedSchema,
    SettlementAskedSchema,
)
from app.api.waivers.showing import sees_whole
from app.api.waivers.taking import found_request, unknown_request
from app.determinations.answer import encode
from app.records.identity import is_id, new_id
from app.records.texts.notes import NOTE, OBJECTION, SETTLEMENT, Note
from app.records.verifying.chains import earlier_ids
from app.waivers.desk import KIND as WAIVER

ROUTE, OBJECTION_ROUTE = "POST /v1/notes", "POST /v1/determinations/{id}/objections"
SETTLEMENT_ROUTE = "POST /v1/determinations/{id}/settlements"

blp = Blueprint("notes", __name__)


@blp.post("/v1/notes")
@Operation(
    permission="notes.write",
    body=NoteAskedSchema,
    returns={201: Content("The service stored the note.", NoteAnswer)},
    problems=("unknown-determination", "unknown-applicant", "unknown-waiver-request"),
    idempotent=True,
)
def create_note(asked: dict[str, str]) -> Response:
    """Add a note about a determination, a person or a waiver request.

    It stays, with your name and the time. It appears in no letter.
    """
    service = current_service()
    with once(service, ROUTE, service.applicants.digest) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed_as(_stored_note)
        return _created(enter_note(asked, attempt))


def enter_note(asked: Mapping[str, str], attempt: IdempotentRequest) -> Note:
    """Store a note from a body that `NoteAskedSchema` has loaded.

    Raises:
        Problem: unknown-determination, unknown-applicant, unknown-waiver-request.
        RecordsUnavailable: nothing was stored.
    """
    require_there(asked["about_kind"], asked["about"], "note.entered")
    return _keep(_note(NOTE, asked["about_kind"], asked["about"], asked["text"]), attempt)


@blp.get("/v1/notes")
@Operation(
    permission="notes.read",
    query=NotesQuery,
    returns={200: Content("The notes of your organization. Auditors see all.", NotesAnswer)},
    problems=("unknown-determination", "unknown-applicant", "unknown-waiver-request"),
)
def read_notes(query: dict[str, str]) -> Response:
    """Read the notes about a determination, a person or a waiver request, the newest first.

    Objections to a determination stand among them.
    """
    about_kind, about = query["about_kind"], query["about"]
    require_there(about_kind, about, "note.read")
    return json_response(
        NotesAnswer(notes=[note_answer(note) for note in notes_about(about_kind, about)])
    )


@blp.get("/v1/notes/<uuid:id>")
@Operation(
    permission="notes.read",
    returns={200: Content("The note or objection.", NoteAnswer)},
    problems=("unknown-note",),
)
def read_note(id: UUID) -> Response:
    """Read one note or objection."""
    note = current_service().notes.find(str(id))
    by = principal()
    if note is None or not (by.reach.everything or note.organization == by.organization):
        raise Problem("unknown-note", "No note of your organization has this id.")
    current_service().store.note(origin().did("note.read", note.about, kind=note.about_kind))
    return json_response(note_answer(note))


@blp.post("/v1/determinations/<uuid:id>/objections")
@Operation(
    permission="notes.write",
    body=ObjectionAskedSchema,
    returns={201: Content("The service stored the objection.", NoteAnswer)},
    problems=("unknown-determination", "another-organization", "record-damaged"),
    idempotent=True,
)
def create_objection(asked: dict[str, Any], id: UUID) -> Response:
    """Record that the person disagrees with a determination, and when to look at it again.

    The determination stays as it is. To replace it, redetermine it; the objection stays open.
    """
    service = current_service()
    with once(service, OBJECTION_ROUTE, service.applicants.digest) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed_as(_stored_note)
        return _created(enter_objection(str(id), asked, attempt))


def enter_objection(id: str, asked: Mapping[str, Any], attempt: IdempotentRequest) -> Note:
    """Store an objection to a determination from a body that `ObjectionAskedSchema` has loaded.

    Raises:
        Problem: unknown-determination.
        RecordsUnavailable: nothing was stored.
    """
    kept_own(UUID(id), "objection.entered")
    days = {name: asked[name] for name in ("said_on", "look_again_on")}
    return _keep(replace(_note(OBJECTION, "determination", id, asked["text"]), **days), attempt)


@blp.post("/v1/determinations/<uuid:id>/settlements")
@Operation(
    permission="notes.write",
    body=SettlementAskedSchema,
    returns={201: Content("The objections are settled.", NoteAnswer)},
    problems=("unknown-determination", "another-organization", "unknown-note", "record-damaged"),
    idempotent=True,
)
def create_settlement(asked: dict[str, str], id: UUID) -> Response:
    """Settle the open objections to a determination and to those whose place it took.

    They stay, and are no longer open work.
    """
    service = current_service()
    with once(service, SETTLEMENT_ROUTE, service.applicants.digest) as attempt:
        if attempt.earlier is not None:
            return attempt.replayed_as(_stored_note)
        return _created(enter_settlement(str(id), asked, attempt))


def enter_settlement(id: str, asked: Mapping[str, str], attempt: IdempotentRequest) -> Note:
    """Settle the open objections from a body that `SettlementAskedSchema` has loaded: a note about
    each determination that has some; the last of them.

    Raises:
        Problem: unknown-determination; unknown-note, where no objection is open.
        RecordsUnavailable: not all are settled.
    """
    kept_own(UUID(id), "settlement.entered")
    about = sorted({each.about for each in open_objections(notes_along(id))})
    if not about:
        raise Problem("unknown-note", "All its objections are settled.")
    for each in about[:-1]:
        note = _note(SETTLEMENT, "determination", each, asked["text"])
        current_service().notes.add(
            note, origin().did("settlement.entered", each, kind=note.about_kind)
        )
    return _keep(_note(SETTLEMENT, "determination", about[-1], asked["text"]), attempt)


def notes_along(id: str) -> list[Note]:
    """The notes that the caller may see about a determination and those whose place it took, the
    newest first.

    Raises:
        RecordDamaged, Unreadable, RecordsUnavailable: then nothing may be told.
    """
    ids = [*earlier_ids(current_service().store, id, principal().reach), id]
    found = [note for each in ids for note in notes_about("determination", each)]
    return sorted(found, key=lambda note: note.id, reverse=True)


def open_objections(found: Iterable[Note]) -> list[Note]:
    """The objections among notes that no later one settles."""
    listed = list(found)
    settled = {
        (note.about, note.organization, note.id) for note in listed if note.kind == SETTLEMENT
    }
    return [
        note
        for note in listed
        if note.kind == OBJECTION
        and not any(
            (note.about, note.organization) == (about, of) and at > note.id
            for about, of, at in settled
        )
    ]


def notes_about(about_kind: str, about: str) -> list[Note]:
    """The notes that the caller may see about something, with an entry that they were read.

    Raises:
        RecordDamaged, Unreadable, RecordsUnavailable: then nothing may be told.
    """
    service, by = current_service(), principal()
    found = service.notes.about(
        about_kind, about, None if by.reach.everything else by.organization or ""
    )
    if found:
        service.store.note(origin().did("note.read", about, kind=about_kind))
    return found


def require_there(about_kind: str, about: str, action: str) -> None:
    """Nothing, where the caller may see what the note is about.

    Raises:
        Problem: unknown-determination, unknown-applicant, unknown-waiver-request.
        RecordsUnavailable: the database is unavailable.
    """
    if about_kind == "applicant":
        require_within(about, action)
    elif about_kind == WAIVER:
        _require_whole_request(about)
    elif not is_id(about) or not current_service().store.has(about, principal().reach):
        raise unknown_determination()


def _require_whole_request(id: str) -> None:
    """Nothing, where the caller sees more of a waiver request than its outcome.

    Raises:
        Problem: unknown-waiver-request.
    """
    if not is_id(id):
        raise unknown_request()
    if not sees_whole(found_request(current_service(), UUID(id)), principal()):
        raise unknown_request()


def _note(kind: str, about_kind: str, about: str, words: str) -> Note:
    now, by = clock.now(), principal()
    id = new_id(now)
    return Note(id, kind, about_kind, about, now, by.actor, by.organization, words=words)


def _keep(note: Note, attempt: IdempotentRequest) -> Note:
    audit = origin().did(f"{note.kind}.entered", note.about, kind=note.about_kind)
    current_service().notes.add(note, audit, attempt.created("/v1/notes")(note.id))
    return note


def _stored_note(id: str) -> Response:
    note = current_service().notes.find(id)
    if note is None:
        raise Problem("unknown-note", "The note was disposed of after its retention period.")
    return _created(note)


def _created(note: Note) -> Response:
    body = encode(note_answer(note))
    return Response(body, 201, {"Location": f"/v1/notes/{note.id}"}, mimetype=JSON)

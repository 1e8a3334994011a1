"""Notes about an answer, the objection of its person, and reminders of it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import orjson
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.determinations.stored import is_own, kept, note
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service, origin, principal
from app.api.notes.note_schemas import NoteAskedSchema, ObjectionAskedSchema, ReminderAskedSchema
from app.api.notes.notes import OBJECTION_ROUTE, ROUTE, enter_note, enter_objection, notes_about
from app.api.notes.reminders import remind
from app.console.answers.telling import Told
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.records.errors import RecordDamaged
from app.records.people.reminders import Reminder
from app.records.verifying.chains import link

ABOUT = "determination"
WORDS_HINT = "In their own words."


def note_form() -> PageForm:
    """The form for a note."""
    hint = "Your office reads it. It appears in no letter."
    return PageForm(NoteAskedSchema(), [Entry("text", "Note", "words", hint, prefix="note")])


def objection_form() -> PageForm:
    """The form for an objection, to be looked at again on a day."""
    return PageForm(
        ObjectionAskedSchema(),
        [
            Entry(
                "text", "What the person says", "words", "In their own words.", prefix="objection"
            ),
            Entry("said_on", "On which day did the person say so?", "date"),
            Entry("look_again_on", "On which day does your office look at it again?", "date"),
        ],
    )


def reminder_form() -> PageForm:
    """The form for a day on which to see an answer again."""
    return PageForm(ReminderAskedSchema(), [Entry("on", "On which day?", "date")])


@pages.get("/answers/<uuid:id>/notes")
@needs("notes.read")
def answer_notes(id: UUID) -> str:
    """The notes and objections about an answer."""
    return _page(id)


def _page(id: UUID, **forms: PageForm) -> str:
    record = kept(id).record
    may_write = principal().may("notes.write")
    return render_template(
        "notes/about_answer.html",
        told=Told(current_service().decider, orjson.loads(record.document)),
        notes=notes_about(ABOUT, str(id)),
        may_write=may_write,
        may_object=may_write and is_own(record.organization),
        note=forms.get("note") or note_form(),
        objection=forms.get("objection") or objection_form(),
        reminder=forms.get("reminder") or reminder_form(),
        reminders=_reminders_of(str(id)),
    )


def _reminders_of(id: str) -> list[object]:
    mine = current_service().reminders.of(principal().actor)
    return [each for each in mine if each.determination == id]


@pages.post("/answers/<uuid:id>/notes")
@needs("notes.write")
def write_note(id: UUID) -> AnyResponse | tuple[str, int]:
    """Add a note about an answer."""
    form = note_form()
    asked = form.load(about_kind=ABOUT, about=str(id))
    if asked is None:
        return _page(id, note=form), 422
    with once_under(current_service(), ROUTE, form.once, str(id).encode()) as attempt:
        if attempt.earlier is None:
            enter_note(asked, attempt)
    flash("We stored your note.")
    return redirect(url_for("pages.answer_notes", id=id), 303)


@pages.post("/answers/<uuid:id>/objection")
@needs("notes.write")
def write_objection(id: UUID) -> AnyResponse | tuple[str, int]:
    """Record that the person disagrees."""
    form = objection_form()
    asked = form.load()
    if asked is None:
        return _page(id, objection=form), 422
    with once_under(current_service(), OBJECTION_ROUTE, form.once, str(id).encode()) as attempt:
        if attempt.earlier is None:
            enter_objection(str(id), asked, attempt)
    flash("We stored the objection. It stands on your home page when its day comes.")
    return redirect(url_for("pages.answer_notes", id=id), 303)


@pages.post("/answers/<uuid:id>/reminder")
@needs("determinations.read")
def add_reminder(id: UUID) -> AnyResponse | tuple[str, int]:
    """Ask to see an answer again on a day."""
    form = reminder_form()
    asked = form.load(determination=str(id))
    if asked is None:
        return _page(id, reminder=form), 422
    remind(asked["determination"], asked["on"])
    flash("We will remind you on your home page.")
    return redirect(url_for("pages.answer_notes", id=id), 303)


@pages.post("/reminders/<uuid:id>/done")
@needs("determinations.read")
def end_reminder(id: UUID) -> AnyResponse:
    """Delete a reminder. A second click finds it gone already, and nothing is wrong."""
    current_service().reminders.done(str(id), principal().actor)
    flash("We deleted the reminder.")
    return redirect(url_for("pages.home"), 303)


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder whose day has come, with what it is of: the question, and the reference of the
    person, as far as the answer can still be read.
    """

    id: str
    determination: str
    due_on: date
    asks: str
    subject: str | None


def _due(reminders: Iterable[Reminder]) -> Iterator[DueReminder]:
    service, reach = current_service(), principal().reach
    for each in reminders:
        with suppress(RecordDamaged):
            found = link(service.store, each.determination, reach)
            if found is not None:
                record = found.record
                if record.subject is not None:
                    note("determination.listed", record.id)
                question = service.lawbook.questions.get(record.question)
                asks = record.question if question is None else question.asks
                yield DueReminder(each.id, record.id, each.due_on, asks, record.subject)


def due_today() -> dict[str, list[object]]:
    """What the home page reminds of: one's own reminders, and the office's objections, whose day
    has come.
    """
    service, by, today = current_service(), principal(), clock.today()
    reminders: list[object] = list(_due(service.reminders.of(by.actor, today)))
    objections: list[object] = []
    if by.may("notes.read") and by.organization is not None:
        found = service.notes.to_look_at(by.organization, today)
        did = origin().did
        service.store.note(*(did("note.read", each.about, kind=each.about_kind) for each in found))
        objections = list(found)
    return {"reminders": reminders, "objections": objections}

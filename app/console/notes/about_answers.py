"""Notes about an answer, the objection of its person, and reminders of it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

import orjson
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.determinations.stored import is_own, kept, note
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service, origin, principal
from app.api.notes.note_schemas import (
    NoteAskedSchema,
    ObjectionAskedSchema,
    ReminderAskedSchema,
    SettlementAskedSchema,
)
from app.api.notes.notes import (
    OBJECTION_ROUTE,
    ROUTE,
    SETTLEMENT_ROUTE,
    enter_note,
    enter_objection,
    enter_settlement,
    notes_along,
    open_objections,
)
from app.api.notes.reminders import remind
from app.console.answers.telling import Told
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.records.errors import RecordDamaged
from app.records.people.reminders import Reminder
from app.records.verifying.chains import earlier_ids, latest_id, link

ABOUT = "determination"
WORDS_HINT = "In their own words."
NOT_STORED_YET = "What you typed in the other boxes is kept on this page and not stored yet."


def note_form() -> PageForm:
    """The form for a note."""
    hint = "Your office reads it. It appears in no letter."
    return PageForm(NoteAskedSchema(), [Entry("text", "Note", "words", hint, prefix="note")])


def objection_form() -> PageForm:
    """The form for an objection, to be looked at again on a day."""
    return PageForm(
        ObjectionAskedSchema(),
        [
            Entry("objection", "What the person says", "words", WORDS_HINT, place="text"),
            Entry("said_on", "On which day did the person say so?", "date"),
            Entry("look_again_on", "On which day does your office look at it again?", "date"),
        ],
    )


def settlement_form() -> PageForm:
    """The form for what came of an objection."""
    asks = "What came of the objection?"
    return PageForm(SettlementAskedSchema(), [Entry("settlement", asks, "words", place="text")])


def reminder_form() -> PageForm:
    """The form for a day on which to see an answer again."""
    return PageForm(ReminderAskedSchema(), [Entry("on", "On which day?", "date")])


FORMS = {
    "note": note_form,
    "objection": objection_form,
    "settlement": settlement_form,
    "reminder": reminder_form,
}
"""What can be entered beside an answer: one form on the page, with a button for each part."""


@pages.get("/answers/<uuid:id>/notes")
@needs("notes.read")
def answer_notes(id: UUID) -> str:
    """The notes and objections about an answer."""
    return _page(id, {})


def _page(id: UUID, sent: dict[str, PageForm]) -> str:
    record, may_write = kept(id).record, principal().may("notes.write")
    notes = notes_along(str(id))
    forms = {name: form() for name, form in FORMS.items()} | sent
    return render_template(
        "notes/about_answer.html",
        told=Told(current_service().decider, orjson.loads(record.document)),
        notes=notes,
        open_objections=open_objections(notes),
        may_write=may_write,
        may_object=may_write and is_own(record.organization),
        wrong=any(form.is_refused for form in forms.values()),
        reminders=_reminders_of(str(id)),
        **forms,
    )


def _reminders_of(id: str) -> list[object]:
    """The own reminders of an answer and of those whose place it took."""
    ids = {*earlier_ids(current_service().store, id, principal().reach), id}
    mine = current_service().reminders.of(principal().actor)
    return [each for each in mine if each.determination in ids]


def _others(name: str) -> dict[str, PageForm]:
    """The other parts of the form, with what was typed there."""
    others = {other: form() for other, form in FORMS.items() if other != name}
    for form in others.values():
        form.take()
    return others


def _refused(id: UUID, name: str, form: PageForm) -> tuple[str, int]:
    return _page(id, {name: form, **_others(name)}), 422


def _done(id: UUID, name: str, says: str) -> AnyResponse | str:
    """Back to the notes; where something was typed in other parts, those come again with it."""
    flash(says)
    others, once = _others(name), str(uuid4())
    for form in others.values():
        form.once = once
    if not any(form.is_filled_in for form in others.values()):
        return redirect(url_for("pages.answer_notes", id=id), 303)
    flash(NOT_STORED_YET)
    return _page(id, others)


Page = AnyResponse | str | tuple[str, int]


@pages.post("/answers/<uuid:id>/notes")
@needs("notes.write")
def write_note(id: UUID) -> Page:
    """Add a note about an answer."""
    form = note_form()
    asked = form.load(about_kind=ABOUT, about=str(id))
    if asked is None:
        return _refused(id, "note", form)
    with once_under(current_service(), ROUTE, form.once, str(id).encode()) as attempt:
        if attempt.earlier is None:
            enter_note(asked, attempt)
    return _done(id, "note", "We stored your note.")


@pages.post("/answers/<uuid:id>/objection")
@needs("notes.write")
def write_objection(id: UUID) -> Page:
    """Record that the person disagrees."""
    form = objection_form()
    asked = form.load()
    if asked is None:
        return _refused(id, "objection", form)
    with once_under(current_service(), OBJECTION_ROUTE, form.once, str(id).encode()) as attempt:
        if attempt.earlier is None:
            enter_objection(str(id), asked, attempt)
    says = "We stored the objection. It stands on your home page when its day comes."
    return _done(id, "objection", says)


@pages.post("/answers/<uuid:id>/settlement")
@needs("notes.write")
def settle_objection(id: UUID) -> Page:
    """Settle the open objections to an answer and to those whose place it took."""
    form = settlement_form()
    asked = form.load()
    if asked is None:
        return _refused(id, "settlement", form)
    with once_under(current_service(), SETTLEMENT_ROUTE, form.once, str(id).encode()) as attempt:
        if attempt.earlier is None:
            enter_settlement(str(id), asked, attempt)
    return _done(id, "settlement", "The objection is settled. It is no longer open work.")


@pages.post("/answers/<uuid:id>/reminder")
@needs("determinations.read")
def add_reminder(id: UUID) -> Page:
    """Ask to see an answer again on a day."""
    form = reminder_form()
    asked = form.load(determination=str(id))
    if asked is None:
        return _refused(id, "reminder", form)
    remind(asked["determination"], asked["on"])
    return _done(id, "reminder", "We will remind you on your home page.")


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
            with service.store.reading() as connection:
                latest = latest_id(connection, each.determination)
            found = link(service.store, latest, reach)
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
        with service.store.reading() as connection:
            objections = [replace(each, about=latest_id(connection, each.about)) for each in found]
    return {"reminders": reminders, "objections": objections}

"""What answers about notes, objections, feedback and reminders say."""

from datetime import date

from msgspec import UNSET, Struct, UnsetType

from app.api.http.answered.answers import NextCursor
from app.determinations.answer import Id, Instant
from app.instants import instant_text
from app.records.people.reminders import Reminder
from app.records.texts.feedback import Feedback
from app.records.texts.notes import Note


class NoteAnswer(Struct):
    """A note or an objection; *text* is null once it was forgotten."""

    id: Id
    kind: str
    about_kind: str
    about: str
    at: Instant
    actor: str
    organization: str | None
    text: str | None
    said_on: date | None
    look_again_on: date | None


class NotesAnswer(Struct):
    """Notes and objections, the newest first."""

    notes: list[NoteAnswer]


class FeedbackAnswer(Struct):
    """Feedback on a page; *text* is null where the answer to a change leaves it out."""

    id: Id
    made_at: Instant
    page: str
    request_id: str | None
    language: str
    actor: str
    state: str
    changed_at: Instant
    changed_by: str | None
    version: int
    text: str | None


class FeedbackListAnswer(Struct):
    """A page of feedback, the newest first."""

    feedback: list[FeedbackAnswer]
    next_cursor: NextCursor | UnsetType = UNSET


class ReminderAnswer(Struct):
    """A reminder."""

    id: Id
    determination: Id
    on: date
    made_at: Instant


class RemindersAnswer(Struct):
    """Reminders, those of the nearest day first."""

    reminders: list[ReminderAnswer]


def note_answer(note: Note) -> NoteAnswer:
    """A note as callers get it."""
    return NoteAnswer(
        id=note.id,
        kind=note.kind,
        about_kind=note.about_kind,
        about=note.about,
        at=instant_text(note.at),
        actor=note.actor,
        organization=note.organization,
        text=note.words,
        said_on=note.said_on,
        look_again_on=note.look_again_on,
    )


def feedback_answer(sent: Feedback) -> FeedbackAnswer:
    """Feedback as callers get it."""
    return FeedbackAnswer(
        id=sent.id,
        made_at=instant_text(sent.made_at),
        page=sent.page,
        request_id=sent.request_id,
        language=sent.language,
        actor=sent.actor,
        state=sent.state,
        changed_at=instant_text(sent.changed_at),
        changed_by=sent.changed_by,
        version=sent.version,
        text=sent.words,
    )


def reminder_answer(reminder: Reminder) -> ReminderAnswer:
    """A reminder as callers get it."""
    return ReminderAnswer(
        id=reminder.id,
        determination=reminder.determination,
        on=reminder.due_on,
        made_at=instant_text(reminder.made_at),
    )

"""Marshmallow schemas of notes, objections, feedback and reminders."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app import clock
from app.api.http.asked.fields import SUBJECT_MUST, SUBJECT_PATTERN, ReferenceField, TextField
from app.api.http.asked.schemas import REQUIRED, StrictSchema, cursor_field, day_field, limit_field
from app.records.texts.feedback import STATES

WORDS_AT_MOST = 4000
WORDS_MUST = f"Must be a text of 1 to {WORDS_AT_MOST} characters."
ABOUT_KINDS = ("determination", "applicant", "waiver")
PAGE_AT_MOST = 50
LANGUAGES = ("en", "es")
ID_PATTERN, ID_MUST = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "Must be an id."


class WordsField(fields.Field[str]):
    """What somebody wrote: any script, several lines; the service encrypts it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= WORDS_AT_MOST:
            raise ValidationError(WORDS_MUST)
        text = value.strip().replace("\r\n", "\n")
        if any(ord(letter) < 32 and letter not in "\n\t" for letter in text) or any(
            0xD800 <= ord(letter) <= 0xDFFF for letter in text
        ):
            raise ValidationError("Must hold no control characters.")
        return text

    def json_schema(self) -> dict[str, Any]:
        """Text of some length."""
        return {"type": "string", "minLength": 1, "maxLength": WORDS_AT_MOST}


def _words(description: str) -> WordsField:
    return WordsField(required=True, error_messages=REQUIRED, metadata={"description": description})


class NoteAskedSchema(StrictSchema):
    """A note about a determination, a person or a waiver request."""

    about_kind = TextField(
        "|".join(ABOUT_KINDS),
        f"Must be one of {', '.join(ABOUT_KINDS)}.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "What the note is about."},
    )
    about = ReferenceField(
        SUBJECT_PATTERN,
        SUBJECT_MUST,
        required=True,
        error_messages=REQUIRED,
        metadata={
            "description": "The id of the determination or the waiver request, or the subject "
            "reference."
        },
    )
    text = _words("The note. It appears in no letter, and the service encrypts it.")


class NotesQuery(StrictSchema):
    """About what to read notes."""

    about_kind = NoteAskedSchema().fields["about_kind"]
    about = NoteAskedSchema().fields["about"]


class ObjectionAskedSchema(StrictSchema):
    """That somebody disagrees with a determination, and what they say."""

    text = _words("What the person says, in their words. The service encrypts it.")
    said_on = day_field("On which day did the person say so?", required=True)
    look_again_on = day_field("On which day is your office to look at it again?", required=True)

    @validates_schema
    def in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        """An office looks at an objection again once it was said, not before."""
        if data["look_again_on"] < data["said_on"]:
            must = f"Must be {data['said_on']} or later."
            raise ValidationError(must, "look_again_on")


class SettlementAskedSchema(StrictSchema):
    """How an objection was settled."""

    text = _words("What came of the objection. The service encrypts it.")


class FeedbackAskedSchema(StrictSchema):
    """What is wrong or unclear on a page."""

    text = _words("What is wrong or unclear. Send no personal data.")
    page = TextField(
        r"/[A-Za-z0-9/._-]{0,199}",
        "Must be the path of a page, such as /ask.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "The path of the page, without its query."},
    )
    request_id = TextField(ID_PATTERN, ID_MUST, metadata={"description": "The request's number."})
    language = TextField(
        "|".join(LANGUAGES),
        f"Must be one of {', '.join(LANGUAGES)}.",
        load_default="en",
        metadata={"description": "The language of the form."},
    )


class FeedbackQuery(StrictSchema):
    """Which feedback to read."""

    state = TextField(
        "|".join(STATES),
        f"Must be one of {', '.join(STATES)}.",
        metadata={"description": "Only feedback in this state."},
    )
    limit = limit_field(PAGE_AT_MOST, PAGE_AT_MOST)
    cursor = cursor_field()


class TriageSchema(StrictSchema):
    """What becomes of feedback."""

    state = TextField(
        "|".join(STATES),
        f"Must be one of {', '.join(STATES)}.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "The new state."},
    )


class ReminderAskedSchema(StrictSchema):
    """When to see a determination again."""

    determination = TextField(
        ID_PATTERN,
        "Must be the id of a determination.",
        required=True,
        error_messages=REQUIRED,
        metadata={"description": "The determination to see again."},
    )
    on = day_field("On which day?", required=True)

    @validates_schema
    def to_come(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Nobody can be reminded on a day that is past."""
        if data["on"] < clock.today():
            raise ValidationError("Must be today or a later day.", "on")

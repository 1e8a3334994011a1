"""What may be asked of letters."""

from marshmallow import fields

from app.api.http.asked.fields import QueryFlagField, TextField, WholeNumberField
from app.api.http.asked.schemas import (
    REQUIRED,
    SUBJECT,
    NoQuery,
    StrictSchema,
    cursor_field,
    day_field,
    limit_field,
)
from app.letters.translated.language import ENGLISH, NAMES

MOST, USUALLY = 200, 50


class FlagField(fields.Boolean):
    """`true` or `false` in JSON, and no other word for it."""

    truthy = {True}  # noqa: RUF012  (marshmallow reads it from the class)
    falsy = {False}  # noqa: RUF012
    default_error_messages = {"invalid": "Must be true or false.", **REQUIRED}  # noqa: RUF012


def _language() -> TextField:
    return TextField(
        "|".join(NAMES),
        f"Must be one of {', '.join(NAMES)}.",
        load_default=ENGLISH,
        error_messages=REQUIRED,
        metadata={
            "description": "The language. A translation that is not reviewed has the English text "
            "beside it. Default: `en`."
        },
    )


def _format() -> TextField:
    return TextField(
        "json|html|pdf",
        "Must be json, html or pdf.",
        load_default="json",
        metadata={"description": "Default: `json`. All three say the same."},
    )


OF_THE_PERSON = "Default: what the person's record says, else"


def _language_of_the_person() -> TextField:
    return TextField(
        "|".join(NAMES),
        f"Must be one of {', '.join(NAMES)}.",
        error_messages=REQUIRED,
        metadata={
            "description": "The language. A translation that is not reviewed has the English text "
            f"beside it. {OF_THE_PERSON} `en`."
        },
    )


def _print_of_the_person() -> str:
    return f"Print of 18 points. {OF_THE_PERSON} `false`."


class LetterWishedSchema(StrictSchema):
    """How a letter is to be."""

    language = _language()
    large_print = FlagField(
        load_default=False, metadata={"description": "Print of 18 points. Default: `false`."}
    )


class PreviewQuery(NoQuery):
    """How to preview a letter."""

    language = _language()
    large_print = QueryFlagField(
        load_default=False, metadata={"description": "Print of 18 points. Default: `false`."}
    )
    format = _format()


class AnswerLetterWishedSchema(LetterWishedSchema):
    """How the letter of a determination is to be: as the person wishes, where nothing is said."""

    language = _language_of_the_person()
    large_print = FlagField(metadata={"description": _print_of_the_person()})


class AnswerPreviewQuery(PreviewQuery):
    """How to preview the letter of a determination."""

    language = _language_of_the_person()
    large_print = QueryFlagField(metadata={"description": _print_of_the_person()})


def _step(in_query: bool) -> WholeNumberField:
    return WholeNumberField(
        1,
        10_000,
        in_query=in_query,
        error_messages=REQUIRED,
        metadata={
            "description": "The number of the step. Default: the last step that has a letter."
        },
    )


class DeskLetterWishedSchema(LetterWishedSchema):
    """Which letter of a waiver request, and how it is to be."""

    step = _step(in_query=False)


class DeskLetterQuery(PreviewQuery):
    """Which letter of a waiver request to read, and how."""

    step = _step(in_query=True)


class FormatQuery(NoQuery):
    """In which format to read a letter."""

    format = _format()


class LetterSearchSchema(StrictSchema):
    """The criteria for letters; all of them must match."""

    subject = SUBJECT
    object_id = TextField(
        r"[A-Za-z0-9-]{1,100}",
        "Must be an id.",
        error_messages=REQUIRED,
        metadata={"description": "The id of what the letters are about."},
    )
    to_send = FlagField(
        load_default=False, metadata={"description": "Only letters that wait to be sent."}
    )
    limit = limit_field(MOST, USUALLY)
    cursor = cursor_field()


class SentSchema(StrictSchema):
    """The day of a step."""

    on = day_field("The day in Massachusetts. Default: today.")

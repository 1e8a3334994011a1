"""Marshmallow schemas for requests. They reject unknown members."""

from typing import Any

from marshmallow import RAISE, Schema

from app.api.http.asked.fields import (
    SUBJECT_MUST,
    SUBJECT_PATTERN,
    FactField,
    FactsField,
    QueryFlagField,
    ReferenceField,
    TextField,
    WholeNumberField,
)
from app.law.facts import FactDefinition
from app.law.spans import FIRST_DAY, LAST_DAY

CALENDAR_QUESTION = "enrollment.permitted"
"""The default question of an eligibility calendar."""
REQUIRED: dict[str, Any] = {"required": "Is required.", "null": "Must not be null."}


def day_field(asks: str, **kwargs: Any) -> FactField:
    return FactField(FactDefinition("day", "day", asks=asks), error_messages=REQUIRED, **kwargs)


def year_field(description: str, **kwargs: Any) -> WholeNumberField:
    return WholeNumberField(
        FIRST_DAY.year,
        LAST_DAY.year,
        called="year",
        error_messages=REQUIRED,
        metadata={"description": description},
        **kwargs,
    )


def limit_field(most: int, usually: int) -> WholeNumberField:
    return WholeNumberField(
        1,
        most,
        load_default=usually,
        metadata={"description": f"The most to return; default: {usually}."},
    )


def cursor_field() -> TextField:
    return TextField(
        r"[A-Za-z0-9_.=-]{1,500}",
        "Must be the next_cursor of the same search, unchanged.",
        error_messages=REQUIRED,
        metadata={"description": "The next_cursor of the page before, with the same search."},
    )


def question_field(**kwargs: Any) -> TextField:
    return TextField(
        r"[A-Za-z0-9_.-]{1,100}",
        "Must be the id of a question from GET /v1/questions.",
        error_messages=REQUIRED,
        metadata={"description": "The id of a question.", "example": "enrollment.permitted"},
        **kwargs,
    )


def _edition(
    description: str = "The edition of the law. Default: the service's own.", **kwargs: Any
) -> TextField:
    return TextField(
        r"[A-Za-z0-9_.-]{1,100}",
        "Must be the name of an edition.",
        error_messages=REQUIRED,
        metadata={"description": description},
        **kwargs,
    )


class StrictSchema(Schema):
    """A schema that refuses unknown members with sentences of ours."""

    error_messages = {"unknown": "Unknown member.", "type": "Must be an object."}  # noqa: RUF012  (marshmallow merges it)

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE


def subject_field(**kwargs: Any) -> ReferenceField:
    return ReferenceField(
        SUBJECT_PATTERN,
        SUBJECT_MUST,
        error_messages=REQUIRED,
        metadata={
            "description": "Your own reference for the person or business. The service stores and "
            "returns it. Send no personal data; it rejects what looks like a social "
            "security number."
        },
        **kwargs,
    )


SUBJECT = subject_field()


class AskedSchema(StrictSchema):
    """One question about one applicant, business or plan."""

    question = question_field(required=True)
    facts = FactsField(
        load_default=dict,
        error_messages=REQUIRED,
        metadata={
            "description": "The facts, nested by the parts of their names or under full names. "
            "Leave out what you do not know. Several events are a list under `events`, in place "
            "of `event`."
        },
    )
    as_of = day_field(
        "The day whose law applies. Default: the governing day of the question, else today in "
        "Massachusetts."
    )
    edition = _edition()
    subject = SUBJECT


class RedeterminationSchema(StrictSchema):
    """The changes for a redetermination. The rest stays the same."""

    facts = FactsField(
        error_messages=REQUIRED,
        metadata={
            "description": "All facts, as for a determination. Default: the facts of the "
            "determination to replace."
        },
    )
    as_of = day_field(
        "The day whose law applies. Default: the governing day of the facts, else the day of the "
        "one to replace."
    )
    edition = _edition()


class ReconsiderRequestSchema(StrictSchema):
    """Another day or edition under which to decide a stored request again."""

    as_of = day_field(
        "The day whose law applies. It also takes the place of the governing day of the facts. "
        "Default: the day of the stored determination."
    )
    edition = _edition()


class CalendarAskedSchema(StrictSchema):
    """The facts and the year of an eligibility calendar."""

    question = question_field(load_default=CALENDAR_QUESTION)
    facts = FactsField(
        load_default=dict,
        error_messages=REQUIRED,
        metadata={
            "description": "The facts, as for a determination. The service ignores the fact that "
            "names the governing day."
        },
    )
    year = year_field("The calendar year.", required=True)
    edition = _edition()


class NoQuery(StrictSchema):
    """A query without parameters."""

    error_messages = {"unknown": "Unknown query parameter."}  # noqa: RUF012


class KeepQuery(NoQuery):
    """Whether to keep what is decided."""

    keep = QueryFlagField(
        load_default=True,
        metadata={
            "description": (
                "With `false` the service stores nothing, and the determination has "
                "no id. Default: `true`."
            )
        },
    )


def _detail() -> TextField:
    return TextField(
        "brief|full",
        "Must be brief or full.",
        load_default="full",
        metadata={
            "description": "`brief` returns only the decisive reasons, the missing facts and the "
            "next steps. Default: `full`. The service stores the full answer."
        },
    )


class DetailQuery(NoQuery):
    """How much of a determination to answer."""

    detail = _detail()


class DetermineQuery(KeepQuery):
    """Whether to keep what is decided, and how much of it to answer."""

    detail = _detail()


class LawQuery(NoQuery):
    """Which law to look at."""

    as_of = day_field("Only provisions that are in force on this day.")
    edition = _edition()
    question = question_field()
    words = TextField(
        r"[^\x00-\x1f\x7f]{1,100}",
        "Must be at most 100 characters in one line.",
        metadata={
            "description": "Only provisions whose title, text in plain words, reading or citation "
            "has all of these words, and calendars likewise."
        },
    )


class ProvisionQuery(NoQuery):
    """On which day and in which edition to look at one provision."""

    as_of = day_field("The day whose parameter values to return. Default: today in Massachusetts.")
    edition = _edition()


class ChangesQuery(NoQuery):
    """Between which days to look for changes of the law."""

    first = day_field("The first day.", data_key="from", required=True)
    last = day_field("The last day.", data_key="to", required=True)
    edition = _edition()


class DifferencesQuery(NoQuery):
    """Which two editions to compare, and on which day."""

    as_of = day_field("The day whose law to compare.", required=True)
    edition = _edition()
    other = _edition("The edition to compare with.", required=True)


class OpenEnrollmentQuery(NoQuery):
    """Which periods of enrollment to list."""

    year = year_field("The periods that have a day in this calendar year.", in_query=True)
    on = day_field(
        "The periods that contain this day, and the next period. Default without year: today in "
        "Massachusetts."
    )
    edition = _edition()
    format = TextField(
        "json|ics",
        "Must be json or ics.",
        metadata={"description": "`ics` returns iCalendar. You can also use the Accept header."},
    )

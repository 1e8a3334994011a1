"""What requests may carry, as marshmallow schemas. Members nobody knows are refused."""

from typing import Any

from marshmallow import RAISE, Schema

from app.api.http.fields import (
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
"""What an eligibility calendar is about where nobody says."""
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
        metadata={"description": f"How many at most; {usually} where none is sent."},
    )


def cursor_field() -> TextField:
    return TextField(
        r"[A-Za-z0-9_.=-]{1,500}",
        "Must be the next_cursor of the same search, as it came.",
        error_messages=REQUIRED,
        metadata={"description": "The next_cursor of the page before, with the same search."},
    )


def question_field(**kwargs: Any) -> TextField:
    return TextField(
        r"[A-Za-z0-9_.-]{1,100}",
        "Must be the id of a question, such as GET /v1/questions lists.",
        error_messages=REQUIRED,
        metadata={"description": "The id of a question.", "example": "enrollment.permitted"},
        **kwargs,
    )


def _edition() -> TextField:
    return TextField(
        r"[A-Za-z0-9_.-]{1,100}",
        "Must be the name of an edition.",
        error_messages=REQUIRED,
        metadata={
            "description": "The edition of the law; the service's default where none is named."
        },
    )


class StrictSchema(Schema):
    """A schema that refuses unknown members with sentences of ours."""

    error_messages = {"unknown": "There is no such member.", "type": "Must be an object."}  # noqa: RUF012  (marshmallow merges it)

    class Meta:
        """Unknown members are refused."""

        unknown = RAISE


SUBJECT = ReferenceField(
    SUBJECT_PATTERN,
    SUBJECT_MUST,
    error_messages=REQUIRED,
    metadata={
        "description": "A reference of the caller's own; kept and told again, never interpreted. "
        "No personal data; what looks like a social security number is refused."
    },
)


class AskedSchema(StrictSchema):
    """One question about one applicant, business or plan."""

    question = question_field(required=True)
    facts = FactsField(
        load_default=dict,
        error_messages=REQUIRED,
        metadata={
            "description": "Facts, nested by the parts of their names or under whole names. What "
            "is not known is left out."
        },
    )
    as_of = day_field(
        "The day whose law applies; today in Massachusetts where the question has no governing "
        "day and none is sent."
    )
    edition = _edition()
    subject = SUBJECT


class RedeterminationSchema(StrictSchema):
    """What is to be otherwise in a redetermination; what is left out stays as it was."""

    facts = FactsField(
        error_messages=REQUIRED,
        metadata={
            "description": "All facts, as for a determination. Left out: the facts of the "
            "determination to be replaced."
        },
    )
    as_of = day_field(
        "The day whose law applies. Left out: the governing day of the facts, else that of the "
        "one replaced."
    )
    edition = _edition()


class CalendarAskedSchema(StrictSchema):
    """A year in which to look for the days of eligibility."""

    question = question_field(load_default=CALENDAR_QUESTION)
    facts = FactsField(
        load_default=dict,
        error_messages=REQUIRED,
        metadata={
            "description": "As for a determination. The fact that names the governing day is set "
            "aside: that day moves."
        },
    )
    year = year_field("The calendar year.", required=True)
    edition = _edition()


class NoQuery(StrictSchema):
    """A query without parameters."""

    error_messages = {"unknown": "There is no such query parameter."}  # noqa: RUF012


class KeepQuery(NoQuery):
    """Whether to keep what is decided."""

    keep = QueryFlagField(
        load_default=True,
        metadata={
            "description": "With `false` nothing is kept: no id, no database row. Default: `true`."
        },
    )


def _detail() -> TextField:
    return TextField(
        "brief|full",
        "Must be brief or full.",
        load_default="full",
        metadata={
            "description": "With `brief` only what decided, what is needed and what can be done. "
            "Default: `full`, which is also what is kept."
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

    as_of = day_field("Only what is in force on this day.")
    edition = _edition()
    question = question_field()


class ProvisionQuery(NoQuery):
    """On which day and in which edition to look at one provision."""

    as_of = day_field(
        "The day whose values of the parameters are shown; today in Massachusetts where none is "
        "sent."
    )
    edition = _edition()


class ChangesQuery(NoQuery):
    """Between which days to look for changes of the law."""

    first = day_field("The first day.", data_key="from", required=True)
    last = day_field("The last day.", data_key="to", required=True)
    edition = _edition()


class OpenEnrollmentQuery(NoQuery):
    """Which periods of enrollment to list."""

    year = year_field("Every period that shares a day with this calendar year.", in_query=True)
    on = day_field(
        "Every period that holds this day, and the next one; today in Massachusetts where neither "
        "year nor on is sent."
    )
    edition = _edition()
    format = TextField(
        "json|ics",
        "Must be json or ics.",
        metadata={"description": "`ics` for iCalendar; the Accept header says the same."},
    )

"""On which days of a year would these facts be eligible?"""

from typing import TypedDict

import msgspec
from flask import Blueprint, Response

from app.api.determinations.answers import EligibilityCalendarAnswer
from app.api.determinations.deciding import typed_facts
from app.api.http.answered.responses import Problem, json_response, unknown_edition
from app.api.http.asked.schemas import CalendarAskedSchema
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service
from app.determinations.again.calendar import NotADayQuestion, eligibility_calendar
from app.law.errors import UnknownEdition

blp = Blueprint("eligibility-calendars", __name__, url_prefix="/v1")


class CalendarAsked(TypedDict, total=False):
    """A body that the schema has loaded."""

    question: str
    facts: dict[str, object]
    year: int
    edition: str


@blp.post("/eligibility-calendars")
@Operation(
    permission="law.decide",
    body=CalendarAskedSchema,
    returns={
        200: Content(
            "Every interval of the year with its outcome and grounds. The service stores nothing.",
            EligibilityCalendarAnswer,
        )
    },
    problems=(
        "unknown-question",
        "facts-refused",
        "no-calendar",
        "unknown-edition",
        "engine-fault",
    ),
)
def create_eligibility_calendar(asked: CalendarAsked) -> Response:
    """Find the days of a year on which the facts are eligible, and the grounds."""
    service = current_service()
    facts = typed_facts(service, asked["question"], asked["facts"])
    edition = asked.get("edition", service.edition)
    try:
        document = eligibility_calendar(
            service.decider, asked["question"], facts, asked["year"], edition
        )
    except NotADayQuestion as error:
        raise Problem("no-calendar", str(error)) from None
    except UnknownEdition as error:
        raise unknown_edition(error, "json") from None
    return json_response(msgspec.convert(document, EligibilityCalendarAnswer))

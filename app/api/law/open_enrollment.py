"""The open enrollment periods, as JSON and as iCalendar."""

from datetime import UTC, date, datetime, time
from typing import TypedDict

from flask import Blueprint, Response, request
from icalendar import Calendar, Event
from msgspec import UNSET

from app import clock
from app.access.principal import PUBLIC
from app.api.http.answered.responses import JSON, Problem, Wrong, law_answer, law_response
from app.api.http.asked.schemas import OpenEnrollmentQuery
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service
from app.api.law.answers import OpenEnrollmentAnswer
from app.api.law.open_enrollment_answers import (
    StandingPeriod,
    is_not_encoded,
    open_enrollment_answer,
    periods_of,
    span_of,
)
from app.api.law.provision_answers import period_answer
from app.api.law.provisions import edition_law
from app.law.calendars import CalendarKind, Period, StandingCalendar
from app.law.edition_law import EditionLaw
from app.law.spans import day_after

ICS = "text/calendar"
SUMMARIES: dict[CalendarKind, str] = {
    "open": "Open enrollment",
    "continuous": "Enrollment without restriction",
    "limited": "Enrollment for some",
    "unread": "Open enrollment not known",
}

blp = Blueprint("open-enrollment", __name__, url_prefix="/v1")


class Query(TypedDict, total=False):
    """A query that the schema has loaded."""

    year: int
    on: date
    edition: str
    format: str


@blp.get("/open-enrollment")
@Operation(
    permission=PUBLIC,
    query=OpenEnrollmentQuery,
    returns={
        200: Content(
            "The periods; as iCalendar with `format=ics` or Accept: text/calendar.",
            {JSON: OpenEnrollmentAnswer, ICS: str},
        )
    },
    problems=("unknown-edition", "law-not-encoded"),
)
def read_open_enrollment(query: Query) -> Response:
    """Read the open enrollment periods of a year, or around a day.

    In JSON `last` is the last day. In iCalendar `DTEND` is the day after it, as that format
    requires.
    """
    service = current_service()
    if "year" in query and "on" in query:
        raise Problem(
            "invalid-request",
            "Send either year or on.",
            [Wrong("query", "Must not be sent together with year.", name="on")],
        )
    law = edition_law(service, {"edition": query.get("edition", service.edition)})
    day = None if "year" in query else query.get("on") or clock.today()
    _require_encoded(law, query.get("year"), day)
    if _wants_ics(query):
        periods, following = periods_of(law, query.get("year"), day)
        pairs = list(dict.fromkeys([*periods, *following]))
        return law_response(
            _ics(law, pairs),
            ICS,
            {"Vary": "Accept", "Content-Disposition": 'inline; filename="open-enrollment.ics"'},
        )
    response = law_answer(open_enrollment_answer(service.lawbook, law, query.get("year"), day))
    response.headers["Vary"] = "Accept"
    return response


def _require_encoded(law: EditionLaw, year: int | None, day: date | None) -> None:
    """Reject days without encoded law: the answer for them is unknown, not "closed"."""
    if is_not_encoded(law, span_of(year, day)):
        raise Problem(
            "law-not-encoded",
            f"The edition {law.edition.name} has no enrollment periods for {year or day}.",
            edition=law.edition.name,
        )


def _wants_ics(query: Query) -> bool:
    accepted = request.accept_mimetypes.best_match([JSON, ICS], default=JSON)
    return query["format"] == "ics" if "format" in query else accepted == ICS


def _ics(law: EditionLaw, periods: list[StandingPeriod]) -> bytes:
    """The same law gives the same bytes: an event's id comes from its calendar and day, its stamp
    from the day of enactment.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Eligibility determinations//Open enrollment//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Open enrollment, Massachusetts ({law.edition.name})")
    for standing, period in periods:
        calendar.add_component(_event(standing, period, law.edition.name))
    text: bytes = calendar.to_ical()
    return text


def _event(standing: StandingCalendar, period: Period, edition: str) -> Event:
    source = standing.calendar
    answer = period_answer(standing, period)
    lines = [
        f"{period.first} through {period.last}",
        f"Authority: {period.authority}",
        f"Evidence: {answer.evidence}",
    ]
    lines += [text for text in (answer.limited_to, answer.note) if text is not UNSET]
    event = Event()
    event.add("uid", f"{source.id.rpartition('/')[2]}-{period.first}@{edition}.open-enrollment")
    event.add("dtstamp", datetime.combine(period.enacted or source.enacted, time(), UTC))
    event.add("dtstart", period.first)
    event.add("dtend", day_after(period.last))
    event.add("summary", f"{SUMMARIES[source.kind]}: {source.title}")
    event.add("description", "\n".join(lines))
    event.add("transp", "TRANSPARENT")
    if answer.url is not UNSET:
        event.add("url", answer.url)
    if source.kind == "unread":
        event.add("status", "TENTATIVE")
    return event

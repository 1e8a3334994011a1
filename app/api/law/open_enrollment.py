"""The open enrollment periods, as JSON and as iCalendar."""

from datetime import UTC, date, datetime, time
from typing import Any, TypedDict

from flask import Blueprint, Response, request
from icalendar import Calendar, Event
from msgspec import UNSET

from app import clock
from app.access.principal import PUBLIC
from app.api.http.answers import LawAnswer
from app.api.http.operations import Content, Operation
from app.api.http.problems import Problem, Wrong
from app.api.http.responses import JSON, law_answer, law_response
from app.api.http.schemas import OpenEnrollmentQuery
from app.api.http.service import service
from app.api.law.answers import OpenEnrollmentAnswer
from app.api.law.provision_answers import period_answer
from app.api.law.provisions import edition_law
from app.determinations.other_editions import is_later, left_out
from app.law.calendars import CalendarKind, Period, Series, StandingCalendar
from app.law.lawbook import EditionLaw, Lawbook
from app.law.spans import Span, day_after
from app.law.words import span_in_words

ICS = "text/calendar"
OPEN: dict[CalendarKind, bool | None] = {
    "open": True,
    "continuous": True,
    "limited": None,
    "unread": None,
}
"""Whether enrollment is open to everybody in a period of a kind.

None: for some only, or not known.
"""
SUMMARIES: dict[CalendarKind, str] = {
    "open": "Open enrollment",
    "continuous": "Enrollment without restriction",
    "limited": "Enrollment for some",
    "unread": "Open enrollment not known",
}
Found = tuple[StandingCalendar, Period]

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

    In iCalendar the day of `DTEND` is, as that format has it, the day after the last one; in JSON
    `last` is the last day.
    """
    here = service()
    if "year" in query and "on" in query:
        wrong = Wrong("query", "Must not be sent together with year.", name="on")
        raise Problem("invalid-request", "Send year or on, not both.", [wrong])
    law = edition_law(here, {"edition": query.get("edition", here.edition)})
    day = None if "year" in query else query.get("on") or clock.today()
    _require_encoded(law, query.get("year"), day)
    if _wants_ics(query):
        found, following = _periods(law, query.get("year"), day)
        pairs = list(dict.fromkeys([*found, *following]))
        disposition = 'inline; filename="open-enrollment.ics"'
        return law_response(
            _ics(law, pairs), ICS, {"Vary": "Accept", "Content-Disposition": disposition}
        )
    response = law_answer(open_enrollment_answer(here.lawbook, law, query.get("year"), day))
    response.headers["Vary"] = "Accept"
    return response


def open_enrollment_answer(
    lawbook: Lawbook, law: EditionLaw, year: int | None, day: date | None
) -> OpenEnrollmentAnswer:
    """The enrollment periods of a calendar year, or those of a day with the next one."""
    found, following = _periods(law, year, day)
    about: dict[str, Any] = {} if year is None else _in_year(law, year)
    if day is not None:
        about = _on_day(day, found, following)
    return OpenEnrollmentAnswer(
        edition=law.edition.name,
        **about,
        periods=[period_answer(*pair) for pair in found],
        cautions=period_cautions(lawbook, law, _span(year, day)),
        law=LawAnswer(lawbook.digest),
    )


def period_cautions(lawbook: Lawbook, law: EditionLaw, span: Span) -> list[str]:
    """Where other editions of the law say otherwise of a day or a year, one sentence each."""
    assert span.last is not None
    when = span_in_words(span.first, span.last) if span.first == span.last else str(span.first.year)
    cautions = []
    for other in (lawbook.edition(name) for name in lawbook.editions if name != law.edition.name):
        ours = (
            f"{left_out(law.edition, 'Answered by')} "
            if is_later(other.edition, law.edition)
            else ""
        )
        if _is_not_encoded(other, span):
            cautions.append(
                f"{ours}The edition {other.edition.name} cannot answer for {when}: that law is "
                "not encoded."
            )
        elif _periods_told(other, span) != _periods_told(law, span):
            cautions.append(
                f"{ours}The edition {other.edition.name} lists other periods in {when}."
            )
    return cautions


def _periods_told(law: EditionLaw, span: Span) -> object:
    told = [
        (c.calendar.kind, p.first, p.last)
        for series in law.series.values()
        for c, p in series.meeting(span)
    ]
    return told, [gap for series in law.series.values() for gap in law.not_encoded(series, span)]


def _is_not_encoded(law: EditionLaw, span: Span) -> bool:
    return bool(law.series) and all(
        span in law.not_encoded(series, span) for series in law.series.values()
    )


def _span(year: int | None, day: date | None) -> Span:
    if day is not None:
        return Span(day, day)
    assert year is not None
    return Span(date(year, 1, 1), date(year, 12, 31))


def _require_encoded(law: EditionLaw, year: int | None, day: date | None) -> None:
    """Refuse days whose law nobody encoded: of those nothing may be said, least of all "closed"."""
    if _is_not_encoded(law, _span(year, day)):
        detail = (
            f"The enrollment periods of {year or day} are not encoded in the edition "
            f"{law.edition.name}."
        )
        raise Problem("law-not-encoded", detail, edition=law.edition.name)


def _in_year(law: EditionLaw, year: int) -> dict[str, Any]:
    missing = [
        gap for series in law.series.values() for gap in law.not_encoded(series, _span(year, None))
    ]
    spans = [[gap.first, gap.last] for gap in dict.fromkeys(missing) if gap.last is not None]
    return {"year": year, "not_encoded": spans}


def _periods(
    law: EditionLaw, year: int | None, day: date | None
) -> tuple[list[Found], list[Found]]:
    """The periods of a year or day, and those that follow a day."""
    span = _span(year, day)
    found = [pair for series in law.series.values() for pair in series.meeting(span)]
    return found, [] if day is None else [
        pair for series in law.series.values() for pair in _next(series, day)
    ]


def _wants_ics(query: Query) -> bool:
    if "format" in query:
        return query["format"] == "ics"
    return request.accept_mimetypes.best_match([JSON, ICS], default=JSON) == ICS


def _next(series: Series, day: date) -> list[Found]:
    span = series.next_after(day)
    return (
        []
        if span is None
        else [
            (c, p)
            for c, p in series.meeting(Span(span.first, span.first))
            if c.calendar.kind == "open"
        ]
    )


def _on_day(day: date, found: list[Found], following: list[Found]) -> dict[str, Any]:
    kinds = [c.calendar.kind for c, _ in found]
    is_open: bool | None = False
    if any(OPEN[kind] for kind in kinds):
        is_open = True
    elif kinds:
        is_open = None
    return {
        "on": day,
        "is_open": is_open,
        "status": next(
            (kind for kind in ("open", "continuous", "limited", "unread") if kind in kinds),
            "closed",
        ),
        "next": period_answer(*following[0]) if following else None,
    }


def _ics(law: EditionLaw, found: list[Found]) -> bytes:
    """The same law gives the same bytes: an event's id comes from its calendar and day, its stamp
    from the day of enactment.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Eligibility determinations//Open enrollment//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Open enrollment, Massachusetts ({law.edition.name})")
    for standing, period in found:
        calendar.add_component(_event(standing, period, law.edition.name))
    text: bytes = calendar.to_ical()
    return text


def _event(standing: StandingCalendar, period: Period, edition: str) -> Event:
    source = standing.calendar
    told = period_answer(standing, period)
    lines = [
        f"{period.first} through {period.last}",
        f"Authority: {period.authority}",
        f"Evidence: {told.evidence}",
    ]
    lines += [text for text in (told.limited_to, told.note) if text is not UNSET]
    event = Event()
    event.add("uid", f"{source.id.rpartition('/')[2]}-{period.first}@{edition}.open-enrollment")
    event.add("dtstamp", datetime.combine(period.enacted or source.enacted, time(), UTC))
    event.add("dtstart", period.first)
    event.add("dtend", day_after(period.last))
    event.add("summary", f"{SUMMARIES[source.kind]}: {source.title}")
    event.add("description", "\n".join(lines))
    event.add("transp", "TRANSPARENT")
    if told.url is not UNSET:
        event.add("url", told.url)
    if source.kind == "unread":
        event.add("status", "TENTATIVE")
    return event

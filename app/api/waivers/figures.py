"""The figures of the waiver desk, as JSON and as CSV."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from flask import Blueprint, Response, request
from marshmallow import ValidationError, validates_schema
from msgspec import Meta, Struct, field

from app import clock
from app.api.http.answered.responses import JSON, Problem, Wrong, json_response
from app.api.http.answered.tables import CSV, csv_text
from app.api.http.asked.fields import TextField
from app.api.http.asked.schemas import NoQuery
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin
from app.law.words import day_in_words
from app.records.waivers.whole_desk import every_request
from app.waivers.desk import KIND
from app.waivers.figures import AGES, OUTCOMES, Figures, Forecast, Month, Waiting, figures_of

MONTHS_AT_MOST, USUALLY = 120, 12
NAME = "waiver-figures.csv"
HEAD = (
    "Month",
    "Received",
    "Median days",
    "Nine of ten within days",
    "Departures from the advice",
    "Decided late",
)
"""The heads of the table's columns; those of the outcomes stand after the first two."""

blp = Blueprint("waiver-figures", __name__, url_prefix="/v1/waiver-requests")


class AgeAnswer(Struct):
    """How many requests are of some age. Days count from the first receipt."""

    from_days: int
    to_days: Annotated[int | None, Meta(description="Null: of any higher age.")]
    count: int


class WaitingAnswer(Struct):
    """Requests that wait."""

    count: int
    oldest_received_on: date | None
    ages: list[AgeAnswer]


class MonthFiguresAnswer(Struct):
    """One month."""

    month: Annotated[str, Meta(description="Such as 2026-11.")]
    received: int
    ended: Annotated[dict[str, int], Meta(description="Requests that ended, by outcome.")]
    median_days: Annotated[
        float | None,
        Meta(description="From the first receipt to the Office's decision. Null: none decided."),
    ]
    ninetieth_days: Annotated[
        int | None, Meta(description="Nine of ten decisions took so many days or fewer.")
    ]
    departures: Annotated[int, Meta(description="Decisions that departed from the advice.")]
    late: Annotated[int, Meta(description="Decisions after the day to decide by.")]


class ForecastAnswer(Struct):
    """What is ahead if the Office decides as many requests a day as in the last 28 days."""

    on: date
    overdue: int
    decided_of_late: Annotated[int, Meta(description="Decisions of the last 28 days.")]
    says: str


class WaiverFiguresAnswer(Struct):
    """The figures of the desk. A decision that was corrected counts in the month of the first
    decision, with the outcome that stands.
    """

    as_of: date
    first: str = field(name="from")
    last: str = field(name="to")
    months: list[MonthFiguresAnswer]
    open: WaitingAnswer
    incomplete: Annotated[WaitingAnswer, Meta(description="Those of `open` that lack a paper.")]
    overdue: Annotated[int, Meta(description="Open requests whose day to decide by has passed.")]
    forecast: ForecastAnswer


def _month_field(meaning: str, name: str) -> TextField:
    return TextField(
        "(19|20)[0-9]{2}-(0[1-9]|1[0-2])",
        "Must be a month such as 2026-11.",
        data_key=name,
        metadata={"description": meaning},
    )


class FiguresQuery(NoQuery):
    """Which months."""

    first = _month_field("The first month. Default: eleven months before the last.", "from")
    last = _month_field("The last month. Default: the present one.", "to")

    @validates_schema
    def _require_order(self, data: Mapping[str, str], **kwargs: Any) -> None:
        if {"first", "last"} <= set(data) and data["last"] < data["first"]:
            raise ValidationError("Must not be before `from`.", "to")


@blp.get("/figures")
@Operation(
    permission="waivers.figures",
    query=FiguresQuery,
    returns={
        200: Content(
            "The figures by month, and of what is open today. With Accept: text/csv a table of "
            "the months.",
            {JSON: WaiverFiguresAnswer, CSV: str},
        )
    },
    problems=("record-damaged",),
)
def waiver_figures(query: dict[str, Any]) -> Response:
    """Figures of the waiver desk: by month, of what is open, and a forecast.

    Days count from the first receipt, whatever was incomplete between. Requests that the service
    disposed of count no longer.
    """
    found = figures(query)
    if request.accept_mimetypes.best_match([JSON, CSV], default=JSON) == CSV:
        response = table_response(found)
    else:
        response = json_response(figures_answer(found))
    response.headers["Vary"] = "Accept"
    return response


@blp.get("/figures.csv")
@Operation(
    permission="waivers.figures",
    query=FiguresQuery,
    returns={200: Content("A table of the months, to save.", {CSV: str})},
    problems=("record-damaged",),
)
def waiver_figures_table(query: dict[str, Any]) -> Response:
    """Figures of the waiver desk by month, as a table for a spreadsheet."""
    return table_response(figures(query))


def figures(query: Mapping[str, str]) -> Figures:
    """The figures of the months of a query, with the entry that somebody read them.

    Raises:
        Problem: invalid-request; these are no months, or too many.
        RecordDamaged, RecordsUnavailable: then there are none.
    """
    service, today = current_service(), clock.today()
    first, last = months_of(query, today)
    found = figures_of(every_request(service.store), first, last, today)
    service.store.note(origin().did("waiver.figures", None, kind=KIND))
    return found


def months_of(query: Mapping[str, str], today: date) -> tuple[Month, Month]:
    """The first and the last month of a query.

    Raises:
        Problem: invalid-request; they are too many, or in the wrong order.
    """
    last = _month(query["last"]) if "last" in query else Month.of(today)
    first = _month(query["first"]) if "first" in query else last.later(1 - USUALLY)
    if first > last:
        raise _unfit("Must not be after the last month.")
    if first.later(MONTHS_AT_MOST) <= last:
        raise _unfit(f"Ask for at most {MONTHS_AT_MOST} months.")
    return first, last


def _unfit(detail: str) -> Problem:
    wrong = Wrong("query", detail, name="from")
    return Problem("invalid-request", "Each member of `errors` says what to send.", [wrong])


def _month(text: str) -> Month:
    return Month(int(text[:4]), int(text[5:]))


def figures_answer(found: Figures) -> WaiverFiguresAnswer:
    """The figures as they are answered."""
    return WaiverFiguresAnswer(
        as_of=found.as_of,
        first=str(found.months[0].month),
        last=str(found.months[-1].month),
        months=[
            MonthFiguresAnswer(
                str(each.month),
                each.received,
                dict(each.ended),
                each.median_days,
                each.ninetieth_days,
                each.departures,
                each.late,
            )
            for each in found.months
        ],
        open=_waiting(found.open),
        incomplete=_waiting(found.incomplete),
        overdue=found.overdue,
        forecast=ForecastAnswer(
            found.forecast.on,
            found.forecast.overdue,
            found.forecast.decided_of_late,
            _says(found.forecast),
        ),
    )


def _waiting(waiting: Waiting) -> WaitingAnswer:
    ages = [
        AgeAnswer(low, high, count) for (low, high), count in zip(AGES, waiting.ages, strict=True)
    ]
    return WaitingAnswer(waiting.count, waiting.oldest_received_on, ages)


def _says(forecast: Forecast) -> str:
    return (
        f"In the last 28 days the Office decided this many requests: {forecast.decided_of_late}. "
        "At that pace, if it decides what is due first, this many are overdue on "
        f"{day_in_words(forecast.on)}: {forecast.overdue}."
    )


def table_response(found: Figures) -> Response:
    """The table of the months as CSV, to save."""
    ends = [outcome.replace("_", " ").capitalize() for outcome in OUTCOMES]
    head = (*HEAD[:2], *ends, *HEAD[2:])
    return Response(
        csv_text(head, _rows(found)),
        200,
        {"Content-Disposition": f'attachment; filename="{NAME}"'},
        mimetype=CSV,
    )


def _rows(found: Figures) -> Iterator[Sequence[object]]:
    for each in found.months:
        ended = [each.ended[outcome] for outcome in OUTCOMES]
        days = (each.median_days, each.ninetieth_days)
        yield (each.month, each.received, *ended, *days, each.departures, each.late)

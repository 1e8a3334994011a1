"""The open enrollment periods of any year, drawn and as a table with authority and source."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.http.service import current_service
from app.api.law.answers import OpenEnrollmentAnswer, PeriodAnswer
from app.api.law.open_enrollment_answers import open_enrollment_answer
from app.console.ask.fields import Field
from app.console.guard import pages, public
from app.console.law.asked import LawAsked
from app.console.law.telling import KINDS
from app.console.year import NOT_ENCODED, Stretch, YearPicture
from app.law.fact_types import NotThatFact
from app.law.facts import FactDefinition
from app.law.spans import FIRST_DAY, LAST_DAY, Span, day_after, day_before
from app.law.words import span_in_words

YEAR = FactDefinition(
    "year",
    "integer",
    asks="Which year?",
    minimum=FIRST_DAY.year,
    maximum=LAST_DAY.year,
)
FIRST_OF = ("open", "continuous", "limited", "unread", NOT_ENCODED)
"""Where periods of several kinds share a day, the picture shows the first of these."""
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Row:
    """Days in a row of one kind; a period with its authority and source, or days without one."""

    first: date
    last: date
    kind: str
    period: PeriodAnswer | None = None

    @property
    def days(self) -> str:
        """Its days in words."""
        return span_in_words(self.first, self.last)


@pages.get("/law/calendar")
@public
def law_calendar() -> AnyResponse | tuple[str, int]:
    """Lead to the calendar of a year: the one that was chosen, else the present one."""
    asked = LawAsked()
    edition = asked.edition()
    field = Field.sent(YEAR, request.args)
    try:
        year = clock.today().year if field.is_empty else int(str(field.value()))
    except NotThatFact:
        field.errors.append(f"Give a year from {FIRST_DAY.year} through {LAST_DAY.year}.")
        year = clock.today().year
    asked.fields[YEAR.name] = field
    if asked.wrong:
        return render_template("law/calendar.html", asked=asked, year=None), 422
    address = url_for("pages.law_calendar_year", year=year, edition=edition.edition.name)
    return redirect(address, 303)


@pages.get("/law/calendar/<int:year>")
@public
def law_calendar_year(year: int) -> tuple[str, int]:
    """The enrollment periods of a year in an edition."""
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise NotFound(f"The calendar has the years {FIRST_DAY.year} through {LAST_DAY.year}.")
    asked = LawAsked()
    edition = asked.edition()
    asked.fields[YEAR.name] = Field(YEAR, {"": str(year)})
    if asked.wrong:
        return render_template("law/calendar.html", asked=asked, year=None), 422
    answer = open_enrollment_answer(current_service().lawbook, edition, year, None)
    rows = rows_of(year, answer)
    page = render_template(
        "law/calendar.html",
        asked=asked,
        year=year,
        edition=edition.edition,
        answer=answer,
        rows=rows,
        picture=YearPicture(year, said(rows), tuple(_stretches(year, rows))),
        names={**KINDS, NOT_ENCODED: "The law is not encoded"},
        earlier=year - 1 if year > FIRST_DAY.year else None,
        later=year + 1 if year < LAST_DAY.year else None,
    )
    return page, 200


def rows_of(year: int, answer: OpenEnrollmentAnswer) -> list[Row]:
    """The periods of a year as they are, and its days without encoded law or without a period."""
    rows = [Row(each.first, each.last, each.kind, each) for each in answer.periods]
    if isinstance(answer.not_encoded, list):
        rows += [Row(first, last, NOT_ENCODED) for first, last in answer.not_encoded]
    taken = [Span(row.first, row.last) for row in rows]
    rows += [Row(first, last, CLOSED) for first, last in _gaps(year, taken)]
    return sorted(rows, key=lambda row: (row.first, row.last))


def _gaps(year: int, taken: Sequence[Span]) -> Iterator[tuple[date, date]]:
    """The days of a year that are in none of some spans."""
    first, end = date(year, 1, 1), date(year, 12, 31)
    for span in sorted(taken, key=lambda span: span.first):
        if span.first > first:
            yield first, day_before(span.first)
        assert span.last is not None
        first = max(first, day_after(span.last))
    if first <= end:
        yield first, end


def _stretches(year: int, rows: Sequence[Row]) -> Iterator[Stretch]:
    """The year cut where the kind of its days changes."""
    begins, ends = date(year, 1, 1), date(year, 12, 31)
    cuts = {begins, day_after(ends)}
    for row in rows:
        cuts |= {max(begins, row.first), min(day_after(ends), day_after(row.last))}
    days = sorted(cuts)
    for first, following in itertools.pairwise(days):
        on_day = [row for row in rows if row.first <= first <= row.last]
        kinds = {row.kind for row in on_day}
        kind = next((kind for kind in FIRST_OF if kind in kinds), CLOSED)
        titles = [row.period.title for row in on_day if row.period is not None]
        yield Stretch.of(first, day_before(following), kind, titles)


def said(rows: Sequence[Row]) -> str:
    """The year in words: for each kind of days, which they are."""
    days: dict[str, list[str]] = {}
    for row in rows:
        days.setdefault(row.kind, []).append(row.days)
    names = {**KINDS, NOT_ENCODED: "Law not encoded"}
    return " ".join(f"{names[kind]}: {'; '.join(found)}." for kind, found in days.items())

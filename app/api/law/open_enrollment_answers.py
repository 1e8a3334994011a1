"""The open enrollment periods of a year or around a day, described."""

from datetime import date
from typing import Any

from app.api.law.answers import OpenEnrollmentAnswer
from app.api.law.provision_answers import period_answer
from app.determinations.again.other_editions import is_later, left_out
from app.determinations.answer import LawAnswer
from app.law.calendars import CalendarKind, Period, Series, StandingCalendar
from app.law.edition_law import EditionLaw
from app.law.lawbook import Lawbook
from app.law.spans import Span
from app.law.words import span_in_words

OPEN: dict[CalendarKind, bool | None] = {
    "open": True,
    "continuous": True,
    "limited": None,
    "unread": None,
}
"""Whether enrollment is open to everybody in a period of a kind.

None: for some only, or not known.
"""
StandingPeriod = tuple[StandingCalendar, Period]


def open_enrollment_answer(
    lawbook: Lawbook, law: EditionLaw, year: int | None, day: date | None
) -> OpenEnrollmentAnswer:
    """The enrollment periods of a calendar year, or those of a day with the next one."""
    periods, following = periods_of(law, year, day)
    about: dict[str, Any] = {} if year is None else _in_year(law, year)
    if day is not None:
        about = _on_day(day, periods, following)
    return OpenEnrollmentAnswer(
        edition=law.edition.name,
        **about,
        periods=[period_answer(*pair) for pair in periods],
        cautions=period_cautions(lawbook, law, span_of(year, day)),
        law=LawAnswer(lawbook.digest),
    )


def period_cautions(lawbook: Lawbook, law: EditionLaw, span: Span) -> list[str]:
    """One sentence for each other edition that differs for a day or a year."""
    assert span.last is not None
    when = span_in_words(span.first, span.last) if span.first == span.last else str(span.first.year)
    cautions = []
    for other in (lawbook.edition(name) for name in lawbook.editions if name != law.edition.name):
        ours = (
            f"{left_out(law.edition, 'Answered by')} "
            if is_later(other.edition, law.edition)
            else ""
        )
        if is_not_encoded(other, span):
            cautions.append(
                f"{ours}The edition {other.edition.name} has no encoded law for {when}."
            )
        elif _listed_periods(other, span) != _listed_periods(law, span):
            cautions.append(
                f"{ours}The edition {other.edition.name} lists other periods in {when}."
            )
    return cautions


def _listed_periods(law: EditionLaw, span: Span) -> object:
    listed = [
        (c.calendar.kind, p.first, p.last)
        for series in law.series.values()
        for c, p in series.meeting(span)
    ]
    return listed, [gap for series in law.series.values() for gap in law.not_encoded(series, span)]


def is_not_encoded(law: EditionLaw, span: Span) -> bool:
    """Whether nothing may be said of a span: no calendar that was read reaches into it."""
    return bool(law.series) and all(
        span in law.not_encoded(series, span) for series in law.series.values()
    )


def span_of(year: int | None, day: date | None) -> Span:
    """The day, or else the year, as days."""
    if day is not None:
        return Span(day, day)
    assert year is not None
    return Span(date(year, 1, 1), date(year, 12, 31))


def _in_year(law: EditionLaw, year: int) -> dict[str, Any]:
    missing = [
        gap
        for series in law.series.values()
        for gap in law.not_encoded(series, span_of(year, None))
    ]
    return {
        "year": year,
        "not_encoded": [
            [gap.first, gap.last] for gap in dict.fromkeys(missing) if gap.last is not None
        ],
    }


def periods_of(
    law: EditionLaw, year: int | None, day: date | None
) -> tuple[list[StandingPeriod], list[StandingPeriod]]:
    """The periods of a year or day, and those that follow a day."""
    span = span_of(year, day)
    periods = [pair for series in law.series.values() for pair in series.meeting(span)]
    return periods, [] if day is None else [
        pair for series in law.series.values() for pair in _next(series, day)
    ]


def _next(series: Series, day: date) -> list[StandingPeriod]:
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


def _on_day(
    day: date, periods: list[StandingPeriod], following: list[StandingPeriod]
) -> dict[str, Any]:
    kinds = [c.calendar.kind for c, _ in periods]
    return {
        "on": day,
        "is_open": any(OPEN[kind] for kind in kinds) or (None if kinds else False),
        "status": next(
            (kind for kind in ("open", "continuous", "limited", "unread") if kind in kinds),
            "closed",
        ),
        "next": period_answer(*following[0]) if following else None,
    }

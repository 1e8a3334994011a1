"""`flask open-enrollment`: the open enrollment periods of a year, drawn and listed with who
designated them.
"""

from datetime import date

import click

from app.commands.deciding.timeline import EACH_MARK, Bar, draw
from app.commands.lawbook.sources import edition_of, edition_option, lawbook
from app.commands.output import REJECTED, Refusal, Screen, command, print_json
from app.determinations.telling.wording import UNVERIFIED_WORDS
from app.law.calendars import Period, StandingCalendar
from app.law.spans import FIRST_DAY, LAST_DAY, Span
from app.law.words import span_in_words

SERIES = "open-enrollment"
NOT_ENCODED = "not encoded"
KINDS = {
    "open": "█",
    "continuous": "▓",
    "limited": "▒",
    "unread": "?",
    NOT_ENCODED: "x",
    "closed": "·",
}
MEANINGS = {
    "open": "every eligible individual may enroll",
    "continuous": "no restriction: every eligible individual may enroll",
    "limited": "only some may enroll",
    "unread": "no source says whether enrollment was open; do not read this as closed",
}


@click.command("open-enrollment")
@click.argument("year", type=click.IntRange(FIRST_DAY.year, LAST_DAY.year))
@edition_option
@command
def open_enrollment_command(year: int, edition: str | None, as_json: bool) -> None:
    """Draw the open enrollment periods of YEAR, and list them with authority and source.

    \b
    Example:  flask open-enrollment 2011
    """
    from app.api.law.open_enrollment_answers import open_enrollment_answer, period_cautions

    law = lawbook()
    name = edition_of(law, edition)
    span = Span(date(year, 1, 1), date(year, 12, 31))
    series = law.edition(name).series[SERIES]
    unknown = law.edition(name).not_encoded(series, span)
    if span in unknown:
        raise Refusal(
            REJECTED,
            "law-not-encoded",
            f"The edition {name} has no calendar for {year}.",
        )
    for caution in period_cautions(law, law.edition(name), span):
        click.echo(caution, err=True)
    if as_json:
        print_json(open_enrollment_answer(law, law.edition(name), year, None))
        return
    found, screen = series.meeting(span), Screen()
    screen.line(f"Open enrollment in {year}, edition {name}", style="bold")
    _draw_year(screen, year, found, unknown)
    for standing, period in found:
        _print_period(screen, standing, period)
    for missing in unknown:
        screen.line()
        screen.line(
            f"{KINDS[NOT_ENCODED]} {span_in_words(missing.first, missing.last)}: not encoded",
            style="bold",
        )


def _draw_year(
    screen: Screen, year: int, found: list[tuple[StandingCalendar, Period]], unknown: list[Span]
) -> None:
    bars: list[Bar] = [(Span(p.first, p.last), c.calendar.kind) for c, p in found]
    bars += [(s, NOT_ENCODED) for s in unknown]
    screen.line()
    for line in draw(year, bars, KINDS, "closed"):
        screen.line(line, indent=2)
    screen.line(EACH_MARK, indent=2)


def _print_period(screen: Screen, standing: StandingCalendar, period: Period) -> None:
    calendar = standing.calendar
    kind, evidence = calendar.kind, period.evidence or calendar.evidence
    screen.line()
    screen.line(
        f"{KINDS[kind]} {span_in_words(period.first, period.last)}: {kind} — {MEANINGS[kind]}",
        style="bold",
    )
    if calendar.limited_to:
        screen.line(f"For {calendar.limited_to}.", indent=2)
    screen.line(
        f"Authority: {period.authority}. Evidence: {evidence}. "
        f"{UNVERIFIED_WORDS.get(evidence, '')}".rstrip(),
        indent=2,
    )
    url = period.url or calendar.citation.url
    if url:
        screen.line(f"Source: {url}", indent=2, fold=False)
    if period.note:
        screen.line(f"Note: {' '.join(period.note.split())}", indent=2)

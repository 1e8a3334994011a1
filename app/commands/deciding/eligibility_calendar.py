"""`flask eligibility-calendar`: on which days of a year the same facts would be eligible, and on
which ground.
"""

from collections.abc import Mapping, Sequence
from typing import IO, Any, cast

import click

from app.commands.deciding.timeline import EACH_MARK, draw
from app.commands.lawbook.sources import asked, edition_option
from app.commands.output import Screen, command, days, print_json
from app.law.spans import FIRST_DAY, LAST_DAY, Span

NOT_ENCODED = "not encoded"
KINDS = {"eligible": "█", "referred": "▒", "undetermined": "?", NOT_ENCODED: "x", "ineligible": "·"}


@click.command("eligibility-calendar")
@click.argument("facts", type=click.File("rb"), metavar="FACTS.json")
@click.argument("year", type=click.IntRange(FIRST_DAY.year, LAST_DAY.year))
@click.option(
    "--question",
    default="enrollment.permitted",
    show_default=True,
    help="The question to decide for every day.",
)
@edition_option
@command
def eligibility_calendar_command(
    facts: IO[bytes], year: int, question: str, edition: str | None, as_json: bool
) -> None:
    """List the days of YEAR on which the facts in FACTS.json (- reads standard input) are eligible,
    and the grounds.

    The command ignores a value for the fact that names the day, and tries every day of the year
    instead.

    \b
    Example:  flask eligibility-calendar fixtures/demo/applicant.json 2011
    """
    from app.determinations.again.calendar import eligibility_calendar

    deciding, typed, name = asked(question, facts, edition)
    document = eligibility_calendar(deciding, question, typed, year, name)
    if as_json:
        print_json(document)
    else:
        _print(Screen(), year, document)


def _print(screen: Screen, year: int, document: Mapping[str, object]) -> None:
    intervals = cast(Sequence[Mapping[str, Any]], document["intervals"])
    screen.line(str(document["says"]), style="bold")
    screen.line(f"Asked: {document['asks']} Edition {document['edition']}.")
    for fact in cast(Sequence[str], document["set_aside"]):
        screen.line(f"Ignored: {fact}, which takes every day of the year.")
    screen.line()
    bars = [(_span(interval), interval["outcome"] or NOT_ENCODED) for interval in intervals]
    for line in draw(year, bars, KINDS, NOT_ENCODED):
        screen.line(line, indent=2)
    screen.line(EACH_MARK, indent=2)
    screen.line()
    rows = []
    for interval in intervals:
        span, outcome = _span(interval), interval["outcome"] or NOT_ENCODED
        rows.append((f"{KINDS[outcome]} {outcome}", days(span.first, span.last), _ground(interval)))
    screen.table(("outcome", "days", "ground"), rows)


def _span(interval: Mapping[str, Any]) -> Span:
    from datetime import date

    return Span(date.fromisoformat(interval["first"]), date.fromisoformat(interval["last"]))


def _ground(interval: Mapping[str, Any]) -> str:
    if interval["outcome"] is None:
        return str(interval["because"])
    if interval["outcome"] == "undetermined":
        return f"missing: {', '.join(interval['needs'])}"
    return "\n".join(f"{ground['title']} ({ground['provision']})" for ground in interval["grounds"])

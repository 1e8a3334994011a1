"""`flask decide`: one question, decided from a file of facts."""

import sys
from datetime import date
from typing import IO

import click

from app import clock
from app.commands.explanation import print_determination
from app.commands.refusals import NEGATIVE, answering, print_json
from app.commands.sources import DAY, asked, edition_option
from app.commands.terminal import Screen
from app.determinations.case import make_case


@click.command("decide")
@click.argument("question")
@click.argument("facts", type=click.File("rb"), metavar="FACTS.json")
@click.option(
    "--as-of",
    type=DAY,
    help="The day whose law applies, where no stated fact names it; default: today in "
    "Massachusetts.",
)
@edition_option
@click.option("--exit-code", is_flag=True, help="End with 1 unless the outcome is eligible.")
@answering
def decide_command(
    question: str,
    facts: IO[bytes],
    as_of: date | None,
    edition: str | None,
    exit_code: bool,
    as_json: bool,
) -> None:
    """Decide QUESTION from the facts in FACTS.json (- reads standard input) and say why.

    Facts are a JSON object, nested ({"enrollment": {"requested_on": "2011-02-16"}}) or by their
    full names ({"enrollment.requested_on": "2011-02-16"}). `flask questions QUESTION` lists them.
    Nothing is kept.

    \b
    Example:  echo '{"enrollment.requested_on": "2011-02-16"}' | flask decide enrollment.permitted -
    """
    import orjson

    deciding, typed, name = asked(question, facts, edition)
    decided = deciding.decide(
        make_case(deciding.lawbook, question, typed, as_of, name, clock.today())
    )
    if as_json:
        print_json(orjson.loads(decided.json()))
    else:
        print_determination(Screen(), decided)
    if exit_code and decided.outcome != "eligible":
        sys.exit(NEGATIVE)

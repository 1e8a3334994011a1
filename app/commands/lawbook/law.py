"""`flask law …`: look at the encoded law."""

from datetime import date

import click
from flask.cli import AppGroup

from app.commands.lawbook.sources import DAY, edition_of, edition_option, lawbook, settings
from app.commands.lawbook.trying import try_law
from app.commands.output import (
    REJECTED,
    Refusal,
    Screen,
    command,
    counted,
    days,
    print_json,
    unsound,
)
from app.law.calendars import Calendar, StandingCalendar
from app.law.edition_law import EditionLaw
from app.law.errors import UnsoundLaw
from app.law.lawbook import Change, Lawbook
from app.law.provision import Provision
from app.law.spans import Span

law_group = AppGroup(
    "law",
    help=(
        "Inspect the encoded law: check and test it, list what is in force, what changed and what "
        "it covers."
    ),
)
law_group.add_command(try_law)


@law_group.command("check")
@command
def check_law(as_json: bool) -> None:
    """Read all rulesets and print each error with its file and line.

    \b
    Example:  flask law check
    """
    from app.law.reading.library import faults_in

    faults = faults_in(settings().rulesets)
    if faults:
        raise unsound(UnsoundLaw(faults))
    if as_json:
        print_json({"sound": True, "complaints": []})
    else:
        click.echo("The law is sound.")


@law_group.command("in-force")
@click.argument("day", type=DAY, metavar="DATE")
@click.option("--question", metavar="ID", help="Only the provisions of one question.")
@edition_option
@command
def show_in_force(day: date, question: str | None, edition: str | None, as_json: bool) -> None:
    """List the provisions and calendars that are in force on DATE.

    \b
    Example:  flask law in-force 2011-02-16 --question enrollment.permitted
    """
    book = lawbook()
    name = edition_of(book, edition)
    if question is not None:
        book.question(question)
    law = book.edition(name)
    _require_looked_at(book, name, day)
    provisions = book.in_force(day, name, question)
    calendars = [] if question else [c for c in law.calendars.values() if day in c.in_force]
    if not provisions and not calendars:
        about = f" for {question}" if question else ""
        raise Refusal(
            REJECTED,
            "law-not-encoded",
            f"The edition {name} has no law of {day}{about}.",
        )
    if as_json:
        from app.api.law.provision_answers import calendar_summary, provision_summary

        print_json(
            {
                "as_of": day.isoformat(),
                "edition": name,
                "provisions": [provision_summary(p, law, day) for p in provisions],
                "calendars": [calendar_summary(calendar, law) for calendar in calendars],
            }
        )
    else:
        _print_in_force(law, day, provisions, calendars)


def _print_in_force(
    law: EditionLaw, day: date, provisions: list[Provision], calendars: list[StandingCalendar]
) -> None:
    listed: list[tuple[str, str, Provision | Calendar, Span]] = [
        (p.answers, p.effect, p, law.in_force[p.id]) for p in provisions
    ]
    listed += [("", c.calendar.kind, c.calendar, c.in_force) for c in calendars]
    Screen().table(
        ("question", "effect", "provision", "in force", "evidence", "instrument"),
        [
            (
                question,
                effect,
                item.id,
                days(span.first, span.last),
                source.evidence,
                source.citation.instrument,
            )
            for question, effect, item, span in listed
            for source in [law.source_on(item, day)]
        ],
    )
    click.echo(
        f"{counted(len(provisions), 'provision')} in force on {day} in the edition "
        f"{law.edition.name}.",
        err=True,
    )


def _require_looked_at(book: Lawbook, edition: str, day: date) -> None:
    """Reject days after the last day through which the edition was checked."""
    checked = book.edition(edition).edition.checked_through
    if checked is not None and day > checked:
        because = f"the encoded law was checked only through {checked}"
        raise Refusal(
            REJECTED,
            "law-not-encoded",
            f"The law of {day} is not encoded in the edition {edition}: {because}.",
        )


@law_group.command("changes")
@click.argument("first", type=DAY, metavar="FROM")
@click.argument("last", type=DAY, metavar="TO")
@edition_option
@command
def show_changes(first: date, last: date, edition: str | None, as_json: bool) -> None:
    """List what started, ended or changed in the law from FROM through TO, both included.

    \b
    Example:  flask law changes 2010-12-01 2012-01-01
    """
    if last < first:
        raise click.UsageError("TO must not be earlier than FROM.")
    book = lawbook()
    name = edition_of(book, edition)
    changes = book.changes(first, last, name)
    if as_json:
        from app.api.law.provision_answers import change_answer

        print_json(
            {
                "from": first.isoformat(),
                "to": last.isoformat(),
                "edition": name,
                "changes": [change_answer(change, book.edition(name)) for change in changes],
            }
        )
        return
    Screen().table(
        ("day", "what happened", "provision", "title", "superseded by, or the new value"),
        [(str(c.on), c.what, c.provision.id, c.provision.title, _detail(c)) for c in changes],
    )
    click.echo(
        f"{counted(len(changes), 'change')} from {first} through {last} in the edition {name}.",
        err=True,
    )


def _detail(change: Change) -> str:
    """What superseded a provision, or the value that a parameter took."""
    if change.parameter is not None and change.value is not None:
        return f"{change.parameter.name}: {change.value.value} {change.parameter.unit}"
    return change.superseded_by or ""


@law_group.command("coverage")
@command
def show_coverage(as_json: bool) -> None:
    """Report what the rulesets cover: provisions, years, test cases and evidence for each question.

    It also prints the parts of each gist that no condition encodes.

    \b
    Example:  flask law coverage
    """
    from app.commands.lawbook.coverage import coverage_document, print_coverage

    cases = settings().rulesets.parent / "tests" / "cases"
    if as_json:
        print_json(coverage_document(lawbook(), cases))
    else:
        print_coverage(Screen(), lawbook(), cases)


@law_group.command("compiled")
@click.argument("question", metavar="QUESTION")
@click.option("--on", "day", type=DAY, required=True, metavar="DATE", help="The day of the law.")
@edition_option
@command
def show_compiled(question: str, day: date, edition: str | None, as_json: bool) -> None:
    """Print the law of QUESTION on a day as the Python program that decides it.

    Its arguments are two whole numbers with one bit per condition: those that are met, and those
    that are known. The list below the program names each bit.

    \b
    Example:  flask law compiled enrollment.permitted --on 2012-03-01
    """
    from app.engine.compiled import CompiledLaw

    book = lawbook()
    law = book.standing(book.question(question).id, day, edition_of(book, edition))
    program = CompiledLaw(law).listing()
    bits = [
        {
            "bit": 1 << c.index,
            "fact": c.fact.name,
            "condition": f"{p.provision.id}/{c.condition.id}",
        }
        for p in law.provisions
        for c in p.conditions
    ]
    if as_json:
        print_json({"question": question, "edition": law.edition, "program": program, "bits": bits})
        return
    click.echo(program)
    click.echo("\n# conditions")
    for each in bits:
        click.echo(f"# {each['bit']}: {each['condition']} ({each['fact']})")

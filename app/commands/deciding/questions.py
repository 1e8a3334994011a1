"""`flask questions`: the questions and the facts of each."""

import click

from app.commands.lawbook.sources import lawbook
from app.commands.output import Screen, command, counted, print_json, unknown_question
from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook
from app.law.questions import Question


@click.command("questions")
@click.argument("question", metavar="[ID]", required=False)
@command
def questions_command(question: str | None, as_json: bool) -> None:
    """List all questions, or the facts of the question ID and how to ask for each.

    \b
    Example:  flask questions enrollment.permitted
    """
    law = lawbook()
    if question is not None and question not in law.questions:
        raise unknown_question(question, list(law.questions))
    if as_json:
        print_json(_document(law, question))
    elif question is not None:
        _show(law, law.questions[question])
    else:
        Screen().table(("question", "asks"), [(q.id, q.asks) for q in law.questions.values()])
        found = counted(len(law.questions), "question")
        click.echo(f"{found}. `flask questions ID` lists the facts of one.", err=True)


def _document(law: Lawbook, question: str | None) -> dict[str, object]:
    """The same as over HTTP; of one question with the JSON Schema of its facts."""
    import msgspec

    from app.api.law.question_answers import facts_document, question_summary

    if question is None:
        return {"questions": [question_summary(each) for each in law.questions.values()]}
    summary = msgspec.to_builtins(question_summary(law.questions[question]))
    return {**summary, "facts": facts_document(law, question)}


def _show(law: Lawbook, question: Question) -> None:
    from app.determinations.cases.events import EVENTS_AT_MOST, asks_about_events

    screen = Screen()
    screen.line(question.asks, style="bold")
    screen.line(
        f"Encoded from {question.encoded_from}. Governing day: {question.governed_by or 'as_of'}."
    )
    screen.heading("Facts")
    screen.table(
        ("fact", "type", "asks"), [(f.name, _type(f), _asks(f)) for f in law.facts_of(question.id)]
    )
    if asks_about_events(law, question.id):
        screen.line(f"In place of event, events can be a list of at most {EVENTS_AT_MOST} events.")
    if question.concludes:
        screen.heading("Concludes")
        screen.table(
            ("conclusion", "type", "means"),
            [(c.name, c.type, c.describes) for c in question.concludes.values()],
        )


def _type(fact: FactDefinition) -> str:
    if fact.choices:
        return f"one of {', '.join(fact.choices)}"
    return f"{fact.type}, {fact.unit}" if fact.unit else fact.type


def _asks(fact: FactDefinition) -> str:
    presumed = fact.presumed
    return (
        fact.label
        if presumed is None
        else f"{fact.label} Presumed: {fact.in_words(presumed.value)}. {presumed.because}"
    )

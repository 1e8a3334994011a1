"""Editions of the law in words: what each is called, and for which days it can be asked."""

from dataclasses import dataclass
from datetime import date

from app.api.http.answered.responses import Problem
from app.api.http.service import current_service
from app.law.spans import LAST_DAY
from app.law.words import span_in_words


@dataclass(frozen=True, slots=True)
class EditionChoice:
    """An edition as a form offers it for one question."""

    name: str
    title: str
    days: str


def editions_of(question: str) -> list[EditionChoice]:
    """The editions, each with the days for which a question can be asked in it."""
    return [
        EditionChoice(each.name, each.title, _days(question, each.name))
        for each in current_service().lawbook.editions.values()
    ]


def _days(question: str, edition: str) -> str:
    spans = current_service().encoded_days(question, edition)
    return ", and ".join(
        f"from {first:%B} {first.day}, {first.year}"
        if last == LAST_DAY
        else span_in_words(first, last)
        for first, last in spans
    )


def in_words_of_editions(problem: Problem) -> str:
    """What stands against a day, where its law is not encoded: for which days it can be asked."""
    if problem.type.name != "law-not-encoded":
        return problem.detail
    question, edition = str(problem.more["question"]), str(problem.more["edition"])
    title = current_service().lawbook.editions[edition].title
    day: date = problem.more["as_of"]
    days = _days(question, edition)
    known = f"It is encoded for {days}." if days else "It is encoded for no day."
    return (
        f"The law of {day:%B} {day.day}, {day.year} is not encoded for this question in “{title}”. "
        f"{known} Give another day, or choose another edition."
    )

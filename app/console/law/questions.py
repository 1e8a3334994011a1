"""The questions: what each decides, and the facts that it looks at."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from flask import render_template
from werkzeug.exceptions import NotFound

from app.api.http.service import current_service
from app.api.law.questions import question_answer
from app.console.guard import pages, public, signed_in
from app.law.facts import FactDefinition
from app.law.questions import Question


class FactRow(NamedTuple):
    """A fact of a question, and the provisions that look at it."""

    fact: FactDefinition
    asked_by: list[tuple[str, str]]


@pages.get("/law/questions")
@public
def law_questions() -> str:
    """The questions by topic."""
    lawbook = current_service().lawbook
    topics = [
        (topic, topic.replace("_", " ").capitalize(), list(each))
        for topic, each in groupby(sorted(lawbook.questions.values(), key=_topic), key=_topic)
    ]
    counts = {id: len(lawbook.facts_of(id)) for id in lawbook.questions}
    return render_template(
        "law/questions.html", topics=topics, counts=counts, is_signed_in=signed_in() is not None
    )


def _topic(question: Question) -> str:
    return question.id.partition(".")[0]


@pages.get("/law/questions/<id>")
@public
def law_question(id: str) -> str:
    """One question: its answers, its facts, the provisions behind it."""
    service = current_service()
    question = service.lawbook.questions.get(id)
    if question is None:
        raise NotFound("There is no question of this name.")
    answer = question_answer(service, question)
    lawbook = service.lawbook
    governed_by = question.governed_by
    return render_template(
        "law/question.html",
        question=question,
        answer=answer,
        facts=[_row(leaf) for leaf in _leaves(answer.facts)],
        uses=[lawbook.questions[used] for used in answer.uses],
        provisions=[lawbook.provisions[each] for each in answer.provisions],
        governed_by=None if governed_by is None else lawbook.fact(governed_by),
        is_signed_in=signed_in() is not None,
    )


def _leaves(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The facts in a JSON Schema of facts; members without a fact's name hold others."""
    for member in schema.get("properties", {}).values():
        if "x-fact" in member:
            yield member
        else:
            yield from _leaves(member)


def _row(leaf: Mapping[str, Any]) -> FactRow:
    lawbook = current_service().lawbook
    asked_by = [(id, lawbook.provisions[id].title) for id in leaf["x-asked-by"]]
    return FactRow(lawbook.fact(leaf["x-fact"]), asked_by)

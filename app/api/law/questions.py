"""The questions and their facts."""

from collections.abc import Iterator
from datetime import date

from flask import Blueprint, Response
from msgspec import UNSET
from msgspec.structs import asdict

from app.access.principal import PUBLIC
from app.api.http.answered.answers import unset_if_none
from app.api.http.answered.responses import law_answer, unknown_question
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service
from app.api.law.answers import (
    ComputedFactAnswer,
    PresumedFactAnswer,
    QuestionAnswer,
    QuestionsAnswer,
)
from app.api.law.question_answers import facts_document, question_summary
from app.determinations.answer import LawAnswer
from app.determinations.telling.wording import as_json, citation_answer
from app.law.errors import LawNotEncoded, UnknownQuestion
from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook
from app.law.questions import Question
from app.law.reading.names import nest
from app.law.standing import StandingLaw

blp = Blueprint("questions", __name__, url_prefix="/v1/questions")


@blp.get("")
@Operation(
    permission=PUBLIC,
    returns={200: Content("Every question with its outcomes and conclusions.", QuestionsAnswer)},
)
def list_questions() -> Response:
    """List the questions."""
    lawbook = current_service().lawbook
    return law_answer(
        QuestionsAnswer(
            [question_summary(q) for q in lawbook.questions.values()], LawAnswer(lawbook.digest)
        )
    )


@blp.get("/<id>")
@Operation(
    permission=PUBLIC,
    returns={
        200: Content(
            "The question, the JSON Schema of its facts, what follows from them, and an example.",
            QuestionAnswer,
        )
    },
    problems=("unknown-question",),
)
def read_question(id: str) -> Response:
    """Read one question with its facts, conclusions and an example.

    `facts` is a JSON Schema. For each fact it has the type, the question to ask, the unit, the
    choices, and the provisions that use it.
    """
    service = current_service()
    try:
        question = service.lawbook.question(id)
    except UnknownQuestion:
        raise unknown_question("path") from None
    return law_answer(question_answer(service, question))


def question_answer(service: Service, question: Question) -> QuestionAnswer:
    """A question with its facts."""
    lawbook = service.lawbook
    facts = lawbook.facts_of(question.id)
    return QuestionAnswer(
        **asdict(question_summary(question)),
        uses=[used for used in lawbook.with_used(question.id) if used != question.id],
        provisions=sorted(p.id for p in lawbook.provisions.values() if p.answers == question.id),
        encoded={
            edition: service.encoded_days(question.id, edition) for edition in lawbook.editions
        },
        facts=facts_document(lawbook, question.id),
        computed=[_computed(lawbook, fact) for fact in _computed_facts(lawbook, facts)],
        presumed=[
            PresumedFactAnswer(
                fact.name,
                as_json(presumed.value),
                presumed.because,
                UNSET if presumed.citation is None else citation_answer(presumed.citation),
            )
            for fact in facts
            if (presumed := fact.presumed) is not None
        ],
        example=example(service, question),
        law=LawAnswer(lawbook.digest),
    )


def _computed_facts(lawbook: Lawbook, stated: list[FactDefinition]) -> Iterator[FactDefinition]:
    """The computed facts that follow from nothing but these."""
    names = {fact.name for fact in stated}
    for fact in lawbook.vocabulary:
        if fact.computed is not None and names.issuperset(lawbook.vocabulary.inputs_of(fact.name)):
            yield fact


def _computed(lawbook: Lawbook, fact: FactDefinition) -> ComputedFactAnswer:
    return ComputedFactAnswer(
        fact.name,
        fact.type,
        fact.label,
        str(fact.computed),
        list(lawbook.vocabulary.inputs_of(fact.name)),
        unset_if_none(fact.unit),
    )


def example(service: Service, question: Question) -> dict[str, object]:
    """A complete request: the facts that the law uses on its last day of change, each with
    a value. It names an edition only where the service's own has no law for the question.
    """
    request: dict[str, object] = {"question": question.id, "facts": {}}
    last = _last_law(service, question.id)
    if last is None:
        return request
    law, day = last
    stated = service.decider.facts_in_play(law).stated.values()
    facts = {f.name: f.kind.example(f, day) for f in stated if not f.kind.is_outcome}
    if question.governed_by is None:
        request["as_of"] = day.isoformat()
    else:
        facts[question.governed_by] = day.isoformat()
    if law.edition != service.edition:
        request["edition"] = law.edition
    return {**request, "facts": nest(facts)}


def _last_law(service: Service, question: str) -> tuple[StandingLaw, date] | None:
    """The last law of a question with its first day, in the service's edition where that has any,
    else in another.
    """
    lawbook = service.lawbook
    for edition in sorted(lawbook.editions, key=lambda name: name != service.edition):
        for day in reversed(lawbook.boundaries(question, edition)):
            try:
                return lawbook.standing(question, day, edition), day
            except LawNotEncoded:
                continue
    return None

"""Questions described, and the JSON Schema of their facts."""

from typing import Any

from app.api.http.answers import unset_if_none
from app.api.http.fields import JsonSchema
from app.api.law.answers import (
    ConclusionAnswer,
    QuestionSummaryAnswer,
)
from app.api.law.facts_schemas import DIALECT, facts_schema
from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook
from app.law.questions import OUTCOMES, Question


def question_summary(question: Question) -> QuestionSummaryAnswer:
    """A question as it stands in the list."""
    return QuestionSummaryAnswer(**summary_members(question))


def summary_members(question: Question) -> dict[str, Any]:
    """What a question's summary and its whole answer have in common."""
    return {
        "id": question.id,
        "asks": question.asks,
        "governed_by": question.governed_by,
        "encoded_from": question.encoded_from,
        "conclusions": [
            ConclusionAnswer(
                conclusion.name,
                conclusion.type,
                conclusion.describes,
                unset_if_none(list(conclusion.choices) or None),
                unset_if_none(conclusion.unit),
            )
            for conclusion in question.concludes.values()
        ],
        "outcomes": {
            outcome: str(question.says[outcome]) for outcome in OUTCOMES if outcome in question.says
        },
        "href": f"/v1/questions/{question.id}",
    }


def facts_document(lawbook: Lawbook, question: str) -> JsonSchema:
    """The JSON Schema of a question's facts, each with its whole name, where it is defined and
    which provisions look at it.
    """
    asked_by = _asked_by(lawbook, question)
    return {
        "$schema": DIALECT,
        "$id": f"urn:eligibility:facts:{question}",
        **facts_schema(lawbook, question, lambda f: _extras(lawbook, f, asked_by)),
    }


def _extras(lawbook: Lawbook, fact: FactDefinition, asked_by: dict[str, list[str]]) -> JsonSchema:
    file = fact.place.file.partition("/")[2]
    id = file.removesuffix(".yaml")
    extras: JsonSchema = {
        "x-fact": fact.name,
        "x-source": {"provision": id} if id in lawbook.provisions else {"file": file},
        "x-asked-by": asked_by.get(fact.name, []),
    }
    if fact.actionable:
        extras["x-act"] = True
    return extras


def _asked_by(lawbook: Lawbook, question: str) -> dict[str, list[str]]:
    """fact → the provisions whose conditions look at it, itself or through a computed fact."""
    found: dict[str, dict[str, None]] = {}
    used = set(lawbook.with_used(question))
    for provision in lawbook.provisions.values():
        if provision.answers in used:
            for condition in provision.conditions:
                for name in lawbook.vocabulary.inputs_of(condition.fact):
                    found.setdefault(name, {})[provision.id] = None
    return {name: list(ids) for name, ids in found.items()}

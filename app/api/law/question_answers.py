"""Questions and the JSON Schema of their facts, generated from the vocabulary. A new fact in a
ruleset needs no line here.
"""

from collections.abc import Callable
from typing import Any

from marshmallow import fields

from app.api.http.answered.answers import unset_if_none
from app.api.http.asked.fields import FactField, JsonSchema
from app.api.law.answers import (
    ConclusionAnswer,
    QuestionSummaryAnswer,
)
from app.determinations.cases.events import (
    EVENTS_AT_MOST,
    ONE,
    SEVERAL,
    asks_about_events,
    event_facts,
)
from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook
from app.law.questions import OUTCOMES, Question
from app.law.reading.names import nest

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE_NAMES = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
"""Facts are also valid under full names; the reader of facts checks those."""


def facts_schema(
    lawbook: Lawbook, question: str, more: Callable[[FactDefinition], JsonSchema] = lambda _: {}
) -> JsonSchema:
    """The schema of a question's facts, nested as in the body of a request, with *more* to say of
    each.

    Raises:
        UnknownQuestion: there is no such question.
    """

    def schema(part: FactDefinition | dict[str, Any]) -> JsonSchema:
        if isinstance(part, FactDefinition):
            return {**FactField(part).json_schema(), **more(part)}
        members = {key: schema(inner) for key, inner in part.items()}
        return {"type": "object", "properties": members, "additionalProperties": False}

    known = lawbook.known_facts(question)
    facts = schema(nest(known))
    if asks_about_events(lawbook, question):
        facts["properties"][SEVERAL] = {
            "type": "array",
            "maxItems": EVENTS_AT_MOST,
            "items": schema(nest(event_facts(known))),
            "description": "Several events, each with the facts of `event`, in place of `event`. "
            "One that opens enrollment is enough. An empty list: nothing happened.",
        }
        facts["not"] = {"required": [ONE, SEVERAL]}
    return {
        **facts,
        "title": f"Facts of {question}",
        "description": lawbook.question(question).asks,
        "patternProperties": {WHOLE_NAMES: {}},
    }


def documented_field(self: Any, field: fields.Field[Any], **kwargs: Any) -> JsonSchema:
    """The JSON Schema that a field of ours gives of itself; apispec calls it for every field."""
    schema = getattr(field, "json_schema", None)
    return (
        {}
        if schema is None
        else {
            **schema(),
            **{k: v for k, v in field.metadata.items() if k in ("description", "example")},
        }
    )


def question_summary(question: Question) -> QuestionSummaryAnswer:
    """A question in the list."""
    return QuestionSummaryAnswer(
        id=question.id,
        asks=question.asks,
        governed_by=question.governed_by,
        adverse=question.adverse,
        encoded_from=question.encoded_from,
        conclusions=[
            ConclusionAnswer(
                conclusion.name,
                conclusion.type,
                conclusion.describes,
                unset_if_none(list(conclusion.choices) or None),
                unset_if_none(conclusion.unit),
            )
            for conclusion in question.concludes.values()
        ],
        outcomes={
            outcome: str(question.says[outcome]) for outcome in OUTCOMES if outcome in question.says
        },
        href=f"/v1/questions/{question.id}",
    )


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
    if fact.by != "nobody":
        extras["x-by"] = fact.by
    if fact.orders:
        extras["x-orders"] = {order.operator: order.other for order in fact.orders}
    if fact.contradictions:
        extras["x-contradicts"] = [each.other for each in fact.contradictions]
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

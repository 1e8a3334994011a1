"""The facts of each question as JSON Schema: generated from the vocabulary, so that a new fact in a
ruleset needs no line here.
"""

from collections.abc import Callable
from typing import Any

from marshmallow import fields

from app.api.http.fields import FactField, JsonSchema
from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook
from app.law.names import nest

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE_NAMES = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
"""Facts may also be given by their whole names; those are checked by the reader of facts."""


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

    return {
        **schema(nest(lawbook.known_facts(question))),
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

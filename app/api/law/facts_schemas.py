"""The facts of each question as schemas: generated from the vocabulary, so that a new fact in a
ruleset needs no line here.
"""

from collections.abc import Mapping
from typing import Any, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, current_app
from marshmallow import Schema, fields

from app.api.http.fields import FactField, JsonSchema
from app.api.http.schemas import StrictSchema
from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE_NAMES = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
"""Facts may also be given by their whole names; those are checked by the reader of facts."""

_NAME = "facts-schemas"
Tree = dict[str, "FactDefinition | Tree"]


def _tree(facts: list[FactDefinition]) -> Tree:
    """Facts by the parts of their names, as they nest in JSON."""
    root: Tree = {}
    for fact in facts:
        *parents, last = fact.name.split(".")
        at = root
        for parent in parents:
            inner = at.setdefault(parent, {})
            assert isinstance(inner, dict)
            at = inner
        at[last] = fact
    return root


def _schema(tree: Tree, name: str) -> type[Schema]:
    members: dict[str, fields.Field[Any]] = {}
    for part, inner in tree.items():
        if isinstance(inner, dict):
            members[part] = fields.Nested(_schema(inner, f"{name}.{part}"))
        else:
            members[part] = FactField(inner)
    return StrictSchema.from_dict(members, name=name)


def facts_schema(lawbook: Lawbook, question: str) -> type[Schema]:
    """The marshmallow schema of a question's facts, nested as in the body of a request.

    Raises:
        UnknownQuestion: there is no such question.
    """
    return _schema(_tree(lawbook.facts_of(question)), f"Facts.{question}")


class FactsSchemas:
    """The JSON Schema of every question's facts, made once."""

    def __init__(self, lawbook: Lawbook) -> None:
        plugin = MarshmallowPlugin(schema_name_resolver=_inline)
        APISpec("facts", "1", "3.1.1", plugins=[plugin])
        converter: Any = plugin.converter
        converter.add_attribute_function(documented_field)
        self._schemas: Mapping[str, JsonSchema] = {
            question: {
                **converter.schema2jsonschema(facts_schema(lawbook, question)),
                "title": f"Facts of {question}",
                "description": lawbook.question(question).asks,
                "patternProperties": {WHOLE_NAMES: {}},
            }
            for question in lawbook.questions
        }

    def of(self, question: str) -> JsonSchema:
        """The schema of one question's facts."""
        return self._schemas[question]


def install_facts_schemas(app: Flask, lawbook: Lawbook) -> FactsSchemas:
    """Make the schemas once for an application; its views read them with `facts_schemas`."""
    app.extensions[_NAME] = schemas = FactsSchemas(lawbook)
    return schemas


def facts_schemas() -> FactsSchemas:
    """The schemas of the application that handles the present request."""
    return cast(FactsSchemas, current_app.extensions[_NAME])


def _inline(schema: type[Schema]) -> str:
    """No component of its own for nested objects: a question's schema stands whole. (apispec takes
    none for inline.)
    """
    return None  # type: ignore[return-value]


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

"""The JSON Schemas of answers, from the classes that are the answers."""

from collections.abc import Collection
from inspect import cleandoc
from types import UnionType
from typing import Any, get_args

import msgspec
from apispec import APISpec

JsonSchema = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"
SUFFIX = "Answer"


def add_answers(spec: APISpec, bodies: Collection[Any]) -> dict[Any, JsonSchema]:
    """Add a component for each class that these bodies are made of, and give each body's schema.

    A union of classes is any of them; a text names a component that there is already.
    """
    names = [body for body in bodies if isinstance(body, str)]
    parts = {body: _alternatives(body) for body in bodies if not isinstance(body, str)}
    types = list(dict.fromkeys(part for found in parts.values() for part in found))
    schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    for name, schema in components.items():
        spec.components.schema(name.removesuffix(SUFFIX), _plain(schema))
    schema_of = dict(zip(types, map(_plain, schemas), strict=True))
    return {name: {"$ref": REFERENCE.format(name=name)} for name in names} | {
        body: schema_of[body] if len(found) == 1 else {"anyOf": [schema_of[part] for part in found]}
        for body, found in parts.items()
    }


def _alternatives(body: Any) -> tuple[Any, ...]:
    return get_args(body) if isinstance(body, UnionType) else (body,)


def _plain(schema: Any) -> Any:
    """A schema without the names of our classes, as short as JSON Schema allows: what may be null
    has two types, and enumerations of texts say that they are texts.
    """
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {
        name: _plain(member)
        for name, member in schema.items()
        if not (name == "title" and isinstance(member, str))
    }
    if isinstance(reference := plain.get("$ref"), str):
        plain["$ref"] = reference.removesuffix(SUFFIX)
    if isinstance(choices := plain.get("enum"), list) and all(isinstance(c, str) for c in choices):
        plain["type"] = "string"
    if isinstance(text := plain.get("description"), str):
        plain["description"] = cleandoc(text)
    match plain.get("anyOf"):
        case [{"type": str(type), **rest}, {"type": "null"}]:
            del plain["anyOf"]
            plain |= rest | {"type": [type, "null"]}
            if isinstance(choices := rest.get("enum"), list):
                plain["enum"] = [*choices, None]
    return plain

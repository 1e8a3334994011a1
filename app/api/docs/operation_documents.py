"""Each operation of the OpenAPI document, made from what its view declares, and the JSON Schemas of
answers, from the classes that are the answers.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from inspect import cleandoc, getdoc
from types import UnionType
from typing import Any, get_args

import msgspec
from apispec import APISpec
from flask import Flask
from werkzeug.routing import Rule

from app.api.http.answered.problem_types import PROBLEM_TYPES
from app.api.http.answered.responses import JSON, MEDIA_TYPE
from app.api.http.asked.limits import NOT_LIMITED
from app.api.http.operations import Content, Operation
from app.waivers.states import LEADING

Document = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"
SUFFIX = "Answer"
Schemas = Mapping[Any, Document]
SCHEME, CLIENTS = "bearer", "client_credentials"
"""What the OpenAPI document calls the ways in which callers show who they are."""
IDEMPOTENCY = (
    "A value of your own, a new one for each new request. A retry with the same value gets the "
    "first response. Machine clients must send it."
)
NOT_ALLOWED = "Method not allowed; `Allow` lists the methods of this address."
ANYWHERE = ("bad-request", "address-too-long", "headers-too-large", "internal-error")
"""The problems of every operation: the server's own of what is not proper HTTP or too large, and
faults on our side.
"""
WHERE_LIMITED = ("too-many-requests", "overloaded")
WAIVER_REQUEST = "The id of the waiver request."
PATH_PARAMETERS = {
    "/v1/accounts/{id}": {"id": "The id of an account."},
    "/v1/accounts/{id}/one-time-passwords": {"id": "The id of an account."},
    "/v1/accounts/{id}/sessions": {"id": "The id of an account."},
    "/v1/accounts/{id}/second-factors": {"id": "The id of an account."},
    "/v1/accounts/{id}/second-factor-resets": {"id": "The id of an account."},
    "/v1/log/tile/{tile}": {
        "tile": "The level of the tile, and its index in groups of three digits: "
        "`0/x001/x234/067`. A partial tile ends in `.p/` and its number of hashes."
    },
    "/v1/numbers/{number}": {"number": "The twelve digits of a number."},
    "/v1/disposals/{id}": {"id": "The id of a disposal."},
    "/v1/approvals/{id}": {"id": "The id of an approval."},
    "/v1/approvals/{id}/approve": {"id": "The id of an approval."},
    "/v1/approvals/{id}/refuse": {"id": "The id of an approval."},
    "/v1/approvals/{id}/withdraw": {"id": "The id of an approval."},
    "/v1/organizations/{organization}": {"organization": "The id of an organization."},
    "/v1/organizations/{organization}/close": {"organization": "The id of an organization."},
    "/v1/organizations/{organization}/reopen": {"organization": "The id of an organization."},
    "/v1/determinations/{id}/receipt": {"id": "The id of the determination."},
    "/v1/determinations/{id}": {"id": "The id of the determination."},
    "/v1/applicants/{subject}": {"subject": "The subject reference of the applicant."},
    "/v1/applicants/{subject}/file": {"subject": "The subject reference of the applicant."},
    "/v1/holds/{id}": {"id": "The id of the hold."},
    "/v1/letters/{id}": {"id": "The id of the letter."},
    "/v1/letters/{id}/sent": {"id": "The id of the letter."},
    "/v1/letters/{id}/came-back": {"id": "The id of the letter."},
    "/v1/determinations/{id}/letter": {"id": "The id of the determination."},
    "/v1/determinations/{id}/letters": {"id": "The id of the determination."},
    "/v1/determinations/{id}/chain": {"id": "The id of any determination of the chain."},
    "/v1/determinations/{id}/comparison/{other}": {
        "id": "The id of the determination shown as `then`.",
        "other": "The id of the determination shown as `now`.",
    },
    "/v1/determinations/{id}/packet": {"id": "The id of the determination."},
    "/v1/determinations/{id}/replay": {"id": "The id of the determination."},
    "/v1/determinations/{id}/reconsider": {"id": "The id of the determination."},
    "/v1/determinations/{id}/redetermine": {"id": "The id of the determination to replace."},
    "/v1/determinations/{id}/void": {"id": "The id of the determination to declare void."},
    "/v1/determinations/{id}/objections": {"id": "The id of the determination."},
    "/v1/determinations/{id}/settlements": {"id": "The id of the determination."},
    "/v1/notes/{id}": {"id": "The id of the note or objection."},
    "/v1/feedback/{id}": {"id": "The id of the feedback."},
    "/v1/reminders/{id}": {"id": "The id of the reminder."},
    "/v1/credentials/{id}": {"id": "The id of a key or client."},
    "/v1/programs/{id}": {"id": "The id of a program."},
    "/v1/credentials/{id}/secrets": {"id": "The id of a key or client."},
    "/v1/waiver-requests/{id}/letter": {"id": "The id of the waiver request."},
    "/v1/waiver-requests/{id}/letters": {"id": "The id of the waiver request."},
    "/v1/waiver-requests/{id}": {"id": WAIVER_REQUEST},
    "/v1/waiver-requests/{id}/papers/{paper}": {
        "id": WAIVER_REQUEST,
        "paper": "The id of the file.",
    },
    "/v1/waiver-requests/{id}/preview": {"id": WAIVER_REQUEST},
    **{f"/v1/waiver-requests/{{id}}/{step}": {"id": WAIVER_REQUEST} for step in LEADING},
    "/v1/verifications/{id}": {"id": "The id of the verification."},
    "/v1/questions/{id}": {"id": "The id of a question, such as enrollment.permitted."},
    "/v1/provisions/{topic}/{name}": {
        "topic": "The folder of the provision.",
        "name": "Its name in that folder.",
    },
    "/v1/provisions/{topic}/{name}/cases": {
        "topic": "The folder of the provision.",
        "name": "Its name in that folder.",
    },
}
_VARIABLE = re.compile(r"<(?:(\w+):)?(\w+)>")


def document_operations(spec: APISpec, app: Flask) -> None:
    """Add every operation that a view of the application declares, and the answers of all."""
    rules = [
        (rule, declared)
        for rule in app.url_map.iter_rules()
        if isinstance(declared := _declared(app, rule), Operation)
    ]
    schemas = add_answers(spec, [body for _, declared in rules for body in declared.bodies])
    for rule, declared in rules:
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        path = _VARIABLE.sub(r"{\2}", rule.rule)
        document = _document(path, rule, declared, schemas)
        spec.path(
            path,
            operations={method.lower(): document | _docstring(app.view_functions[rule.endpoint])},
            parameters=list(_path_parameters(path, rule)),
        )


def _declared(app: Flask, rule: Rule) -> object:
    return getattr(app.view_functions[rule.endpoint], "operation", None)


def _document(path: str, rule: Rule, declared: Operation, schemas: Schemas) -> Document:
    document: Document = {
        "operationId": rule.endpoint.rpartition(".")[2],
        "tags": [rule.endpoint.partition(".")[0]],
        "security": [
            {way: [permission]} for permission in declared.permissions for way in (SCHEME, CLIENTS)
        ],
        "parameters": list(_parameters(declared)),
        "responses": _responses(path, declared, schemas),
    }
    if declared.body is not None:
        document["requestBody"] = {
            "required": not declared.body_optional,
            "content": {JSON: {"schema": declared.body}},
        }
    elif (body := declared.request_body) is not None:
        document["requestBody"] = {
            "required": True,
            "description": body.meaning,
            "content": _content(body, schemas),
        }
    return document


def _docstring(view: object) -> Document:
    summary, _, description = (getdoc(view) or "").partition("\n\n")
    parts = {"summary": summary, "description": description}
    return {name: text for name, text in parts.items() if text}


def _path_parameters(path: str, rule: Rule) -> Iterator[Document]:
    for converter, name in _VARIABLE.findall(rule.rule):
        more: Document = {"format": "uuid"} if converter == "uuid" else {"minLength": 1}
        yield {
            "in": "path",
            "name": name,
            "required": True,
            "schema": {"type": "string", **more},
            "description": PATH_PARAMETERS[path][name],
        }


def _parameters(declared: Operation) -> Iterator[Document]:
    if declared.query is not None:
        yield {"in": "query", "schema": declared.query}
    if declared.idempotent:
        yield _header("Idempotency-Key", IDEMPOTENCY, False)
    if declared.if_match is not None:
        yield _header("If-Match", declared.if_match, True)


def _header(name: str, meaning: str, is_required: bool) -> Document:
    return {
        "name": name,
        "in": "header",
        "description": meaning,
        "required": is_required,
        "schema": {"type": "string"},
    }


def _responses(path: str, declared: Operation, schemas: Schemas) -> dict[str, Document]:
    types = (
        *declared.problem_types,
        *ANYWHERE,
        *(() if path in NOT_LIMITED else WHERE_LIMITED),
    )
    problems: dict[int, list[str]] = {}
    for type in (PROBLEM_TYPES[name] for name in dict.fromkeys(types)):
        problems.setdefault(type.status, []).append(f"`{type.name}`: {type.title}")
    content = {MEDIA_TYPE: {"schema": "Problem"}}
    responses: dict[int, Document] = {405: {"description": NOT_ALLOWED, "content": content}}
    for status, meanings in problems.items():
        responses[status] = {"description": "; ".join(meanings), "content": content}
    for status, returned in declared.returns.items():
        problem = responses.get(status, {"description": "", "content": {}})
        parts = (returned.meaning, problem["description"])
        responses[status] = {
            "description": " ".join(part for part in parts if part),
            "content": _content(returned, schemas) | problem["content"],
        }
    return {str(status): response for status, response in sorted(responses.items())}


def _content(content: Content, schemas: Schemas) -> Document:
    return {
        media_type: {"schema": schemas[body]} for media_type, body in content.by_media_type.items()
    }


def add_answers(spec: APISpec, bodies: Collection[Any]) -> dict[Any, Document]:
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

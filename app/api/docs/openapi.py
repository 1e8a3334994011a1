"""The OpenAPI document: put together from the views' decorators, the answers' schemas and the facts
of each question.
"""

from copy import deepcopy
from typing import Any

import orjson
from flask import Flask

from app.access.principal import PUBLIC
from app.access.roles import Roles
from app.api.applicants import applicants
from app.api.applicants.applicant_answer_schemas import APPLICANT_COMPONENTS
from app.api.determinations import (
    determinations,
    eligibility_calendars,
    kept_determinations,
    replay,
)
from app.api.determinations.answer_schemas import COMPONENTS
from app.api.determinations.stored_schemas import KEPT_COMPONENTS
from app.api.http import health, metrics
from app.api.http.blueprint import CLIENTS, SCHEME, Api
from app.api.http.fields import JsonSchema
from app.api.http.limits import NOT_LIMITED
from app.api.http.problem_types import PROBLEM_TYPES
from app.api.http.schemas import CALENDAR_QUESTION
from app.api.http.service import Service
from app.api.law import open_enrollment, provisions, questions
from app.api.law.facts_schemas import documented_field
from app.api.law.questions import example
from app.api.machines import credentials
from app.api.machines.credential_answer_schemas import CREDENTIAL_COMPONENTS
from app.api.machines.oauth_schemas import BEARER, OAUTH_COMPONENTS, OAUTH_PATHS, client_credentials
from app.api.people import accounts
from app.api.people.account_schemas import ACCOUNT_COMPONENTS
from app.api.records import events, holds, searching
from app.api.records.record_schemas import RECORD_COMPONENTS
from app.law.questions import Question

VERSION = "1.0.0"
DESCRIPTION = (
    "Decides questions of eligibility and enrollment in the merged market of Massachusetts health "
    "insurance and says why: every "
    "provision, every condition, with its source. Editions of the law: {editions}. "
    "Who asks shows it with `Authorization: Bearer …` and an API key or an access token from "
    "`/oauth/token`; "
    "what tells the law needs none. "
    "Errors are problem documents (RFC 9457) whose types are explained under /problems."
)
BLUEPRINTS = (
    determinations.blp,
    searching.blp,
    events.blp,
    holds.blp,
    kept_determinations.blp,
    replay.blp,
    eligibility_calendars.blp,
    questions.blp,
    provisions.blp,
    open_enrollment.blp,
    accounts.blp,
    applicants.blp,
    health.blp,
    metrics.blp,
    credentials.blp,
)


def document_api(app: Flask, service: Service) -> bytes:
    """Register the views and give the OpenAPI document as JSON text."""
    app.config.update(
        API_TITLE="Eligibility determinations", API_VERSION=VERSION, OPENAPI_VERSION="3.1.1"
    )
    told = "; ".join(
        f"`{edition.name}`, {edition.title}" for edition in service.lawbook.editions.values()
    )
    info = {"description": DESCRIPTION.format(editions=told)}
    api = Api(
        app,
        spec_kwargs={
            "info": info,
            "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        },
    )
    api.ma_plugin.converter.add_attribute_function(documented_field)
    api.spec.components.security_scheme(SCHEME, BEARER)
    api.spec.components.security_scheme(
        CLIENTS, client_credentials(service.settings.issuer, service.gate.roles, PUBLIC)
    )
    kept = KEPT_COMPONENTS | RECORD_COMPONENTS | APPLICANT_COMPONENTS
    for name, schema in (
        COMPONENTS | kept | CREDENTIAL_COMPONENTS | ACCOUNT_COMPONENTS | OAUTH_COMPONENTS
    ).items():
        api.spec.components.schema(name, schema)
    for id in service.lawbook.questions:
        api.spec.components.schema(f"Facts.{id}", service.facts_schemas.of(id))
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    _name_roles(api.spec.components.schemas["CredentialWanted"]["properties"], service.gate.roles)
    schemas, editions = api.spec.components.schemas, list(service.lawbook.editions)
    for question in service.lawbook.questions.values():
        schemas[f"Asked.{question.id}"] = {
            **_about(schemas["Asked"], question, editions),
            "examples": [example(service, question)],
        }
        if question.governed_by:
            schemas[f"CalendarAsked.{question.id}"] = _about(
                schemas["CalendarAsked"], question, editions, CALENDAR_QUESTION
            )
    _alternatives(schemas, "Asked")["discriminator"] = {
        "propertyName": "question",
        "mapping": _mapping(schemas, "Asked"),
    }
    _alternatives(schemas, "CalendarAsked")
    document = api.spec.to_dict()
    document["paths"] |= deepcopy(OAUTH_PATHS)
    for path, item in document["paths"].items():
        _finish(path, item, editions)
    return orjson.dumps(document)


def _name_roles(members: JsonSchema, roles: Roles) -> None:
    """Tell which roles and which permissions there are, where a credential is asked for."""
    members["role"]["enum"] = list(roles.roles)
    members["scopes"]["items"]["enum"] = [name for name in roles.permissions if name != PUBLIC]


def _about(
    general: JsonSchema, question: Question, editions: list[str], may_be_left_out: str = ""
) -> JsonSchema:
    """A body's schema for one question, with the facts of that question.

    Marshmallow's own knows facts only as an object.
    """
    properties = {
        **general["properties"],
        "edition": {**general["properties"]["edition"], "enum": editions},
        "question": {"const": question.id, "description": question.asks},
        "facts": {"$ref": f"#/components/schemas/Facts.{question.id}"},
    }
    required = set(general.get("required", [])) | (
        {"question"} if question.id != may_be_left_out else set()
    )
    return {**general, "properties": properties, "required": sorted(required)}


def _mapping(schemas: dict[str, JsonSchema], name: str) -> dict[str, str]:
    return {
        key.removeprefix(f"{name}."): f"#/components/schemas/{key}"
        for key in schemas
        if key.startswith(f"{name}.")
    }


def _alternatives(schemas: dict[str, JsonSchema], name: str) -> JsonSchema:
    schemas[name] = {
        "oneOf": [{"$ref": reference} for reference in _mapping(schemas, name).values()]
    }
    return schemas[name]


PROBLEM: dict[str, Any] = {
    "description": "This address does not take that method; `Allow` names those it does.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
ANYWHERE = ("bad-request", "address-too-long", "headers-too-large", "internal-error")
"""The problems of every operation: the server's own of what is not proper HTTP or too large, and
faults on our side.
"""
WHERE_LIMITED = ("too-many-requests", "overloaded")
WITH_BODY = ("incomplete-body", "body-too-large")
PATH_PARAMETERS = {
    "/v1/accounts/{id}": {"id": "The id of an account."},
    "/v1/accounts/{id}/sessions": {"id": "The id of an account."},
    "/v1/determinations/{id}": {"id": "The id that came with the determination."},
    "/v1/applicants/{subject}": {"subject": "The subject reference of the applicant."},
    "/v1/holds/{id}": {"id": "The id that came with the hold."},
    "/v1/determinations/{id}/chain": {"id": "The id of any determination of the chain."},
    "/v1/determinations/{id}/packet": {"id": "The id that came with the determination."},
    "/v1/determinations/{id}/replay": {"id": "The id that came with the determination."},
    "/v1/determinations/{id}/reconsider": {"id": "The id that came with the determination."},
    "/v1/determinations/{id}/redetermine": {"id": "The id of the determination to be replaced."},
    "/v1/credentials/{id}": {"id": "The id of a key or client."},
    "/v1/credentials/{id}/secrets": {"id": "The id of a key or client."},
    "/v1/questions/{id}": {"id": "The id of a question, such as enrollment.permitted."},
    "/v1/provisions/{topic}/{name}": {
        "topic": "The folder of the provision.",
        "name": "Its name in that folder.",
    },
}


def _finish(path: str, item: dict[str, Any], editions: list[str]) -> None:
    """Path parameters with their meaning, the editions that there are, responses in order of
    status.
    """
    for parameter in item.get("parameters", []):
        parameter["description"] = PATH_PARAMETERS[path][parameter["name"]]
    for method in ("get", "post", "patch", "delete"):
        if method in item:
            for parameter in item[method].get("parameters", []):
                if parameter["name"] == "edition":
                    parameter["schema"]["enum"] = editions
            responses = item[method]["responses"]
            responses.setdefault("405", PROBLEM)
            responses.get("204", {}).pop("content", None)
            _tell_general_problems(path, item[method])
            item[method]["responses"] = dict(sorted(responses.items()))


def _tell_general_problems(path: str, operation: dict[str, Any]) -> None:
    """Add the problems that may come whatever the operation does, each to what the operation itself
    says of their status.
    """
    types = (
        *ANYWHERE,
        *(() if path in NOT_LIMITED else WHERE_LIMITED),
        *(WITH_BODY if "requestBody" in operation else ()),
    )
    for type in (PROBLEM_TYPES[name] for name in types):
        response = operation["responses"].setdefault(str(type.status), {})
        told = response.get("description", "")
        if f"`{type.name}`" not in told:
            response["description"] = "; ".join(
                part for part in (told, f"`{type.name}`: {type.title}") if part
            )
        response["content"] = {**response.get("content", {}), **PROBLEM["content"]}

"""The OpenAPI document: put together from the views' declarations, the answers' schemas and the
facts of each question.
"""

from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask

from app.access.principal import PUBLIC
from app.access.roles import Roles
from app.api.applicants import applicants, person_file
from app.api.approvals import approvals
from app.api.determinations import (
    comparing,
    determinations,
    eligibility_calendars,
    replay,
    stored_determinations,
    voiding,
)
from app.api.disposals import disposals
from app.api.docs.operation_documents import CLIENTS, SCHEME, document_operations
from app.api.http import health, metrics
from app.api.http.asked.fields import JsonSchema
from app.api.http.asked.schemas import CALENDAR_QUESTION
from app.api.http.service import Service
from app.api.law import cases, editions, open_enrollment, provisions, questions
from app.api.law.question_answers import documented_field, facts_schema
from app.api.law.questions import example
from app.api.letters import desk_letters, letters
from app.api.machines import credentials, oauth, programs
from app.api.machines.oauth_schemas import BEARER, client_credentials
from app.api.notes import feedback, notes, reminders
from app.api.organizations import organizations
from app.api.people import accounts, roles, second_factors
from app.api.records import audit_trail, events, holds, numbers, open_work, searching, verifications
from app.api.transparency import log
from app.api.waivers import after_decision, decisions, figures, waiver_requests, waiver_steps
from app.law.questions import Question

VERSION = "1.0.0"
DESCRIPTION = (
    "Decides questions of eligibility and enrollment in the merged market of Massachusetts "
    "health insurance. Each answer gives its reasons: every provision and every condition, with "
    "its source. Editions of the law: {editions}. Send `Authorization: Bearer …` with an API key "
    "or with an access token from `/oauth/token`. Everything about the law itself is public. "
    "Errors are problem documents (RFC 9457); /problems explains their types."
)
BLUEPRINTS = {
    determinations.blp: "Decide questions, with every reason.",
    searching.blp: "Search stored determinations.",
    audit_trail.blp: "Search and export the audit trail.",
    verifications.blp: "Verify the stored records.",
    log.blp: "The transparency log of the stored records.",
    events.blp: "Follow new determinations and changes of the law.",
    holds.blp: "Legal holds, which keep records beyond their retention period.",
    disposals.blp: "Disposals of records whose retention period is over.",
    letters.blp: "Letters to the people decided about.",
    desk_letters.blp: "Letters of the waiver desk.",
    stored_determinations.blp: "Read stored determinations.",
    comparing.blp: "Compare stored determinations.",
    replay.blp: "Replay, reconsider and replace determinations.",
    voiding.blp: "Declare determinations void.",
    eligibility_calendars.blp: "Eligibility through a year.",
    questions.blp: "The questions and their facts.",
    provisions.blp: "The provisions that determinations rest on.",
    cases.blp: "Worked cases of provisions.",
    editions.blp: "The editions of the law.",
    open_enrollment.blp: "The open enrollment periods.",
    accounts.blp: "Administer people's accounts.",
    second_factors.blp: "The second factors of people's accounts.",
    waiver_requests.blp: "Requests for enrollment waivers: received, listed and read.",
    waiver_steps.blp: "Steps on a waiver request, until the Office decides.",
    decisions.blp: "Decisions on waiver requests, each with its preview.",
    after_decision.blp: "What follows a decision: the days of the approval, and corrections.",
    roles.blp: "What each role may do and sees.",
    numbers.blp: "Short numbers of records, to be said on the telephone.",
    approvals.blp: "What waits for a second person.",
    organizations.blp: "The organizations that accounts, keys and determinations name.",
    figures.blp: "Figures of the waiver desk.",
    applicants.blp: "Names and birth dates of applicants.",
    person_file.blp: "Everything that is kept of a person.",
    notes.blp: "Notes, and objections to determinations.",
    reminders.blp: "Your reminders.",
    open_work.blp: "What your organization has still to do.",
    feedback.blp: "What is wrong or unclear on a page.",
    health.blp: "For those who run the service.",
    metrics.blp: "For those who run the service.",
    credentials.blp: "API keys and OAuth 2 clients, for administrators.",
    programs.blp: "Programs that people may let act in their name, for administrators.",
    oauth.pages: "Access tokens for clients, and for programs in a person's name (RFC 6749).",
}
"""Every part of the API, with what its tag says."""


def register_views(app: Flask) -> None:
    """Register every part of the API."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def document_api(app: Flask, service: Service) -> bytes:
    """The OpenAPI document of the views that are registered, as JSON text."""
    spec = _new_spec(service)
    for id in service.lawbook.questions:
        spec.components.schema(f"Facts.{id}", facts_schema(service.lawbook, id))
    for blueprint, meaning in BLUEPRINTS.items():
        spec.tag({"name": blueprint.name, "description": meaning})
    document_operations(spec, app)
    _document_questions(spec.components.schemas, service)
    document = spec.to_dict()
    _name_editions(document["paths"], list(service.lawbook.editions))
    return orjson.dumps(document)


def _new_spec(service: Service) -> APISpec:
    """A document with everything but the operations and what the law asks."""
    names = "; ".join(
        f"`{edition.name}`, {edition.title}" for edition in service.lawbook.editions.values()
    )
    plugin = MarshmallowPlugin()
    spec = APISpec(
        "Eligibility determinations",
        VERSION,
        "3.1.1",
        [plugin],
        info={"description": DESCRIPTION.format(editions=names)},
        jsonSchemaDialect="https://spec.openapis.org/oas/3.1/dialect/base",
    )
    converter: Any = plugin.converter
    converter.add_attribute_function(documented_field)
    spec.components.security_scheme(SCHEME, BEARER)
    spec.components.security_scheme(
        CLIENTS, client_credentials(service.settings.issuer, service.authenticator.roles, PUBLIC)
    )
    return spec


def _document_questions(schemas: dict[str, JsonSchema], service: Service) -> None:
    """Give each question its own schema of a request, with its facts."""
    editions = list(service.lawbook.editions)
    _name_roles(schemas["CredentialWanted"]["properties"], service.authenticator.roles)
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


def _name_editions(paths: dict[str, JsonSchema], editions: list[str]) -> None:
    for item in paths.values():
        for parameter in item.get("get", {}).get("parameters", []):
            if parameter["name"] == "edition":
                parameter["schema"]["enum"] = editions


def _name_roles(members: JsonSchema, roles: Roles) -> None:
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
    return {
        **general,
        "properties": properties,
        "required": sorted(
            set(general.get("required", []))
            | ({"question"} if question.id != may_be_left_out else set())
        ),
    }


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

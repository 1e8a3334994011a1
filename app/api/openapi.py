"""The OpenAPI document: put together from the views' decorators, the answers' schemas and the facts of each question."""

from typing import Any

import orjson
from flask import Flask

from app.api import determinations, eligibility_calendars, health, open_enrollment, provisions, questions
from app.api.answers import COMPONENTS
from app.api.blueprint import Api
from app.api.facts_schemas import documented_field
from app.api.fields import JsonSchema
from app.api.service import Service

VERSION = "1.0.0"
DESCRIPTION = (
    "Decides questions of eligibility and enrollment in the merged market of Massachusetts health insurance, under Chapter 288 of the "
    "Acts of 2010 and the law after it, and says why: every provision, every condition, with its source. "
    "Errors are problem documents (RFC 9457) whose types are explained under /problems."
)
BLUEPRINTS = (determinations.blp, eligibility_calendars.blp, questions.blp, provisions.blp, open_enrollment.blp, health.blp)


def document_api(app: Flask, service: Service) -> bytes:
    """Register the views and give the OpenAPI document as JSON text."""
    app.config.update(API_TITLE="Eligibility determinations", API_VERSION=VERSION, OPENAPI_VERSION="3.1.1")
    api = Api(app, spec_kwargs={"info": {"description": DESCRIPTION}, "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base"})
    api.ma_plugin.converter.add_attribute_function(documented_field)
    for name, schema in COMPONENTS.items():
        api.spec.components.schema(name, schema)
    for question in service.lawbook.questions:
        api.spec.components.schema(f"Facts.{question}", service.facts_schemas.of(question))
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    schemas = api.spec.components.schemas
    _by_question(schemas, "Asked", service)
    _by_question(schemas, "CalendarAsked", service)
    document = api.spec.to_dict()
    _tell_path_parameters(document)
    return orjson.dumps(document)


def _by_question(schemas: dict[str, JsonSchema], name: str, service: Service) -> None:
    """A body's schema, once for each question with the facts of that question; marshmallow's own knows facts only as an object."""
    general = schemas[name]
    wanted = list(service.lawbook.questions)
    if name == "CalendarAsked":
        wanted = [id for id, question in service.lawbook.questions.items() if question.governed_by]
    for question in wanted:
        properties = {
            **general["properties"],
            "question": {"const": question, "description": service.lawbook.question(question).asks},
            "facts": {"$ref": f"#/components/schemas/Facts.{question}"},
        }
        schemas[f"{name}.{question}"] = {**general, "properties": properties, "required": sorted({*general.get("required", []), "question"})}
    schemas[name] = {
        "oneOf": [{"$ref": f"#/components/schemas/{name}.{question}"} for question in wanted],
        "discriminator": {
            "propertyName": "question",
            "mapping": {question: f"#/components/schemas/{name}.{question}" for question in wanted},
        },
    }


PATH_PARAMETERS = {
    "/v1/determinations/{id}": {"id": "The id that came with the determination."},
    "/v1/questions/{id}": {"id": "The id of a question, such as enrollment.permitted."},
    "/v1/provisions/{topic}/{name}": {"topic": "The folder of the provision.", "name": "Its name in that folder."},
}


def _tell_path_parameters(document: dict[str, Any]) -> None:
    for path, told in PATH_PARAMETERS.items():
        for parameter in document["paths"][path]["parameters"]:
            parameter["description"] = told[parameter["name"]]

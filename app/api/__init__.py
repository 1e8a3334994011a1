"""The service over HTTP, version 1."""

import json
from decimal import Decimal
from datetime import date

from flask import Blueprint, Flask, Response, current_app, request

from app import clock
from app.determinations.case import make_case, read_facts
from app.determinations.document import determination_document

v1 = Blueprint("v1", __name__, url_prefix="/v1")


@v1.post("/determinations")
def create_determination() -> Response:
    decider = current_app.extensions["decider"]
    law = decider.lawbook
    body = json.loads(request.get_data(), parse_float=Decimal)
    facts = read_facts(law, body["question"], body.get("facts", {}))
    as_of = date.fromisoformat(body["as_of"]) if "as_of" in body else None
    case = make_case(law, body["question"], facts, as_of, body.get("edition", law.default_edition), clock.today())
    return Response(json.dumps(determination_document(decider.decide(case))), 200, mimetype="application/json")


def mount(app: Flask) -> None:
    app.register_blueprint(v1)

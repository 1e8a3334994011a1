"""Answers about the law, which change only with the law: as JSON, revalidated instead of sent again."""

from collections.abc import Mapping

import orjson
from flask import Response, request

from app.api.blueprint import JSON


def law_response(text: bytes, mimetype: str = JSON, headers: Mapping[str, str] | None = None) -> Response:
    """A response that a client may keep and ask again for by its ETag."""
    response = Response(text, 200, headers, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    conditional = response.make_conditional(request)
    assert isinstance(conditional, Response)
    return conditional


def law_document(document: object) -> Response:
    """The same for a JSON-ready document."""
    return law_response(orjson.dumps(document))

"""Answers that a client may hold and ask again for by their entity tag instead of having them sent
again.
"""

import hashlib
from collections.abc import Mapping

from flask import Response, request

from app.determinations.answer import encode

JSON = "application/json"


def json_response(
    answer: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The response that carries an answer, or anything else that JSON can carry."""
    return Response(encode(answer), status, headers, mimetype=JSON)


def law_response(
    text: bytes, mimetype: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """A response that a client may keep and ask again for by its ETag."""
    response = Response(text, 200, headers, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    conditional = response.make_conditional(request)
    assert isinstance(conditional, Response)
    return conditional


def entity_tag(text: bytes) -> str:
    """The strong entity tag of a representation: another for every other byte."""
    return hashlib.sha256(text).hexdigest()[:32]


def tagged_response(text: bytes, mimetype: str = JSON, tag_of: bytes | None = None) -> Response:
    """A response with its entity tag, or with that of the text of which it is a part (*tag_of*).

    Without a body where the client says that it has the same already.
    """
    response = Response(text, 200, mimetype=mimetype)
    response.set_etag(entity_tag(tag_of or text))
    conditional = response.make_conditional(request)
    assert isinstance(conditional, Response)
    return conditional


def law_answer(answer: object) -> Response:
    """The same for an answer."""
    return law_response(encode(answer))

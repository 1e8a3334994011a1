"""Answers, and their entity tags: a client may ask again by them for what it holds, and overwrites
nothing (If-Match) that it has not seen.
"""

import hashlib
import re
from collections.abc import Mapping

from flask import Response, request

from app.api.http.problems import Problem
from app.determinations.answer import encode

JSON = "application/json"
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_IF_MATCH = re.compile(rf"\*|{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")
"""`*`, or entity tags, each in quotes (RFC 9110, section 13.1.1)."""


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


def etag_of(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def tagged(response: Response, version: int) -> Response:
    """The response with its version as entity tag."""
    response.headers["ETag"] = etag_of(version)
    return response


def require_version(version: int) -> int:
    """The version, where the caller changes what it has read: one of its tags is that of the
    version, or `*` says that any will do.

    Whoever writes then holds it against what is kept at that moment.

    Raises:
        Problem: precondition-required, where the caller does not say what it has read;
            precondition-failed, where that is outdated.
    """
    if_match("Read it first, and send its ETag as If-Match.")
    if not request.if_match.contains(str(version)):
        raise changed_since()
    return version


def if_match(missing: str) -> str:
    """The If-Match of the present request; *missing* is what to tell whoever sent none.

    Raises:
        Problem: precondition-required where there is none, precondition-failed where it is none.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise Problem("precondition-required", missing)
    if not _IF_MATCH.fullmatch(header.strip()):
        raise Problem(
            "precondition-failed",
            "If-Match must be the ETag as it came, in its quotes. Nothing was changed.",
        )
    return header.strip()


def changed_since() -> Problem:
    """It has changed since the caller read it."""
    return Problem(
        "precondition-failed",
        "It has been changed since you read it. Read it again, and decide anew.",
    )

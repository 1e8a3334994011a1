"""What a caller gets: answers with their entity tags, by which a client may ask again for what it
holds, and overwrites nothing (If-Match) that it has not seen; or instead of an answer RFC 9457
problem documents, one type for each thing that can go wrong.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import category
from urllib.parse import quote

from flask import Response, g, has_request_context, request

from app.api.http.answered.answers import ErrorAnswer, ProblemAnswer, unset_if_none
from app.api.http.answered.problem_type import ProblemType
from app.api.http.answered.problem_types import PROBLEM_TYPES
from app.determinations.answer import encode
from app.law.errors import UnknownEdition

JSON = "application/json"
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_IF_MATCH = re.compile(rf"\*|{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")
"""`*`, or entity tags, each in quotes (RFC 9110, section 13.1.1)."""
MEDIA_TYPE = "application/problem+json"
ERRORS_AT_MOST = 100
"""The most errors in a problem document."""
NAMES_AT_MOST = 80
"""The most characters of a caller's name to repeat; an ellipsis follows. All names of the service
are shorter.
"""
REPLACED = "\ufffd"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of controls, marks of direction, halves of characters, private and unassigned ones,
line ends.
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One error in a request: its place (in `json` a JSON pointer, in `query` a name) and what to
    send instead.
    """

    location: str
    detail: str
    pointer: str | None = None
    name: str | None = None
    fact: str | None = None

    def answer(self) -> ErrorAnswer:
        """The member of `errors` for it."""
        pointer = (
            None
            if self.pointer is None
            else "/".join(_shortened(part) for part in self.pointer.split("/"))
        )
        name, fact = (
            None if made_up is None else _shortened(made_up) for made_up in (self.name, self.fact)
        )
        return ErrorAnswer(
            location=self.location,
            pointer=unset_if_none(pointer),
            name=unset_if_none(name),
            fact=unset_if_none(fact),
            detail=self.detail,
        )


def _shortened(name: str) -> str:
    """A caller's name, shortened and without control characters. It never ends inside an escape of
    a JSON pointer.
    """
    short = name[:NAMES_AT_MOST].removesuffix("~") + "…" if len(name) > NAMES_AT_MOST else name
    return (
        short
        if short.isprintable()
        else "".join(REPLACED if category(letter) in _UNSEEN else letter for letter in short)
    )


class Problem(Exception):
    """An error response.

    Raise it anywhere in a view; *more* are further members of `ProblemAnswer`.
    """

    def __init__(
        self,
        type: str,
        detail: str,
        errors: Iterable[Wrong] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.type: ProblemType = PROBLEM_TYPES[type]
        self.detail, self.errors, self.headers, self.more = (
            detail,
            list(errors),
            dict(headers or {}),
            more,
        )

    def answer(self) -> ProblemAnswer:
        """The problem document, without what belongs to one request."""
        document = ProblemAnswer(
            type=self.type.path,
            title=self.type.title,
            status=self.type.status,
            detail=self.detail,
            **self.more,
        )
        if self.errors:
            document.errors = [wrong.answer() for wrong in self.errors[:ERRORS_AT_MOST]]
        if len(self.errors) > ERRORS_AT_MOST:
            document.further_errors = len(self.errors) - ERRORS_AT_MOST
        return document


def problem_response(problem: Problem) -> Response:
    """The response for a problem, naming the request it belongs to."""
    document = problem.answer()
    if has_request_context():
        document.instance = quote(request.path)
        document.request_id = g.get("request_id")
    response = Response(encode(document), problem.type.status, mimetype=MEDIA_TYPE)
    response.headers.extend(problem.headers)
    return response


_OF_STATUS: dict[int, str] = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "timed-out",
    412: "precondition-failed",
    413: "body-too-large",
    414: "address-too-long",
    415: "unsupported-media-type",
    422: "invalid-request",
    428: "precondition-required",
    429: "too-many-requests",
    431: "headers-too-large",
    500: "internal-error",
    503: "not-ready",
}
"""The type of an error that the framework raises by number."""


def problem_of_status(status: int) -> Problem:
    """The problem for an HTTP error that the framework raised by number."""
    type = _OF_STATUS.get(status, "bad-request" if status < 500 else "internal-error")
    detail = PROBLEM_TYPES[type].explains.partition("\n")[0]
    if status == 413 and has_request_context() and request.max_content_length is not None:
        detail = f"A body can have {request.max_content_length:,} bytes. {detail}"
    return Problem(type, detail)


def unknown_determination() -> Problem:
    """The problem for an unknown determination, or for one that the caller may not see; both are
    the same.
    """
    return Problem("unknown-determination", "No stored determination has this id.")


def unknown_question(location: str) -> Problem:
    """The problem for a question that does not exist."""
    return Problem(
        "unknown-question",
        "GET /v1/questions lists the questions.",
        [_at(location, "question", "Unknown question.")],
    )


def unknown_edition(error: UnknownEdition, location: str, name: str = "edition") -> Problem:
    """There is no such edition; named are those that there are. *name* is where it was sent."""
    must = f"Must be one of {', '.join(error.known)}."
    return Problem("unknown-edition", must, [_at(location, name, must)], known=error.known)


def _at(location: str, name: str, detail: str) -> Wrong:
    return (
        Wrong(location, detail, pointer=f"/{name}")
        if location == "json"
        else Wrong(location, detail, name=name)
    )


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
    return _conditional(response)


def entity_tag(text: bytes) -> str:
    """The strong entity tag of a representation: another for every other byte."""
    return hashlib.sha256(text).hexdigest()[:32]


def tagged_response(text: bytes, mimetype: str = JSON, tag_of: bytes | None = None) -> Response:
    """A response with its entity tag, or with that of the text of which it is a part (*tag_of*).

    Without a body where the client says that it has the same already.
    """
    response = Response(text, 200, mimetype=mimetype)
    response.set_etag(entity_tag(tag_of or text))
    return _conditional(response)


def _conditional(response: Response) -> Response:
    """The response, or one without a body where the client says that it has the same already.

    Raises:
        Problem: precondition-failed, where the client wants another version by If-Match: the
            framework would send the document with 412.
    """
    conditional = response.make_conditional(request)
    assert isinstance(conditional, Response)
    if conditional.status_code == 412:
        raise Problem("precondition-failed", "This is not the version in If-Match.")
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
    """Require that If-Match names the version, or `*`. The store compares the version again when it
    writes.

    Raises:
        Problem: precondition-required, where the caller does not say what it has read;
            precondition-failed, where that is outdated.
    """
    if_match("Read it first, and send its ETag as If-Match.")
    if not request.if_match.contains(str(version)):
        raise changed_since()
    return version


def if_match(missing: str) -> str:
    """The If-Match of the present request; *missing* is the detail of the problem without one.

    Raises:
        Problem: precondition-required where there is none, precondition-failed where it is none.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise Problem("precondition-required", missing)
    if not _IF_MATCH.fullmatch(header.strip()):
        raise Problem(
            "precondition-failed",
            "If-Match must be the unchanged ETag with its quotes. The service changed nothing.",
        )
    return header.strip()


def changed_since() -> Problem:
    """It has changed since the caller read it."""
    return Problem(
        "precondition-failed",
        "It changed since you read it. Read it again, then decide whether your change still "
        "applies.",
    )

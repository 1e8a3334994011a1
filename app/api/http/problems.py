"""What a caller gets instead of an answer: RFC 9457 problem documents, one type for each thing that
can go wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import category
from urllib.parse import quote

from flask import Response, g, has_request_context, request

from app.api.http.answers import ErrorAnswer, ProblemAnswer, unset_if_none
from app.api.http.problem_types import BY_STATUS, PROBLEM_TYPES, ProblemType
from app.determinations.answer import encode
from app.law.errors import UnknownEdition

MEDIA_TYPE = "application/problem+json"
ERRORS_AT_MOST = 100
"""A body of a million wrong facts is not answered with a million errors."""
NAMES_AT_MOST = 80
"""Of a name that a caller made up so many characters are told, then an ellipsis.

No name of ours is as long.
"""
REPLACED = "\ufffd"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of controls, marks of direction, halves of characters, private and unassigned ones,
line ends.
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong with a request: where it stands (in `json` a JSON pointer, in `query` a name)
    and what to send instead.
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
    """A caller's name in part only, without what does something to a screen or a log; never ending
    within the two characters that stand for one in a JSON pointer."""
    short = name[:NAMES_AT_MOST].removesuffix("~") + "…" if len(name) > NAMES_AT_MOST else name
    return (
        short
        if short.isprintable()
        else "".join(REPLACED if category(letter) in _UNSEEN else letter for letter in short)
    )


class Problem(Exception):
    """A request that cannot be answered.

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


def problem_of_status(status: int) -> Problem:
    """The problem for an HTTP error that the framework raised by number."""
    type = BY_STATUS.get(status, "bad-request" if status < 500 else "internal-error")
    detail = PROBLEM_TYPES[type].explains.partition("\n")[0]
    if status == 413 and has_request_context() and request.max_content_length is not None:
        detail = f"A body may have {request.max_content_length:,} bytes here. {detail}"
    return Problem(type, detail)


def unknown_determination() -> Problem:
    """Nothing lies under this id, or nothing that this caller may see; the two are told alike."""
    return Problem("unknown-determination", "No determination was kept under this id.")


def unknown_question(location: str) -> Problem:
    """There is no such question."""
    return Problem(
        "unknown-question",
        "GET /v1/questions lists what can be asked.",
        [_at(location, "question", "There is no such question.")],
    )


def unknown_edition(error: UnknownEdition, location: str) -> Problem:
    """There is no such edition; named are those that there are."""
    must = f"Must be one of {', '.join(error.known)}."
    return Problem("unknown-edition", must, [_at(location, "edition", must)], known=error.known)


def _at(location: str, name: str, detail: str) -> Wrong:
    return (
        Wrong(location, detail, pointer=f"/{name}")
        if location == "json"
        else Wrong(location, detail, name=name)
    )

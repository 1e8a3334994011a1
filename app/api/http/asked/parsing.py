"""Read and check what a request carries: its body as strict JSON, its query, its media type."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from flask import Request
from marshmallow import ValidationError
from werkzeug.exceptions import ClientDisconnected, HTTPException

from app.api.http.answered.responses import JSON, Problem, Wrong, problem_of_status
from app.determinations.cases.strict_json import MalformedJson, loads

T = TypeVar("T")


def require_media_type(incoming: Request, *accepted: str) -> None:
    """Refuse a body that is not of one of these media types in UTF-8, plainly encoded.

    Raises:
        Problem: unsupported-media-type.
    """
    charset = incoming.mimetype_params.get("charset", "utf-8").lower()
    encoding = incoming.headers.get("Content-Encoding", "identity").lower()
    if (
        incoming.mimetype not in accepted
        or charset not in ("utf-8", "utf8")
        or encoding != "identity"
        or is_packed(incoming)
    ):
        raise Problem(
            "unsupported-media-type",
            f"Send {' or '.join(accepted)} in UTF-8. Leave out Content-Encoding. The only "
            "Transfer-Encoding is chunked.",
            headers={"Accept": ", ".join(accepted)},
        )


def is_packed(incoming: Request) -> bool:
    """Whether the body has an encoding, which the service does not decode."""
    return incoming.headers.get("Transfer-Encoding", "chunked").strip().lower() not in (
        "chunked",
        "identity",
        "",
    )


def read_body(incoming: Request) -> object:
    """The JSON value of a request's body.

    Raises:
        Problem: unsupported-media-type, body-too-large, malformed-json.
    """
    require_media_type(incoming, JSON)
    body = whole(incoming, lambda: incoming.get_data(cache=True), len)
    try:
        return loads(body)
    except MalformedJson as error:
        raise Problem("malformed-json", str(error)) from None


def whole(incoming: Request, read: Callable[[], T], length: Callable[[T], int]) -> T:
    """What was read of a body, if all of it came.

    Raises:
        Problem: incomplete-body; the connection ended early, or the body's chunks are malformed.
            body-too-large.
    """
    allowed, is_announced = incoming.max_content_length, incoming.content_length is not None
    if allowed is not None and not is_announced:
        # Of a body whose length nobody announced, the framework takes what is allowed and looks no
        # further: one that is just as
        # long as it may be cannot be told from a longer one.
        incoming.max_content_length = allowed + 1
    try:
        body = read()
    except ClientDisconnected as error:
        raise Problem(
            "incomplete-body",
            "The connection ended before the body did. The service stored nothing.",
        ) from error
    except HTTPException:
        raise
    except Exception as error:  # each server has its own errors for a body it cannot read
        raise Problem(
            "incomplete-body",
            "The connection ended before the body did. The service stored nothing.",
        ) from error
    finally:
        incoming.max_content_length = allowed
    if allowed is not None and length(body) > allowed:
        raise problem_of_status(413)
    if incoming.content_length is not None and length(body) < incoming.content_length:
        raise Problem(
            "incomplete-body",
            "The body is shorter than Content-Length. The service stored nothing.",
        )
    return body


def pointer_part(name: object) -> str:
    """A name escaped for a JSON pointer."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def wrongs(location: str, messages: Any, pointer: str = "") -> Iterator[Wrong]:
    """What marshmallow found wrong, one by one, each with its place."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from wrongs(
                location, inner, pointer if name == "_schema" else pointer + pointer_part(name)
            )
    elif isinstance(messages, list):
        for message in messages:
            if location == "query":
                yield Wrong(
                    location,
                    str(message),
                    name=pointer.removeprefix("/").replace("~1", "/").replace("~0", "~"),
                )
            else:
                yield Wrong(location, str(message), pointer=pointer)


def refuse(error: ValidationError, location: str) -> Problem:
    """The problem for a request of the wrong shape."""
    return Problem(
        "invalid-request",
        "Each member of `errors` says what to send instead.",
        wrongs(location, error.messages),
    )


def read_query(incoming: Request) -> Mapping[str, str]:
    """The query, each parameter once.

    Raises:
        ValidationError: a parameter was sent several times.
    """
    if not incoming.query_string:
        return {}
    repeated = [name for name, values in incoming.args.lists() if len(values) > 1]
    if repeated:
        raise ValidationError({name: ["Must be sent once."] for name in repeated})
    return incoming.args.to_dict()

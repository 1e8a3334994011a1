"""flask-smorest as this service uses it: our JSON reader, our problem documents, our fields in the
OpenAPI document.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

import flask_smorest
from flask import Request, Response, request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import ClientDisconnected, HTTPException

from app.access.principal import PUBLIC
from app.api.http.problem_types import PROBLEM_TYPES
from app.api.http.problems import MEDIA_TYPE, Problem, Wrong, problem_of_status, problem_response
from app.determinations.strict_json import MalformedJson, loads
from app.remembered import Remembered

JSON = "application/json"
SCHEME, CLIENTS = "bearer", "client_credentials"
"""What the OpenAPI document calls the ways in which callers show who they are."""
QUERIES_AT_MOST, QUERY_REMEMBERED = 256, 64
"""So many queries, each with so many bytes at most, are remembered for each view."""
T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """What leaves a view's type as it is."""

    def __call__(self, view: View, /) -> View: ...


def needing(permission: str, without_keeping: str | None = None) -> Decorator:
    """The permission that a view asks for; another where `keep=false` is asked.

    For views of any blueprint.
    """

    def declared(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        view.permission_without_keeping = without_keeping  # type: ignore[attr-defined]
        return view

    return declared


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
        detail = (
            f"Send {' or '.join(accepted)} in UTF-8, without Content-Encoding or "
            "Transfer-Encoding but chunked."
        )
        raise Problem("unsupported-media-type", detail, headers={"Accept": ", ".join(accepted)})


def is_packed(incoming: Request) -> bool:
    """Whether a body is said to be packed on its way, which nobody here unpacks."""
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
            "incomplete-body", "The body could not be read to its end; nothing was kept."
        ) from error
    except HTTPException:
        raise
    except Exception as error:  # each server has its own errors for a body it cannot read
        raise Problem(
            "incomplete-body", "The body could not be read to its end; nothing was kept."
        ) from error
    finally:
        incoming.max_content_length = allowed
    if allowed is not None and length(body) > allowed:
        raise problem_of_status(413)
    if incoming.content_length is not None and length(body) < incoming.content_length:
        raise Problem(
            "incomplete-body", "The body is shorter than Content-Length says; nothing was kept."
        )
    return body


def pointer_part(name: object) -> str:
    """A name as it stands in a JSON pointer."""
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


def _documenting(decorator: Any) -> Decorator:
    """A decorator of flask-smorest's for its documentation alone: views answer whole responses, so
    its wrapper is idle.
    """

    def documented(view: View) -> View:
        view._apidoc = decorator(view)._apidoc  # type: ignore[attr-defined]
        return view

    return documented


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A blueprint whose arguments are parsed strictly."""

    def get(self, rule: str) -> Decorator:
        """A view for GET, and with it HEAD."""
        return self._view(rule, "GET")

    def post(self, rule: str) -> Decorator:
        """A view for POST."""
        return self._view(rule, "POST")

    def patch(self, rule: str) -> Decorator:
        """A view for PATCH."""
        return self._view(rule, "PATCH")

    def delete(self, rule: str) -> Decorator:
        """A view for DELETE."""
        return self._view(rule, "DELETE")

    def _view(self, rule: str, method: str) -> Decorator:
        def registered(view: View) -> View:
            self.route(rule, methods=[method])(self.tells(operationId=view.__name__)(view))
            return view

        return registered

    def body(self, schema: type[Schema], **options: Any) -> Decorator:
        """The view's argument is the JSON body, loaded by a schema."""
        made = schema()
        return self._reads(
            made,
            "json",
            lambda incoming: made.load(cast(Mapping[str, Any], read_body(incoming))),
            options,
        )

    def query(self, schema: type[Schema], **options: Any) -> Decorator:
        """The view's argument is the query, loaded by a schema."""
        made = schema()
        kept: Remembered[Mapping[str, Any]] = Remembered(QUERIES_AT_MOST)

        def load(incoming: Request) -> dict[str, Any]:
            """Many callers send the same few queries, so what those load to is remembered."""
            text = incoming.query_string
            loaded = kept.find(text)
            if loaded is None:
                loaded = made.load(read_query(incoming))
                if len(text) <= QUERY_REMEMBERED:
                    kept.keep(text, loaded)
            return dict(loaded)

        return self._reads(made, "query", load, options)

    def _reads(
        self,
        schema: Schema,
        location: str,
        load: Callable[[Request], Any],
        options: Mapping[str, Any],
    ) -> Decorator:
        """Read, load and hand on.

        Flask-smorest only documents it, because its own reader looks for much that is not here.
        """
        documented = _documenting(self.arguments(schema, location=location, **options))

        def reading(view: View) -> View:
            @wraps(view)
            def loaded(*args: Any, **kwargs: Any) -> Any:
                try:
                    value = load(request._get_current_object())  # type: ignore[attr-defined]
                except ValidationError as error:
                    raise refuse(error, location) from None
                return view(*args, value, **kwargs)

            return documented(cast(View, loaded))

        return reading

    def answers(
        self, status: int, schema: str | dict[str, Any], description: str, **options: Any
    ) -> Decorator:
        """What the view answers; *schema* names a component of the OpenAPI document."""
        return _documenting(self.response(status, schema, description=description, **options))

    def fails(self, *types: str) -> Decorator:
        """The problem types that a view may answer with, for the OpenAPI document."""
        by_status: dict[int, list[str]] = {}
        for name in types:
            by_status.setdefault(PROBLEM_TYPES[name].status, []).append(name)
        responses = {
            status: {
                "description": "; ".join(
                    f"`{name}`: {PROBLEM_TYPES[name].title}" for name in names
                ),
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for status, names in by_status.items()
        }
        return _documenting(self.doc(responses=responses))

    def needs(self, permission: str, without_keeping: str | None = None) -> Decorator:
        """The permission that a view asks for; another where `keep=false` is asked.

        Every view names one.
        """

        def declared(view: View) -> View:
            needing(permission, without_keeping)(view)
            if permission == PUBLIC:
                return self.tells(security=[])(view)
            told = [
                {way: [one]}
                for one in (permission, without_keeping)
                if one is not None
                for way in (SCHEME, CLIENTS)
            ]
            return self.tells(security=told)(
                self.fails("unauthenticated", "forbidden", "records-unavailable", "records-full")(
                    view
                )
            )

        return declared

    def header(self, name: str, description: str, required: bool = False) -> Decorator:
        """A header that a view reads, for the OpenAPI document."""
        told = {
            "name": name,
            "in": "header",
            "description": description,
            "required": required,
            "schema": {"type": "string"},
        }

        def reading(view: View) -> View:
            documented = deepcopy(getattr(view, "_apidoc", {}))
            documented.setdefault("arguments", {}).setdefault("parameters", []).append(told)
            view._apidoc = documented  # type: ignore[attr-defined]
            return view

        return reading

    def tells(self, **operation: Any) -> Decorator:
        """Further members of the operation in the OpenAPI document."""
        return _documenting(self.doc(**operation))


class Api(flask_smorest.Api):  # type: ignore[misc]
    """The OpenAPI document, and problem documents for every HTTP error."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def handle_http_exception(self, error: HTTPException) -> Response | HTTPException:
        """A problem document for what the framework refuses; redirects pass."""
        if error.code is None or error.code < 400:
            return error
        problem = problem_of_status(error.code)
        if error.code == 405 and getattr(error, "valid_methods", None):
            problem.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
        return problem_response(problem)

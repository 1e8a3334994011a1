"""One decorator for API views: permission, inputs, outputs, problems.

The view gets the parsed inputs. The same declaration produces the OpenAPI document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from flask import Blueprint, request
from marshmallow import Schema, ValidationError

from app.access.principal import PUBLIC
from app.api.http.answered.responses import JSON
from app.api.http.asked.parsing import read_body, read_query, refuse
from app.api.http.asked.schemas import NoQuery

QUERIES_AT_MOST, QUERY_BYTES_AT_MOST = 256, 64
"""For each view so many loaded queries are cached, of so many bytes at most."""
WITH_PERMISSION = ("unauthenticated", "forbidden", "records-unavailable", "records-full")
WITH_BODY = ("incomplete-body", "body-too-large")
WITH_JSON = ("malformed-json", "unsupported-media-type")
WITH_KEY = (
    "idempotency-key-required",
    "idempotency-key-malformed",
    "idempotency-key-reused",
    "request-in-flight",
)
WITH_IF_MATCH = ("precondition-required", "precondition-failed")
View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """What leaves a view's type as it is."""

    def __call__(self, view: View, /) -> View: ...


class Content(NamedTuple):
    """What a response or a request carries, and what it means.

    *body* is the class that is encoded, one for each media type where it is not JSON alone, or None
    where there is no body. A text names a schema of requests.
    """

    meaning: str
    body: Any = None

    @property
    def by_media_type(self) -> Mapping[str, Any]:
        """The classes by media type."""
        if self.body is None:
            return {}
        return self.body if isinstance(self.body, Mapping) else {JSON: self.body}


def requires(permission: str, without_keeping: str | None = None) -> Decorator:
    """Declare the permission of a view, and another one for `keep=false`."""

    def declared(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        view.permission_without_keeping = without_keeping  # type: ignore[attr-defined]
        return view

    return declared


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What a view of the API declares; an operation decorates its view.

    The view is called with the loaded query, if there is one, the loaded body, if there is one, and
    the parts of the address by name. *without_keeping* is the permission that `keep=false` needs
    instead. *idempotent*: it takes an Idempotency-Key. *if_match* describes the If-Match that it
    requires. Where *body_optional*, no body counts as an empty object. A view without *query* reads
    the query by itself, if at all; *request_body* documents a body that it reads by itself.
    *body_bytes* is how long its body may be, where that is not what the settings say.
    """

    permission: str
    returns: Mapping[int, Content]
    problems: tuple[str, ...] = ()
    query: type[Schema] | None = NoQuery
    body: type[Schema] | None = None
    body_optional: bool = False
    request_body: Content | None = None
    without_keeping: str | None = None
    idempotent: bool = False
    if_match: str | None = None
    body_bytes: int | None = None

    @property
    def permissions(self) -> list[str]:
        """The permissions of which a caller needs one; none where everybody may ask."""
        return [
            one
            for one in (self.permission, self.without_keeping)
            if one is not None and one != PUBLIC
        ]

    @property
    def bodies(self) -> list[Any]:
        """Every class that the view returns or reads by itself."""
        contents = (*self.returns.values(), *((self.request_body,) if self.request_body else ()))
        return [body for content in contents for body in content.by_media_type.values()]

    @property
    def problem_types(self) -> tuple[str, ...]:
        """The problem types that the view may answer with, but for those of every address."""
        return (
            *(WITH_PERMISSION if self.permissions else ()),
            *(WITH_JSON if self.body else ()),
            *(WITH_BODY if self.body or self.request_body else ()),
            *(("invalid-request",) if self.query or self.body else ()),
            *(WITH_KEY if self.idempotent else ()),
            *(WITH_IF_MATCH if self.if_match else ()),
            *self.problems,
        )

    def posted_at(self, blueprint: Blueprint, rule: str) -> Callable[[View], View]:
        """Serve a function at an address for POST, and leave the function itself as it is: a page
        calls it with what it has loaded.
        """

        def declared(function: View) -> View:
            blueprint.post(rule)(self(function))
            return function

        return declared

    def __call__(self, view: View) -> View:
        load_query = None if self.query is None else _query_loader(self.query())
        body = None if self.body is None else self.body()

        @wraps(view)
        def called(**address: Any) -> Any:
            query = None if load_query is None else load_query()
            arguments: list[Any] = [] if self.query in (None, NoQuery) else [query]
            if self.body_bytes is not None:
                request.max_content_length = self.body_bytes
            if body is not None:
                arguments.append(_load_body(body, self.body_optional))
            return view(*arguments, **address)

        called.operation = self  # type: ignore[attr-defined]
        return requires(self.permission, self.without_keeping)(cast(View, called))


def _load_body(schema: Schema, is_optional: bool) -> Any:
    is_absent = is_optional and not request.content_length and not request.is_json
    try:
        return schema.load({} if is_absent else cast(Mapping[str, Any], read_body(request)))
    except ValidationError as error:
        raise refuse(error, "json") from None


def _query_loader(schema: Schema) -> Callable[[], dict[str, Any]]:
    """What loads the present request's query.

    Many callers send the same few queries, so the short ones are loaded once.
    """

    def load(text: bytes) -> Mapping[str, Any]:
        loaded: Mapping[str, Any] = schema.load(read_query(request))
        return loaded

    cached = lru_cache(QUERIES_AT_MOST)(load)

    def loaded() -> dict[str, Any]:
        text = request.query_string
        try:
            return dict(cached(text) if len(text) <= QUERY_BYTES_AT_MOST else load(text))
        except ValidationError as error:
            raise refuse(error, "query") from None

    return loaded

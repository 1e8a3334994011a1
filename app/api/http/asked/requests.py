"""What happens around every request: its id, the headers that every response carries, one line in
the log, and the figures.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.middleware.proxy_fix import ProxyFix

from app.api.http.metrics import IN_WORK, REQUESTS
from app.api.http.service import principal

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"})
OTHER = "other"
_SEEN = "eligibility.seen"

log = logging.getLogger(__name__)
StartResponse = Callable[..., Any]
Environ = dict[str, Any]


@dataclass(slots=True)
class Seen:
    """The data of a request for logs and metrics. The route is its template, without values of the
    caller.
    """

    method: str
    route: str = OTHER
    status: int = 500
    actor: str = ""
    address: str = ""
    request_id: str = ""


def watch_requests(app: Flask) -> None:
    """Give every request an id and every response its headers, errors included.

    Log and count each.
    """
    app.before_request(_name_request)
    app.after_request(_finish)
    app.wsgi_app = Watch(app.wsgi_app)  # type: ignore[method-assign]


def trust_proxies(app: Flask, hops: int) -> None:
    """Take the client's address and scheme from what that many proxies in front of the service
    added, and from no one else.
    """
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]


def _name_request() -> None:
    g.request_id = _given_id(request.headers.get("X-Request-Id")) or str(uuid4())
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)


def _given_id(text: str | None) -> str | None:
    """The caller's request id if it is a UUID; otherwise nothing, so that no other text enters logs
    and responses.
    """
    if text is None or len(text) != 36:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.request_id
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    seen = request.environ.get(_SEEN)
    if isinstance(seen, Seen):
        seen.route = request.url_rule.rule if request.url_rule else OTHER
        seen.actor, seen.address, seen.request_id = (
            principal().actor,
            request.remote_addr or "",
            g.request_id,
        )
    return response


class Watch:
    """Around the whole application: the headers that are alike on every answer, and how long each
    took to its last byte, streamed ones and failed ones too."""

    def __init__(self, application: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, as WSGI has it."""
        method = environ["REQUEST_METHOD"]
        seen = environ[_SEEN] = Seen(method if method in METHODS else OTHER)
        begun = time.perf_counter()

        def started(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            seen.status = int(status[:3])
            own = {name for name, _ in headers}
            alike = [each for each in HEADERS.items() if each[0] not in own]
            return start_response(status, [*headers, *alike], *exc_info)

        IN_WORK.inc()
        try:
            return TimedResponse(
                self._application(environ, started), lambda: _answered(seen, begun)
            )
        except BaseException:
            _answered(seen, begun)
            raise


class TimedResponse:
    """An answer whose end is noticed, once, however it ends."""

    def __init__(self, parts: Iterable[bytes], at_end: Callable[[], None]) -> None:
        self._parts, self._at_end, self._is_over = parts, at_end, False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        """The server is through with it, or the client is gone."""
        try:
            if hasattr(self._parts, "close"):
                self._parts.close()
        finally:
            if not self._is_over:
                self._is_over = True
                self._at_end()


def _answered(seen: Seen, begun: float) -> None:
    seconds = time.perf_counter() - begun
    IN_WORK.dec()
    REQUESTS.labels(seen.method, seen.route, str(seen.status)).observe(seconds)
    log.info(
        "request",
        extra={
            "request_id": seen.request_id,
            "method": seen.method,
            "route": seen.route,
            "status": seen.status,
            "milliseconds": round(seconds * 1000, 1),
            "actor": seen.actor,
            "address": seen.address,
        },
    )
    clear_contextvars()

"""What happens around every request: its id, and the headers that every response carries."""

from uuid import UUID, uuid4

from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
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


def watch_requests(app: Flask) -> None:
    """Give every request an id and every response its headers, errors included."""
    app.before_request(_name_request)
    app.after_request(_finish)


def _name_request() -> None:
    g.request_id = _given_id(request.headers.get("X-Request-Id")) or str(uuid4())


def _given_id(text: str | None) -> str | None:
    """A caller's id is taken over only where it is a UUID, so that nothing else gets into logs and answers."""
    if text is None or len(text) != 36:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _finish(response: Response) -> Response:
    headers = response.headers
    for name, value in HEADERS.items():
        headers[name] = value
    headers["X-Request-Id"] = g.request_id
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response

"""Where the present request comes from, for the audit trail."""

from flask import g, has_request_context, request

from app.access.origin import Origin
from app.api.http.authority import principal


def origin(actor: str | None = None) -> Origin:
    """Where the present request comes from.

    Outside of requests there is neither address nor request id.
    """
    actor = actor or principal().actor
    return (
        Origin(actor, request.remote_addr, g.get("request_id"))
        if has_request_context()
        else Origin(actor)
    )

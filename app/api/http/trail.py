"""The audit trail's entries for what requests do: who, what, when, from where, under which request
id; never a value.
"""

from flask import g, has_request_context, request

from app import clock
from app.access.trail import DONE, Origin
from app.api.http.authority import principal
from app.records.entries import AuditEntry


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


def audit_entry(
    action: str, kind: str, object_id: str | None, outcome: str = DONE, actor: str | None = None
) -> AuditEntry:
    """The entry for something that the present request does."""
    return origin(actor).did(action, object_id, outcome, kind).entered(clock.now())

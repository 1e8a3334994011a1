"""The audit trail's entries for what requests do: who, what, when, from where, under which request id; never a value."""

from flask import g, has_request_context, request

from app import clock
from app.api.authority import principal
from app.records.entries import AuditEntry
from app.records.identity import new_id


def audit_entry(action: str, kind: str, object_id: str | None, outcome: str = "done", actor: str | None = None) -> AuditEntry:
    """The entry for something that the present request does; outside of requests there is neither address nor request id."""
    now, within = clock.now(), has_request_context()
    return AuditEntry(
        id=new_id(now),
        at=now,
        actor=actor or principal().actor,
        action=action,
        kind=kind,
        object_id=object_id,
        outcome=outcome,
        address=request.remote_addr if within else None,
        request_id=g.get("request_id") if within else None,
    )

"""Who asks and from where, for the audit trail."""

from dataclasses import dataclass

from app import clock
from app.records.entries import AuditEntry
from app.records.identity import new_id

DONE, REFUSED = "done", "refused"
UNKNOWN = "unknown"
"""Stands for an unknown account. Logs omit the name that somebody typed, because it can be a
password in the wrong field.
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from: the actor as records name them, the network address, the id of
    the request.
    """

    actor: str
    address: str | None = None
    request_id: str | None = None

    def by(self, account_id: str) -> "Origin":
        """The same request, once it is known whose it is."""
        return Origin(actor_of(account_id), self.address, self.request_id)

    def did(
        self,
        action: str,
        object_id: str | None,
        outcome: str = DONE,
        kind: str = "account",
        granted: str | None = None,
    ) -> AuditEntry:
        """The audit entry, of now, for something done to an object, or refused. *granted* is the
        role and the organization that it gives, as `given` says them.
        """
        now = clock.now()
        return AuditEntry(
            new_id(now),
            now,
            self.actor,
            action,
            kind,
            object_id,
            outcome,
            self.address,
            self.request_id,
            granted=granted,
        )


def given(role: str, organization: str | None) -> str:
    """How an audit entry says which role in which organization somebody was given."""
    return role if organization is None else f"{role}@{organization}"


def actor_of(account_id: str) -> str:
    """How records name somebody who signed in."""
    return f"account:{account_id}"

"""What the audit trail is told of people: who signed in, from where, and what was done to which account."""

import logging
from dataclasses import asdict, dataclass
from typing import Protocol

from app.records.accounts import Entry, Note

log = logging.getLogger(__name__)

DONE, REFUSED = "done", "refused"
UNKNOWN = "unknown"
"""Stands for an account that nobody has. The name that was typed is told to nobody: it may be a password in the wrong field."""


class AuditTrail(Protocol):
    """Where entries are kept for good."""

    def note(
        self,
        *,
        actor: str,
        action: str,
        kind: str,
        object_id: str,
        outcome: str,
        address: str | None,
        request_id: str | None,
    ) -> None:
        """Keep one entry."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: the actor as records name them, the network address, the id of the request."""

    actor: str
    address: str | None = None
    request_id: str | None = None

    def by(self, account_id: str) -> "Origin":
        """The same request, once it is known whose it is."""
        return Origin(actor_of(account_id), self.address, self.request_id)

    def did(self, action: str, account_id: str, outcome: str = DONE) -> Entry:
        """The entry for something done to an account, or refused."""
        return Entry(self.actor, action, "account", account_id, outcome, self.address, self.request_id)


def actor_of(account_id: str) -> str:
    """How records name somebody who signed in."""
    return f"account:{account_id}"


def noting(trail: AuditTrail) -> Note:
    """What writes entries to a trail that needs no connection to write within the transaction of the change."""

    def note(_connection: object, entry: Entry) -> None:
        trail.note(**asdict(entry))

    return note


class LoggedTrail:
    """Entries as lines of the log, where no trail is kept."""

    def note(
        self,
        *,
        actor: str,
        action: str,
        kind: str,
        object_id: str,
        outcome: str,
        address: str | None,
        request_id: str | None,
    ) -> None:
        """Log one entry."""
        log.info("%s %s %s %s: %s (request %s)", actor, action, kind, object_id, outcome, request_id)

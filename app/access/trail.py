"""What happened in matters of access, told to whoever keeps the audit trail."""

import logging
from typing import Protocol

log = logging.getLogger(__name__)


class AuditTrail(Protocol):
    """Keeps a trail of who did what. Nothing told to it holds a secret, a name or a value."""

    def note(
        self, *, actor: str, action: str, kind: str, object_id: str, outcome: str, address: str | None, request_id: str | None
    ) -> None:
        """Note one thing that somebody did or tried to do to an object of a kind."""


class LoggedTrail:
    """A trail that is no more than lines of the log."""

    def note(
        self, *, actor: str, action: str, kind: str, object_id: str, outcome: str, address: str | None, request_id: str | None
    ) -> None:
        """One line."""
        log.info("%s by %s on %s %s: %s (request %s)", action, actor, kind, object_id, outcome, request_id)

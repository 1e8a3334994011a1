"""What the audit trail is told in matters of access: who signed in, and what was done to which
account or credential.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from app import clock
from app.records.entries import Entry, IdempotencyRecord
from app.records.store import Store, enter, keep_answer

DONE, REFUSED = "done", "refused"
UNKNOWN = "unknown"
"""Stands for an account that nobody has.

The name that was typed is told to nobody: it may be a password in the wrong field.
"""


class AuditTrail(Protocol):
    """Where entries are kept for good."""

    def note(self, entry: Entry) -> None:
        """Keep one entry."""


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
        self, action: str, object_id: str | None, outcome: str = DONE, kind: str = "account"
    ) -> Entry:
        """The entry for something done to an object, or refused."""
        return Entry(self.actor, action, kind, object_id, outcome, self.address, self.request_id)


def actor_of(account_id: str) -> str:
    """How records name somebody who signed in."""
    return f"account:{account_id}"


Answer = Callable[[str], IdempotencyRecord | None]
"""From the id of what was created to what the request for it is answered with.

None where nothing is to be remembered.
"""
_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


@contextmanager
def answering(answer: Answer) -> Iterator[None]:
    """Keep, with the next thing that a store creates, what the request for it is answered with: in
    the same transaction.
    """
    token = _answer.set(answer)
    try:
        yield
    finally:
        _answer.reset(token)


def enter_told(connection: Any, entry: Entry) -> None:
    """Enter in the audit trail what a store tells, in the transaction of the change itself.

    Raises:
        AlreadyAnswered: the request's idempotency key was used first by another one.
    """
    enter(connection, entry.entered(clock.now()))
    if (answer := _answer.get()) is not None and entry.object_id is not None:
        _answer.set(None)
        if (record := answer(entry.object_id)) is not None:
            keep_answer(connection, record)


class KeptTrail:
    """The audit trail in the database, for what changes nothing else there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, entry: Entry) -> None:
        """Keep one entry.

        Raises:
            RecordsUnavailable: it could not be kept.
        """
        self._store.note(entry.entered(clock.now()))

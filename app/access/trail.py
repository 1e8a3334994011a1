"""What the audit trail is told in matters of access: who signed in, and what was done to which account or credential."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from app import clock
from app.records.accounts import Entry, Note
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.identity import new_id
from app.records.store import Store, enter, keep_answer

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


class Told(Protocol):
    """What somebody did or tried to do, as the stores of accounts and of credentials tell it."""

    @property
    def actor(self) -> str:
        """Who, as records name them."""

    @property
    def action(self) -> str:
        """What."""

    @property
    def kind(self) -> str:
        """To which kind of object."""

    @property
    def object_id(self) -> str:
        """To which object."""

    @property
    def outcome(self) -> str:
        """How it ended."""

    @property
    def address(self) -> str | None:
        """From where."""

    @property
    def request_id(self) -> str | None:
        """In which request."""


Answer = Callable[[str], IdempotencyRecord | None]
"""From the id of what was created to what the request for it is answered with; none where nothing is to be remembered."""
_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


@contextmanager
def answering(answer: Answer) -> Iterator[None]:
    """Keep, with the next thing that a store creates, what the request for it is answered with: in the same transaction."""
    token = _answer.set(answer)
    try:
        yield
    finally:
        _answer.reset(token)


def enter_told(connection: Any, told: Told) -> None:
    """Enter in the audit trail what a store tells, in the transaction of the change itself.

    Raises:
        AlreadyAnswered: the request's idempotency key was used first by another one.
    """
    now = clock.now()
    about = (told.actor, told.action, told.kind, told.object_id, told.outcome, told.address, told.request_id)
    enter(connection, AuditEntry(new_id(now), now, *about))
    if (answer := _answer.get()) is not None:
        _answer.set(None)
        if (record := answer(told.object_id)) is not None:
            keep_answer(connection, record)


class KeptTrail:
    """The audit trail in the database, for what changes nothing else there."""

    def __init__(self, store: Store) -> None:
        self._store = store

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
        """Keep one entry.

        Raises:
            RecordsUnavailable: it could not be kept.
        """
        now = clock.now()
        entry = AuditEntry(new_id(now), now, actor, action, kind, object_id, outcome, address, request_id)
        with self._store.writing() as connection:
            enter(connection, entry)

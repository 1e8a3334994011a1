"""What a class of records offers for disposal: its old records, each with the rows that would go
and what keeps it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection

from app.records.entries import AuditEntry

Leaf = tuple[str, str, str]
"""The kind, the id and the digest of a row that goes."""
HELD = "a legal hold keeps it"
UNREADABLE = "it is damaged and cannot be read"
UNSEALED = "no seal closed it so long ago"
NEEDED = "a verification still needs it"
LATELY = "something belongs to it that is younger"


class Candidate(NamedTuple):
    """A record that is old enough, with the rows that would go with it. *kept_by* says why it
    stays all the same; None where it may go.
    """

    id: str
    leaves: tuple[Leaf, ...]
    kept_by: str | None = None


class Page(NamedTuple):
    """Some candidates, and the place to go on from; None after the last page."""

    candidates: Sequence[Candidate]
    after: str | None


Entering = Callable[[str, str, str], AuditEntry]
"""Makes the audit entry for an action on an object of a kind."""


class DisposableClass(NamedTuple):
    """A class of records that is disposed of.

    *candidates* reads those made before an instant, from a place on. *remove* deletes some in the
    transaction of their disposal, with the audit entries that belong to them. *key* names the rows
    of a class that no seal closes.
    """

    name: str
    candidates: Callable[[Connection, datetime, str | None], Page]
    remove: Callable[[Connection, Sequence[str], Entering], object]
    key: Column[Any] | None = None

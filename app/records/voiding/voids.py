"""Declaring a determination void, once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select

from app.records.entries import AuditEntry, IdempotencyRecord, Void
from app.records.store import Store, await_seal, enter, store_response, successor_of
from app.records.voiding.standing import hold_still, void_of
from app.records.voiding.void_tables import voids


class AlreadyVoid(Exception):
    """The determination was voided before. Nothing was stored. *void* says by whom and when."""

    def __init__(self, void: Void) -> None:
        super().__init__(void.determination)
        self.void = void


class ReplacedAlready(Exception):
    """Another determination took its place, so it counts for nothing already. Nothing was
    stored. *by* names the other.
    """

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


def keep_void(
    store: Store, void: Void, audit: AuditEntry, response: IdempotencyRecord | None = None
) -> None:
    """Store that a determination is void, with the audit entry and the response to the request.

    Raises:
        AlreadyVoid, ReplacedAlready: it does not stand.
        AlreadyAnswered: the idempotency key was used first by another request.
        RecordsUnavailable: nothing was stored.
    """
    with store.writing() as connection:
        store_response(connection, response)
        hold_still(connection, [void.determination])
        earlier = void_of(connection, void.determination)
        if earlier is not None:
            raise AlreadyVoid(earlier)
        successor = successor_of(connection, void.determination)
        if successor is not None:
            raise ReplacedAlready(successor)
        row = void.row()
        connection.execute(insert(voids), [row])
        await_seal(connection, "void", (void.id, row["record_digest"]))
        enter(connection, audit)


def voided_among(store: Store, ids: Iterable[str]) -> dict[str, datetime]:
    """Which of these determinations are void, each with the instant since when.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    chosen = select(voids.c.determination, voids.c.voided_at).where(
        voids.c.determination.in_(list(ids))
    )
    with store.reading() as connection:
        return {row.determination: row.voided_at for row in connection.execute(chosen)}


def void_among(store: Store, ids: Iterable[str]) -> set[str]:
    """Those of these determinations that are void.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    named = sorted(set(ids))
    chosen = select(voids.c.determination).where(voids.c.determination.in_(named))
    with store.reading() as connection:
        return set(connection.execute(chosen).scalars())

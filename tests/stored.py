"""Determinations as they stand in the database, for tests that look at what was stored."""

from app.records.entries import DeterminationRecord
from app.records.store import Store, find_record


def record_of(store: Store, id: str) -> DeterminationRecord | None:
    """A determination with all its columns; none where there is none."""
    with store.reading() as connection:
        return find_record(connection, id)


def document_of(store: Store, id: str) -> str | None:
    """The text of a determination; none where there is none."""
    record = record_of(store, id)
    return None if record is None else record.document

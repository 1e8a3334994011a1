"""The table of short numbers."""

from sqlalchemy import Column, String, Table, UniqueConstraint

from app.records.tables import Digest, metadata

numbers = Table(
    "numbers",
    metadata,
    Column("number", String(12), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("record_digest", Digest, nullable=False),
    UniqueConstraint("kind", "object_id"),
    info={"kind": "number"},
)
"""One number for each record of a kind that has numbers, given in the transaction that stores the
record, and gone with it.
"""

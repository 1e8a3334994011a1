"""The table of voided determinations."""

from sqlalchemy import Column, ForeignKey, String, Table

from app.records.tables import Digest, Id, Instant, metadata

voids = Table(
    "voids",
    metadata,
    Column("id", Id, primary_key=True),
    Column("determination", Id, ForeignKey("determinations.id"), nullable=False, unique=True),
    Column("because", String(500), nullable=False),
    Column("voided_at", Instant, nullable=False),
    Column("voided_by", String(100), nullable=False),
    Column("record_digest", Digest, nullable=False),
)
"""Which determinations are void, why, and who said so. Append-only and sealed; a void goes when its
determination does.
"""

"""The table of organizations."""

from sqlalchemy import Column, Date, Integer, String, Table, UniqueConstraint

from app.records.tables import Digest, Instant, metadata

organizations = Table(
    "organizations",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("id_key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("address", String(500)),
    Column("contact", String(200)),
    Column("since", Date),
    Column("closed", Date),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    UniqueConstraint("id_key"),
    info={"kind": "organization"},
)
"""`id_key` is the id in lower case: no two ids differ in case alone.

Accounts, credentials, holds, applicants and determinations name the id. No foreign key joins them:
a determination keeps its organization for good, and an id never changes.
"""

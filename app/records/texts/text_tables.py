"""The table of personal texts. It holds ciphertext alone."""

from sqlalchemy import Column, Index, String, Table, Text

from app.records.tables import Digest, Id, Instant, metadata

personal_texts = Table(
    "personal_texts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("about", Id, nullable=False),
    Column("salt", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("kept_at", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "kind", "about"),
    info={"kind": "personal text"},
)
"""What somebody wrote: *about* is the id of the record it belongs to, *kind* the class of record
("waiver", "note"). The sealed record holds a digest of salt and text, never the text.
"""

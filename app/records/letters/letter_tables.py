"""The table of letters. It has no name and no address: these stay with the applicant."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text

from app.records.tables import Digest, Id, Instant, metadata

letters = Table(
    "letters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("question", String(100)),
    Column("subject", String(100)),
    Column("organization", String(100)),
    Column("template", Integer, nullable=False),
    Column("language", String(10), nullable=False),
    Column("large_print", Boolean, nullable=False),
    Column("content", Text, nullable=False),
    Column("content_digest", Digest, nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("sent_on", Date),
    Column("came_back_on", Date),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "kind", "object_id"),
    Index(None, "sent_on", "id"),
    Index(None, "made_at"),
    info={"kind": "letter"},
)
"""What each letter said, about what, and what became of it. *kind* and *object_id* name what it is
about, such as a determination.
"""

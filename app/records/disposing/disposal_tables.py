"""The tables of what is marked for disposal.

A mark is sealed and never changes. What became of it stands in its approval.
"""

from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, String, Table

from app.records.tables import Digest, Id, Instant, metadata

disposal_marks = Table(
    "disposal_marks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("approval", Id, nullable=False, index=True),
    Column("record_class", String(20), nullable=False),
    Column("period", String(20), nullable=False),
    Column("made_before", Instant, nullable=False),
    Column("records", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("root", Digest, nullable=False),
    Column("marked_by", String(100), nullable=False),
    Column("marked_at", Instant, nullable=False),
    Column("release_from", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
)
"""Records of one class that were marked together: after which period, made before which instant,
how many, and the root over them. `records` counts what people count, `count` the rows that go: a
determination with the record that it is void is one and two. `approval` is the proposal that a
second person decides.
"""

marked_records = Table(
    "marked_records",
    metadata,
    Column("mark", Id, ForeignKey("disposal_marks.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("digest", Digest, nullable=False),
    PrimaryKeyConstraint("mark", "kind", "object_id"),
)
"""What a mark is over: the rows that its count and its root cover."""

"""The table of applicants. It has names and birth dates only as ciphertext and as keyed digests."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from app.records.tables import Digest, Id, Instant, metadata

applicants = Table(
    "applicants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(100), nullable=False, unique=True),
    Column("organization", String(100), nullable=False),
    Column("name", Text, nullable=False),
    Column("born_on", Text, nullable=False),
    Column("name_index", Digest, nullable=False),
    Column("name_and_birth_index", Digest, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("details", Text),
    Column("record_digest", Digest, nullable=False),
    Index(None, "name_index", "id"),
    Index(None, "name_and_birth_index", "id"),
    Index(None, "changed_at"),
    info={"kind": "applicant"},
)
"""Who a subject reference stands for. `app.records.applicants.encryption` says what stands in
`name`, `born_on` and what they are found by. `details` is JSON, encrypted too: where letters go,
and former names.
"""

former_names = Table(
    "former_names",
    metadata,
    Column("applicant", Id, ForeignKey("applicants.id", ondelete="CASCADE"), primary_key=True),
    Column("name_index", Digest, primary_key=True),
    Column("name_and_birth_index", Digest, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "name_index"),
    Index(None, "name_and_birth_index"),
    info={"kind": "former name"},
)
"""What applicants are found by under names that they had before; the names are in their rows."""

name_parts = Table(
    "name_parts",
    metadata,
    Column("applicant", Id, ForeignKey("applicants.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Digest, primary_key=True),
    Column("part_and_birth", Digest, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "part"),
    Index(None, "part_and_birth"),
    info={"kind": "name part"},
)
"""What applicants are found by under the words of their names, present and former, in no order."""

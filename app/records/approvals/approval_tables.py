"""The table of approvals."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from app.records.tables import Digest, Id, Instant, metadata

approvals = Table(
    "approvals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("effect", Digest, nullable=False),
    Column("because", String(500), nullable=False),
    Column("proposed_by", String(100), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("organization", String(100)),
    Column("outcome", String(20)),
    Column("decided_by", String(100)),
    Column("decided_at", Instant),
    Column("reply", String(500)),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "kind", "object_id"),
    Index(None, "ends_at"),
    info={"kind": "approval"},
)
"""What somebody proposed to do to an object. `effect` is the digest of what would be done.

Open while `outcome` is null and `ends_at` has not come.
"""

grants = Table(
    "grants",
    metadata,
    Column("object_id", Id, primary_key=True),
    Column("action", String(60), nullable=False),
    Column("change", Text, nullable=False),
    Column("second_part", String(60)),
    Column("record_digest", Digest, nullable=False),
    info={"kind": "grant"},
)
"""What an account or a credential becomes once a second person approves it; `change` is JSON.

`second_part` is the half of a new secret that only the approver reads. It opens nothing alone, and
goes when the grant is decided.
"""

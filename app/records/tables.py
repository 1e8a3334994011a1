"""The tables of records. A change here needs a revision in `migrations/versions`; a test compares
the two.

What is kept for good (determinations, laws, audit entries, disposals and the seals over them) is
append-only: triggers refuse every change, and a deletion unless that record was marked, released
by a second person, and its disposal entered before. Of a table whose rows are not sealed but carry
a digest, `info` says what kind they are called in it.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)

metadata = MetaData(
    naming_convention={
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite stores no zone, so this type removes and adds it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database keeps it."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant with its zone."""
        return (
            None
            if value is None
            else value.replace(tzinfo=UTC)
            if value.tzinfo is None
            else value.astimezone(UTC)
        )


Id = Uuid(as_uuid=False)
Digest = String(64)
Sequence = BigInteger().with_variant(Integer, "sqlite")

determinations = Table(
    "determinations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("decided_at", Instant, nullable=False),
    Column("question", String(100), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("edition", String(100), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("subject", String(100)),
    Column("law_digest", String(100), nullable=False),
    Column("request", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("author", String(100), nullable=False),
    Column("organization", String(100)),
    Column("replaces", Id, unique=True),
    Column("made_by", String(40)),
    Column("record_digest", Digest, nullable=False),
    Index(None, "subject", "decided_at"),
    Index(None, "question", "as_of"),
    Index(None, "organization", "id"),
    Index(None, "author", "id"),
)
"""Determinations as issued: `document` is the answer's text byte for byte, `request` the body that
asked for it, `made_by` the version of the program that made it, none before versions were stored.
"""

decisive_provisions = Table(
    "decisive_provisions",
    metadata,
    Column("provision", String(200), nullable=False),
    Column(
        "determination", Id, ForeignKey("determinations.id", ondelete="CASCADE"), nullable=False
    ),
    PrimaryKeyConstraint("provision", "determination"),
)
"""Which determinations rest on a provision: read off the document, for searching."""

laws = Table(
    "laws",
    metadata,
    Column("digest", String(100), primary_key=True),
    Column("kept_at", Instant, nullable=False),
    Column("texts", Text, nullable=False),
    Column("record_digest", Digest, nullable=False),
)
"""The whole text of the law, once for each digest that determinations were made under: a JSON
object of file names and texts.
"""

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(100), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("object_id", String(100)),
    Column("outcome", String(40), nullable=False),
    Column("address", String(100)),
    Column("request_id", String(36)),
    Column("state_after", String(80)),
    Column("granted", String(160)),
    Column("record_digest", Digest, nullable=False),
    Index(None, "kind", "object_id", "at"),
    Index(None, "actor", "at"),
)
"""Who did or read what, when and from where. Never a value of anybody's facts. `state_after` is the
version and a digest of the row that an entry for a change left.
"""

idempotency_records = Table(
    "idempotency_records",
    metadata,
    Column("actor", String(100), nullable=False),
    Column("route", String(100), nullable=False),
    Column("key", Digest, nullable=False),
    Column("payload", Digest, nullable=False),
    Column("kept_at", Instant, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("location", String(200)),
    Column("etag", String(100)),
    Column("determination", Id),
    Column("body", Text),
    Column("record_digest", Digest, nullable=False),
    PrimaryKeyConstraint("actor", "route", "key"),
    info={"kind": "idempotency"},
)
"""The response to a request that created something, by the digest of its key. For a determination
the body is in its own row.
"""

unsealed = Table(
    "unsealed",
    metadata,
    Column("kind", String(20), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("digest", Digest, nullable=False),
    PrimaryKeyConstraint("kind", "object_id"),
)
"""Unsealed records, entered in the transaction that stored them."""

seals = Table(
    "seals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("first", Sequence, nullable=False),
    Column("count", Integer, nullable=False),
    Column("sealed_at", Instant, nullable=False),
    Column("root", Digest, nullable=False),
    Column("previous", Digest, nullable=False),
    Column("chain", Digest, nullable=False),
)
"""A closed batch: its Merkle root and the chain of roots."""

sealed_records = Table(
    "sealed_records",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=False),
    Column("seal", Integer, ForeignKey("seals.number"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("digest", Digest, nullable=False),
    UniqueConstraint("kind", "object_id"),
)
"""Every sealed record in one order without gaps; the order of events that others follow."""

holds = Table(
    "holds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("because", String(500), nullable=False),
    Column("placed_by", String(100), nullable=False),
    Column("placed_at", Instant, nullable=False),
    Column("organization", String(100)),
    Column("lifted_by", String(100)),
    Column("lifted_at", Instant),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "kind", "object_id"),
    info={"kind": "hold"},
)
"""Legal holds. While one is active, the service disposes of nothing under it."""

disposals = Table(
    "disposals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("disposed_at", Instant, nullable=False),
    Column("because", String(200), nullable=False),
    Column("entry", Id, index=True),
    Column("mark", Id, index=True),
    Column("record_digest", Digest, nullable=False),
    UniqueConstraint("kind", "object_id"),
)
"""What was disposed of when its time was over: its digest stays, so that its absence is
explained. `entry` is the audit entry that states how many went with it, and under which period;
`mark` is the mark under which it was released, none before there were marks.
"""

verifications = Table(
    "verifications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("started_by", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("expected", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("seals", Integer),
    Column("unsealed", Integer),
    Column("chain", Digest),
    Column("complaints", Integer),
    Column("first_complaints", Text),
    Column("proved", Text),
    Column("record_digest", Digest, nullable=False),
    info={"kind": "verification"},
)
"""Verifications that somebody started, with their reports. `expected` is how many records there
were at the start, `records` how many were looked at, `seen_at` when that was last noted, `proved`
what it proved against what.
"""

installation = Table(
    "installation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
    info={"kind": "installation"},
)
"""One row, made with the first seal: what the checkpoints outside call this database.

It goes into every backup.
"""

APPEND_ONLY = (
    "determinations",
    "decisive_provisions",
    "laws",
    "audit_entries",
    "seals",
    "sealed_records",
    "disposals",
    "disposal_marks",
    "marked_records",
    "voids",
    "waiver_steps",
    "notes",
)
"""Tables whose rows are never changed."""

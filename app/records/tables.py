"""The tables. A change here needs a revision in `migrations/versions`; a test compares the two."""

from datetime import UTC, datetime

from sqlalchemy import Column, Date, DateTime, Dialect, Index, MetaData, String, Table, Text, TypeDecorator, Uuid

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC; SQLite keeps no zone, so it is taken off there and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database keeps it."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as it was given."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


determinations = Table(
    "determinations",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("decided_at", Instant, nullable=False),
    Column("question", String(100), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("edition", String(100), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("subject", String(100)),
    Column("law_digest", String(100), nullable=False),
    Column("request", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "subject", "decided_at"),
    Index(None, "question", "as_of"),
)
"""Determinations as issued: `document` is the answer's text byte for byte, `request` the body that asked for it."""

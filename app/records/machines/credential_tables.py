"""The tables of credentials: what machines, and people's own programs, show instead of
signing in.
"""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
)

from app.records.tables import Digest, Instant, metadata

credentials = Table(
    "credentials",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("name", String(100), nullable=False),
    Column("role", String(40), nullable=False),
    Column("organization", String(100)),
    Column("scopes", Text),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used_on", Date),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    info={"kind": "credential", "passing": ("last_used_on",)},
)
"""API keys (`kind` is `key`) and OAuth 2 clients (`client`).

`scopes` are permissions with spaces between; none means all of the role's.
"""

_BELONGS = "fk_credential_secrets_credential"

credential_secrets = Table(
    "credential_secrets",
    metadata,
    Column("label", String(8), primary_key=True),
    Column(
        "credential",
        Uuid(as_uuid=False),
        ForeignKey(credentials.c.id, name=_BELONGS),
        nullable=False,
    ),
    Column("digest", LargeBinary(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("record_digest", Digest, nullable=False),
    Index(None, "credential"),
    info={"kind": "secret"},
)
"""The secrets of a credential, of which only the SHA-256 is kept. Each is found by its label, which
stands in the key's text.

It ends on its own where it was replaced (`expires_at`), and always with its credential."""

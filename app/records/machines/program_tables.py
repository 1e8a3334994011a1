"""The tables of programs that act in the name of a person, and of what people allowed them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, Uuid

from app.records.tables import Digest, Instant, metadata

programs = Table(
    "programs",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("redirect_uris", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("revoked_at", Instant),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    info={"kind": "program"},
)
"""Public OAuth 2 clients: they have no secret, and prove with PKCE that they began what they end.
`redirect_uris` are the addresses to which a person may be sent back, with spaces between.
"""

consents = Table(
    "consents",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column(
        "program",
        Uuid(as_uuid=False),
        ForeignKey(programs.c.id, name="fk_consents_program"),
        nullable=False,
    ),
    Column(
        "account_id",
        Uuid(as_uuid=False),
        ForeignKey("accounts.id", name="fk_consents_account_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("scopes", Text, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "account_id"),
    Index(None, "program"),
    Index(None, "ends_at"),
    info={"kind": "consent"},
)
"""What a person lets a program do in their name, and until when; `scopes` are permissions with
spaces between. Gone once it has ended: with it all its tokens.
"""

consent_secrets = Table(
    "consent_secrets",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column(
        "consent",
        Uuid(as_uuid=False),
        ForeignKey(consents.c.id, name="fk_consent_secrets_consent", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("kind", String(10), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("redirect_uri", Text),
    Column("challenge", String(128)),
    Column("record_digest", Digest, nullable=False),
    Index(None, "consent"),
    info={"kind": "consent secret"},
)
"""The codes (`kind` is `code`) and refresh tokens (`refresh`) of a consent, each good for one use,
as SHA-256. A used one stays as long as its consent: who shows it a second time stole it, or was
stolen from. A code has the address that it went to and the PKCE challenge that it answers.
"""

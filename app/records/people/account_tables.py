"""The tables of people's accounts, their second factors and sessions, the addresses from which
sign-in failed, and drafts.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from app.records.tables import Digest, Instant, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("name_key", String(100), nullable=False),
    Column("role", String(40), nullable=False),
    Column("organization", String(100)),
    Column("issuer", String(255)),
    Column("subject", String(255)),
    Column("role_is_provided", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("password_set_at", Instant),
    Column("must_change", Boolean, nullable=False),
    Column("disabled_at", Instant),
    Column("disabled_because", String(20)),
    Column("disabled_reason", String(500)),
    Column("failed_attempts", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("enabled_at", Instant, nullable=False),
    Column("last_sign_in_at", Instant),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    UniqueConstraint("name_key"),
    UniqueConstraint("issuer", "subject"),
    info={
        "kind": "account",
        "passing": ("failed_attempts", "locked_until", "last_sign_in_at"),
    },
)
"""`name_key` is the name in lower case.

An account without `password_hash` signs in through the identity provider alone.
`disabled_reason` is what the administrator wrote when disabling it.
"""

account_sessions = Table(
    "account_sessions",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column(
        "account_id",
        Uuid(as_uuid=False),
        ForeignKey("accounts.id", name="fk_account_sessions_account_id"),
        nullable=False,
    ),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(200), nullable=False),
    Column("second_factor", String(20)),
    Column("record_digest", Digest, nullable=False),
    UniqueConstraint("token_hash"),
    Index(None, "account_id"),
    Index(None, "seen_at"),
    info={"kind": "session"},
)
"""Open sessions. The secret that the browser holds is kept as its SHA-256 only; `id` names a
session to its owner.

`second_factor` is `waiting` while somebody has given the password alone, then what proved the
second factor; empty where none was asked for.
"""

second_factors = Table(
    "second_factors",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column(
        "account_id",
        Uuid(as_uuid=False),
        ForeignKey("accounts.id", name="fk_second_factors_account_id"),
        nullable=False,
    ),
    Column("kind", String(20), nullable=False),
    Column("name", String(60), nullable=False),
    Column("secret", Text, nullable=False),
    Column("handle", String(64)),
    Column("counter", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    UniqueConstraint("handle"),
    Index(None, "account_id"),
    info={"kind": "second factor", "passing": ("secret",)},
)
"""Second factors of accounts. `secret` is encrypted: the key of an app, what a passkey is checked
with, or the digests of the recovery codes that are left. `handle` is the digest of a passkey's own
id, so that one passkey belongs to one account.

`counter` keeps anything from being used twice: the time step of the last code, the number of uses
that a passkey names, how many recovery codes were used. It is part of what the audit trail states
of a row; `secret` is not, since it changes with the data keys.
"""

sign_in_addresses = Table(
    "sign_in_addresses",
    metadata,
    Column("address", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("held_until", Instant),
    Column("tried_at", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "tried_at"),
    info={"kind": "sign-in address"},
)
"""Addresses with attempts that did not succeed.

Forgotten once they have been quiet for long enough.
"""

drafts = Table(
    "drafts",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column(
        "account_id",
        Uuid(as_uuid=False),
        ForeignKey("accounts.id", name="fk_drafts_account_id"),
        nullable=False,
    ),
    Column("question", String(100), nullable=False),
    Column("edition", String(100), nullable=False),
    Column("as_of", Date),
    Column("subject", String(100)),
    Column("facts", Text, nullable=False),
    Column("left_open", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "account_id", "changed_at"),
    Index(None, "changed_at"),
    info={"kind": "draft"},
)
"""Questions that people are putting together. `facts` is a JSON object by whole name, `left_open` a
JSON list of the names of facts that the person does not know.

Not sealed: a draft decides nothing, and is gone a day after its last change.
"""

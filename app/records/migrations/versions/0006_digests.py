"""Digests of accounts, sessions, sign-in addresses, credentials and their secrets, as other tables whose rows change have them.

Revision: 0006, after 0005. What is there gets its digest as it stands now: nobody can say any more whether it was changed before.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.records.digests import record_digest

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID, INSTANT = sa.Uuid(as_uuid=False), sa.DateTime(timezone=True)
TABLES: dict[str, tuple[str, dict[str, Any]]] = {
    "accounts": ("account", {
        "id": ID, "name": sa.Text(), "name_key": sa.Text(), "role": sa.Text(), "organization": sa.Text(), "issuer": sa.Text(),
        "subject": sa.Text(), "role_is_provided": sa.Boolean(), "password_hash": sa.Text(), "password_set_at": INSTANT,
        "must_change": sa.Boolean(), "disabled_at": INSTANT, "disabled_because": sa.Text(), "failed_attempts": sa.Integer(),
        "locked_until": INSTANT, "created_at": INSTANT, "changed_at": INSTANT, "enabled_at": INSTANT, "last_sign_in_at": INSTANT,
        "version": sa.Integer(),
    }),
    "account_sessions": ("session", {
        "id": ID, "token_hash": sa.Text(), "account_id": ID, "created_at": INSTANT, "seen_at": INSTANT, "address": sa.Text(),
        "browser": sa.Text(),
    }),
    "sign_in_addresses": ("sign-in address", {
        "address": sa.Text(), "failures": sa.Integer(), "held_until": INSTANT, "tried_at": INSTANT,
    }),
    "credentials": ("credential", {
        "id": ID, "kind": sa.Text(), "name": sa.Text(), "role": sa.Text(), "organization": sa.Text(), "scopes": sa.Text(),
        "created_at": INSTANT, "created_by": sa.Text(), "expires_at": INSTANT, "revoked_at": INSTANT, "last_used_on": sa.Date(),
        "version": sa.Integer(),
    }),
    "credential_secrets": ("secret", {
        "label": sa.Text(), "credential": ID, "digest": sa.LargeBinary(), "created_at": INSTANT, "expires_at": INSTANT,
    }),
}  # fmt: skip
"""For each table what its rows are called in their digests, and its columns, the key first."""


def upgrade() -> None:
    """Add the columns, and compute the digests of the rows that are there."""
    for name, (kind, columns) in TABLES.items():
        # A default, since SQLite adds no other column that must not be null; it is no digest of anything.
        op.add_column(name, sa.Column("record_digest", sa.String(64), nullable=False, server_default=""))
        _fill(name, kind, columns)
        if op.get_bind().dialect.name != "sqlite":
            op.alter_column(name, "record_digest", existing_type=sa.String(64), existing_nullable=False, server_default=None)


def _fill(name: str, kind: str, columns: dict[str, Any]) -> None:
    connection = op.get_bind()
    table = sa.table(name, *(sa.column(column, type) for column, type in columns.items()), sa.column("record_digest"))
    key = next(iter(table.c))
    for row in connection.execute(sa.select(*(table.c[column] for column in columns))).mappings().all():
        digest = record_digest(kind, {column: _told(value) for column, value in row.items()})
        connection.execute(sa.update(table).where(key == row[key.name]).values(record_digest=digest))


def _told(value: Any) -> Any:
    """SQLite tells instants without their zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def downgrade() -> None:
    """Drop the columns."""
    for name in TABLES:
        op.drop_column(name, "record_digest")

"""API keys and OAuth 2 clients, and the digests of their secrets.

Revision: 0004, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "credentials",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("organization", sa.String(100)),
        sa.Column("scopes", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_on", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
    )
    op.create_table(
        "credential_secrets",
        sa.Column("label", sa.String(8), nullable=False),
        sa.Column("credential", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["credential"], ["credentials.id"], name="fk_credential_secrets_credential"),
        sa.PrimaryKeyConstraint("label", name="pk_credential_secrets"),
    )
    op.create_index("ix_credential_secrets_credential", "credential_secrets", ["credential"])


def downgrade() -> None:
    """Drop them; every key and client is lost."""
    op.drop_index("ix_credential_secrets_credential", "credential_secrets")
    op.drop_table("credential_secrets")
    op.drop_table("credentials")

"""People's accounts, their sessions, and the addresses from which sign-in failed.

Revision: 0003, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and their indexes."""
    _make_accounts()
    _make_sessions()
    _make_addresses()


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", sa.String(100), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("organization", sa.String(100)),
        sa.Column("issuer", sa.String(255)),
        sa.Column("subject", sa.String(255)),
        sa.Column("role_is_provided", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("password_set_at", INSTANT),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", INSTANT),
        sa.Column("disabled_because", sa.String(20)),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("enabled_at", INSTANT, nullable=False),
        sa.Column("last_sign_in_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name_key", name="uq_accounts_name_key"),
        sa.UniqueConstraint("issuer", "subject", name="uq_accounts_issuer_subject"),
    )


def _make_sessions() -> None:
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_sessions"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_sessions_account_id"),
        sa.UniqueConstraint("token_hash", name="uq_account_sessions_token_hash"),
    )
    op.create_index("ix_account_sessions_account_id", "account_sessions", ["account_id"])
    op.create_index("ix_account_sessions_seen_at", "account_sessions", ["seen_at"])


def _make_addresses() -> None:
    op.create_table(
        "sign_in_addresses",
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("held_until", INSTANT),
        sa.Column("tried_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_sign_in_addresses"),
    )
    op.create_index("ix_sign_in_addresses_tried_at", "sign_in_addresses", ["tried_at"])


def downgrade() -> None:
    """Drop the tables; every account and session is lost."""
    op.drop_table("sign_in_addresses")
    op.drop_table("account_sessions")
    op.drop_table("accounts")

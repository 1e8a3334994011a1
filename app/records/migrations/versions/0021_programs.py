"""Programs that act in the name of a person, and what people allowed them.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.Uuid(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "programs",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("redirect_uris", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_programs"),
    )
    op.create_table(
        "consents",
        sa.Column("id", ID, nullable=False),
        sa.Column("program", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name="fk_consents_program"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_consents_account_id", ondelete="CASCADE"
        ),
    )
    for name in ("account_id", "program", "ends_at"):
        op.create_index(f"ix_consents_{name}", "consents", [name])
    _make_secrets()


def _make_secrets() -> None:
    op.create_table(
        "consent_secrets",
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("consent", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.Column("redirect_uri", sa.Text()),
        sa.Column("challenge", sa.String(128)),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_consent_secrets"),
        sa.ForeignKeyConstraint(
            ["consent"], ["consents.id"], name="fk_consent_secrets_consent", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_consent_secrets_consent", "consent_secrets", ["consent"])


def downgrade() -> None:
    """Drop the tables; programs must be registered again."""
    op.drop_table("consent_secrets")
    op.drop_table("consents")
    op.drop_table("programs")

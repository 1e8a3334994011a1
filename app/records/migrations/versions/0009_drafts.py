"""Drafts of questions that people are putting together.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("edition", sa.String(100), nullable=False),
        sa.Column("as_of", sa.Date()),
        sa.Column("subject", sa.String(100)),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("left_open", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_drafts_account_id"),
    )
    op.create_index("ix_drafts_account_id_changed_at", "drafts", ["account_id", "changed_at"])
    op.create_index("ix_drafts_changed_at", "drafts", ["changed_at"])


def downgrade() -> None:
    """Drop the table; every draft is lost."""
    for name in ("changed_at", "account_id_changed_at"):
        op.drop_index(f"ix_drafts_{name}", "drafts")
    op.drop_table("drafts")

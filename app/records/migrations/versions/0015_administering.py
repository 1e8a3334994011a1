"""Why an administrator disabled an account, and the reports of verifications.

Revision: 0015, after 0014. Accounts that are disabled already have no reason, and their digests stay as they are. Going back loses
the reasons and the reports.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the column and make the table."""
    op.add_column("accounts", sa.Column("disabled_reason", sa.String(500)))
    op.create_table(
        "verifications",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("started_by", sa.String(100), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("seals", sa.Integer()),
        sa.Column("unsealed", sa.Integer()),
        sa.Column("chain", sa.String(64)),
        sa.Column("complaints", sa.Integer()),
        sa.Column("first_complaints", sa.Text()),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("verifications")
    op.drop_column("accounts", "disabled_reason")

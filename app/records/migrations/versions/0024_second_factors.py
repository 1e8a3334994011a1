"""Second factors of people who sign in, and how far a session has come.

Revision: 0024, after 0023. Sessions that are open keep their digests. Going back loses every second factor.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the column and make the table."""
    op.add_column("account_sessions", sa.Column("second_factor", sa.String(20)))
    op.create_table(
        "second_factors",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("handle", sa.String(64)),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_second_factors"),
        sa.UniqueConstraint("handle", name="uq_second_factors_handle"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_second_factors_account_id"),
    )
    op.create_index("ix_second_factors_account_id", "second_factors", ["account_id"])


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_second_factors_account_id", "second_factors")
    op.drop_table("second_factors")
    op.drop_column("account_sessions", "second_factor")

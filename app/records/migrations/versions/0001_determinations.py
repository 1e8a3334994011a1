"""The determinations table.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "determinations",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("edition", sa.String(100), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(100)),
        sa.Column("law_digest", sa.String(100), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_determinations"),
    )
    op.create_index("ix_determinations_subject_decided_at", "determinations", ["subject", "decided_at"])
    op.create_index("ix_determinations_question_as_of", "determinations", ["question", "as_of"])


def downgrade() -> None:
    """Drop the table with everything kept in it."""
    op.drop_index("ix_determinations_question_as_of", "determinations")
    op.drop_index("ix_determinations_subject_decided_at", "determinations")
    op.drop_table("determinations")

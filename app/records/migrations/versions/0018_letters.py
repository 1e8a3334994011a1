"""Letters that were made, with what became of them.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(100), nullable=False),
        sa.Column("question", sa.String(100)),
        sa.Column("subject", sa.String(100)),
        sa.Column("organization", sa.String(100)),
        sa.Column("template", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("large_print", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date()),
        sa.Column("came_back_on", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
    )
    op.create_index("ix_letters_kind_object_id", "letters", ["kind", "object_id"])
    op.create_index("ix_letters_sent_on_id", "letters", ["sent_on", "id"])
    op.create_index("ix_letters_made_at", "letters", ["made_at"])


def downgrade() -> None:
    """Drop the table; every letter is lost."""
    for name in ("made_at", "sent_on_id", "kind_object_id"):
        op.drop_index(f"ix_letters_{name}", "letters")
    op.drop_table("letters")

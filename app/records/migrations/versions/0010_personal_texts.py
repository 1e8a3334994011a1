"""Personal texts: what people wrote in their own words, encrypted.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "personal_texts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_personal_texts"),
    )
    op.create_index("ix_personal_texts_kind_about", "personal_texts", ["kind", "about"])


def downgrade() -> None:
    """Drop it; what people wrote is lost."""
    op.drop_index("ix_personal_texts_kind_about", "personal_texts")
    op.drop_table("personal_texts")

"""Applicants: who a subject reference stands for, encrypted.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "applicants",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("organization", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("born_on", sa.Text(), nullable=False),
        sa.Column("name_index", sa.String(64), nullable=False),
        sa.Column("name_and_birth_index", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_applicants"),
        sa.UniqueConstraint("subject", name="uq_applicants_subject"),
    )
    op.create_index("ix_applicants_name_index_id", "applicants", ["name_index", "id"])
    op.create_index("ix_applicants_name_and_birth_index_id", "applicants", ["name_and_birth_index", "id"])
    op.create_index("ix_applicants_changed_at", "applicants", ["changed_at"])


def downgrade() -> None:
    """Drop it; who the subjects are is lost."""
    for name in ("changed_at", "name_and_birth_index_id", "name_index_id"):
        op.drop_index(f"ix_applicants_{name}", "applicants")
    op.drop_table("applicants")

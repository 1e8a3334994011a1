"""What people are found by under parts of their names. The keys that make it are not at hand here: `flask db upgrade` fills it after
the migration, or `flask applicants rotate-keys`.

Revision: 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "name_parts",
        sa.Column("applicant", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("part_and_birth", sa.String(64), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("applicant", "part", name="pk_name_parts"),
        sa.ForeignKeyConstraint(["applicant"], ["applicants.id"], name="fk_name_parts_applicant", ondelete="CASCADE"),
    )
    for column in ("part", "part_and_birth"):
        op.create_index(f"ix_name_parts_{column}", "name_parts", [column])


def downgrade() -> None:
    """Drop it; people are found by their whole names alone."""
    for column in ("part", "part_and_birth"):
        op.drop_index(f"ix_name_parts_{column}", "name_parts")
    op.drop_table("name_parts")

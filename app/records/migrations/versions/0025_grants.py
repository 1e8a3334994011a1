"""What grants give: the role and the organization in audit entries, and the grants that wait for a second person.

Revision: 0025, after 0024. Entries that are there give nothing, and their digests stay as they are. Going back loses the grants that
wait, and with the column the digests of the entries that have a value in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("audit_entries", sa.Column("granted", sa.String(160)))
    op.create_table(
        "grants",
        sa.Column("object_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("second_part", sa.String(60)),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("object_id", name="pk_grants"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("grants")
    op.drop_column("audit_entries", "granted")

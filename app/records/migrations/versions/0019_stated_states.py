"""What an audit entry says a changed row became, and which entry a disposal belongs to.

Revision: 0019, after 0018. Entries that are there state nothing, and their digests stay as they are. Going back loses what was
stated, and with it the digests of the entries and disposals that state something.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("audit_entries", sa.Column("state_after", sa.String(80)))
    op.add_column("disposals", sa.Column("entry", sa.Uuid(as_uuid=False)))
    op.create_index("ix_disposals_entry", "disposals", ["entry"])


def downgrade() -> None:
    """Drop the columns."""
    op.drop_index("ix_disposals_entry", "disposals")
    op.drop_column("disposals", "entry")
    op.drop_column("audit_entries", "state_after")

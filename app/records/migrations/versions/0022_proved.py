"""What a verification proved against what, in its report.

Revision: 0022, after 0021. Reports that are there say nothing of it, and their digests stay as they are. Going back loses what
was proved, and with it the digests of the reports that say it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("verifications", sa.Column("proved", sa.Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("verifications", "proved")

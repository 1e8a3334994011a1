"""Which version of the program made a determination.

Revision: 0008, after 0007. Determinations that are there were made before versions were stored: they have none, and their digests
stay as they are. Going back loses the versions, and with them the digests of the determinations that have one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("determinations", sa.Column("made_by", sa.String(40)))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("determinations", "made_by")

"""What the checkpoints outside call this database.

Revision: 0007, after 0006. A database that was sealed before gets its name here, any other with its first seal. Going back loses
the name: what was noted under it is of no database any more.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from app.records.digests import record_digest
from app.records.identity import new_id

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID, INSTANT = sa.Uuid(as_uuid=False), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table, and name a database that has seals."""
    table = op.create_table(
        "installation",
        sa.Column("id", ID, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    connection = op.get_bind()
    first = connection.execute(sa.select(sa.column("sealed_at", INSTANT)).select_from(sa.table("seals")).order_by(sa.text("number")))
    sealed_at = first.scalars().first()
    if sealed_at is None:
        return
    made_at = sealed_at.replace(tzinfo=UTC) if sealed_at.tzinfo is None else sealed_at.astimezone(UTC)
    columns: dict[str, str | datetime] = {"id": new_id(made_at), "made_at": made_at}
    connection.execute(sa.insert(table), [{**columns, "record_digest": record_digest("installation", columns)}])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("installation")

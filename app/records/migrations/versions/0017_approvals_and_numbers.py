"""Approvals, which need a second person, and short numbers of records, with one for each determination that is there.

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

from app.records.numbers.numbers import give_numbers

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TOGETHER = 1000


def upgrade() -> None:
    """Make the tables and indexes, and number the determinations."""
    op.create_table(
        "approvals",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("object_id", sa.String(100), nullable=False),
        sa.Column("effect", sa.String(64), nullable=False),
        sa.Column("because", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(100), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("organization", sa.String(100)),
        sa.Column("outcome", sa.String(20)),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decided_at", INSTANT),
        sa.Column("reply", sa.String(500)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_kind_object_id", "approvals", ["kind", "object_id"])
    op.create_index("ix_approvals_ends_at", "approvals", ["ends_at"])
    op.create_table(
        "numbers",
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(100), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_numbers"),
        sa.UniqueConstraint("kind", "object_id", name="uq_numbers_kind_object_id"),
    )
    _number()


def _number() -> None:
    """Number every determination, some at a time in the order of their ids."""
    connection = op.get_bind()
    id = sa.table("determinations", sa.column("id", sa.Uuid(as_uuid=False))).c.id
    after: str | None = None
    while True:
        chosen = sa.select(id).order_by(id).limit(TOGETHER)
        ids = connection.execute(chosen if after is None else chosen.where(id > after)).scalars().all()
        if not ids:
            return
        give_numbers(connection, "determination", ids)
        after = ids[-1]


def downgrade() -> None:
    """Drop the tables; every approval is lost, and the numbers come back with the next upgrade."""
    op.drop_table("numbers")
    for name in ("ends_at", "kind_object_id"):
        op.drop_index(f"ix_approvals_{name}", "approvals")
    op.drop_table("approvals")

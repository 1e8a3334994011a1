"""Void determinations, and what else is known of an applicant: former names, where letters go.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    """Make the tables, guard the voids against changes, and add the column."""
    op.create_table(
        "voids",
        sa.Column("id", ID, nullable=False),
        sa.Column("determination", ID, nullable=False),
        sa.Column("because", sa.String(500), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_by", sa.String(100), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_voids"),
        sa.ForeignKeyConstraint(["determination"], ["determinations.id"], name="fk_voids_determination"),
        sa.UniqueConstraint("determination", name="uq_voids_determination"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()
    op.add_column("applicants", sa.Column("details", sa.Text()))
    op.create_table(
        "former_names",
        sa.Column("applicant", ID, nullable=False),
        sa.Column("name_index", sa.String(64), nullable=False),
        sa.Column("name_and_birth_index", sa.String(64), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("applicant", "name_index", name="pk_former_names"),
        sa.ForeignKeyConstraint(["applicant"], ["applicants.id"], name="fk_former_names_applicant", ondelete="CASCADE"),
    )
    for column in ("name_index", "name_and_birth_index"):
        op.create_index(f"ix_former_names_{column}", "former_names", [column])


def _guard_sqlite() -> None:
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    dashed = " || '-' || ".join(f"substr(OLD.id, {start}, {length})" for start, length in parts)
    op.execute("CREATE TRIGGER voids_no_update BEFORE UPDATE ON voids BEGIN SELECT RAISE(ABORT, 'append-only'); END")
    op.execute(
        "CREATE TRIGGER voids_no_delete BEFORE DELETE ON voids WHEN NOT EXISTS "
        f"(SELECT 1 FROM disposals WHERE kind = 'void' AND object_id = {dashed}) "
        "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    )


def _guard_postgresql() -> None:
    op.execute("CREATE TRIGGER voids_no_update BEFORE UPDATE ON voids FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TRIGGER voids_no_truncate BEFORE TRUNCATE ON voids EXECUTE FUNCTION refuse_change()")
    op.execute(
        "CREATE TRIGGER voids_no_delete BEFORE DELETE ON voids FOR EACH ROW EXECUTE FUNCTION refuse_deletion('void', 'id')"
    )


def downgrade() -> None:
    """Drop them; what was void counts again, and former names and addresses are lost."""
    for column in ("name_index", "name_and_birth_index"):
        op.drop_index(f"ix_former_names_{column}", "former_names")
    op.drop_table("former_names")
    op.drop_column("applicants", "details")
    op.drop_table("voids")

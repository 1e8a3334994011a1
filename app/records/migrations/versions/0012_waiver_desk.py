"""The waiver desk: requests, their sealed steps, and the files of papers.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.Uuid(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and let nobody change a step."""
    _make_requests()
    _make_steps()
    _make_papers()
    guard = _guard_sqlite if op.get_bind().dialect.name == "sqlite" else _guard_postgresql
    guard()


def _make_requests() -> None:
    op.create_table(
        "waiver_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("organization", sa.String(100)),
        sa.Column("carrier", sa.String(100)),
        sa.Column("denial", ID),
        sa.Column("denial_subject", sa.String(100)),
        sa.Column("denial_organization", sa.String(100)),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.String(100), nullable=False),
        sa.Column("claimed_by", sa.String(100)),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("complete_on", sa.Date()),
        sa.Column("decide_by", sa.Date()),
        sa.Column("remind_on", sa.Date()),
        sa.Column("approval_received_on", sa.Date()),
        sa.Column("tell_carrier_by", sa.Date()),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_waiver_requests"),
    )
    for columns in INDEXES:
        op.create_index(f"ix_waiver_requests_{'_'.join(columns)}", "waiver_requests", columns)


INDEXES = (
    ["state", "decide_by"],
    ["subject", "organization"],
    ["denial_subject", "denial_organization"],
    ["denial"],
    ["organization", "id"],
)


def _make_steps() -> None:
    op.create_table(
        "waiver_steps",
        sa.Column("id", ID, nullable=False),
        sa.Column("request", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(30), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("organization", sa.String(100)),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_waiver_steps"),
        sa.UniqueConstraint("request", "number", name="uq_waiver_steps_request_number"),
    )
    op.create_index("ix_waiver_steps_step_at", "waiver_steps", ["step", "at"])


def _make_papers() -> None:
    op.create_table(
        "waiver_papers",
        sa.Column("id", ID, nullable=False),
        sa.Column("request", ID, nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_waiver_papers"),
        sa.ForeignKeyConstraint(["request"], ["waiver_requests.id"], name="fk_waiver_papers_request"),
    )
    op.create_index("ix_waiver_papers_request", "waiver_papers", ["request"])


def _guard_sqlite() -> None:
    dashed = " || '-' || ".join(
        f"substr(OLD.id, {start}, {length})" for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    )
    op.execute("CREATE TRIGGER waiver_steps_no_update BEFORE UPDATE ON waiver_steps BEGIN SELECT RAISE(ABORT, 'append-only'); END")
    op.execute(
        "CREATE TRIGGER waiver_steps_no_delete BEFORE DELETE ON waiver_steps WHEN NOT EXISTS "
        f"(SELECT 1 FROM disposals WHERE kind = 'waiver' AND object_id = {dashed}) "
        "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER waiver_steps_no_update BEFORE UPDATE ON waiver_steps "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("CREATE TRIGGER waiver_steps_no_truncate BEFORE TRUNCATE ON waiver_steps EXECUTE FUNCTION refuse_change()")
    op.execute(
        "CREATE TRIGGER waiver_steps_no_delete BEFORE DELETE ON waiver_steps FOR EACH ROW "
        "EXECUTE FUNCTION refuse_deletion('waiver', 'id')"
    )


def downgrade() -> None:
    """Drop the tables; every waiver request is lost."""
    op.drop_index("ix_waiver_papers_request", "waiver_papers")
    op.drop_table("waiver_papers")
    op.drop_index("ix_waiver_steps_step_at", "waiver_steps")
    op.drop_table("waiver_steps")
    for columns in INDEXES:
        op.drop_index(f"ix_waiver_requests_{'_'.join(columns)}", "waiver_requests")
    op.drop_table("waiver_requests")

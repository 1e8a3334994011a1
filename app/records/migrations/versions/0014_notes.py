"""Notes and objections, feedback, reminders.

Revision: 0014, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.Uuid(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)
DIGEST = sa.String(64)


def upgrade() -> None:
    """Make the tables, and let nobody change a note."""
    _make_notes()
    _make_feedback()
    _make_reminders()
    guard = _guard_sqlite if op.get_bind().dialect.name == "sqlite" else _guard_postgresql
    guard()


def _make_notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("about_kind", sa.String(20), nullable=False),
        sa.Column("about", sa.String(100), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("organization", sa.String(100)),
        sa.Column("said_on", sa.Date()),
        sa.Column("look_again_on", sa.Date()),
        sa.Column("text", ID, nullable=False),
        sa.Column("commitment", DIGEST, nullable=False),
        sa.Column("record_digest", DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_about_kind_about", "notes", ["about_kind", "about"])
    op.create_index("ix_notes_kind_look_again_on", "notes", ["kind", "look_again_on"])


def _make_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", ID, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("page", sa.String(200), nullable=False),
        sa.Column("request_id", sa.String(36)),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("text", ID, nullable=False),
        sa.Column("commitment", DIGEST, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(100)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_digest", DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_state_id", "feedback", ["state", "id"])


def _make_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", ID, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("determination", ID, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("record_digest", DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
    )
    op.create_index("ix_reminders_actor_due_on", "reminders", ["actor", "due_on"])


def _guard_sqlite() -> None:
    dashed = " || '-' || ".join(
        f"substr(OLD.id, {start}, {length})" for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    )
    op.execute("CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes BEGIN SELECT RAISE(ABORT, 'append-only'); END")
    op.execute(
        "CREATE TRIGGER notes_no_delete BEFORE DELETE ON notes WHEN NOT EXISTS "
        f"(SELECT 1 FROM disposals WHERE kind = 'note' AND object_id = {dashed}) "
        "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    )


def _guard_postgresql() -> None:
    op.execute("CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TRIGGER notes_no_truncate BEFORE TRUNCATE ON notes EXECUTE FUNCTION refuse_change()")
    op.execute(
        "CREATE TRIGGER notes_no_delete BEFORE DELETE ON notes FOR EACH ROW "
        "EXECUTE FUNCTION refuse_deletion('note', 'id')"
    )


def downgrade() -> None:
    """Drop the tables; notes, feedback and reminders are lost."""
    op.drop_index("ix_reminders_actor_due_on", "reminders")
    op.drop_table("reminders")
    op.drop_index("ix_feedback_state_id", "feedback")
    op.drop_table("feedback")
    op.drop_index("ix_notes_kind_look_again_on", "notes")
    op.drop_index("ix_notes_about_kind_about", "notes")
    op.drop_table("notes")

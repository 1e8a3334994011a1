"""Marks for disposal: a record goes only if it was marked and another person released it. The database refuses the deletion otherwise.

Revision: 0023, after 0022. If records were disposed of before, the audit trail gets an entry that says so: `flask records verify` accepts
these without a mark, and no later ones.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app import clock
from app.records.digests import record_digest
from app.records.identity import new_id

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.Uuid(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)
DIGEST = sa.String(64)
KEPT = ("disposal_marks", "marked_records")
GUARDED = {
    "determinations": ("determination", "id"),
    "decisive_provisions": ("determination", "determination"),
    "audit_entries": ("audit", "id"),
    "voids": ("void", "id"),
    "waiver_steps": ("waiver", "id"),
    "notes": ("note", "id"),
}
"""The tables whose records can be disposed of: the kind of record, and the column with its id."""
ONCE = "SELECT 1 FROM disposals d WHERE d.kind = {kind} AND d.object_id = {id}"
RELEASED = (
    "SELECT 1 FROM disposals d "
    "JOIN marked_records r ON r.mark = d.mark AND r.kind = d.kind AND r.object_id = d.object_id AND r.digest = d.digest "
    "JOIN disposal_marks m ON m.id = d.mark "
    "JOIN approvals a ON a.id = m.approval AND a.kind = 'records.dispose' AND a.outcome = 'approved' AND a.decided_by <> a.proposed_by "
    "WHERE d.kind = {kind} AND d.object_id = {id}"
)
"""What must be there before a record may be deleted: before this revision, and since."""


def upgrade() -> None:
    """Make the tables, let nobody change them, and have deletions checked against them."""
    op.create_table(
        "disposal_marks",
        sa.Column("id", ID, nullable=False),
        sa.Column("approval", ID, nullable=False),
        sa.Column("record_class", sa.String(20), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("made_before", INSTANT, nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("root", DIGEST, nullable=False),
        sa.Column("marked_by", sa.String(100), nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.Column("release_from", INSTANT, nullable=False),
        sa.Column("record_digest", DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disposal_marks"),
    )
    op.create_index("ix_disposal_marks_approval", "disposal_marks", ["approval"])
    op.create_table(
        "marked_records",
        sa.Column("mark", ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("object_id", sa.String(100), nullable=False),
        sa.Column("digest", DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("mark", "kind", "object_id", name="pk_marked_records"),
        sa.ForeignKeyConstraint(["mark"], ["disposal_marks.id"], name="fk_marked_records_mark"),
    )
    op.add_column("disposals", sa.Column("mark", ID))
    op.create_index("ix_disposals_mark", "disposals", ["mark"])
    _guard_deletions(RELEASED)
    _keep()
    _enter_earlier_ones()


def _guard_deletions(needed: str) -> None:
    """Have each deletion checked against what is needed."""
    if op.get_bind().dialect.name != "sqlite":
        proof = needed.format(kind="TG_ARGV[0]", id="to_jsonb(OLD) ->> TG_ARGV[1]")
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS ({proof}) THEN RETURN OLD; END IF; RAISE EXCEPTION 'append-only'; END $$"
        )
        return
    for table, (kind, column) in GUARDED.items():
        proof = needed.format(kind=f"'{kind}'", id=_dashed(column))
        op.execute(f"DROP TRIGGER {table}_no_delete")
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT EXISTS ({proof}) "
            "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )


def _dashed(column: str) -> str:
    """SQLite keeps an id as 32 digits; disposals name it with its dashes."""
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr(OLD.{column}, {start}, {length})" for start, length in parts)


def _keep() -> None:
    for table in KEPT:
        if op.get_bind().dialect.name == "sqlite":
            for what in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
                )
            continue
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")


def _enter_earlier_ones() -> None:
    """Say in the audit trail that records were disposed of before this, once."""
    connection, now = op.get_bind(), clock.now()
    names = ("actor", "action", "kind", "outcome", "record_digest")
    entries = sa.table("audit_entries", sa.column("id", ID), sa.column("at", INSTANT), *map(sa.column, names))
    waiting = sa.table("unsealed", *map(sa.column, ("kind", "object_id", "digest")))
    what = {"action": "disposal.by_one_until_now", "kind": "records"}
    gone = connection.execute(sa.select(sa.table("disposals", sa.column("id", ID)).c.id).limit(1)).first()
    said = connection.execute(sa.select(entries.c.id).where(entries.c.action == what["action"]).limit(1)).first()
    if gone is None or said is not None:
        return
    columns: dict[str, Any] = {"id": new_id(now), "at": now, "actor": "command:migration", "outcome": "done", **what}
    digest = record_digest("audit", {**columns, "object_id": None, "address": None, "request_id": None})
    connection.execute(sa.insert(entries).values(**columns, record_digest=digest))
    connection.execute(sa.insert(waiting).values(kind="audit", object_id=columns["id"], digest=digest))


def downgrade() -> None:
    """Drop the tables; marks are lost, and with them the proof of what was disposed of under them."""
    _guard_deletions(ONCE)
    op.drop_index("ix_disposals_mark", "disposals")
    op.drop_column("disposals", "mark")
    op.drop_table("marked_records")
    op.drop_index("ix_disposal_marks_approval", "disposal_marks")
    op.drop_table("disposal_marks")

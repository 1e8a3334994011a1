"""Law texts, audit entries, idempotency, seals, holds and disposals; who made a determination and what it replaces.

Revision: 0002. Determinations kept before it get their digest here; the text of their law was not kept, so they cannot be replayed.
"""

import json
from datetime import UTC
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from app.records.digests import record_digest

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
ID = sa.Uuid(as_uuid=False)
DISPOSABLE = {"determinations": ("determination", "id"), "audit_entries": ("audit", "id")}
FOLLOWING = {"decisive_provisions": "determination"}
FOR_EVER = ("laws", "seals", "sealed_records", "disposals")


def upgrade() -> None:
    """Make the tables, fill the new columns of old rows, and close everything kept for good against changes."""
    with op.batch_alter_table("determinations") as table:
        table.add_column(sa.Column("author", sa.String(100), nullable=True))
        table.add_column(sa.Column("organization", sa.String(100), nullable=True))
        table.add_column(sa.Column("replaces", ID, nullable=True))
        table.add_column(sa.Column("record_digest", sa.String(64), nullable=True))
    _make_seals()
    _make_audit()
    _fill()
    with op.batch_alter_table("determinations") as table:
        table.alter_column("author", existing_type=sa.String(100), nullable=False)
        table.alter_column("record_digest", existing_type=sa.String(64), nullable=False)
        table.create_unique_constraint("uq_determinations_replaces", ["replaces"])
    op.create_index("ix_determinations_organization_id", "determinations", ["organization", "id"])
    op.create_index("ix_determinations_author_id", "determinations", ["author", "id"])
    _make_tables()
    _make_retention()
    _fill_decisive_provisions()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _fill() -> None:
    connection = op.get_bind()
    table = sa.table(
        "determinations",
        sa.column("id", ID), sa.column("decided_at", INSTANT), sa.column("question"), sa.column("as_of", sa.Date()),
        sa.column("edition"), sa.column("outcome"), sa.column("subject"), sa.column("law_digest"), sa.column("request"),
        sa.column("document"), sa.column("author"), sa.column("organization"), sa.column("replaces", ID), sa.column("record_digest"),
    )  # fmt: skip
    waiting = sa.table("unsealed", sa.column("kind"), sa.column("object_id"), sa.column("digest"))
    audit = sa.table(
        "audit_entries",
        sa.column("id", ID), sa.column("at", INSTANT), sa.column("actor"), sa.column("action"), sa.column("kind"),
        sa.column("object_id"), sa.column("outcome"), sa.column("address"), sa.column("request_id"), sa.column("record_digest"),
    )  # fmt: skip
    for row in connection.execute(sa.select(table)).mappings().all():
        columns = {**row, "author": "anybody"}
        del columns["record_digest"]
        moment = columns["decided_at"]
        columns["decided_at"] = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        digest = record_digest("determination", columns)
        connection.execute(sa.update(table).where(table.c.id == row["id"]).values(author="anybody", record_digest=digest))
        connection.execute(sa.insert(waiting).values(kind="determination", object_id=row["id"], digest=digest))
        entry = {
            "id": str(uuid4()), "at": columns["decided_at"], "actor": "anybody", "action": "determination.made",
            "kind": "determination", "object_id": row["id"], "outcome": "done", "address": None, "request_id": None,
        }  # fmt: skip
        entry["record_digest"] = record_digest("audit", entry)
        connection.execute(sa.insert(audit).values(entry))
        connection.execute(sa.insert(waiting).values(kind="audit", object_id=entry["id"], digest=entry["record_digest"]))


def _fill_decisive_provisions() -> None:
    connection = op.get_bind()
    kept = sa.table("determinations", sa.column("id", ID), sa.column("document"))
    decisive = sa.table("decisive_provisions", sa.column("provision"), sa.column("determination", ID))
    for row in connection.execute(sa.select(kept)).all():
        reasons = json.loads(row.document).get("reasons", [])
        for provision in sorted({reason["provision"] for reason in reasons if reason["decisive"]}):
            connection.execute(sa.insert(decisive).values(provision=provision, determination=row.id))


def _make_tables() -> None:
    op.create_table(
        "decisive_provisions",
        sa.Column("provision", sa.String(200), nullable=False),
        sa.Column("determination", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["determination"], ["determinations.id"], name="fk_decisive_provisions_determination", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("provision", "determination", name="pk_decisive_provisions"),
    )
    op.create_table(
        "laws",
        sa.Column("digest", sa.String(100), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_laws"),
    )
    op.create_table(
        "idempotency_records",
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("route", sa.String(100), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("payload", sa.String(64), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(200)),
        sa.Column("etag", sa.String(100)),
        sa.Column("determination", ID),
        sa.Column("body", sa.Text()),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("actor", "route", "key", name="pk_idempotency_records"),
    )
    op.create_index("ix_idempotency_records_kept_at", "idempotency_records", ["kept_at"])


def _make_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(100)),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("address", sa.String(100)),
        sa.Column("request_id", sa.String(36)),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_kind_object_id_at", "audit_entries", ["kind", "object_id", "at"])
    op.create_index("ix_audit_entries_actor_at", "audit_entries", ["actor", "at"])


def _make_seals() -> None:
    op.create_table(
        "unsealed",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("object_id", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("kind", "object_id", name="pk_unsealed"),
    )
    op.create_table(
        "seals",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("first", SEQUENCE, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seals"),
    )
    op.create_table(
        "sealed_records",
        sa.Column("sequence", SEQUENCE, nullable=False, autoincrement=False),
        sa.Column("seal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("object_id", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["seal"], ["seals.number"], name="fk_sealed_records_seal"),
        sa.PrimaryKeyConstraint("sequence", name="pk_sealed_records"),
        sa.UniqueConstraint("kind", "object_id", name="uq_sealed_records_kind_object_id"),
    )
    op.create_index("ix_sealed_records_seal", "sealed_records", ["seal"])


def _make_retention() -> None:
    op.create_table(
        "holds",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("object_id", sa.String(100), nullable=False),
        sa.Column("because", sa.String(500), nullable=False),
        sa.Column("placed_by", sa.String(100), nullable=False),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("organization", sa.String(100)),
        sa.Column("lifted_by", sa.String(100)),
        sa.Column("lifted_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index("ix_holds_kind_object_id", "holds", ["kind", "object_id"])
    op.create_table(
        "disposals",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("object_id", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("disposed_at", INSTANT, nullable=False),
        sa.Column("because", sa.String(200), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disposals"),
        sa.UniqueConstraint("kind", "object_id", name="uq_disposals_kind_object_id"),
    )


def _guard_sqlite() -> None:
    for table in (*DISPOSABLE, *FOLLOWING, *FOR_EVER):
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'append-only'); END")
    for table in FOR_EVER:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'append-only'); END")
    for table, kind, column in _disposable():
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT EXISTS "
            f"(SELECT 1 FROM disposals WHERE kind = '{kind}' AND object_id = {_dashed(column)}) "
            "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )


def _dashed(column: str) -> str:
    """SQLite keeps an id as 32 digits; disposals name it with its dashes."""
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr(OLD.{column}, {start}, {length})" for start, length in parts)


def _disposable() -> list[tuple[str, str, str]]:
    whole = [(table, kind, column) for table, (kind, column) in DISPOSABLE.items()]
    return whole + [(table, "determination", column) for table, column in FOLLOWING.items()]


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append-only'; END $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF EXISTS (SELECT 1 FROM disposals WHERE kind = TG_ARGV[0] AND object_id = to_jsonb(OLD) ->> TG_ARGV[1]) "
        "THEN RETURN OLD; END IF; RAISE EXCEPTION 'append-only'; END $$"
    )
    for table in (*DISPOSABLE, *FOLLOWING, *FOR_EVER):
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    for table in FOR_EVER:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    for table, kind, column in _disposable():
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION refuse_deletion('{kind}', '{column}')"
        )


def downgrade() -> None:
    """Drop what this revision made; audit entries, seals and kept laws are lost."""
    if op.get_bind().dialect.name == "sqlite":
        for table in (*DISPOSABLE, *FOLLOWING, *FOR_EVER):
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
    else:
        for table in ("determinations", "audit_entries"):
            for what in ("update", "delete", "truncate"):
                op.execute(f"DROP TRIGGER {table}_no_{what} ON {table}")
    for table in ("decisive_provisions", "laws", "audit_entries", "idempotency_records", "unsealed", "sealed_records", "seals",
                  "holds", "disposals"):  # fmt: skip
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("DROP FUNCTION refuse_deletion()")
    op.drop_index("ix_determinations_author_id", "determinations")
    op.drop_index("ix_determinations_organization_id", "determinations")
    with op.batch_alter_table("determinations") as altered:
        altered.drop_constraint("uq_determinations_replaces", type_="unique")
        for column in ("record_digest", "replaces", "organization", "author"):
            altered.drop_column(column)

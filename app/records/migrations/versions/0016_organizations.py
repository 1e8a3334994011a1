"""Organizations, with a row for each id that an account, a credential or a record names.

Revision: 0016, after 0015. Two ids that differ in case alone may be one organization or two: only a person can say. So the
migration stops and names them, and changes nothing.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app import clock
from app.records.digests import record_digest
from app.records.errors import MigrationStopped
from app.records.identity import new_id

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
NAMING = ("accounts", "credentials", "applicants", "holds", "determinations")
KINDS = {
    "carrier_system": "carrier",
    "partner_system": "partner",
    "division_staff": "division",
    "opp_reviewer": "patient_protection",
    "eligibility_worker": "office",
    "supervisor": "office",
}
"""The kind of an organization, by the role of an account or a credential that names it; the first that fits."""


def upgrade() -> None:
    """Make the table, and a row for each id that is in use: its name is the id until somebody writes a better one."""
    ids = _ids()
    _refuse_alike(ids)
    op.create_table(
        "organizations",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("id_key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("address", sa.String(500)),
        sa.Column("contact", sa.String(200)),
        sa.Column("since", sa.Date()),
        sa.Column("closed", sa.Date()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organizations"),
        sa.UniqueConstraint("id_key", name="uq_organizations_id_key"),
    )
    _fill(ids)


def _ids() -> list[str]:
    tables = (sa.table(name, sa.column("organization")) for name in NAMING)
    chosen = [sa.select(table.c.organization).where(table.c.organization.is_not(None)) for table in tables]
    return sorted(op.get_bind().execute(sa.union(*chosen)).scalars())


def _refuse_alike(ids: list[str]) -> None:
    """Stop at ids that differ in case alone.

    Raises:
        MigrationStopped: there are such ids; the message names them.
    """
    by_key: dict[str, list[str]] = {}
    for id in ids:
        by_key.setdefault(id.lower(), []).append(id)
    alike = [" and ".join(same) for same in by_key.values() if len(same) > 1]
    if alike:
        raise MigrationStopped(
            f"These organization ids differ in case alone: {'; '.join(alike)}. Decide on one spelling for each, write it into every row "
            f"of {', '.join(NAMING)} that has another, and migrate again."
        )


def _fill(ids: list[str]) -> None:
    connection, now, kinds = op.get_bind(), clock.now(), _kinds()
    names = ("id", "id_key", "name", "kind", "version", "record_digest")
    table = sa.table("organizations", *map(sa.column, names), sa.column("created_at", INSTANT))
    for id in ids:
        columns: dict[str, Any] = {
            "id": id, "id_key": id.lower(), "name": id, "kind": kinds.get(id, "other"), "address": None, "contact": None,
            "since": None, "closed": None, "created_at": now, "version": 1,
        }  # fmt: skip
        digest = record_digest("organization", columns)
        written = {name: value for name, value in columns.items() if value is not None}
        connection.execute(sa.insert(table).values(**written, record_digest=digest))
        _enter(id)


def _kinds() -> dict[str, str]:
    """The kind of each organization that an account or a credential names."""
    kinds: dict[str, str] = {}
    for role, kind in KINDS.items():
        for name in ("accounts", "credentials"):
            table = sa.table(name, sa.column("organization"), sa.column("role"))
            found = op.get_bind().execute(sa.select(table.c.organization).where(table.c.role == role).distinct())
            for id in found.scalars():
                kinds.setdefault(id, kind)
    return kinds


def _enter(id: str) -> None:
    """Enter the creation in the audit trail, once: a database that went back a revision has the entry already."""
    connection, now = op.get_bind(), clock.now()
    names = ("actor", "action", "kind", "object_id", "outcome", "record_digest")
    entries = sa.table("audit_entries", sa.column("id", sa.Uuid(as_uuid=False)), sa.column("at", INSTANT), *map(sa.column, names))
    waiting = sa.table("unsealed", *map(sa.column, ("kind", "object_id", "digest")))
    what = {"action": "organization.created", "kind": "organization", "object_id": id}
    same = [entries.c[name] == value for name, value in what.items()]
    if connection.execute(sa.select(entries.c.id).where(*same)).first() is not None:
        return
    columns: dict[str, Any] = {"id": new_id(now), "at": now, "actor": "command:migration", "outcome": "done", **what}
    digest = record_digest("audit", {**columns, "address": None, "request_id": None})
    connection.execute(sa.insert(entries).values(**columns, record_digest=digest))
    connection.execute(sa.insert(waiting).values(kind="audit", object_id=columns["id"], digest=digest))


def downgrade() -> None:
    """Drop the table; what is known of organizations beside their ids is lost."""
    op.drop_table("organizations")

"""`flask db …`: the tables of the database."""

from flask.cli import AppGroup

from app.commands.keeping.data_ring import data_ring
from app.commands.lawbook.sources import (
    command_origin,
    open_records,
    reaching_records,
    settings,
)
from app.commands.output import DOWN, Refusal, command, counted, respond

database_group = AppGroup("db", help="Create or migrate the tables of the database, or check them.")


@database_group.command("upgrade")
@command
def upgrade_database(as_json: bool) -> None:
    """Create or migrate the tables of the database at DATABASE_URL, and index the names of people
    anew. If the tables are current, do nothing.

    \b
    Example:  flask db upgrade
    """
    from app.records import migrate
    from app.records.errors import MigrationStopped

    with reaching_records():
        migrate.make_own_folder(settings())
        was_current = migrate.is_current(settings())
        try:
            if not was_current:
                migrate.upgrade(settings())
        except MigrationStopped as stopped:
            raise Refusal(DOWN, "migration-stopped", f"Migrated nothing. {stopped}") from None
    said = "The database is already current." if was_current else "Migrated the database."
    indexed = 0 if was_current else _index_names()
    respond(
        as_json,
        {"current": True, "changed": not was_current, "indexed": indexed},
        f"{said} Indexed the names of {counted(indexed, 'record')}." if indexed else said,
    )


def _index_names() -> int:
    """Index the names of people anew, since a migration has no keys; how many had to be.

    Raises:
        Refusal: the keys cannot be used; the tables are migrated.
    """
    from app.records.applicants.key_rotation import PEOPLE, count_encrypted, rotate

    with open_records() as store:
        if not count_encrypted(store, [PEOPLE]):
            return 0
        rotated = rotate(store, data_ring(), tables=[PEOPLE]).rotated
        store.note(command_origin().did("applicants.indexed", None, kind="applicants"))
    return rotated


@database_group.command("check")
@command
def check_database(as_json: bool) -> None:
    """Check that the service can reach the database and that its tables fit this version.

    \b
    Example:  flask db check
    """
    from app.records import migrate

    with reaching_records():
        is_current = migrate.is_current(settings())
        differing = migrate.differences(settings()) if is_current else []
    if not is_current:
        raise Refusal(
            DOWN,
            "database-not-current",
            "The database lacks the tables of this version: run `flask db upgrade`.",
        )
    if differing:
        raise Refusal(
            DOWN,
            "database-differs",
            "The tables of the database differ from those of its revision.",
            [{"difference": difference} for difference in differing],
        )
    respond(as_json, {"current": True}, "The database is current.")

"""`flask db …`: the tables of the database."""

from flask.cli import AppGroup

from app.commands.output import DOWN, Refusal, command, respond
from app.commands.sources import reaching_records, settings

database_group = AppGroup("db", help="Create or migrate the tables of the database, or check them.")


@database_group.command("upgrade")
@command
def upgrade_database(as_json: bool) -> None:
    """Create or migrate the tables of the database at DATABASE_URL. If they are current, do
    nothing.

    \b
    Example:  flask db upgrade
    """
    from app.records import migrate

    with reaching_records():
        migrate.make_own_folder(settings())
        was_current = migrate.is_current(settings())
        if not was_current:
            migrate.upgrade(settings())
    respond(
        as_json,
        {"current": True, "changed": not was_current},
        "The database is already current." if was_current else "Migrated the database.",
    )


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

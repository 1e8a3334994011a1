"""`flask db …`: the database that determinations are kept in."""

from flask.cli import AppGroup

from app.commands.answers import DOWN, Refusal, answering, tell
from app.commands.sources import reaching_records, settings

database_group = AppGroup(
    "db", help="Bring the database to the tables this version needs, or check that it has them."
)


@database_group.command("upgrade")
@answering
def upgrade_database(as_json: bool) -> None:
    """Create or bring forward the tables; nothing happens where they are current. The address is
    DATABASE_URL.

    \b
    Example:  flask db upgrade
    """
    from app.records import migrate

    with reaching_records():
        migrate.make_own_folder(settings())
        was_current = migrate.is_current(settings())
        if not was_current:
            migrate.upgrade(settings())
    tell(
        as_json,
        {"current": True, "changed": not was_current},
        "The database was current already." if was_current else "The database is current now.",
    )


@database_group.command("check")
@answering
def check_database(as_json: bool) -> None:
    """Say whether the database can be reached and has the tables this version needs.

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
            "The database has not the tables this version needs: run `flask db upgrade`.",
        )
    if differing:
        raise Refusal(
            DOWN,
            "database-differs",
            "The database's tables are not those of its revision.",
            [{"difference": difference} for difference in differing],
        )
    tell(as_json, {"current": True}, "The database is current.")

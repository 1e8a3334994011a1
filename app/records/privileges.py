"""What the role that a service uses may do in its database beyond reading and writing rows.

Who can alter tables can also drop the triggers that keep records from being changed.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.records.errors import RecordsUnavailable

OF_THE_ROLE = {
    "rolsuper": "is a superuser",
    "rolcreaterole": "may create roles",
    "rolcreatedb": "may create databases",
    "rolreplication": "may replicate the server",
    "rolbypassrls": "may bypass row security",
}
OWNS = """
SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace
AND relkind IN ('r', 'p', 'v', 'S') AND pg_has_role(current_user, relowner, 'MEMBER')
"""
WITH_MORE = """
SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace
AND relkind IN ('r', 'p') AND has_table_privilege(oid, 'TRUNCATE, TRIGGER')
"""
CREATES = "SELECT has_schema_privilege(current_schema(), 'CREATE')"


def excess_privileges(engine: Engine) -> list[str]:
    """What the role may do that a service needs not, each as words after "The role …"; nothing on
    SQLite, which has no roles.

    Raises:
        RecordsUnavailable: the database cannot be asked.
    """
    if engine.dialect.name != "postgresql":
        return []
    try:
        with engine.connect() as connection:
            return list(_excess(connection))
    except SQLAlchemyError as error:
        raise RecordsUnavailable(type(error).__name__) from None


def _excess(connection: Connection) -> Iterator[str]:
    columns = ", ".join(OF_THE_ROLE)
    role = connection.execute(
        text(f"SELECT {columns} FROM pg_roles WHERE rolname = current_user")  # noqa: S608
    ).one()
    yield from (words for words, has in zip(OF_THE_ROLE.values(), role, strict=True) if has)
    if role.rolsuper:
        return  # who may do everything also owns and creates
    if connection.execute(text(OWNS)).scalar_one():
        yield "owns tables, or is a member of the role that does, so it could alter them"
    if connection.execute(text(CREATES)).scalar_one():
        yield "may create tables and functions"
    if connection.execute(text(WITH_MORE)).scalar_one():
        yield "may truncate tables or add triggers"

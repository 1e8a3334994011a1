"""Rows that may change. Each carries a digest over its other columns; whatever writes such a row
writes it here.

A row that was changed behind the service's back keeps its digest when the service changes it next:
otherwise the first signing in would make good whatever somebody did to an account before.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.records.digests import record_digest
from app.records.entries import Row

DIGEST = "record_digest"


def digest_of(table: Table, row: Mapping[str, Any]) -> str:
    """The digest of a row over all columns except the digest's own."""
    return record_digest(
        table.info["kind"], {name: value for name, value in row.items() if name != DIGEST}
    )


def digested(table: Table, columns: Mapping[str, Any]) -> Row:
    """A new row: all its columns, the digest over all others included."""
    return {**columns, DIGEST: digest_of(table, columns)}


def add(connection: Connection, table: Table, columns: Mapping[str, Any]) -> None:
    """Keep a new row."""
    connection.execute(insert(table), [digested(table, columns)])


def locked(connection: Connection, table: Table, chosen: ColumnElement[bool]) -> Row | None:
    """Select the row that matches, lock it until the transaction ends, and return it, or None."""
    row = (
        connection.execute(select(table).where(chosen).with_for_update(key_share=True))
        .mappings()
        .one_or_none()
    )
    return None if row is None else {str(name): value for name, value in row.items()}


def write(connection: Connection, table: Table, row: Row, values: Mapping[str, Any]) -> Row:
    """Change some columns of a row that is locked, with its digest where it was as its digest says.

    Gives the row as it is then.
    """
    after = {**row, **values}
    if row[DIGEST] == digest_of(table, row):
        after[DIGEST] = digest_of(table, after)
    mine = and_(*(key == row[key.name] for key in table.primary_key.columns))
    connection.execute(update(table).where(mine).values({**values, DIGEST: after[DIGEST]}))
    return after


def change(
    connection: Connection, table: Table, chosen: ColumnElement[bool], values: Mapping[str, Any]
) -> Row | None:
    """Change some columns of the one row for which something holds, and give it as it is then.

    None where there is none.
    """
    row = locked(connection, table, chosen)
    return None if row is None else write(connection, table, row, values)


def insert_unless_there(connection: Connection, table: Table) -> Any:
    """An insertion that leaves a row which is there already as it is."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()


def sweep(connection: Connection, key: Column[Any], is_old: ColumnElement[bool]) -> None:
    """Delete what is old from the table of *key*, leaving alone what another transaction works on
    at the moment.
    """
    old = select(key).where(is_old).with_for_update(skip_locked=True)
    connection.execute(delete(key.table).where(key.in_(old)))

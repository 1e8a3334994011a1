"""Reading rows that somebody may have damaged: what cannot be read is named, and the others are read all the same."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Connection, Table, select, text

PAGE = 500


class Found(NamedTuple):
    """A row with its key as text; without columns where they cannot be read any more."""

    id: str
    row: Mapping[str, Any] | None


def _decoded(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")


@contextmanager
def tolerant(connection: Connection) -> Iterator[Connection]:
    """A connection that reads text which is no UTF-8 any more, as SQLite may hold it; PostgreSQL holds no such text."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield connection
        return
    driver.text_factory = _decoded
    try:
        yield connection
    finally:
        driver.text_factory = str


def rows(connection: Connection, table: Table, key: Column[Any]) -> Iterator[Found]:
    """Every row of a table in the order of a key."""
    chosen, told = select(table).order_by(key), 0
    if connection.dialect.name == "sqlite":
        chosen = chosen.order_by(text("rowid"))
    try:
        for row in connection.execution_options(yield_per=PAGE).execute(chosen).mappings():
            yield Found(str(row[key.name]), dict(row))
            told += 1
    except (ValueError, TypeError):
        yield from _one_by_one(connection, table, key, told)


def _one_by_one(connection: Connection, table: Table, key: Column[Any], told: int) -> Iterator[Found]:
    """SQLite keeps anything in any column: where a value does not fit its column, each row is read for itself."""
    numbers = connection.execute(text(f"SELECT rowid FROM {table.name} ORDER BY {key.name}, rowid")).scalars().all()  # noqa: S608
    for number in numbers[told:]:
        named = {"number": number}
        try:
            row = connection.execute(select(table).where(text("rowid = :number")), named).mappings().one()
            yield Found(str(row[key.name]), dict(row))
        except (ValueError, TypeError):
            raw = text(f"SELECT CAST({key.name} AS TEXT) FROM {table.name} WHERE rowid = :number")  # noqa: S608  (names of ours)
            yield Found(_as_id(str(connection.execute(raw, named).scalar_one())), None)


def _as_id(raw: str) -> str:
    """SQLite keeps an id without its dashes."""
    try:
        return str(UUID(raw))
    except ValueError:
        return raw

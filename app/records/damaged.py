"""Reading rows that somebody may have damaged: what cannot be read is named, and the others are read all the same."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Connection, Dialect, Table, select, text, type_coerce
from sqlalchemy.exc import DataError
from sqlalchemy.types import NullType

PAGE = 500
UNREADABLE = (ValueError, TypeError, OverflowError, DataError)
"""What reading a value ends with that its column cannot hold."""


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


def askable(names: Iterable[str]) -> list[str]:
    """Those of these names that a database can be asked for: damaged text may be no text any more, and then stands nowhere else."""
    return [name for name in names if not any("\ud800" <= character <= "\udfff" for character in name)]


def rows(connection: Connection, table: Table, key: Column[Any]) -> Iterator[Found]:
    """Every row of a table in the order of a key.

    SQLite keeps anything in any column, and several texts are read as the same day or the same id. There a row cannot be read in
    which a column holds something else than would be written for what it is read as.
    """
    if connection.dialect.name == "sqlite":
        forms = [_Form.of(column, connection.dialect) for column in table.columns]
        held = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
        chosen = select(*held).order_by(key, text("rowid"))
        for row in connection.execution_options(yield_per=PAGE).execute(chosen):
            yield _found(row, forms, key)
        return
    told = 0
    try:
        for typed in connection.execution_options(yield_per=PAGE).execute(select(table).order_by(key, text("ctid"))).mappings():
            yield Found(str(typed[key.name]), dict(typed))
            told += 1
    except UNREADABLE:
        yield from _one_by_one(connection, table, key, told)


class _Form(NamedTuple):
    """How a column's values are read from the database, and how they are written to it."""

    name: str
    read: Callable[[Any], Any] | None
    write: Callable[[Any], Any] | None

    @classmethod
    def of(cls, column: Column[Any], dialect: Dialect) -> "_Form":
        """The forms of a column in a kind of database."""
        type = column.type.dialect_impl(dialect)
        return cls(column.name, type.result_processor(dialect, None), type.bind_processor(dialect))

    def value(self, held: Any) -> Any:
        """What a column holds.

        Raises:
            ValueError, TypeError: nobody has written it so.
        """
        value = held if self.read is None else self.read(held)
        if self.write is not None and self.write(value) != held:
            raise ValueError(self.name)
        return value


def _found(row: Sequence[Any], forms: Sequence[_Form], key: Column[Any]) -> Found:
    try:
        columns = {form.name: form.value(held) for form, held in zip(forms, row, strict=True)}
    except UNREADABLE:
        named = next(held for form, held in zip(forms, row, strict=True) if form.name == key.name)
        return Found(_as_id(str(named)), None)
    return Found(str(columns[key.name]), columns)


def _one_by_one(connection: Connection, table: Table, key: Column[Any], told: int) -> Iterator[Found]:
    """PostgreSQL keeps instants and days that no program can hold: where there is one, each row is read for itself."""
    places = connection.execute(text(f"SELECT ctid::text FROM {table.name} ORDER BY {key.name}, ctid")).scalars().all()  # noqa: S608
    for place in places[told:]:
        named = {"place": place}
        try:
            row = connection.execute(select(table).where(text("ctid = CAST(:place AS tid)")), named).mappings().one()
            yield Found(str(row[key.name]), dict(row))
        except UNREADABLE:
            raw = text(f"SELECT {key.name}::text FROM {table.name} WHERE ctid = CAST(:place AS tid)")  # noqa: S608  (names of ours)
            yield Found(str(connection.execute(raw, named).scalar_one()), None)


def _as_id(raw: str) -> str:
    """SQLite keeps an id without its dashes."""
    try:
        return str(UUID(raw))
    except ValueError:
        return raw

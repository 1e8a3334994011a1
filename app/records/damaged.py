"""Reading rows that somebody may have damaged: what cannot be read is named, and the others are
read all the same.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    LargeBinary,
    Select,
    Table,
    Text,
    Uuid,
    cast,
    literal,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import DataError
from sqlalchemy.types import NullType

T = TypeVar("T")
PAGE = 500
UNREADABLE = (ValueError, TypeError, OverflowError, DataError)
"""What reading a value ends with that its column cannot hold: text where SQLite should hold a day,
or a day without end.
"""
NAMED_AT_MOST = 100
"""The most characters of a damaged id to print, because it can be anything."""
_ID = re.compile("[0-9a-f]{32}")


class Found(NamedTuple):
    """A row with its key as text; without columns where they cannot be read any more."""

    id: str
    row: Mapping[str, Any] | None


def _decoded(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")


@contextmanager
def tolerant(connection: Connection) -> Iterator[Connection]:
    """A connection that reads text which is no UTF-8 any more, as SQLite may hold it; PostgreSQL
    holds no such text.
    """
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield connection
        return
    before, driver.text_factory = driver.text_factory, _decoded
    try:
        yield connection
    finally:
        driver.text_factory = before


class Row(NamedTuple):
    """A row of a page: its *id*, and the *place* to go on from.

    Without columns where they cannot be read any more.
    """

    id: str
    place: str
    columns: Mapping[str, Any] | None


def page(
    connection: Connection,
    chosen: Select[Any],
    key: Column[Any],
    limit: int,
    after: str | None = None,
    newest_first: bool = False,
) -> list[Row]:
    """The rows of a selection in the order of a key, at most *limit*, from the one after a place
    on.

    One row that cannot be read takes no other with it: it stands where it would have stood, with
    its id alone.
    """
    if after is not None:
        chosen = chosen.where(key < _at(after, key) if newest_first else key > _at(after, key))
    raw = type_coerce(key, NullType()).label("place")
    chosen = chosen.add_columns(raw).order_by(key.desc() if newest_first else key).limit(limit)
    with tolerant(connection):
        try:
            return [
                _row(row["place"], key, dict(row))
                for row in connection.execute(chosen).mappings().all()
            ]
        except UNREADABLE:
            return list(
                _apart(
                    connection,
                    chosen,
                    key,
                    connection.execute(chosen.with_only_columns(raw)).scalars().all(),
                )
            )


def _apart(
    connection: Connection, chosen: Select[Any], key: Column[Any], places: Sequence[Any]
) -> Iterator[Row]:
    """The rows at these places, read in ever smaller parts until those are alone that cannot be
    read.
    """
    try:
        part = chosen.where(key.in_([_at(_place(place, key), key) for place in places]))
        yield from [
            _row(row["place"], key, dict(row)) for row in connection.execute(part).mappings().all()
        ]
    except UNREADABLE:
        if len(places) == 1:
            yield _row(places[0], key, None)
            return
        half = len(places) // 2
        yield from _apart(connection, chosen, key, places[:half])
        yield from _apart(connection, chosen, key, places[half:])


def _row(raw: Any, key: Column[Any], row: Mapping[str, Any] | None) -> Row:
    if row is not None and _is_whole(raw, key) and all(readable(value) for value in row.values()):
        return Row(
            _place(raw, key),
            _place(raw, key),
            {name: value for name, value in row.items() if name != "place"},
        )
    return Row(name_of(raw), _place(raw, key), None)


def readable(value: object) -> bool:
    """Whether a value is valid: text in UTF-8, without bytes."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:  # what `tolerant` put in place of bytes that are no UTF-8
            return False
    return not isinstance(value, bytes)


def name_of(raw: object) -> str:
    """The raw key of a row, even if it is damaged."""
    name = raw.decode(errors="replace") if isinstance(raw, bytes) else _as_id(str(raw))
    return "".join(c if " " < c < "\x7f" else "?" for c in name[:NAMED_AT_MOST])


def _is_whole(raw: Any, key: Column[Any]) -> bool:
    """Whether a key still is one: SQLite keeps an id without its dashes, and anything
    else as well.
    """
    if not isinstance(raw, str) or not isinstance(key.type, Uuid):
        return readable(raw)
    return _ID.fullmatch(raw) is not None


def _place(raw: Any, key: Column[Any]) -> str:
    """A key as text that leads back to it to the byte."""
    if _is_whole(raw, key):
        return _as_id(str(raw))
    return (
        f"blob={raw.hex()}"
        if isinstance(raw, bytes)
        else f"text={raw.encode(errors='surrogateescape').hex()}"
    )


def _at(place: str, key: Column[Any]) -> ColumnElement[Any]:
    """What a key is compared with to go on from a place."""
    kind, _, content = place.partition("=")
    if kind not in ("blob", "text"):
        return literal(place, key.type)
    held = literal(bytes.fromhex(content), LargeBinary)
    return held if kind == "blob" else cast(held, Text)


def paged(found: Iterable[T]) -> Iterator[list[T]]:
    """Rows in groups of the page size."""
    remaining = iter(found)
    while page := list(islice(remaining, PAGE)):
        yield page


def askable(names: Iterable[str]) -> list[str]:
    """The readable names among these. A query cannot contain damaged text that is no longer
    valid.
    """
    return [name for name in names if readable(name)]


def rows(connection: Connection, table: Table, key: Column[Any]) -> Iterator[Found]:
    """Every row of a table in the order of a key.

    SQLite keeps anything in any column, and several texts are read as the same day or the same id.
    There a row cannot be read in which a column holds something else than would be written for what
    it is read as.
    """
    if connection.dialect.name == "sqlite":
        forms = [_Form.of(column, connection.dialect) for column in table.columns]
        held = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
        chosen = select(*held).order_by(key, text("rowid"))
        for row in connection.execution_options(yield_per=PAGE).execute(chosen):
            yield _found(row, forms, key)
        return
    passed = 0
    try:
        for typed in (
            connection.execution_options(yield_per=PAGE)
            .execute(select(table).order_by(key, text("ctid")))
            .mappings()
        ):
            yield Found(str(typed[key.name]), dict(typed))
            passed += 1
    except UNREADABLE:
        yield from _one_by_one(connection, table, key, passed)


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
        return Found(
            _as_id(
                str(
                    next(
                        held for form, held in zip(forms, row, strict=True) if form.name == key.name
                    )
                )
            ),
            None,
        )
    return Found(str(columns[key.name]), columns)


def _one_by_one(
    connection: Connection, table: Table, key: Column[Any], passed: int
) -> Iterator[Found]:
    """PostgreSQL keeps instants and days that no program can hold: where there is one, each row is
    read for itself.
    """
    places = (
        connection.execute(
            text(f"SELECT ctid::text FROM {table.name} ORDER BY {key.name}, ctid")  # noqa: S608  (names of ours)
        )
        .scalars()
        .all()
    )
    for place in places[passed:]:
        named = {"place": place}
        try:
            row = (
                connection.execute(select(table).where(text("ctid = CAST(:place AS tid)")), named)
                .mappings()
                .one()
            )
            yield Found(str(row[key.name]), dict(row))
        except UNREADABLE:
            raw = text(
                f"SELECT {key.name}::text FROM {table.name} WHERE ctid = CAST(:place AS tid)"  # noqa: S608  (names of ours)
            )
            yield Found(str(connection.execute(raw, named).scalar_one()), None)


def _as_id(raw: str) -> str:
    """SQLite keeps an id without its dashes."""
    try:
        return str(UUID(raw))
    except ValueError:
        return raw

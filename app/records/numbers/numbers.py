"""Short numbers: twelve digits that stand for a record, said on the telephone and found again.

A number is a digest of the record's kind and id, so that it says nothing about the record, its day
or its neighbors. It opens nothing: who may not see the record does not find it.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, delete, select, text

from app.records.changing import digested
from app.records.errors import RecordRefused
from app.records.numbers.check_digit import check_digit, is_whole
from app.records.numbers.number_tables import numbers

if TYPE_CHECKING:  # the store gives numbers
    from app.records.store import Store

DIGITS, GROUP = 12, 4
ATTEMPTS = 20
"""So many numbers are tried for a record; with a thousand million records, one in some 10^40 would
need more.
"""
_ENTER = text(
    "INSERT INTO numbers (number, kind, object_id, record_digest) "
    "VALUES (:number, :kind, :object_id, :record_digest) ON CONFLICT DO NOTHING"
)
"""As text, since SQLAlchemy compiles an insertion of this kind each time anew."""
SEPARATORS = str.maketrans("", "", " -.\u00a0\u2013")
"""What people write between digits."""


class NotANumber(ValueError):
    """A text is no number of this service; the message says what to do."""


class Numbered(NamedTuple):
    """What a number stands for."""

    kind: str
    object_id: str


def in_groups(number: str) -> str:
    """A number as people read it: 4821 0937 5514."""
    return " ".join(number[at : at + GROUP] for at in range(0, len(number), GROUP))


def read_number(typed: str) -> str:
    """The digits of a number that somebody typed.

    Raises:
        NotANumber: it has another length, other signs, or a wrong digit.
    """
    digits = typed.translate(SEPARATORS)
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        raise NotANumber("A number has twelve digits, such as 4821 0937 5514.")
    if not is_whole(digits):
        raise NotANumber("One digit of this number is wrong. Ask for the number again.")
    return digits


def derived(kind: str, object_id: str, attempt: int) -> str:
    """The number that is tried for a record at an attempt, the first being 0."""
    hashed = sha256(f"{kind}:{object_id}:{attempt}".encode()).digest()
    digits = f"{int.from_bytes(hashed[:16]) % 10 ** (DIGITS - 1):0{DIGITS - 1}}"
    return digits + check_digit(digits)


def give_numbers(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """Give each record of a kind its number, within the transaction that stores them; the numbers
    by id.

    Raises:
        RecordRefused: no number is free.
    """
    given: dict[str, str] = {}
    for attempt in range(ATTEMPTS):
        missing = [id for id in ids if id not in given]
        if not missing:
            return given
        rows = [
            digested(numbers, {"number": derived(kind, id, attempt), **_named(kind, id)})
            for id in missing
        ]
        tried = {row["object_id"]: row["number"] for row in rows}
        entered = connection.execute(_ENTER, rows).rowcount
        given |= tried if entered == len(rows) else given_numbers(connection, kind, missing)
    raise RecordRefused("no number is free")


def given_numbers(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """The numbers that records of a kind have, by id, read through a connection. A record without
    one is not among them.
    """
    asked = select(numbers.c.object_id, numbers.c.number)
    found = connection.execute(asked.where(numbers.c.kind == kind, numbers.c.object_id.in_(ids)))
    return {row.object_id: row.number for row in found}


def _named(kind: str, id: str) -> dict[str, str]:
    return {"kind": kind, "object_id": id}


def remove_numbers(connection: Connection, kind: str, ids: Iterable[str]) -> None:
    """Remove the numbers of records that are disposed of, within the same transaction."""
    mine = (numbers.c.kind == kind) & numbers.c.object_id.in_(list(ids))
    connection.execute(delete(numbers).where(mine))


def numbers_of(store: "Store", kind: str, ids: Sequence[str]) -> dict[str, str]:
    """The numbers of records of a kind by their ids. A record without one is not among them.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        return given_numbers(connection, kind, ids)


def find_number(store: "Store", number: str) -> Numbered | None:
    """What a number stands for, for whoever asks: the caller must look who may see it.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    asked = select(numbers.c.kind, numbers.c.object_id).where(numbers.c.number == number)
    with store.reading() as connection:
        row = connection.execute(asked).one_or_none()
    return None if row is None else Numbered(row.kind, row.object_id)

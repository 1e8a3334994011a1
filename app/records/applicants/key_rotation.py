"""Re-encrypt values under older keys, and index names anew, while the service runs. A stopped
rotation keeps its progress.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select

from app.records.applicants.applicant_tables import applicants, former_names, name_parts
from app.records.applicants.applicants import (
    applicant_of,
    former_rows,
    part_rows,
    row_of,
    write_other_indexes,
)
from app.records.applicants.encryption import KeyRing, Unreadable
from app.records.applicants.indexes import row_indexes
from app.records.changing import locked, write
from app.records.entries import Row
from app.records.people.account_tables import second_factors
from app.records.people.second_factors import secret_anew
from app.records.store import Store
from app.records.texts.personal_texts import text_anew
from app.records.texts.text_tables import personal_texts
from app.records.waivers.papers import paper_anew
from app.records.waivers.waiver_tables import waiver_papers

KEY_LENGTH = 80
"""The beginning of a kept value that names its key; keys have short names."""
Progress = Callable[[int], object]


Indexed = Callable[[Connection, Mapping[str, Any], KeyRing], bool]
Beside = Callable[[Connection, Mapping[str, Any], KeyRing], None]


class Encrypted(NamedTuple):
    """A table with encrypted columns: *anew* gives those columns under the present keys, and
    *is_indexed* whether its blind indexes are of the present key; *beside* writes what other tables
    have of a row. *together* are the rows per transaction: on SQLite no other process can write
    during one.
    """

    table: Table
    columns: tuple[str, ...]
    anew: Callable[[Mapping[str, Any], KeyRing], Row]
    together: int = 100
    is_indexed: Indexed = lambda connection, row, ring: True
    beside: Beside = lambda connection, row, ring: None


def _applicant_anew(row: Mapping[str, Any], ring: KeyRing) -> Row:
    return row_of(applicant_of(row, ring), ring)


def _applicant_is_indexed(connection: Connection, row: Mapping[str, Any], ring: KeyRing) -> bool:
    applicant = applicant_of(row, ring)
    found = row_indexes(ring, applicant.person.name, applicant.person.born_on)
    return (
        all(row[name] == index for name, index in found.items())
        and _stands(connection, former_names, applicant.id, former_rows(applicant, ring))
        and _stands(connection, name_parts, applicant.id, part_rows(applicant, ring))
    )


def _stands(connection: Connection, table: Table, applicant: str, wanted: list[Row]) -> bool:
    """Whether a table has these rows of an applicant, and no others."""
    kept = connection.execute(select(table).where(table.c.applicant == applicant)).mappings()
    names = [column.name for column in table.columns]
    return {tuple(row[name] for name in names) for row in kept} == {
        tuple(row[name] for name in names) for row in wanted
    }


def _write_others(connection: Connection, row: Mapping[str, Any], ring: KeyRing) -> None:
    write_other_indexes(connection, applicant_of(row, ring), ring)


PEOPLE = Encrypted(
    applicants,
    ("name", "born_on", "details"),
    _applicant_anew,
    is_indexed=_applicant_is_indexed,
    beside=_write_others,
)
ENCRYPTED = (
    PEOPLE,
    Encrypted(personal_texts, ("salt", "text"), text_anew),
    Encrypted(waiver_papers, ("content",), paper_anew, together=2),
    Encrypted(second_factors, ("secret",), secret_anew),
)
"""Every table with columns under the data keys. Files are large, so few are in memory at once."""


@dataclass
class Rotated:
    """What a rotation came to: how many rows were as they should be, how many were written anew,
    and which cannot be read (by the id of the row, with what is wrong). *left* are under an older
    key in the end: somebody wrote them meanwhile."""

    current: int = 0
    rotated: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    left: int = 0


def count_encrypted(store: Store, tables: Sequence[Encrypted] = ENCRYPTED) -> int:
    """How many rows a rotation is going to look at.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(each.table)).scalar_one()
            for each in tables
        )


def rotate(
    store: Store,
    ring: KeyRing,
    progress: Progress = lambda count: None,
    tables: Sequence[Encrypted] = ENCRYPTED,
) -> Rotated:
    """Bring every applicant, text and file under the current data key, and applicants under the
    present key of the index; or what some *tables* have.

    Each row is locked, read and written in one transaction, so that no change of anybody's is
    undone; versions stay as they are, since nothing that is said changes.

    Raises:
        RecordsUnavailable: the database failed; what was done until then stays done.
    """
    result = Rotated()
    for each in tables:
        after = ""
        while page := _page(store, each, after):
            after = page[-1]["id"]
            with store.reading() as connection:
                is_stale = [not _is_current(connection, each, row, ring, result) for row in page]
            stale = [row["id"] for row, is_it in zip(page, is_stale, strict=True) if is_it]
            if stale:
                _rewrite(store, each, ring, stale, result)
            progress(len(page))
        result.left += _count_older(store, each, ring, result)
    return result


def _page(store: Store, each: Encrypted, after: str) -> list[Mapping[str, Any]]:
    id = each.table.c.id
    chosen = select(each.table).order_by(id).limit(each.together)
    if after:
        chosen = chosen.where(id > after)
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(chosen).mappings()]


def _is_current(
    connection: Connection,
    each: Encrypted,
    row: Mapping[str, Any],
    ring: KeyRing,
    result: Rotated,
) -> bool:
    """Whether a row needs nothing: it is as the present keys make it, or it cannot be read."""
    try:
        each.anew(row, ring)
        is_indexed = each.is_indexed(connection, row, ring)
    except Unreadable as error:
        result.unreadable[row["id"]] = str(error)
        return True
    is_current = is_indexed and all(
        row[name] is None or ring.is_current(row[name]) for name in each.columns
    )
    result.current += is_current
    return is_current


def _rewrite(store: Store, each: Encrypted, ring: KeyRing, ids: list[str], result: Rotated) -> None:
    with store.writing() as connection:
        for id in ids:
            row = locked(connection, each.table, each.table.c.id == id)
            if row is None:
                continue
            try:
                write(connection, each.table, row, each.anew(row, ring))
                each.beside(connection, row, ring)
                result.rotated += 1
            except Unreadable as error:
                result.unreadable[row["id"]] = str(error)


def _count_older(store: Store, each: Encrypted, ring: KeyRing, result: Rotated) -> int:
    """How many rows that can be read have a column that is not under the current key."""
    begins = [func.substr(each.table.c[name], 1, KEY_LENGTH) for name in each.columns]
    chosen = select(each.table.c.id, *begins)
    with store.reading() as connection:
        kept = connection.execution_options(yield_per=1000).execute(chosen)
        readable = (row for row in kept if row[0] not in result.unreadable)
        return sum(
            not all(kept is None or ring.is_current(kept) for kept in row[1:]) for row in readable
        )

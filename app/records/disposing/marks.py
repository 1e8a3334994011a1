"""Marks for disposal: what would go, the root over it, and who marked it.

A mark is sealed like other records. The approval of the same proposal says what became of it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, insert, select

from app.records.digests import column_text, record_digest
from app.records.disposing.candidates import Candidate, DisposableClass, Leaf
from app.records.disposing.disposal_tables import disposal_marks, marked_records
from app.records.entries import Row
from app.records.store import Store, await_seal
from app.records.verifying.disposal_proofs import period_text, root_of

KIND = "mark"
WAIT_AT_LEAST = timedelta(hours=23)
"""How long a mark must have been sealed before anything goes under it, whatever the setting: a day,
less what clocks differ by.
"""
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Mark:
    """Records of the class *of* that were marked together after a *period*: those made before an
    instant. *records* is what people count, *count* and *root* cover the rows that go.
    """

    id: str
    approval: str
    of: str
    period: str
    made_before: datetime
    records: int
    count: int
    root: str
    marked_by: str
    marked_at: datetime
    release_from: datetime

    def row(self) -> Row:
        """The columns, with the digest over all others."""
        columns: Row = {name: getattr(self, name) for name in self.__slots__ if name != "of"}
        columns["record_class"] = self.of
        return {**columns, "record_digest": record_digest(KIND, columns)}

    @property
    def state(self) -> str:
        """What the audit entry of a disposal states of the mark that it belongs to."""
        return state_of_mark(self.row()["record_digest"])


def state_of_mark(digest: str) -> str:
    """What an audit entry states of a mark with this digest; a mark has one version."""
    return f"1:{digest}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What may go of a class now: the rows, and how many records people count."""

    of: str
    period: str
    made_before: datetime
    records: int
    leaves: tuple[Leaf, ...]

    @property
    def root(self) -> str:
        """The root over the rows."""
        return root_of(self.leaves)


def candidates_of(store: Store, each: DisposableClass, before: datetime) -> Iterator[Candidate]:
    """The records of a class that were made before an instant, with what keeps them.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    after: str | None = None
    while True:
        with store.reading() as connection:
            page = each.candidates(connection, before, after)
        yield from page.candidates
        if page.after is None:
            return
        after = page.after


def choose(
    store: Store,
    each: DisposableClass,
    period: relativedelta,
    now: datetime,
    kept: list[tuple[str, Candidate]],
) -> Chosen:
    """What may go of a class now; *kept* gets the records that stay although they are old enough.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    before, records, leaves = now - period, 0, list[Leaf]()
    for candidate in candidates_of(store, each, before):
        if candidate.kept_by is None:
            leaves.extend(candidate.leaves)
            records += 1
        else:
            kept.append((each.name, candidate))
    return Chosen(each.name, period_text(period), before, records, tuple(sorted(leaves)))


def effect_of(parts: Sequence[Chosen | Mark]) -> str:
    """The digest of what a release would do: class by class what goes, and under which period."""
    lines = sorted(
        f"{each.of} {each.period} {column_text(each.made_before)} {each.records} {each.root}"
        for each in parts
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def store_marks(
    connection: Connection, marks: Sequence[Mark], leaves: Mapping[str, Sequence[Leaf]]
) -> None:
    """Store marks with the rows that each is over, by the class, in the transaction of their
    proposal.
    """
    rows = [mark.row() for mark in marks]
    connection.execute(insert(disposal_marks), rows)
    await_seal(connection, KIND, *((row["id"], row["record_digest"]) for row in rows))
    for mark in marks:
        mine = leaves[mark.of]
        for start in range(0, len(mine), AT_ONCE):
            some = mine[start : start + AT_ONCE]
            listed = [
                {"mark": mark.id, "kind": kind, "object_id": id, "digest": digest}
                for kind, id, digest in some
            ]
            connection.execute(insert(marked_records), listed)


def marks_of(connection: Connection, approval: str) -> list[Mark]:
    """The marks of a proposal, in the order in which they are carried out."""
    table = disposal_marks.c
    chosen = select(disposal_marks).where(table.approval == approval).order_by(table.id)
    return [mark_of(row) for row in connection.execute(chosen).mappings()]


def mark_of(row: Mapping[Any, Any]) -> Mark:
    """The mark of a row."""
    given = {name: row[name] for name in Mark.__slots__ if name != "of"}
    return Mark(**given, of=row["record_class"])


def leaves_of(connection: Connection, mark: str) -> list[Leaf]:
    """The rows that a mark is over."""
    table = marked_records.c
    chosen = select(table.kind, table.object_id, table.digest).where(table.mark == mark)
    return [(row.kind, row.object_id, row.digest) for row in connection.execute(chosen)]


def is_whole(connection: Connection, mark: Mark) -> bool:
    """Whether a mark is over the rows that its count and its root say."""
    leaves = leaves_of(connection, mark.id)
    return len(leaves) == mark.count and bool(leaves) and root_of(leaves) == mark.root

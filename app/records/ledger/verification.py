"""Verification of all stored data, which names each damaged record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Table, exists, func, select

from app.records.changing import digest_of
from app.records.damaged import Found, askable, paged, rows, tolerant
from app.records.digests import (
    EMPTY_CHAIN,
    chain_digest,
    leaf_hash,
    merkle_root,
    record_digest,
)
from app.records.identity import is_id
from app.records.ledger.audit_crosscheck import strays
from app.records.ledger.checkpoints import Checkpoints, Noted, database_of
from app.records.ledger.verified_tables import CHANGING, SEALABLE, Sealable
from app.records.store import Store
from app.records.tables import (
    audit_entries,
    decisive_provisions,
    determinations,
    disposals,
    installation,
    sealed_records,
    seals,
    unsealed,
)

Progress = Callable[[int], object]
NAMED_AT_MOST = 100
UNPLACED = 2**62
"""The place of what no seal closes: after everything that one does."""
MADE = ("determination.made", "determination.redetermined")
"""What the audit trail calls the making of a determination."""


@dataclass(frozen=True, slots=True, order=True)
class Complaint:
    """One damaged record. *sequence* is its place among all sealed records."""

    sequence: int
    kind: str
    object_id: str
    what: str

    def __post_init__(self) -> None:
        """Make damaged names printable."""
        for name in ("kind", "object_id"):
            printable = "".join(
                c if c.isprintable() else "?" for c in getattr(self, name)[:NAMED_AT_MOST]
            )
            object.__setattr__(self, name, printable)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.what}"


class Verified(NamedTuple):
    """What a verification looked at, and what it has to complain about, the first record first."""

    records: int
    seals: int
    unsealed: int
    chain: str
    complaints: tuple[Complaint, ...]
    database: str | None
    noted: Noted


def verify(
    store: Store, checkpoints: Checkpoints | None = None, progress: Progress = lambda count: None
) -> Verified:
    """Check every record against its digest, every seal against its records and the seal before,
    and each against each.

    *checkpoints* are what was noted of seals outside the database, this one's and others';
    *progress* is told of records looked at.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection, tolerant(connection):
        looked, database = (
            _Looking(connection, progress),
            database_of(connection),
        )
        noted = (checkpoints or Checkpoints()).of(database)
        complaints = [
            *looked.at_seals(noted.chains),
            *looked.at_name(database, noted),
            *looked.at_records(),
            *looked.at_entries(),
        ]
        complaints += [*looked.at_the_rest(), *looked.at_audited_tables()]
        waiting = connection.execute(select(func.count()).select_from(unsealed)).scalar_one()
    return Verified(
        looked.records,
        looked.seals,
        waiting,
        looked.chain,
        tuple(sorted(set(complaints))),
        database,
        noted,
    )


def count_records(store: Store) -> int:
    """How many records a verification is going to look at.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(each.table)).scalar_one()
            for each in SEALABLE
        )


def decisive_in(document: str) -> set[str]:
    """The provisions that a determination's document says it rests on.

    None where it is unreadable.
    """
    try:
        return {
            reason["provision"]
            for reason in orjson.loads(document)["reasons"]
            if reason["decisive"]
        }
    except (ValueError, KeyError, TypeError):
        return set()


class _Looking:
    """One verification, of one moment's state of the database."""

    def __init__(self, connection: Connection, progress: Progress) -> None:
        self._connection, self._progress = connection, progress
        self.records, self.seals, self.chain = 0, 0, EMPTY_CHAIN

    def at_seals(self, chains: Mapping[int, Sequence[str]]) -> Iterator[Complaint]:
        """Check that each seal covers its records and follows the seal before, and that no entry
        lies beyond the last seal.
        """
        noted, number, following = dict(chains), 0, 1
        for id, row in rows(self._connection, seals, seals.c.number):
            number += 1
            if row is None or not all(
                isinstance(row[name], int) for name in ("number", "first", "count")
            ):
                yield Complaint(
                    following, "seal", id, "is unreadable: one of its columns was changed"
                )
                continue
            self.seals += 1
            for what in self._wrong_with_seal(row, number, following):
                yield Complaint(following, "seal", id, what)
            for what in _unlike_noted(row["chain"], noted.pop(row["number"], ())):
                yield Complaint(following, "seal", id, what)
            number, following, self.chain = row["number"], row["first"] + row["count"], row["chain"]
        for missing in sorted(noted):
            yield Complaint(following, "seal", str(missing), "is missing: the checkpoints note it")
        beyond = select(sealed_records).where(sealed_records.c.sequence >= following).limit(1)
        for stray in self._connection.execute(beyond).all():
            yield Complaint(
                stray.sequence,
                stray.kind,
                stray.object_id,
                "lies beyond the last seal: no seal covers it",
            )

    def _wrong_with_seal(
        self, row: Mapping[str, Any], number: int, following: int
    ) -> Iterator[str]:
        if row["number"] != number or row["first"] != following:
            yield "does not follow the seal before it: a seal was removed or inserted"
        expected = chain_digest(
            self.chain, row["number"], row["first"], row["count"], row["sealed_at"], row["root"]
        )
        if row["previous"] != self.chain or row["chain"] != expected:
            yield "does not match: it or an earlier seal was changed"
        entries = self._connection.execute(
            select(sealed_records)
            .where(sealed_records.c.seal == row["number"])
            .order_by(sealed_records.c.sequence)
        ).all()
        if [entry.sequence for entry in entries] != list(
            range(row["first"], row["first"] + row["count"])
        ):
            yield ("does not match its entries: some were removed, inserted or moved")
        elif (
            merkle_root([leaf_hash(entry.kind, entry.object_id, entry.digest) for entry in entries])
            != row["root"]
        ):
            yield "has a root that does not match its entries: one was changed"

    def at_name(self, database: str | None, noted: Noted) -> Iterator[Complaint]:
        """A database that was sealed has one name, which the checkpoints know it by."""
        if database is None and self.seals:
            names = self._connection.execute(
                select(func.count()).select_from(installation)
            ).scalar_one()
            what = (
                "has more than one name" if names > 1 else "was changed" if names else "was removed"
            )
            yield Complaint(
                UNPLACED,
                "installation",
                "?",
                f"{what}: the checkpoints cannot identify this database",
            )
        elif self.seals and noted.of_others and not noted.chains:
            what = "is unknown to the checkpoints: all of their lines belong to other databases"
            yield Complaint(UNPLACED, "installation", str(database), what)

    def at_records(self) -> Iterator[Complaint]:
        """Each record is as its digest says, and as the seal that closes it, or is to close it,
        says.
        """
        for each in SEALABLE:
            for page in paged(rows(self._connection, each.table, each.key)):
                yield from self._at_page(each, page)

    def _at_page(self, each: Sealable, page: list[Found]) -> Iterator[Complaint]:
        ids = [found.id for found in page]
        sealed, pending = (
            self._entries(entries, each.kind, ids) for entries in (sealed_records, unsealed)
        )
        for id, row in page:
            place, entry = (
                sealed[id].sequence if id in sealed else UNPLACED,
                sealed.get(id) or pending.get(id),
            )
            if row is None:
                yield Complaint(
                    place, each.kind, id, "is unreadable: one of its columns was changed"
                )
            elif entry is None:
                yield Complaint(place, each.kind, id, "was inserted: it has no entry for a seal")
            elif not entry.digest == row["record_digest"] == _digest(each.kind, row):
                yield Complaint(place, each.kind, id, "was changed after it was stored")
        if each.kind == "determination":
            yield from self._at_determinations(
                [found for found in page if found.row is not None], sealed
            )
        self.records += len(page)
        self._progress(len(page))

    def _entries(self, table: Table, kind: str, ids: list[str]) -> dict[str, Any]:
        chosen = select(table).where(table.c.kind == kind, table.c.object_id.in_(askable(ids)))
        return {row.object_id: row for row in self._connection.execute(chosen).all()}

    def _at_determinations(
        self, page: list[Found], sealed: Mapping[str, Any]
    ) -> Iterator[Complaint]:
        """Check the search entries against the documents, and each creation against the audit
        trail.
        """
        ids = [found.id for found in page]
        kept: dict[str, set[str]] = {id: set() for id in ids}
        chosen = select(decisive_provisions).where(decisive_provisions.c.determination.in_(ids))
        for provision in self._connection.execute(chosen).all():
            kept[provision.determination].add(provision.provision)
        entered = audit_entries.c.object_id
        made = select(entered).where(
            audit_entries.c.kind == "determination",
            entered.in_(ids),
            audit_entries.c.action.in_(MADE),
        )
        known = (
            set(self._connection.execute(made).scalars())
            if not self._entries_were_disposed()
            else set(ids)
        )
        for id, row in page:
            place = sealed[id].sequence if id in sealed else UNPLACED
            assert row is not None
            if kept[id] != decisive_in(row["document"]):
                yield Complaint(
                    place,
                    "determination",
                    id,
                    "has search entries for provisions that its document does not list as decisive",
                )
            if id not in known:
                yield Complaint(
                    place,
                    "determination",
                    id,
                    "was inserted: the audit trail has no record of its creation",
                )

    def _entries_were_disposed(self) -> bool:
        """Whether audit entries were disposed of, so that some creations have no entry any more."""
        return bool(
            self._connection.execute(
                select(exists().where(disposals.c.kind == "audit"))
            ).scalar_one()
        )

    def at_entries(self) -> Iterator[Complaint]:
        """Every record that a seal closes, or is to close, is there, or a disposal says why not."""
        for table, key in (
            (sealed_records, sealed_records.c.sequence),
            (unsealed, unsealed.c.object_id),
        ):
            found = rows(self._connection, table, key)
            for page in paged(row for _, row in found if row is not None):
                yield from self._missing(page)

    def _missing(self, page: list[Any]) -> Iterator[Complaint]:
        disposed: dict[tuple[str, str], set[str]] = {}
        gone = select(disposals.c.kind, disposals.c.digest, disposals.c.object_id)
        for row in self._connection.execute(
            gone.where(disposals.c.object_id.in_(askable(entry["object_id"] for entry in page)))
        ):
            disposed.setdefault((row.kind, row.digest), set()).add(row.object_id)
        there: dict[str, set[str]] = {}
        for each in SEALABLE:
            ids = [
                e["object_id"]
                for e in page
                if e["kind"] == each.kind and (each.kind == "law" or is_id(e["object_id"]))
            ]
            found = self._connection.execute(
                select(each.key).where(each.key.in_(askable(ids)))
            ).scalars()
            there[each.kind] = {str(id) for id in found}
        for entry in page:
            place = entry.get("sequence", UNPLACED)
            if entry["kind"] not in there:
                yield Complaint(
                    place,
                    entry["kind"],
                    entry["object_id"],
                    "has an unknown kind: its entry was changed",
                )
            elif entry["object_id"] not in there[entry["kind"]] | disposed.get(
                (entry["kind"], entry["digest"]), set()
            ):
                yield Complaint(place, entry["kind"], entry["object_id"], "was removed")

    def at_the_rest(self) -> Iterator[Complaint]:
        """Check the digests of unsealed rows, and that each search entry belongs to a
        determination.
        """
        for each in CHANGING:
            for found in rows(self._connection, each.table, each.key):
                if found.row is None or found.row["record_digest"] != digest_of(
                    each.table, found.row
                ):
                    yield Complaint(
                        UNPLACED,
                        each.table.info["kind"],
                        each.named(found),
                        "was changed after it was stored",
                    )
        known = exists().where(determinations.c.id == decisive_provisions.c.determination)
        for stray in self._connection.execute(
            select(decisive_provisions.c.provision).where(~known)
        ).scalars():
            yield Complaint(UNPLACED, "decisive provision", stray, "belongs to no determination")

    def at_audited_tables(self) -> Iterator[Complaint]:
        """Check the unsealed rows against the audit trail."""
        for stray in strays(self._connection, self._entries_were_disposed()):
            yield Complaint(UNPLACED, *stray)


def _unlike_noted(chain: str, noted: Sequence[str]) -> Iterator[str]:
    """What is wrong with a seal beside the chains that its number was noted with, which are none
    where it was not noted.
    """
    if len(noted) > 1:
        yield ("has different chains in the checkpoints: seals were removed and created again")
    elif noted and noted[0] != chain:
        yield "differs from the checkpoints"


def _digest(kind: str, row: Mapping[str, Any]) -> str:
    return record_digest(
        kind, {name: value for name, value in row.items() if name != "record_digest"}
    )

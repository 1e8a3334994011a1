"""Verification of all stored data, which names each damaged record."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Table, exists, func, select

from app.records.changing import digest_of
from app.records.damaged import Found, askable, paged, rows, tolerant
from app.records.digests import record_digest
from app.records.identity import is_id
from app.records.ledger.checkpoints import Checkpoints, Noted, database_of
from app.records.ledger.seals import waiting_in
from app.records.log.verdict import Verdict
from app.records.numbers.numbers import given_numbers
from app.records.store import Store
from app.records.tables import (
    audit_entries,
    decisive_provisions,
    determinations,
    installation,
    sealed_records,
    unsealed,
)
from app.records.verifying.absences import Absences
from app.records.verifying.attested import unattested, unlike_attested
from app.records.verifying.audit_crosscheck import INSERTED, MADE, strays
from app.records.verifying.complaints import UNPLACED, Complaint
from app.records.verifying.proof import Asked, Proof, Waiting, proof_of, wrong_with_notes
from app.records.verifying.releases import wrong_marks
from app.records.verifying.sealed_chain import SealedChain
from app.records.verifying.times import LawTimes, played_through, spans, untimely, waiting_span
from app.records.verifying.verified_tables import CHANGING, SEALABLE, Sealable

__all__ = ["Asked", "Complaint", "Verified", "count_records", "verify"]
Progress = Callable[[int], object]


class Verified(NamedTuple):
    """What a verification looked at, what it has to complain about, the first record first, and
    what it proved. *invented* counts records whose times a demonstration explains.
    """

    records: int
    seals: int
    unsealed: int
    chain: str
    complaints: tuple[Complaint, ...]
    database: str | None
    noted: Noted
    proof: Proof
    invented: int


def verify(
    store: Store,
    checkpoints: Checkpoints | None = None,
    progress: Progress = lambda count: None,
    asked: Asked = Asked(),  # noqa: B008
) -> Verified:
    """Check every record against its digest, every seal against its records and the seal before,
    and each against each.

    *checkpoints* are what was noted of seals outside the database. Where they are None, nothing
    proves that the database has all seals that were made, and the proof says so. *progress* is
    told of records looked at.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection, tolerant(connection):
        database = database_of(connection)
        noted = None if checkpoints is None else checkpoints.of(database)
        looked = _Looking(connection, progress, asked)
        verdict = Verdict(asked)
        complaints = [
            *looked.at_everything(database, noted),
            *verdict.complaints(connection),
        ]
        count, since = waiting_in(connection)
        waits = Waiting(count, since, unattested(connection))
    return Verified(
        looked.records,
        looked.chain.seals,
        count,
        looked.chain.chain,
        tuple(sorted(set(complaints))),
        database,
        noted or Noted(),
        verdict.added_to(proof_of(noted, looked.chain, waits, asked)),
        looked.invented,
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

    def __init__(self, connection: Connection, progress: Progress, asked: Asked) -> None:
        self._connection, self._progress, self._asked = connection, progress, asked
        self.records, self.invented, self.chain = 0, 0, SealedChain(connection)
        self._laws, self._absences = LawTimes(connection), Absences(connection)
        self._played = 0 if asked.in_production else played_through(connection)

    def at_everything(self, database: str | None, noted: Noted | None) -> Iterator[Complaint]:
        """All that is wrong; *noted* is what the checkpoints say of a database of this name."""
        yield from self.chain.complaints({} if noted is None else noted.chains, self._asked.at)
        yield from self.at_name(database)
        yield from self.at_records()
        yield from self.at_entries()
        yield from self.at_the_rest()
        yield from self.at_audited_tables()
        if noted is not None:
            yield from wrong_with_notes(database, noted, self.chain)

    def at_name(self, database: str | None) -> Iterator[Complaint]:
        """A database that was sealed has one name, which the checkpoints know it by."""
        if database is None and self.chain.seals:
            count = select(func.count()).select_from(installation)
            names = self._connection.execute(count).scalar_one()
            how = (
                "has more than one name" if names > 1 else "was changed" if names else "was removed"
            )
            what = f"{how}: the checkpoints cannot identify this database"
            yield Complaint(UNPLACED, "installation", "?", what)

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
        yield from self._at_times(each.kind, page, sealed)
        if each.kind == "determination":
            yield from self._at_determinations(
                [found for found in page if found.row is not None], sealed
            )
        self.records += len(page)
        self._progress(len(page))

    def _at_times(
        self, kind: str, page: list[Found], sealed: Mapping[str, Any]
    ) -> Iterator[Complaint]:
        """Check that each record was made between the seal before and its own."""
        between = spans(self._connection, (entry.seal for entry in sealed.values()))
        waits = waiting_span(self._connection, self._asked.at)
        for id, row in page:
            if row is None:
                continue
            entry = sealed.get(id)
            what = untimely(kind, id, row, waits if entry is None else between[entry.seal])
            if what is None and kind == "determination":
                what = self._laws.too_early(row)
            if what is None:
                continue
            if (UNPLACED if entry is None else entry.seal) <= self._played:
                self.invented += 1
            else:
                yield Complaint(UNPLACED if entry is None else entry.sequence, kind, id, what)

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
        known = set(self._connection.execute(made).scalars())
        numbers = given_numbers(self._connection, "determination", ids)
        for id, row in page:
            place = sealed[id].sequence if id in sealed else UNPLACED
            assert row is not None
            if id not in numbers:
                yield Complaint(place, "determination", id, "has lost its short number")
            if kept[id] != decisive_in(row["document"]):
                yield Complaint(
                    place,
                    "determination",
                    id,
                    "has search entries for provisions that its document does not list as decisive",
                )
            if id not in known:
                yield Complaint(place, "determination", id, INSERTED)

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
        gone = []
        for entry in page:
            if entry["kind"] not in there:
                yield Complaint(
                    entry.get("sequence", UNPLACED),
                    entry["kind"],
                    entry["object_id"],
                    "has an unknown kind: its entry was changed",
                )
            elif entry["object_id"] not in there[entry["kind"]]:
                gone.append(entry)
        for entry, what in self._absences.unproved(gone):
            place = entry.get("sequence", UNPLACED)
            yield Complaint(place, entry["kind"], entry["object_id"], what)

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
        for of, what in self._absences.stated_shorter(self._asked.periods or {}):
            yield Complaint(UNPLACED, "retention", of, what)
        there = self._connection
        for stray in (*strays(there), *unlike_attested(there), *wrong_marks(there)):
            yield Complaint(UNPLACED, *stray)


def _digest(kind: str, row: Mapping[str, Any]) -> str:
    return record_digest(
        kind, {name: value for name, value in row.items() if name != "record_digest"}
    )

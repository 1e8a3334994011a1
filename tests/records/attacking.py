"""What somebody who can write to the database can do: the triggers are off, every digest fits, and
the service seals what they entered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Engine, Table, delete, event, insert, select, text, update

from app import clock
from app.access.roster import Roster
from app.records.changing import digest_of
from app.records.database import open_database
from app.records.digests import EMPTY_CHAIN, chain_digest, leaf_hash, merkle_root, record_digest
from app.records.entries import AuditEntry, LawText
from app.records.holds import Hold, lift_hold, place_hold
from app.records.identity import new_id
from app.records.ledger.checkpoints import read_checkpoints
from app.records.ledger.seals import seal_everything
from app.records.people.account_tables import accounts
from app.records.store import Store
from app.records.tables import (
    audit_entries,
    disposals,
    holds,
    metadata,
    sealed_records,
    seals,
    unsealed,
)
from app.records.verifying.disposal_proofs import Statement, root_of
from app.records.verifying.verification import Asked, Verified, verify
from tests.organizations import know
from tests.records.conftest import LAW, made_at, numbered
from tests.records.everything import OFFICE, OLD, Everything, keep_everything, people_of

HELD, HELD_PERSON = OLD + timedelta(days=2), OLD + timedelta(days=3)
OF_HELD, OF_PERSON = made_at(8, HELD), made_at(7, HELD_PERSON, subject="person-7")
FREE = made_at(5, OLD + timedelta(days=4))
"""Old enough to go, and nothing holds it."""
TEN_YEARS = relativedelta(years=10)


@dataclass(frozen=True)
class Prepared:
    """A database before an attack, and what stood in it before the service changed it last."""

    everything: Everything
    account_before: dict[str, Any]
    hold_before: dict[str, Any]
    lifted: str


def prepare(store: Store, file: Path) -> Prepared:
    """Keep everything, and old determinations under holds; the seals are noted in a file."""
    everything = keep_everything(store, file, (OF_HELD, OF_PERSON, FREE))
    hold_on(store, "determination", OF_HELD.id)
    hold_on(store, "subject", "person-7")
    lifted = hold_on(store, "determination", numbered(3).id)
    hold_before = _row(store, holds, lifted.id)
    now = clock.now()
    ended = replace(lifted, lifted_by="account:2", lifted_at=now, version=2)
    entry = OFFICE.did("hold.lifted", lifted.object_id, kind=lifted.kind)
    lift_hold(store, lifted, ended, entry)
    people = people_of(store)
    account = people.accounts.find(everything.account)
    assert account is not None
    know(store, "office-4")
    before = _row(store, accounts, account.id)
    Roster(people.accounts, people.passwords).change(account, {"organization": "office-4"}, OFFICE)
    list(seal_everything(store, clock.now(), file))
    return Prepared(everything, before, hold_before, lifted.id)


def hold_on(store: Store, kind: str, object_id: str) -> Hold:
    now = clock.now()
    hold = Hold(new_id(now), kind, object_id, "matter 12", "account:1", now)
    place_hold(store, hold, OFFICE.did("hold.placed", object_id, kind=kind))
    return hold


def _row(store: Store, table: Table, id: str) -> dict[str, Any]:
    with store.reading() as connection:
        return dict(connection.execute(select(table).where(table.c.id == id)).mappings().one())


def unguarded(address: str) -> Engine:
    """Take the guards from a database for good: triggers, and on PostgreSQL foreign keys."""
    engine = open_database(address)
    with engine.begin() as connection:
        if engine.dialect.name != "sqlite":
            chosen = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            for name in connection.execute(text(chosen)).scalars().all():
                connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER ALL"))
            return engine
        chosen = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in connection.execute(text(chosen)).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    return engine


def put_aside(database: Engine) -> None:
    """Remember every row of a PostgreSQL database."""
    with database.begin() as connection:
        connection.execute(text("CREATE SCHEMA aside"))
        for table in metadata.sorted_tables:
            connection.execute(text(f"CREATE TABLE aside.{table.name} AS TABLE {table.name}"))


def put_back(database: Engine) -> None:
    """Have every row of a PostgreSQL database as it was put aside."""
    with database.begin() as connection:
        connection.execute(
            text(
                "; ".join(
                    f"DELETE FROM {table.name}; INSERT INTO {table.name} TABLE aside.{table.name}"
                    for table in metadata.sorted_tables
                )
            )
        )


def opened_to_attack(address: str) -> Engine:
    """A way into a database that is not guarded any more; nothing waits for the disk."""
    engine = open_database(address)

    def open_up(opened: Any, _: object) -> None:
        opened.execute("PRAGMA foreign_keys = OFF")
        opened.execute("PRAGMA synchronous = OFF")

    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", open_up)
    return engine


@dataclass(frozen=True)
class Attacked:
    """A copy of the prepared database, with its file of checkpoints, and the attacker's tools."""

    store: Store
    database: Engine
    file: Path
    prepared: Prepared

    @property
    def everything(self) -> Everything:
        return self.prepared.everything

    def run(self, *statements: Any) -> None:
        with self.database.begin() as connection:
            for statement in statements:
                connection.execute(text(statement) if isinstance(statement, str) else statement)

    def row(self, table: Table, id: str) -> dict[str, Any]:
        return _row(self.store, table, id)

    def rows(self, chosen: Any) -> list[Any]:
        with self.store.reading() as connection:
            return list(connection.execute(chosen).all())

    def put(self, table: Table, id: str, /, **values: Any) -> None:
        """Change a row that no seal closes, with the digest that fits."""
        row = {**self.row(table, id), **values}
        row["record_digest"] = digest_of(table, row)
        key = next(iter(table.primary_key.columns))
        self.run(update(table).where(key == id).values(row))

    def enter(self, kind: str, table: Table, columns: dict[str, Any]) -> dict[str, Any]:
        """Insert a record that a seal is to close, with the digest that fits."""
        row = {name: value for name, value in columns.items() if name != "record_digest"}
        row["record_digest"] = record_digest(kind, row)
        waits = {"kind": kind, "object_id": row["id"], "digest": row["record_digest"]}
        self.run(insert(table).values(row), insert(unsealed).values(waits))
        return row

    def audit(
        self, action: str, kind: str, object_id: str | None, at: datetime | None = None, **more: Any
    ) -> str:
        """Insert an audit entry as the service would; its id."""
        at = at or clock.now()
        given: dict[str, Any] = {"outcome": "done", "actor": "command:tests", **more}
        about = {"action": action, "kind": kind, "object_id": object_id}
        entry = AuditEntry(id=new_id(at), at=at, **about, **given)
        row = entry.row()
        self.enter("audit", audit_entries, row)
        return entry.id

    def digest(self, kind: str, id: str) -> str:
        chosen = select(sealed_records.c.digest).where(
            sealed_records.c.kind == kind, sealed_records.c.object_id == id
        )
        waits = select(unsealed.c.digest).where(unsealed.c.object_id == id)
        [[digest]] = self.rows(chosen) or self.rows(waits)
        return str(digest)

    def dispose(
        self,
        table: Table,
        *ids: str,
        kind: str = "determination",
        entry: str | None = None,
        at: datetime | None = None,
        mark: str | None = None,
    ) -> None:
        """Erase records as if they had been disposed of."""
        at = at or clock.now()
        for id in ids:
            about = {"kind": kind, "object_id": id, "digest": self.digest(kind, id)}
            columns = {"id": new_id(at), "disposed_at": at, "because": "kept since before 2016"}
            self.enter("disposal", disposals, {**columns, **about, "entry": entry, "mark": mark})
            self.run(delete(table).where(table.c.id == id))
            if kind == "determination":
                given = "DELETE FROM {} WHERE determination = '{}'"
                for name in ("decisive_provisions", "voids"):
                    self.run(given.format(name, self.stored(id)))
                self.run(f"DELETE FROM numbers WHERE object_id = '{id}'")

    def stored(self, id: str) -> str:
        """An id as the database holds it."""
        return id.replace("-", "") if self.store.is_sqlite else id

    def state(
        self,
        *ids: str,
        kind: str = "determination",
        of: str = "determination",
        period: relativedelta = TEN_YEARS,
        count: int | None = None,
        root: str | None = None,
        **more: Any,
    ) -> str:
        """Enter that records were disposed of, as the service would; the entry's id."""
        gone = [(kind, id, self.digest(kind, id)) for id in ids]
        said = Statement(of, count or len(gone), period, root or root_of(gone))
        return self.audit("records.disposed", "records", said.text(), **more)

    def seal(self) -> None:
        """What the service does every second."""
        list(seal_everything(self.store, clock.now(), self.file))

    def rebuild(self, times: dict[int, datetime] | None = None) -> None:
        """Close all sealed records anew, seal by seal, perhaps at other times."""
        chain = EMPTY_CHAIN
        for seal in self.rows(select(seals).order_by(seals.c.number)):
            leaves = [
                leaf_hash(row.kind, row.object_id, row.digest)
                for row in self.rows(
                    select(sealed_records)
                    .where(sealed_records.c.seal == seal.number)
                    .order_by(sealed_records.c.sequence)
                )
            ]
            at = (times or {}).get(seal.number, seal.sealed_at)
            root = merkle_root(leaves)
            link = chain_digest(chain, seal.number, seal.first, seal.count, at, root)
            values = {"previous": chain, "chain": link, "root": root, "sealed_at": at}
            self.run(update(seals).where(seals.c.number == seal.number).values(values))
            chain = link

    def lines(self) -> list[str]:
        return self.file.read_text().splitlines(keepends=True)

    def verified(self, inside: bool = False) -> Verified:
        """What a verification says, as the command runs it."""
        asked = Asked(clock.now())
        return verify(
            self.store, None if inside else read_checkpoints(self.file), lambda count: None, asked
        )

    def complaints(self, inside: bool = False) -> list[str]:
        return [str(each) for each in self.verified(inside).complaints]


@contextmanager
def attacked(address: str, file: Path, prepared: Prepared) -> Iterator[Attacked]:
    """A database to attack."""
    store = Store(open_database(address), LawText(LAW.digest, LAW.texts))
    database = opened_to_attack(address)
    yield Attacked(store, database, file, prepared)
    database.dispose()
    store.close()

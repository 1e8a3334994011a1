"""Keeps determinations, with everything that belongs in the same transaction, and finds
them again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    false,
    insert,
    inspect,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from app.records.changing import insert_unless_there
from app.records.damaged import Row, page, readable, tolerant
from app.records.database import WRITES, open_database
from app.records.entries import (
    DETERMINATION_COLUMNS,
    AuditEntry,
    DeterminationRecord,
    IdempotencyRecord,
    LawText,
    NewDetermination,
    Stored,
)
from app.records.errors import (
    AlreadyAnswered,
    AlreadyReplaced,
    RecordDamaged,
    RecordRefused,
    RecordsFull,
    RecordsUnavailable,
)
from app.records.numbers.numbers import give_numbers
from app.records.tables import (
    audit_entries,
    decisive_provisions,
    determinations,
    idempotency_records,
    laws,
    unsealed,
)
from app.records.visibility import EVERYTHING, Reach
from app.records.voiding.standing import require_unvoided

__all__ = ["DeterminationRecord", "Store", "Stored", "database_errors", "within"]
FULL = ("disk is full", "No space left", "disk full", "53100")


@contextmanager
def database_errors() -> Iterator[None]:
    """A database error in our own word, without its message, which may hold values."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None)
        says = f"{getattr(cause, 'sqlstate', '')} {cause}"
        kind = RecordsUnavailable
        if any(sign in says for sign in FULL):
            kind = RecordsFull
        elif isinstance(error, (DataError, IntegrityError)):
            kind = RecordRefused
        raise kind(f"the database failed with {type(error).__name__}") from None


def within(reach: Reach, of: FromClause = determinations) -> ColumnElement[bool]:
    """The condition that a determination lies within somebody's reach."""
    if reach.everything:
        return true()
    is_own = of.c.organization == reach.organization
    made_here = false() if reach.organization is None else is_own
    asked_about = of.c.question.in_(sorted(reach.questions))
    return or_(made_here, asked_about) if reach.questions else made_here


class Store:
    """The stored determinations. Safe to share between threads. *law* is the current text of the
    law.
    """

    def __init__(self, engine: Engine, law: LawText | None = None) -> None:
        self.engine, self._writes = engine, engine.execution_options(**{WRITES: True})
        self._law_to_keep = law

    @property
    def is_sqlite(self) -> bool:
        """Whether records are in a file of this machine's and not on a server."""
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> str | None:
        """The file that an SQLite database is in."""
        return self.engine.url.database if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with: everything read through it is of one moment.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        with database_errors(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of its changes are stored durably, or none.

        Raises:
            RecordsUnavailable: nothing was stored.
        """
        with database_errors(), self._writes.begin() as connection:
            yield connection

    def keep(self, new: NewDetermination) -> str:
        """Store one determination with its audit entry and its stored response, durably; gives
        its number.

        Raises:
            AlreadyReplaced, Voided: what it was to replace does not stand.
            AlreadyAnswered: its idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        return self.keep_many([new])[new.record.id]

    def keep_many(
        self, new: Sequence[NewDetermination], within: Connection | None = None
    ) -> dict[str, str]:
        """Store several determinations in one transaction, all of them or none; gives their numbers
        by id. It is a new transaction, or that of what they belong to.

        Raises:
            AlreadyReplaced, Voided, AlreadyAnswered, RecordsUnavailable: see `keep`.
        """
        if not new:
            return {}
        records, law = [each.record for each in new], self._law_to_keep
        under = next((r for r in records if law is not None and r.law_digest == law.digest), None)
        with nullcontext(within) if within is not None else self.writing() as connection:
            if law is not None and under is not None:
                self.keep_law(connection, law, under.decided_at)
            store_response(connection, *(each.response for each in new))
            self._insert(connection, records)
            numbers = give_numbers(connection, "determination", [each.id for each in records])
            enter(connection, *(each.audit for each in new))
        if under is not None and within is None:
            self._law_to_keep = None
        return numbers

    def _insert(self, connection: Connection, records: Sequence[DeterminationRecord]) -> None:
        rows = [record.row() for record in records]
        replacing = any(record.replaces is not None for record in records)
        require_unvoided(connection, [record.replaces for record in records])
        with _refused(AlreadyReplaced) if replacing else nullcontext():
            connection.execute(insert(determinations), rows)
        rests_on = [
            {"provision": name, "determination": record.id}
            for record in records
            for name in sorted(set(record.decisive))
        ]
        if rests_on:
            connection.execute(insert(decisive_provisions), rests_on)
        await_seal(
            connection, "determination", *((row["id"], row["record_digest"]) for row in rows)
        )

    def keep_law(self, connection: Connection, law: LawText, kept_at: datetime) -> None:
        """Store a text of the law in a transaction, unless it is already stored."""
        row = law.row(kept_at)
        entered = insert_unless_there(connection, laws).values(row).returning(laws.c.digest)
        if connection.execute(entered).scalar_one_or_none() is not None:
            await_seal(connection, "law", (law.digest, row["record_digest"]))

    def note(self, *entries: AuditEntry) -> None:
        """Enter in the audit trail what changes nothing else: all of it in a transaction of its
        own, or nothing.

        Raises:
            RecordsUnavailable: it could not be entered.
        """
        if entries:
            with self.writing() as connection:
                enter(connection, *entries)

    def has(self, id: str, reach: Reach = EVERYTHING) -> bool:
        """Whether a determination lies within reach, be it as it was kept or not.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        with self.reading() as connection:
            return lies_within(connection, id, reach)

    def stored_responses(
        self, actor: str, route: str, keys: Sequence[str]
    ) -> dict[str, Stored | RecordDamaged]:
        """The responses stored under digests of keys, each with its body. In the place of one that
        is not as it was stored, or whose determination is not, stands what says so.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        known = idempotency_records.c
        chosen = select(idempotency_records).where(
            known.actor == actor, known.route == route, known.key.in_(keys)
        )
        found: dict[str, Stored | RecordDamaged] = {}
        with self.reading() as connection:
            for row in page(connection, chosen, known.key, len(keys)):
                try:
                    found[row.id] = _stored_response(connection, row)
                except RecordDamaged as damaged:
                    found[row.id] = damaged
        return found

    def law(self, digest: str) -> LawText | None:
        """The text of the law with a digest, or None.

        Raises:
            RecordDamaged: it is unreadable.
            RecordsUnavailable: the database is unavailable.
        """
        with self.reading() as connection:
            return law_of(connection, digest)

    def revision(self) -> str | None:
        """The revision of the tables; none where the database was never migrated.

        Raises:
            RecordsUnavailable: the database cannot be reached.
        """
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()


@contextmanager
def opened_store(address: str) -> Iterator[Store]:
    """The store of the database at an address, closed afterwards.

    Raises:
        RecordsUnavailable: the address cannot be used.
    """
    store = Store(open_database(address))
    try:
        yield store
    finally:
        store.close()


def lies_within(connection: Connection, id: str, reach: Reach) -> bool:
    """Whether the caller may see a determination, damaged or not."""
    there = select(literal(1)).where(determinations.c.id == id, within(reach))
    return connection.execute(there).scalar_one_or_none() is not None


def find_record(
    connection: Connection, id: str, reach: Reach = EVERYTHING, unless_changed: bool = True
) -> DeterminationRecord | None:
    """A determination with all its columns, read through a connection, or None if the caller may
    not see one.

    Raises:
        RecordDamaged: it is unreadable or, *unless_changed*, is not what its digest was
            made of.
    """
    found = page(
        connection,
        select(determinations).where(determinations.c.id == id, within(reach)),
        determinations.c.id,
        1,
    )
    if not found:
        return None
    columns = found[0].columns
    rests_on = select(decisive_provisions.c.provision).where(
        decisive_provisions.c.determination == id
    )
    with tolerant(connection):
        provisions = (
            connection.execute(rests_on.order_by(decisive_provisions.c.provision)).scalars().all()
        )
    if columns is None or not all(readable(each) for each in provisions):
        raise RecordDamaged("determination", id)
    record = DeterminationRecord(
        **{name: columns[name] for name in DETERMINATION_COLUMNS}, decisive=tuple(provisions)
    )
    if unless_changed and record.digest != columns["record_digest"]:
        raise RecordDamaged("determination", id)
    return record


def _stored_response(connection: Connection, row: Row) -> Stored:
    columns = row.columns or {}
    response = IdempotencyRecord(
        **{name: columns.get(name) for name in IdempotencyRecord.__slots__}  # type: ignore[arg-type]
    )
    if not columns or columns["record_digest"] != response.row()["record_digest"]:
        raise RecordDamaged("idempotency", row.id)
    if response.determination is None:
        return Stored(response, response.body or "")
    answered = find_record(connection, response.determination)
    return Stored(response, "" if answered is None else answered.document, answered)


def law_of(connection: Connection, digest: str) -> LawText | None:
    """The text of the law with a digest, read through a connection, or None.

    Raises:
        RecordDamaged: it is unreadable.
    """
    found = page(connection, select(laws.c.texts).where(laws.c.digest == digest), laws.c.digest, 1)
    if not found:
        return None
    try:
        texts = orjson.loads((found[0].columns or {})["texts"])
    except (KeyError, ValueError):
        texts = None
    if not isinstance(texts, dict) or not all(isinstance(each, str) for each in texts.values()):
        raise RecordDamaged("law", digest)
    return LawText(digest, texts)


def successor_of(connection: Connection, id: str) -> str | None:
    """The determination that replaced this one, if one did.

    Raises:
        RecordDamaged: one did, and its id cannot be read any more.
    """
    found = page(
        connection,
        select(determinations.c.id).where(determinations.c.replaces == id),
        determinations.c.id,
        1,
    )
    if found and found[0].columns is None:
        raise RecordDamaged("determination", id)
    return found[0].id if found else None


@contextmanager
def _refused(error: type[Exception]) -> Iterator[None]:
    """An insertion that meets a row with the same unique value, in our own word."""
    try:
        yield
    except IntegrityError:
        raise error from None


def enter(connection: Connection, *entries: AuditEntry) -> None:
    """Enter audit entries in the transaction of their effects."""
    rows = [entry.row() for entry in entries]
    connection.execute(insert(audit_entries), rows)
    await_seal(connection, "audit", *((row["id"], row["record_digest"]) for row in rows))


def store_response(connection: Connection, *responses: IdempotencyRecord | None) -> None:
    """Store the responses to requests with an idempotency key, in the transaction of what they
    create. None stands for a request without a key.

    Raises:
        AlreadyAnswered: a key was used first by another request.
    """
    rows = [response.row() for response in responses if response is not None]
    if rows:
        with _refused(AlreadyAnswered):
            connection.execute(insert(idempotency_records), rows)


def await_seal(connection: Connection, kind: str, *records: tuple[str, str]) -> None:
    """Enter records of a kind, each by its id and digest, among those to be sealed next."""
    rows = [{"kind": kind, "object_id": id, "digest": digest} for id, digest in records]
    connection.execute(insert(unsealed), rows)

"""Keeps determinations and finds them again."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime

from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import WRITES
from app.records.errors import RecordsUnavailable
from app.records.tables import determinations


@dataclass(frozen=True, slots=True)
class DeterminationRecord:
    """One determination as kept; *id* is a UUID of version 7 as text, *document* the JSON text that callers get."""

    id: str
    decided_at: datetime
    question: str
    as_of: date
    edition: str
    outcome: str
    subject: str | None
    law_digest: str
    request: str
    document: str


@contextmanager
def database_errors() -> Iterator[None]:
    """A database error in our own word, without its message, which may hold values."""
    try:
        yield
    except SQLAlchemyError as error:
        raise RecordsUnavailable(f"the database failed with {type(error).__name__}") from None


class Store:
    """The kept determinations. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._reads, self._writes = engine, engine.execution_options(**{WRITES: True})

    @property
    def engine(self) -> Engine:
        """The database, for what else is kept in it."""
        return self._reads

    def keep(self, record: DeterminationRecord) -> None:
        """Keep one determination, durably.

        Raises:
            RecordsUnavailable: it could not be kept.
        """
        self.keep_many([record])

    def keep_many(self, records: Iterable[DeterminationRecord]) -> None:
        """Keep several determinations in one transaction: all of them or none.

        Raises:
            RecordsUnavailable: they could not be kept.
        """
        rows = [asdict(record) for record in records]
        if rows:
            with database_errors(), self._writes.begin() as connection:
                connection.execute(insert(determinations), rows)

    def find(self, id: str) -> str | None:
        """The document of a determination, exactly as it was issued; none where no such one was kept.

        Raises:
            RecordsUnavailable: the database could not be asked.
        """
        with database_errors(), self._reads.connect() as connection:
            return connection.execute(select(determinations.c.document).where(determinations.c.id == id)).scalar_one_or_none()

    def revision(self) -> str | None:
        """The revision of the tables; none where the database was never migrated.

        Raises:
            RecordsUnavailable: the database cannot be reached.
        """
        with database_errors(), self._reads.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def close(self) -> None:
        """Give up all connections."""
        self._reads.dispose()

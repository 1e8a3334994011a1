"""The audit trail as it stands in the database, for tests that look at what was entered."""

from sqlalchemy import select, text

from app.api.http.disclosing import TRIED
from app.records.entries import AuditEntry
from app.records.store import Store
from app.records.tables import audit_entries


class AuditTrail:
    """The entries that were made since the trail was last cleared, in the order they were made."""

    def __init__(self, store: Store, tried: bool = False) -> None:
        """*tried*: with the decisions that were not stored, whose entries come a moment later and
        may be an earlier test's.
        """
        self._store, self._tried = store, tried
        self._passed: set[str] = set()
        self.clear()

    def clear(self) -> None:
        """Look at nothing any more that was entered until now."""
        self._passed |= {entry.id for entry in self.entries}

    @property
    def entries(self) -> list[AuditEntry]:
        """The entries."""
        columns = [audit_entries.c[name] for name in AuditEntry.__slots__]
        entered = text(
            "rowid" if self._store.is_sqlite else "xmin::text::bigint, cmin::text::bigint"
        )
        with self._store.reading() as connection:
            rows = connection.execute(select(*columns).order_by(entered))
            return [
                AuditEntry(*row)
                for row in rows
                if row.id not in self._passed and (self._tried or row.action != TRIED)
            ]

    def outcomes(self) -> list[tuple[str, str]]:
        """What happened, and how it ended."""
        return [(entry.action, entry.outcome) for entry in self.entries]

    @property
    def of_accounts(self) -> list[AuditEntry]:
        """The entries about people's own accounts and sessions: what a home page disclosed to them
        depends on what others left in their office.
        """
        return [e for e in self.entries if e.action.startswith(("account.", "session."))]

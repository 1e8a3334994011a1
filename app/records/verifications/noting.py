"""Notes how far a verification is, while it goes on."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from app.records.errors import RecordsUnavailable
from app.records.store import Store
from app.records.verifications.reports import Verification, note

NOTED_EVERY_SECONDS = 2


class Noting:
    """Counts records, and notes the count every few seconds. *now* gives the present instant."""

    def __init__(
        self, store: Store, verification: Verification, now: Callable[[], datetime]
    ) -> None:
        self._store, self._verification, self._now = store, verification, now
        self._noted = verification.started_at

    def __call__(self, count: int) -> None:
        """So many more records were looked at."""
        now = self._now()
        self._verification = self._verification.further(count, now)
        if (now - self._noted).total_seconds() >= NOTED_EVERY_SECONDS:
            self._noted = now
            with suppress(RecordsUnavailable):  # the next one may succeed
                note(self._store, self._verification)

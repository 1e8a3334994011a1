"""What keeps a mistake from disposing of too much: a wrong clock, or more records than usual."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, func, select

from app.records.applicants.applicant_tables import applicants
from app.records.ledger.retention import shipped_periods
from app.records.ledger.seals import latest_seal
from app.records.letters.letter_tables import letters
from app.records.store import Store
from app.records.tables import audit_entries, determinations, verifications
from app.records.texts.note_tables import feedback, notes
from app.records.verifying.absences import stated_periods
from app.records.verifying.disposal_proofs import COVERS, STATED_BEFORE, is_shorter
from app.records.waivers.waiver_tables import waiver_requests

AHEAD_AT_MOST = timedelta(days=2)
"""How far the clock may be beyond the last seal."""
SHARE, FEW = 0.05, 10
"""More than this share of a class, and more than so few records, must be confirmed."""
COUNTED = {
    "determination": determinations,
    "audit": audit_entries,
    "note": notes,
    "waiver": waiver_requests,
    "applicant": applicants,
    "feedback": feedback,
    "letter": letters,
    "verification": verifications,
}
"""The classes whose records are kept for years."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """So many records of a class of so many are to go at once."""

    kind: str
    count: int
    of: int


def clock_is_ahead(store: Store, now: datetime) -> datetime | None:
    """The instant of the last seal, where *now* lies so far beyond it that the clock may be wrong;
    None where it does not.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        return last_seal_far_before(connection, now)


def last_seal_far_before(connection: Connection, now: datetime) -> datetime | None:
    """The same, read through a connection."""
    last = latest_seal(connection)
    return last.sealed_at if last is not None and now > last.sealed_at + AHEAD_AT_MOST else None


def too_many(store: Store, counts: Mapping[str, int]) -> list[TooMany]:
    """The classes of which more than usual is to go.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    found = []
    with store.reading() as connection:
        for kind, table in COUNTED.items():
            count = counts.get(kind, 0)
            if count > FEW:
                of = connection.execute(select(func.count()).select_from(table)).scalar_one()
                if count > SHARE * of:
                    found.append(TooMany(kind, count, of))
    return found


@dataclass(frozen=True, slots=True)
class Unstated:
    """The classes whose period must be stated in the audit trail: those that *wait* until it has
    been stated for long enough, and all *to_state* now.
    """

    wait: frozenset[str]
    to_state: frozenset[str]


def unstated(store: Store, periods: Mapping[str, relativedelta], now: datetime) -> Unstated:
    """Which classes have a period shorter than the service's own that was not stated for long
    enough, and of which the audit trail states another one than these.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    shipped, wait, to_state = shipped_periods(), set(), set()
    with store.reading() as connection:
        for of in COVERS:
            stated, period = stated_periods(connection, of), periods[of]
            is_short = is_shorter(period, shipped[of])
            if (stated and stated[-1] != period) or (is_short and not stated):
                to_state.add(of)
            long_ago = stated_periods(connection, of, now - STATED_BEFORE)
            if is_short and (not long_ago or is_shorter(period, long_ago[-1])):
                wait.add(of)
    return Unstated(frozenset(wait), frozenset(to_state))

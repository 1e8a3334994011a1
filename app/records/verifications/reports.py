"""Keeps verifications with their reports.

Of those that the service starts one runs at a time. How far it is stands in its row, so that every
process of the service can show it. A verification whose process ended is seen by its silence.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson
from sqlalchemy import select

from app.records.changing import DIGEST, add, digest_of, locked, write
from app.records.damaged import Row as Found
from app.records.damaged import page
from app.records.entries import AuditEntry, IdempotencyRecord, Row
from app.records.errors import RecordDamaged
from app.records.identity import is_id
from app.records.store import Store, enter, store_response
from app.records.tables import verifications
from app.records.verifying.proof import Against, Proof
from app.records.verifying.verification import Verified

State = Literal["running", "intact", "damaged", "failed"]
Standing = Literal["running", "interrupted", "intact", "damaged", "failed"]
SILENCE = timedelta(minutes=5)
"""A running verification of which nothing was noted for so long was interrupted."""
SHOWN = 100
"""So many complaints are kept word for word."""


@dataclass(frozen=True, slots=True)
class StatedComplaint:
    """One damaged record, as a report names it."""

    kind: str
    id: str
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """A verification. *expected* is how many records there were at the start, *records* how many it
    looked at by *seen_at*. The rest is the report, which a running one lacks; *proof* is what it
    proved, which older reports do not say.
    """

    id: str
    started_at: datetime
    started_by: str
    seen_at: datetime
    expected: int
    state: State = "running"
    ended_at: datetime | None = None
    records: int = 0
    seals: int | None = None
    unsealed: int | None = None
    chain: str | None = None
    complaints: int | None = None
    first_complaints: tuple[StatedComplaint, ...] = ()
    proof: Proof | None = None

    def is_running(self, at: datetime) -> bool:
        """Whether it is still going on at an instant."""
        return self.state == "running" and self.seen_at > at - SILENCE

    def standing(self, at: datetime) -> Standing:
        """Its state, where a silent one counts as `interrupted`."""
        silent = self.state == "running" and not self.is_running(at)
        return "interrupted" if silent else self.state

    def further(self, count: int, at: datetime) -> "Verification":
        """The same after so many more records."""
        return replace(self, records=self.records + count, seen_at=at)

    def failed(self, at: datetime) -> "Verification":
        """The same without a report, since something could not be read."""
        return replace(self, state="failed", ended_at=at, seen_at=at)

    def ended(self, at: datetime, verified: Verified) -> "Verification":
        """The same with its report."""
        named = (
            StatedComplaint(each.kind, each.object_id, each.what)
            for each in verified.complaints[:SHOWN]
        )
        return replace(
            self,
            state="damaged" if verified.complaints else "intact",
            ended_at=at,
            seen_at=at,
            records=verified.records,
            seals=verified.seals,
            unsealed=verified.unsealed,
            chain=verified.chain,
            complaints=len(verified.complaints),
            first_complaints=tuple(named),
            proof=replace(verified.proof, endings=()),
        )


class StillRunning(Exception):
    """Another verification is going on. Nothing was started."""


def begin(
    store: Store,
    new: Verification,
    audit: AuditEntry,
    response: IdempotencyRecord | None = None,
    alone: bool = True,
) -> None:
    """Store a verification that begins, by default *alone*.

    Raises:
        StillRunning: another one is going on beside one that has to be alone.
        AlreadyAnswered: the idempotency key was used first by another request.
        RecordsUnavailable: nothing was stored.
    """
    running = verifications.c.state == "running"
    with store.writing() as connection:
        store_response(connection, response)
        if alone:
            chosen = select(verifications).where(running).with_for_update()
            for found in page(connection, chosen, verifications.c.id, SHOWN):
                if found.columns is not None and _verification(found).is_running(new.started_at):
                    raise StillRunning
        add(connection, verifications, _row(new))
        enter(connection, audit)


def note(store: Store, verification: Verification, audit: AuditEntry | None = None) -> None:
    """Store how far a verification is, or its report with the entry for its end.

    Raises:
        RecordsUnavailable: nothing was stored.
    """
    with store.writing() as connection:
        row = locked(connection, verifications, verifications.c.id == verification.id)
        if row is not None and row["state"] == "running":
            write(connection, verifications, row, _row(verification))
            if audit is not None:
                enter(connection, audit)


def find_verification(store: Store, id: str) -> Verification | None:
    """A verification; None where none has this id.

    Raises:
        RecordDamaged: it is not as it was stored.
        RecordsUnavailable: the database is unavailable.
    """
    if not is_id(id):
        return None
    chosen = select(verifications).where(verifications.c.id == id)
    with store.reading() as connection:
        found = page(connection, chosen, verifications.c.id, 1)
    return _verification(found[0]) if found else None


def last_verifications(store: Store, limit: int) -> tuple[list[Verification], list[str]]:
    """The newest verifications, at most *limit*, and the ids of those that are damaged.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        found = page(
            connection, select(verifications), verifications.c.id, limit, newest_first=True
        )
    whole, damaged = [], []
    for each in found:
        try:
            whole.append(_verification(each))
        except RecordDamaged:
            damaged.append(each.id)
    return whole, damaged


def _row(verification: Verification) -> Row:
    complaints = [asdict(each) for each in verification.first_complaints]
    columns = {name: getattr(verification, name) for name in verification.__slots__}
    proof = columns.pop("proof")
    proved = None if proof is None else orjson.dumps(asdict(proof)).decode()
    stated = {"first_complaints": orjson.dumps(complaints).decode(), "proved": proved}
    return {**columns, **stated}


def _verification(found: Found) -> Verification:
    """The verification of a row.

    Raises:
        RecordDamaged: it is not as it was stored.
    """
    if found.columns is None or found.columns[DIGEST] != digest_of(verifications, found.columns):
        raise RecordDamaged("verification", found.id)
    columns = {name: value for name, value in found.columns.items() if name != DIGEST}
    complaints = orjson.loads(columns.pop("first_complaints"))
    stated = columns.pop("proved")
    proof = None if stated is None else _proof(orjson.loads(stated))
    named = tuple(StatedComplaint(**each) for each in complaints)
    return Verification(**columns, first_complaints=named, proof=proof)


def _proof(stated: dict[str, Any]) -> Proof:
    """What was proved, as a report has it; what is unknown here is left out."""
    known = {name: value for name, value in stated.items() if name in Proof.__slots__}
    against, short = Against(known["against"]), tuple(known["short"])
    return Proof(**{**known, "against": against, "short": short, "endings": ()})

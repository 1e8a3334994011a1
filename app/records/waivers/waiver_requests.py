"""Keeps waiver requests: each step with its effect, its audit entry and its seal in one
transaction.

Two people cannot take a step at the same time: each step has the number after the last one, and the
database takes a number once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, and_, false, or_, select, true
from sqlalchemy.exc import IntegrityError

from app.records.changing import DIGEST, add, digest_of, locked, write
from app.records.damaged import page
from app.records.digests import record_digest
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.errors import RecordDamaged
from app.records.store import Store, await_seal, enter, store_response
from app.records.voiding.void_tables import voids
from app.records.waivers.waiver_tables import waiver_requests, waiver_steps

SEALED = "waiver"
"""The kind of a step where it is sealed."""
PAIRS = (
    (waiver_requests.c.subject, waiver_requests.c.organization),
    (waiver_requests.c.denial_subject, waiver_requests.c.denial_organization),
)
"""The references that a request names, each with the organization whose reference it is."""
Also = Callable[[Connection], object]
"""What else belongs into the transaction of a step: texts, a determination, a letter."""


class StepTaken(Exception):
    """Somebody else took a step first. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """A request as it stands. Days are calendar days in Massachusetts; *version* counts steps."""

    id: str
    subject: str
    organization: str | None
    carrier: str | None
    denial: str | None
    denial_subject: str | None
    denial_organization: str | None
    state: str
    version: int
    entered_by: str
    received_on: date
    changed_at: datetime
    claimed_by: str | None = None
    complete_on: date | None = None
    decide_by: date | None = None
    remind_on: date | None = None
    approval_received_on: date | None = None
    tell_carrier_by: date | None = None


@dataclass(frozen=True, slots=True)
class WaiverStep:
    """One step: *state* is the one after it, *content* codes, days, ids, commitments of texts."""

    id: str
    request: str
    number: int
    step: str
    state: str
    at: datetime
    actor: str
    organization: str | None
    content: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """The columns, with the digest that is sealed."""
        content = orjson.dumps(dict(self.content), option=orjson.OPT_SORT_KEYS).decode()
        columns = {**{name: getattr(self, name) for name in self.__slots__}, "content": content}
        return {**columns, DIGEST: record_digest(SEALED, columns)}


@dataclass(frozen=True, slots=True)
class DeskReach:
    """Whose requests somebody sees: all; or those that one organization entered, whose denial it
    made, or that name it as the carrier.
    """

    everything: bool = False
    organization: str | None = None

    def condition(self) -> ColumnElement[bool]:
        """The condition that a request lies within reach."""
        if self.everything:
            return true()
        if self.organization is None:
            return false()
        table = waiver_requests.c
        return or_(
            table.organization == self.organization,
            table.denial_organization == self.organization,
            table.carrier == self.organization,
        )


class WaiverRequests:
    """The stored requests. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(
        self,
        request: WaiverRequest,
        step: WaiverStep,
        audit: AuditEntry,
        response: IdempotencyRecord | None = None,
        also: Sequence[Also] = (),
    ) -> None:
        """Store a new request with its first step.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        with self._store.writing() as connection:
            store_response(connection, response)
            add(connection, waiver_requests, asdict(request))
            _enter(connection, step, audit, also)

    def append(
        self,
        after: WaiverRequest,
        step: WaiverStep,
        audit: AuditEntry,
        response: IdempotencyRecord | None = None,
        also: Sequence[Also] = (),
    ) -> None:
        """Store a further step, and how the request stands *after* it.

        Raises:
            StepTaken: the request has got further since it was read; nothing was stored.
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        with self._store.writing() as connection:
            store_response(connection, response)
            append_within(connection, after, step, audit, also)

    def find(self, id: str, reach: DeskReach) -> WaiverRequest | None:
        """A request by its id; none where no such one lies within reach.

        Raises:
            RecordDamaged: it is not as it was stored.
            RecordsUnavailable: the database is unavailable.
        """
        found = self.chosen(and_(waiver_requests.c.id == id, reach.condition()), 1)
        return found[0] if found else None

    def about(self, subject: str, organization: str | None) -> list[WaiverRequest]:
        """The requests of a pair: entered under it, or naming a denial that was made under it.
        The same reference within another organization is another person's.

        Raises:
            RecordDamaged, RecordsUnavailable: see `find`.
        """
        same = [
            and_(named == subject, of.is_(None) if organization is None else of == organization)
            for named, of in PAIRS
        ]
        return self.chosen(or_(*same))

    def named(
        self, subject: str, organization: str | None, reach: DeskReach
    ) -> list[WaiverRequest]:
        """The requests within reach that name a reference: of one organization where one is given,
        else of whichever.

        Raises:
            RecordDamaged, RecordsUnavailable: see `find`.
        """
        same = [
            named == subject if organization is None else and_(named == subject, of == organization)
            for named, of in PAIRS
        ]
        return self.chosen(and_(or_(*same), reach.condition()))

    def counting_about(self, subject: str, organization: str | None) -> list[WaiverRequest]:
        """Those of a pair that count: what names a void denial was entered about another person.

        Raises:
            RecordDamaged, RecordsUnavailable: see `find`.
        """
        found = self.about(subject, organization)
        denials = [each.denial for each in found if each.denial is not None]
        if not denials:
            return found
        chosen = select(voids.c.determination).where(voids.c.determination.in_(denials))
        with self._store.reading() as connection:
            void = set(connection.execute(chosen).scalars())
        return [each for each in found if each.denial not in void]

    def naming(self, denial: str) -> list[WaiverRequest]:
        """The requests that name a determination as the denial, of all who entered one.

        Raises:
            RecordDamaged, RecordsUnavailable: see `find`.
        """
        return self.chosen(waiver_requests.c.denial == denial)

    def chosen(
        self, condition: ColumnElement[bool], limit: int = 10_000, after: str | None = None
    ) -> list[WaiverRequest]:
        """The requests for which a condition on `waiver_requests` holds, the earliest first.

        Raises:
            RecordDamaged, RecordsUnavailable: see `find`.
        """
        chosen = select(waiver_requests).where(condition)
        with self._store.reading() as connection:
            rows = page(connection, chosen, waiver_requests.c.id, limit, after)
        return [request_of(row.id, row.columns) for row in rows]

    def past_telling(self, day: date) -> list[WaiverRequest]:
        """The granted waivers whose last day to tell the carrier lies before a day.

        Raises:
            RecordDamaged, RecordsUnavailable: see `find`.
        """
        table = waiver_requests.c
        return self.chosen(and_(table.state == "granted", table.tell_carrier_by < day))

    def steps(self, request: str) -> list[WaiverStep]:
        """The steps of a request, the first one first.

        Raises:
            RecordDamaged: one is not as it was stored.
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            return steps_within(connection, request)


def append_within(
    connection: Connection,
    after: WaiverRequest,
    step: WaiverStep,
    audit: AuditEntry,
    also: Sequence[Also] = (),
) -> None:
    """Store a further step in a transaction, and how the request stands *after* it.

    Raises:
        StepTaken: the request has got further since it was read.
    """
    assert after.version == step.number
    row = locked(connection, waiver_requests, waiver_requests.c.id == after.id)
    if row is None or row["version"] != step.number - 1:
        raise StepTaken
    write(connection, waiver_requests, row, asdict(after))
    _enter(connection, step, audit, also)


def _enter(
    connection: Connection, step: WaiverStep, audit: AuditEntry, also: Sequence[Also]
) -> None:
    row = step.row()
    try:
        connection.execute(waiver_steps.insert(), [row])
    except IntegrityError:
        raise StepTaken from None
    await_seal(connection, SEALED, (step.id, row[DIGEST]))
    for effect in also:
        effect(connection)
    enter(connection, audit)


def request_within(connection: Connection, id: str) -> WaiverRequest | None:
    """A request, locked until the transaction ends; None for an unknown id.

    Raises:
        RecordDamaged: it is not as it was stored.
    """
    row = locked(connection, waiver_requests, waiver_requests.c.id == id)
    return None if row is None else request_of(id, row)


def steps_within(connection: Connection, request: str) -> list[WaiverStep]:
    """The steps of a request, the first one first.

    Raises:
        RecordDamaged: one is not as it was stored.
    """
    chosen = select(waiver_steps).where(waiver_steps.c.request == request)
    rows = page(connection, chosen, waiver_steps.c.id, 10_000)
    return sorted((step_of(row.id, row.columns) for row in rows), key=lambda step: step.number)


def request_of(id: str, columns: Mapping[str, Any] | None) -> WaiverRequest:
    """The request that a row holds.

    Raises:
        RecordDamaged: it is not as it was stored.
    """
    if columns is None or columns[DIGEST] != digest_of(waiver_requests, columns):
        raise RecordDamaged("waiver request", id)
    return WaiverRequest(**{name: columns[name] for name in WaiverRequest.__slots__})


def step_of(id: str, columns: Mapping[str, Any] | None) -> WaiverStep:
    """The step that a row holds.

    Raises:
        RecordDamaged: it is not as it was stored.
    """
    if columns is None:
        raise RecordDamaged(SEALED, id)
    named = {name: columns[name] for name in WaiverStep.__slots__}
    if columns[DIGEST] != record_digest(SEALED, named):
        raise RecordDamaged(SEALED, id)
    return WaiverStep(**{**named, "content": orjson.loads(named["content"])})

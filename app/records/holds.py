"""Legal holds, which keep records beyond their retention period."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)

from app.records.applicants.applicant_tables import applicants
from app.records.changing import add, locked, write
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.identity import new_id
from app.records.stating import state_of, stating
from app.records.store import Store, enter, store_response
from app.records.tables import audit_entries, determinations, holds
from app.records.visibility import EVERYTHING, Reach

TOGETHER = 500
HOLDABLE = ("determination", "subject")


class HoldChanged(Exception):
    """Somebody else changed the hold first. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold on a determination, or on everything about a subject, until somebody lifts it.

    It holds within *organization*, or everywhere where that is None.
    """

    id: str
    kind: str
    object_id: str
    because: str
    placed_by: str
    placed_at: datetime
    organization: str | None = None
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    version: int = 1


def place_hold(
    store: Store, hold: Hold, audit: AuditEntry, response: IdempotencyRecord | None = None
) -> None:
    """Store a hold with its audit entry and the response to the request for it.

    Raises:
        AlreadyAnswered: its idempotency key was used first by another request.
        RecordsUnavailable: nothing was stored.
    """
    with store.writing() as connection:
        store_response(connection, response)
        add(connection, holds, asdict(hold))
        enter(connection, stating(connection, audit, state_of(holds, asdict(hold))))
        _enter_covered(connection, audit, "hold.covers", _covered(connection, hold))


def lift_hold(store: Store, hold: Hold, lifted: Hold, audit: AuditEntry) -> None:
    """Keep that a hold was lifted, where it is still as it was read.

    Raises:
        HoldChanged: it is not.
        RecordsUnavailable: nothing was stored.
    """
    with store.writing() as connection:
        still = (holds.c.id == hold.id) & (holds.c.version == hold.version)
        before = locked(connection, holds, still)
        if before is None:
            raise HoldChanged
        after = write(connection, holds, before, asdict(lifted))
        states = state_of(holds, after), state_of(holds, before)
        enter(connection, stating(connection, audit, *states))
        _enter_covered(connection, audit, "hold.uncovers", _uncovered(connection, hold))


def _enter_covered(
    connection: Connection, audit: AuditEntry, action: str, ids: Sequence[str]
) -> None:
    """Enter each determination that a hold on a subject begins or ends to keep: once one is gone,
    only the audit trail tells that it was held.
    """
    about = replace(audit, action=action, kind="determination")
    for at in range(0, len(ids), TOGETHER):
        page = ids[at : at + TOGETHER]
        enter(connection, *(replace(about, id=new_id(audit.at), object_id=id) for id in page))


def _covered(connection: Connection, hold: Hold) -> list[str]:
    """The determinations that a hold on a subject keeps from the start: those of its organization,
    or all.
    """
    if hold.kind != "subject":
        return []
    chosen = select(determinations.c.id).where(
        determinations.c.subject == hold.object_id,
        determinations.c.decided_at <= hold.placed_at,
        true() if hold.organization is None else _of(hold.organization),
    )
    return list(connection.execute(chosen.order_by(determinations.c.id)).scalars())


def _uncovered(connection: Connection, lifted: Hold) -> list[str]:
    """The determinations that nothing holds any more once a hold on a subject is lifted, as far as
    the trail says that one began to keep them. A hold from before holds had an organization may
    have covered those of others.
    """
    if lifted.kind != "subject":
        return []
    about = determinations.c.subject == lifted.object_id
    there = select(determinations.c.id).where(about).order_by(determinations.c.id)
    ids, balance = list(connection.execute(there).scalars()), Counter[str]()
    entry = audit_entries.c
    for at in range(0, len(ids), TOGETHER):
        chosen = select(entry.object_id, entry.action).where(
            entry.object_id.in_(ids[at : at + TOGETHER]),
            entry.kind == "determination",
            entry.action.in_(("hold.covers", "hold.uncovers")),
        )
        for row in connection.execute(chosen):
            balance[row.object_id] += 1 if row.action == "hold.covers" else -1
    others = select(holds).where(
        holds.c.kind == "subject",
        holds.c.object_id == lifted.object_id,
        holds.c.lifted_at.is_(None),
        holds.c.id != lifted.id,
    )
    for other in connection.execute(others).mappings().all():
        hold = Hold(**{name: other[name] for name in Hold.__slots__})
        balance.subtract(_covered(connection, hold))
    return [id for id in ids if balance[id] > 0]


def find_hold(
    store: Store, id: str, reach: Reach = EVERYTHING, everywhere: bool = False
) -> Hold | None:
    """A hold by its id; None where a caller may not see it, as `list_holds` says.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    seen = _within(reach, everywhere)
    found = _holds(store, select(holds).where(holds.c.id == id, seen))
    return found[0] if found else None


def list_holds(store: Store, reach: Reach = EVERYTHING, everywhere: bool = False) -> list[Hold]:
    """Every hold that a caller may see, the newest first, lifted ones too: those of the caller's
    organization, and those that hold everywhere and concern a record of it. All for callers who
    see everything, or who hold *everywhere*.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    seen = _within(reach, everywhere)
    return _holds(store, select(holds).where(seen).order_by(holds.c.id.desc()))


def _within(reach: Reach, everywhere: bool) -> ColumnElement[bool]:
    if reach.everything or everywhere:
        return true()
    if reach.organization is None:
        return false()
    record, own = determinations.c, reach.organization
    subjects = select(record.subject).where(_of(own), record.subject.is_not(None))
    people = select(applicants.c.subject).where(applicants.c.organization == own)
    concerns = or_(
        and_(holds.c.kind == "determination", holds.c.object_id.in_(_ids_as_text(own))),
        and_(
            holds.c.kind == "subject",
            or_(holds.c.object_id.in_(subjects), holds.c.object_id.in_(people)),
        ),
    )
    return or_(holds.c.organization == own, and_(holds.c.organization.is_(None), concerns))


def _ids_as_text(organization: str) -> Select[tuple[str]]:
    """The ids of an organization's held determinations as holds name them. SQLite stores an id
    without its hyphens, PostgreSQL casts it with them.
    """
    id = cast(determinations.c.id, String)
    part = func.substr
    hyphened = (
        part(id, 1, 8)
        + "-"
        + part(id, 9, 4)
        + "-"
        + part(id, 13, 4)
        + "-"
        + part(id, 17, 4)
        + "-"
        + part(id, 21, 12)
    )
    text = case((func.length(id) == 32, hyphened), else_=id)
    return select(text).where(_of(organization))


def _of(organization: str) -> ColumnElement[bool]:
    return determinations.c.organization == organization


def _holds(store: Store, chosen: Any) -> list[Hold]:
    with store.reading() as connection:
        return [
            Hold(**{name: row[name] for name in Hold.__slots__})
            for row in connection.execute(chosen).mappings()
        ]


class ActiveHolds(NamedTuple):
    """What is under an active hold: determinations, whether held themselves or with their subject
    within one organization; subjects that are held by anybody; and those held everywhere.
    """

    determinations: frozenset[str]
    subjects: frozenset[str]
    everywhere: frozenset[str]

    def keep(self, id: str, subject: str | None) -> bool:
        """Whether a determination must stay."""
        return id in self.determinations or subject in self.everywhere

    def keep_about(self, object_id: str, subject: str | None) -> bool:
        """Whether something about a determination or another record, such as a letter, must stay: a
        hold of anybody on the subject keeps it.
        """
        return object_id in self.determinations or subject in self.subjects


def active_holds(connection: Connection) -> ActiveHolds:
    """The holds that are not lifted, read through a connection.

    A subject that an organization holds is not held where another organization's applicant has this
    reference.
    """
    chosen = select(holds.c.kind, holds.c.object_id, holds.c.organization)
    standing = connection.execute(chosen.where(holds.c.lifted_at.is_(None))).all()
    held = {hold.object_id for hold in standing if hold.kind == "determination"}
    of_subjects = [hold for hold in standing if hold.kind == "subject"]
    everywhere = {hold.object_id for hold in of_subjects if hold.organization is None}
    scoped = sorted(
        {(hold.object_id, hold.organization) for hold in of_subjects if hold.organization}
    )
    subjects = set(everywhere)
    for at in range(0, len(scoped), TOGETHER):
        page = scoped[at : at + TOGETHER]
        about = tuple_(determinations.c.subject, determinations.c.organization).in_(page)
        held |= set(connection.execute(select(determinations.c.id).where(about)).scalars())
        named = applicants.c.subject.in_([subject for subject, _ in page])
        owners = select(applicants.c.subject, applicants.c.organization).where(named)
        owner = {row.subject: row.organization for row in connection.execute(owners)}
        subjects |= {subject for subject, by in page if owner.get(subject, by) in (by, None)}
    return ActiveHolds(frozenset(held), frozenset(subjects), frozenset(everywhere))

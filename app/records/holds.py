"""Legal holds, which keep records beyond their retention period."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, false, select, true

from app.records.changing import add, locked, write
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.identity import new_id
from app.records.stating import state_of, stating
from app.records.store import Store, enter, store_response
from app.records.tables import determinations, holds
from app.records.visibility import EVERYTHING, Reach

TOGETHER = 500
HOLDABLE = ("determination", "subject")


class HoldChanged(Exception):
    """Somebody else changed the hold first. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold on a determination, or on everything about a subject, until somebody
    lifts it.
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
        _enter_covered(connection, hold, audit, "hold.covers")


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
        _enter_covered(connection, hold, audit, "hold.uncovers")


def _enter_covered(connection: Connection, hold: Hold, audit: AuditEntry, action: str) -> None:
    """Enter each determination that a hold on a subject begins or ends to keep: once one is gone,
    only the audit trail tells that it was held.
    """
    if hold.kind == "subject":
        chosen = select(determinations.c.id).where(
            determinations.c.subject == hold.object_id,
            determinations.c.decided_at <= hold.placed_at,
        )
        about = replace(audit, action=action, kind="determination")
        ids = connection.execute(chosen.order_by(determinations.c.id)).scalars().all()
        for at in range(0, len(ids), TOGETHER):
            page = ids[at : at + TOGETHER]
            enter(connection, *(replace(about, id=new_id(audit.at), object_id=id) for id in page))


def find_hold(store: Store, id: str, reach: Reach = EVERYTHING) -> Hold | None:
    """A hold by its id; none where no such one lies within reach.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    found = _holds(store, select(holds).where(holds.c.id == id, _within(reach)))
    return found[0] if found else None


def list_holds(store: Store, reach: Reach = EVERYTHING) -> list[Hold]:
    """Every hold within reach, the newest first, lifted ones too.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    return _holds(store, select(holds).where(_within(reach)).order_by(holds.c.id.desc()))


def _within(reach: Reach) -> ColumnElement[bool]:
    """Visible holds: those of the caller's organization, or all for roles that see everything."""
    if reach.everything:
        return true()
    return holds.c.organization == reach.organization if reach.organization is not None else false()


def _holds(store: Store, chosen: Any) -> list[Hold]:
    with store.reading() as connection:
        return [
            Hold(**{name: row[name] for name in Hold.__slots__})
            for row in connection.execute(chosen).mappings()
        ]


class ActiveHolds(NamedTuple):
    """The determinations and subjects under an active hold."""

    determinations: frozenset[str]
    subjects: frozenset[str]

    def keep(self, id: str, subject: str | None) -> bool:
        """Whether a determination must stay."""
        return id in self.determinations or subject in self.subjects


def active_holds(connection: Connection) -> ActiveHolds:
    """The holds that are not lifted, read through a connection."""
    standing = connection.execute(
        select(holds.c.kind, holds.c.object_id).where(holds.c.lifted_at.is_(None))
    ).all()
    held = {
        kind: frozenset(hold.object_id for hold in standing if hold.kind == kind)
        for kind in HOLDABLE
    }
    return ActiveHolds(held["determination"], held["subject"])

"""The whole way of a disposal, for tests: one person marks, it waits, another person releases."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dateutil.relativedelta import relativedelta

from app import clock
from app.access.approvals import Approval, Approvals
from app.access.disposals import Disposals
from app.access.origin import Origin
from app.access.principal import Principal
from app.access.roles import shipped_roles
from app.records.applicants.encryption import KeyRing
from app.records.disposing.releasing import LeftOut
from app.records.identity import new_id
from app.records.ledger.retention import CLASSES
from app.records.ledger.seals import seal_everything
from app.records.store import Store
from app.records.texts.feedback import Feedback, FeedbackBox
from app.waivers.disposable import DISPOSABLE

MARKER, RELEASER = "command:marker", "command:releaser"
WAIT = timedelta(days=7)
TEN_YEARS = dict.fromkeys(CLASSES, relativedelta(years=10))
ALL = frozenset(each.name for each in DISPOSABLE)


def disposals(store: Store, periods: dict[str, relativedelta] = TEN_YEARS) -> Disposals:
    return Disposals(store, DISPOSABLE, periods, WAIT)


def manager(actor: str) -> tuple[Principal, Origin]:
    return shipped_roles().principal(actor, "records_manager", None), Origin(actor)


def mark(
    store: Store,
    at: datetime,
    of: Collection[str] = ALL,
    checkpoints: Path | None = None,
    periods: dict[str, relativedelta] = TEN_YEARS,
) -> Approval:
    """Mark what is due of some classes at an instant, and seal it then."""
    with clock.played_at(at):
        there = disposals(store, periods)
        approval = there.mark(there.due(ALL - set(of)), *manager(MARKER))
        list(seal_everything(store, at, checkpoints))
    return approval


def release(
    store: Store,
    approval: Approval,
    at: datetime,
    progress: Callable[[int], object] = id,
    periods: dict[str, relativedelta] = TEN_YEARS,
) -> list[LeftOut]:
    """Release what was marked, at an instant: what stays."""
    with clock.played_at(at):
        released = Approvals(store).approve(approval, *manager(RELEASER))
        return disposals(store, periods).carry_out(released, progress)


def dispose_of(
    store: Store, at: datetime, *of: str, checkpoints: Path | None = None
) -> list[LeftOut]:
    """Mark what is due of some classes, and release it a week later, at the first instant that the
    mark may be released: what stays. All of it is sealed.
    """
    return release_after_wait(
        store, mark(store, at, of or ALL, checkpoints), at + WAIT, checkpoints
    )


def release_after_wait(
    store: Store, approval: Approval, at: datetime, checkpoints: Path | None = None
) -> list[LeftOut]:
    """Release, while the service seals what is made: the clock is within reach of the last seal."""
    with clock.played_at(at):
        store.note(Origin(RELEASER).did("records.read", None, kind="records"))
        list(seal_everything(store, at, checkpoints))
    left = release(store, approval, at)
    list(seal_everything(store, at, checkpoints))
    return left


def keep_old_feedback(store: Store) -> str:
    """Feedback of long ago, whose time is over; its id."""
    at = datetime(2011, 2, 16, tzinfo=UTC)
    sent = Feedback(new_id(at), at, "/ask", None, "en", "anybody", "new", at, words="Unclear.")
    box = FeedbackBox(store, KeyRing({"k1": b"1" * 32}, b"2" * 32))
    box.add(sent, Origin("anybody").did("feedback.sent", sent.id, kind="feedback"))
    return sent.id

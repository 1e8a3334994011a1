"""The disposals of the settings, and what is said of marks on the screen and to programs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.keeping.periods import stated_periods
from app.commands.lawbook.sources import command_actor, settings
from app.commands.output import REJECTED, USAGE, Refusal, Screen, counted, progress_of
from app.instants import instant_text

if TYPE_CHECKING:
    from app.access.disposals import Disposals
    from app.access.principal import Principal
    from app.records.disposing.listing import Marked
    from app.records.disposing.releasing import LeftOut
    from app.records.store import Store

SHOWN = 100
STATES = {
    "waiting": "waits",
    "releasable": "can be released",
    "going": "released, not all is deleted yet",
    "disposed": "released and disposed of",
    "refused": "refused",
    "withdrawn": "withdrawn",
    "expired": "ended without a release",
}


def disposals_in(store: "Store") -> "Disposals":
    """Marks and releases in a database, with the retention periods and the wait of the settings.

    Raises:
        Refusal: the file with the periods is invalid.
    """
    from app.access.disposals import Disposals
    from app.waivers.disposable import DISPOSABLE

    wait = timedelta(days=settings().disposal_wait)
    return Disposals(store, DISPOSABLE, stated_periods(), wait)


def operator() -> "Principal":
    """The operating system's user, who may do here what a records manager may."""
    from app.access.roles import shipped_roles

    return shipped_roles().principal(command_actor(), "records_manager", None)


def found_mark(disposals: "Disposals", id: str) -> "Marked":
    """What was marked under an id.

    Raises:
        Refusal: nothing was.
    """
    from app.records.identity import is_id

    found = disposals.find(id) if is_id(id) else None
    if found is None:
        told = f"There is no mark {id}. `flask records disposals` lists them."
        raise Refusal(USAGE, "unknown-disposal", told)
    return found


def going_on(disposals: "Disposals", found: "Marked") -> list["LeftOut"]:
    """Delete what was released; what stays, and why.

    Raises:
        Refusal: the records do not prove the release, or the clock may be wrong.
    """
    from app.access.approvals import NotYet
    from app.records.errors import RecordDamaged

    try:
        with deleting(found) as advance:
            return disposals.carry_out(found.approval, advance)
    except NotYet as wait:
        raise Refusal(REJECTED, "not-yet", str(wait)) from None
    except RecordDamaged:
        told = "The records do not prove that it was released. Run `flask records verify`."
        raise Refusal(REJECTED, "release-unproved", told) from None


def deleting(found: "Marked") -> AbstractContextManager[Callable[[int], None]]:
    """A bar for the rows of marks."""
    return progress_of("Deleting", sum(mark.count for mark in found.marks))


def moment(instant: datetime) -> str:
    """An instant as the screen shows it."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def mark_document(found: "Marked") -> dict[str, object]:
    """Marks for programs."""
    from app.access.disposals import state_of

    approval = found.approval
    return {
        "id": approval.id,
        "state": state_of(found, clock.now()),
        "marked_by": approval.proposed_by,
        "marked_at": instant_text(approval.proposed_at),
        "release_from": instant_text(found.release_from),
        "release_until": instant_text(approval.ends_at),
        "decided_by": approval.decided_by,
        "classes": [
            {
                "class": mark.of,
                "records": mark.records,
                "period": mark.period,
                "made_before": instant_text(mark.made_before),
                "rows": mark.count,
                "root": mark.root,
            }
            for mark in found.marks
        ],
    }


def show_mark(found: "Marked") -> None:
    """Marks on the screen."""
    from app.access.disposals import state_of

    approval, state = found.approval, state_of(found, clock.now())
    screen = Screen()
    screen.line(f"Mark {approval.id}: {STATES[state]}.", fold=False)
    screen.line(f"Marked by {approval.proposed_by} on {moment(approval.proposed_at)}.", 2)
    if state in ("waiting", "releasable"):
        until = moment(approval.ends_at)
        screen.line(
            f"Another person can release it from {moment(found.release_from)} to {until}.", 2
        )
    if approval.decided_by is not None:
        screen.line(f"Decided by {approval.decided_by}.", 2)
    screen.table(
        ("class", "records", "period", "made before", "root"),
        [
            (m.of, str(m.records), m.period, f"{m.made_before:%Y-%m-%d}", m.root[:16])
            for m in found.marks
        ],
    )


def left_document(left: list["LeftOut"]) -> list[dict[str, str]]:
    """What stays although it was marked, for programs."""
    return [{"kind": each.kind, "id": each.id, "because": each.because} for each in left]


def show_left(left: list["LeftOut"]) -> None:
    """What stays although it was marked, on standard error."""
    for each in left[:SHOWN]:
        click.echo(f"{each.kind} {each.id} stays: {each.because}.", err=True)
    if len(left) > SHOWN:
        others = counted(len(left) - SHOWN, "other row")
        click.echo(f"{others} too; `flask records release --json` names all.", err=True)


def clock_refusal(last: datetime) -> Refusal:
    """The clock is far beyond the last seal."""
    return Refusal(
        REJECTED,
        "clock-ahead",
        f"The clock is more than two days beyond the last seal, of {moment(last)}. "
        "If it is right, let the service seal a new record first.",
    )

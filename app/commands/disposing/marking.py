"""`flask records dispose`: mark records whose retention period is over, except those under a legal
hold.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.disposing.opened import (
    clock_refusal,
    disposals_in,
    going_on,
    mark_document,
    moment,
    operator,
    show_left,
    show_mark,
)
from app.commands.keeping.periods import stated_periods
from app.commands.lawbook.sources import command_origin, open_records
from app.commands.output import REJECTED, Refusal, Screen, command, print_json, progress_of

if TYPE_CHECKING:
    from app.access.disposals import Disposals, Due
    from app.records.disposing.listing import Marked
    from app.records.store import Store


@click.command("dispose")
@click.option("--dry-run", is_flag=True, help="Only count what to mark.")
@click.option(
    "--confirm",
    type=click.IntRange(min=1),
    metavar="N",
    help="Mark more than 5 % of a class; N is the number that the refusal names.",
)
@command
def dispose_command(dry_run: bool, confirm: int | None, as_json: bool) -> None:
    """Mark records whose retention period is over. A legal hold keeps a record.

    The mark waits for seven days, or as ELIGIBILITY_DISPOSAL_WAIT says. Then another person
    releases it, here or on a page. Only that deletes. The age of a record is that of the seal that
    closed it. One mark waits at a time. Drafts and the responses to retried requests go at once.
    The command also goes on with a release that was interrupted.

    It refuses if the clock is more than two days beyond the last seal. It also refuses if more than
    10 records, and more than 5 % of a class, would go. The periods are in
    app/records/ledger/retention.yaml; ELIGIBILITY_RETENTION names another file. The audit trail
    must have stated a shorter period for a week.

    \b
    Example:  flask records dispose --dry-run
    """
    with open_records() as store:
        _refuse_wrong_clock(store)
        disposals = disposals_in(store)
        if not dry_run:
            _finish(disposals)
        found, counts = _mark(store, disposals, dry_run, confirm)
    if as_json:
        marked = None if found is None else mark_document(found)
        print_json({"dry_run": dry_run, "counts": counts, "marked": marked})
        return
    Screen().table(("class", "due"), [(name, str(n)) for name, n in counts.items()])
    if found is not None:
        show_mark(found)
    elif not dry_run:
        Screen().line("Nothing was marked: no record is due.")


def _mark(
    store: "Store", disposals: "Disposals", dry_run: bool, confirm: int | None
) -> tuple["Marked | None", dict[str, int]]:
    """Mark what is due; what was marked, and how many records of each class are due."""
    counts = _passing(store, dry_run)
    _refuse_second(disposals, dry_run)
    waiting = _state_periods(store, dry_run)
    with progress_of("Looking for what is due", 8) as advance:
        due = disposals.due(waiting, advance)
    _name_damaged(due)
    everything = {**dict.fromkeys(waiting, 0), **due.counts, **counts}
    if dry_run:
        return None, everything
    _refuse_too_many(store, due.counts, confirm)
    if not any(due.counts.values()):
        return None, everything
    from app.access.approvals import AlreadyProposed

    try:
        approval = disposals.mark(due, operator(), command_origin())
    except AlreadyProposed:  # somebody else marked in this moment
        raise _already(disposals) from None
    return disposals.find(approval.id), everything


def _finish(disposals: "Disposals") -> None:
    """Go on with releases that were interrupted."""
    for id in disposals.unfinished():
        found = disposals.find(id)
        if found is not None:
            click.echo(f"Going on with the release of mark {id}.", err=True)
            show_left(going_on(disposals, found))


def _refuse_second(disposals: "Disposals", dry_run: bool) -> None:
    from app.access.disposals import state_of

    open_ones = [state_of(each, clock.now()) for each in disposals.listed()]
    if not dry_run and {"waiting", "releasable"} & set(open_ones):
        raise _already(disposals)


def _already(disposals: "Disposals") -> Refusal:
    newest = disposals.listed()[0]
    return Refusal(
        REJECTED,
        "already-marked",
        f"Mark {newest.approval.id} waits already. Another person can release it from "
        f"{moment(newest.release_from)}. To mark anew, run `flask records withdraw` with its id.",
    )


def _refuse_wrong_clock(store: "Store") -> None:
    from app.records.ledger.disposal_guards import clock_is_ahead

    last = clock_is_ahead(store, clock.now())
    if last is not None:
        raise clock_refusal(last)


def _state_periods(store: "Store", dry_run: bool) -> frozenset[str]:
    """State in the audit trail which periods are short; the classes that must wait for that."""
    from app.records.ledger.disposal_guards import unstated
    from app.records.verifying.disposal_proofs import STATED, period_text

    periods = stated_periods()
    found = unstated(store, periods, clock.now())
    for name in sorted(found.to_state):
        if not dry_run:
            text = f"{name} {period_text(periods[name])}"
            store.note(command_origin().did(STATED, text, kind="records"))
    for name in sorted(found.wait):
        told = "the audit trail must have stated so short a period for a week; not marked."
        click.echo(f"{name}: {told}", err=True)
    return found.wait


def _name_damaged(due: "Due") -> None:
    from app.records.disposing.candidates import UNREADABLE

    for kind, each in due.kept:
        if each.kept_by == UNREADABLE:
            click.echo(f"{kind} {each.id}: cannot read it; not marked.", err=True)


def _refuse_too_many(store: "Store", counts: Mapping[str, int], confirm: int | None) -> None:
    from app.records.ledger.disposal_guards import too_many

    many = too_many(store, counts)
    total = sum(each.count for each in many)
    if many and confirm != total:
        named = ", ".join(f"{each.count:,} of {each.of:,} in {each.kind}" for each in many)
        raise Refusal(
            REJECTED,
            "too-many",
            f"More than 5 % would go: {named}. If that is right, repeat with --confirm {total}.",
        )


def _passing(store: "Store", dry_run: bool) -> dict[str, int]:
    """Delete what proves nothing and goes by its age; how much there was."""
    from app.records.ledger.retention import forget_answers
    from app.records.people.drafts import end_drafts

    now, periods = clock.now(), stated_periods()
    return {
        "idempotency": forget_answers(store, now - periods["idempotency"], dry_run),
        "draft": end_drafts(store, now - periods["draft"], dry_run),
    }

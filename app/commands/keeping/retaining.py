"""`flask records dispose`: delete records after their retention period, except under a
legal hold.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.keeping.periods import stated_periods
from app.commands.lawbook.sources import command_origin, open_records
from app.commands.output import REJECTED, Refusal, Screen, command, print_json
from app.records.identity import new_id

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta

    from app.records.ledger.retention import Disposing
    from app.records.store import Store


@click.command("dispose")
@click.option("--dry-run", is_flag=True, help="Only count what to dispose of.")
@click.option(
    "--confirm",
    type=click.IntRange(min=1),
    metavar="N",
    help="Dispose of more than 5 % of a class; N is the number that the refusal names.",
)
@command
def dispose_command(dry_run: bool, confirm: int | None, as_json: bool) -> None:
    """Delete records whose retention period has ended. A legal hold prevents the deletion.

    For each record the command stores its digest, the day and the reason. The audit trail gets how
    many went, under which period, and the root over them; the service seals all that. For
    applicants, letters and waiver requests it writes an audit entry. It prints and skips damaged
    records. Of drafts it stores nothing.

    It refuses if the clock is more than two days beyond the last seal. It also refuses if more than
    10 records, and more than 5 % of a class, would go. The periods are in
    app/records/ledger/retention.yaml; ELIGIBILITY_RETENTION names another file. The audit trail
    must have stated a shorter period for a week.

    \b
    Example:  flask records dispose --dry-run
    """
    periods = stated_periods()
    with open_records() as store:
        _refuse_wrong_clock(store)
        waiting = _state_periods(store, periods, dry_run)
        counts = _dispose_all(store, periods, waiting, dry_run=True)
        if not dry_run:
            _refuse_too_many(store, counts, confirm)
            counts = _dispose_all(store, periods, waiting, dry_run=False)
            if any(counts.values()):
                store.note(command_origin().did("records.disposed", None, kind="records"))
    if as_json:
        print_json({"dry_run": dry_run, "disposed": counts})
        return
    Screen().table(
        ("class", "to dispose of" if dry_run else "disposed of"),
        [(name, str(n)) for name, n in counts.items()],
    )


def _refuse_wrong_clock(store: "Store") -> None:
    from app.records.ledger.disposal_guards import clock_is_ahead

    last = clock_is_ahead(store, clock.now())
    if last is not None:
        raise Refusal(
            REJECTED,
            "clock-ahead",
            f"The clock is more than two days beyond the last seal, of {last:%Y-%m-%d %H:%M} UTC. "
            "If it is right, let the service seal a new record first.",
        )


def _state_periods(
    store: "Store", periods: Mapping[str, "relativedelta"], dry_run: bool
) -> set[str]:
    """State in the audit trail which periods are short; the classes that must wait for that."""
    from app.records.ledger.disposal_guards import unstated
    from app.records.verifying.disposal_proofs import STATED, period_text

    found = unstated(store, periods, clock.now())
    for name in sorted(found.to_state):
        if not dry_run:
            text = f"{name} {period_text(periods[name])}"
            store.note(command_origin().did(STATED, text, kind="records"))
    for name in sorted(found.wait):
        told = "the audit trail must have stated so short a period for a week; not disposed of."
        click.echo(f"{name}: {told}", err=True)
    return set(found.wait)


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


def _dispose_all(
    store: "Store", periods: Mapping[str, "relativedelta"], waiting: set[str], dry_run: bool
) -> dict[str, int]:
    """How many records of each class were disposed of, or are to be; none of those *waiting*."""
    from app.records.ledger.retention import SEALED_CLASSES, forget_answers
    from app.records.people.drafts import end_drafts
    from app.records.texts.feedback import dispose_feedback
    from app.records.verifications.reports import dispose_verifications

    now, by = clock.now(), command_origin()
    counts = {
        kind: 0 if kind in waiting else _dispose(store, kind, _run(now, periods[kind]), dry_run)
        for kind in SEALED_CLASSES
    }
    counts["idempotency"] = forget_answers(store, now - periods["idempotency"], dry_run)
    counts["applicant"] = _dispose_applicants(store, now - periods["applicant"], dry_run)
    counts["waiver"] = (
        0 if "waiver" in waiting else _dispose_waivers(store, _run(now, periods["waiver"]), dry_run)
    )
    counts["verification"] = dispose_verifications(
        store,
        now - periods["verification"],
        lambda id: by.did("verification.disposed", id, kind="verification"),
        dry_run,
    )
    counts["draft"] = end_drafts(store, now - periods["draft"], dry_run)
    counts["feedback"] = dispose_feedback(store, now - periods["feedback"], dry_run)
    counts["letter"] = _dispose_letters(store, now - periods["letter"], dry_run)
    return counts


def _run(now: datetime, period: "relativedelta") -> "Disposing":
    from app.records.ledger.retention import Disposing
    from app.records.verifying.disposal_proofs import DISPOSED, KIND

    by = command_origin()
    return Disposing(now, period, lambda text: by.did(DISPOSED, text, kind=KIND), new_id)


def _dispose(store: "Store", kind: str, run: "Disposing", dry_run: bool) -> int:
    from app.records.ledger.retention import dispose, due

    def damaged(id: str) -> None:
        if dry_run:
            click.echo(f"{kind} {id}: cannot read it; not disposed of.", err=True)

    count = 0
    for some in due(store, kind, run.at - run.period, damaged):
        count += len(some)
        if not dry_run:
            dispose(store, some, run)
    return count


def _dispose_waivers(store: "Store", run: "Disposing", dry_run: bool) -> int:
    from app.records.waivers.disposal import dispose_requests, due_requests
    from app.waivers.states import State

    count, by = 0, command_origin()
    closed = [str(state) for state in State if not state.is_open]
    for some in due_requests(store, closed, run.at - run.period):
        count += (
            len(some)
            if dry_run
            else dispose_requests(
                store, some, run, lambda one: by.did("waiver.disposed", one, kind="waiver")
            )
        )
    return count


def _dispose_applicants(store: "Store", before: datetime, dry_run: bool) -> int:
    from app.records.applicants.forgetting import dispose_applicants, due_applicants

    count, by = 0, command_origin()
    for some in due_applicants(store, before):
        if dry_run:
            count += len(some)
        else:
            count += dispose_applicants(
                store, some, lambda one: by.did("applicant.disposed", one, kind="applicant")
            )
    return count


def _dispose_letters(store: "Store", before: datetime, dry_run: bool) -> int:
    from app.records.letters.letters import KIND, dispose_letters, due_letters

    count, by = 0, command_origin()
    for some in due_letters(store, before):
        if dry_run:
            count += len(some)
        else:
            count += dispose_letters(
                store, some, lambda one: by.did("letter.disposed", one, kind=KIND)
            )
    return count

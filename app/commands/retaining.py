"""`flask records dispose`: delete records after their retention period, except under a
legal hold.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.output import REJECTED, Refusal, Screen, command, print_json
from app.commands.sources import command_origin, open_records, settings
from app.records.identity import new_id

if TYPE_CHECKING:
    from app.records.store import Store


@click.command("dispose")
@click.option("--dry-run", is_flag=True, help="Only count what to dispose of.")
@command
def dispose_command(dry_run: bool, as_json: bool) -> None:
    """Delete records whose retention period has ended. A legal hold prevents the deletion.

    For each record the command stores its digest, the day and the reason, and the service seals
    them. For applicants it writes an audit entry. It prints and skips damaged records. The periods
    are in app/records/ledger/retention.yaml; ELIGIBILITY_RETENTION names another file.

    \b
    Example:  flask records dispose --dry-run
    """
    from app.records.ledger.retention import (
        DEFAULT,
        RetentionUnreadable,
        forget_answers,
        read_periods,
    )

    try:
        periods = read_periods(settings().retention or DEFAULT)
    except RetentionUnreadable as error:
        raise Refusal(REJECTED, "retention-unreadable", f"{error}.") from None
    now, by = clock.now(), command_origin()
    with open_records() as store:
        counts = {
            kind: _dispose(store, kind, now - periods[kind], now, dry_run)
            for kind in ("determination", "audit")
        }
        counts["idempotency"] = forget_answers(store, now - periods["idempotency"], dry_run)
        counts["applicant"] = _dispose_applicants(store, now - periods["applicant"], dry_run)
        if not dry_run and any(counts.values()):
            store.note(by.did("records.disposed", None, kind="records"))
    if as_json:
        print_json({"dry_run": dry_run, "disposed": counts})
        return
    Screen().table(
        ("class", "to dispose of" if dry_run else "disposed of"),
        [(name, str(n)) for name, n in counts.items()],
    )


def _dispose(store: "Store", kind: str, before: datetime, now: datetime, dry_run: bool) -> int:
    from app.records.ledger.retention import dispose, due

    count = 0
    for some in due(
        store,
        kind,
        before,
        lambda id: click.echo(f"{kind} {id}: cannot read it; not disposed of.", err=True),
    ):
        count += len(some)
        if not dry_run:
            dispose(store, some, now, f"kept since before {before.date()}", new_id)
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

"""Stores the report of a verification that the command line started, for the page of reports."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.lawbook.sources import command_origin

if TYPE_CHECKING:
    from app.access.origin import Origin
    from app.records.store import Store
    from app.records.verifications.reports import Verification
    from app.records.verifying.verification import Verified

KIND = "verification"
Progress = Callable[[int], None]


def with_report(
    store: "Store", look: "Callable[[Progress], Verified]", advance: Progress
) -> "Verified":
    """What *look* verifies, with its report stored as made on the command line.

    A database that takes no report, such as a copy to read alone, is verified all the same. Another
    verification that is going on does not stop this one.

    Raises:
        RecordsUnavailable: the database cannot be read.
    """
    from app.records.errors import RecordsUnavailable
    from app.records.verifications.noting import Noting
    from app.records.verifications.reports import Verification, note

    by = command_origin()
    new = _begun(store, by)
    if new is None:
        return look(advance)
    noting = Noting(store, new, clock.now)

    def further(count: int) -> None:
        noting(count)
        advance(count)

    def end(ended: Verification) -> None:
        try:
            note(store, ended, by.did("verification.ended", new.id, kind=KIND))
        except RecordsUnavailable:
            click.echo("The database did not take the report of this verification.", err=True)

    try:
        verified = look(further)
    except RecordsUnavailable:
        end(new.failed(clock.now()))
        raise
    end(new.ended(clock.now(), verified))
    return verified


def _begun(store: "Store", by: "Origin") -> "Verification | None":
    """A verification that begins now; none where the database takes none."""
    from app.records.errors import RecordsUnavailable
    from app.records.identity import new_id
    from app.records.verifications.reports import Verification, begin
    from app.records.verifying.verification import count_records

    now = clock.now()
    new = Verification(new_id(now), now, by.actor, now, count_records(store))
    try:
        begin(store, new, by.did("verification.started", new.id, kind=KIND), alone=False)
    except RecordsUnavailable:
        click.echo("The database takes no report, so this verification has none.", err=True)
        return None
    return new

"""`flask records verify` and `accept-loss`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.keeping.periods import stated_periods
from app.commands.keeping.reporting import with_report
from app.commands.keeping.verified import (
    lost_seals,
    print_checkpoints,
    print_proof,
    print_verified,
    verified_document,
)
from app.commands.lawbook.sources import command_actor, command_origin, open_records, settings
from app.commands.output import (
    DOWN,
    LESS,
    REJECTED,
    USAGE,
    Refusal,
    command,
    print_json,
    progress_of,
    respond,
)
from app.commands.transparency.log_files import log_read, receipts_in

if TYPE_CHECKING:
    from app.records.ledger.checkpoints import Checkpoints, Loss
    from app.records.store import Store


@click.command("verify")
@click.option(
    "--checkpoints",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file outside the database that lists the seals.",
)
@click.option(
    "--receipts",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="A folder with receipts that callers kept, one in each file, as sent or in base64.",
)
@command
def verify_command(checkpoints: Path | None, receipts: Path | None, as_json: bool) -> None:
    """Verify all records, and list those that were changed, removed or inserted, the first one
    first.

    The command reads the notes of the seals in ELIGIBILITY_CHECKPOINTS. It also reads the public
    log, under the policy in ELIGIBILITY_POLICY. With --receipts it also names each receipt whose
    record is not in the log as it says.

    The command exits with 3 if it finds anything wrong; missing checkpoints and a missing log are
    wrong. It exits with 5 if it finds nothing wrong but proved less than the policy asks, and says
    what is lacking. Missing seals mean lost records, as after restoring a backup.
    The command lists them until you accept the loss with `records accept-loss`. It also lists
    accepted losses. The service stores the report, which auditors find on the page Verifications.

    \b
    Example:  flask records verify
    """
    from app.records.verifying.verification import Asked, count_records, verify

    read = noted_outside(checkpoints)
    kept = receipts_in(receipts)
    asked = Asked(clock.now(), settings().in_production, stated_periods(), log_read(), kept)
    with open_records() as store, progress_of("Verifying", count_records(store)) as advance:
        verified = with_report(store, lambda seen: verify(store, read, seen, asked), advance)
    if as_json:
        print_json(verified_document(verified))
    else:
        print_verified(verified)
        if read is not None:
            print_checkpoints(checkpoints or settings().checkpoints, verified)
        print_proof(verified)
    if verified.complaints:
        sys.exit(REJECTED)
    if not verified.proof.is_enough:
        sys.exit(LESS)


@click.command("accept-loss")
@click.option(
    "--through",
    type=click.IntRange(min=0),
    required=True,
    metavar="N",
    help="The last missing seal; 0 if only the notes of the seals are missing.",
)
@click.option(
    "--database",
    metavar="NAME",
    help="The other database in the checkpoints whose seals are lost.",
)
@click.option(
    "--because",
    required=True,
    metavar="TEXT",
    help="Why you accept it; name no person.",
)
@command
def accept_loss_command(through: int, database: str | None, because: str, as_json: bool) -> None:
    """Accept that seals in the checkpoints are missing from the database, as after restoring a
    backup.

    Do this only after restoring a backup: otherwise somebody removed records. With --through 0 you
    accept that the notes of this database are gone; the command notes all its seals again. With
    --database you accept that another database in the checkpoints is gone. The command writes
    the reason to the audit trail and to the checkpoints, and removes nothing from them. Later
    `records verify` runs repeat who accepted the loss and why.

    \b
    Example:  flask records accept-loss --through 9 --because "restored the backup of May 2"
    """
    from app.records.ledger.journal import accept_loss

    file, read = settings().checkpoints, noted_outside(None)
    if file is None or read is None:
        told = "No checkpoints are kept: ELIGIBILITY_CHECKPOINTS names no file."
        raise Refusal(USAGE, "no-checkpoints", told)
    with open_records() as store:
        loss = _loss(store, read, database, through, because)
        first = loss.after + 1
        what = f"seals {first}-{through}" if through else "notes of the seals"
        accepted = what if database is None else f"{what} of {database}"
        store.note(command_origin().did("records.loss_accepted", accepted, kind="records"))
        try:
            accept_loss(store, file, loss)
        except OSError as error:
            raise Refusal(
                DOWN,
                "checkpoints-unwritable",
                f"Cannot write the checkpoints: {error.strerror}.",
            ) from None
    respond(
        as_json,
        {"first": first, "through": through, "file": str(file)},
        f"Accepted the loss of the {lost_seals(first, through)}, and noted it in {file}.",
        fold=False,
    )


def _loss(
    store: "Store", read: "Checkpoints", other: str | None, through: int, because: str
) -> "Loss":
    """The loss to accept: of seals of this database or of another one, or of the notes alone.

    Raises:
        Refusal: nothing of the kind is lost, *through* is not the last seal, or the database has no
            name.
    """
    from app.records.ledger.checkpoints import Loss, database_of, lost

    with store.reading() as connection:
        database = database_of(connection)
    if database is None:
        raise Refusal(
            REJECTED,
            "database-unnamed",
            "The database has no name, or more than one, so the checkpoints cannot identify it.",
        )
    noted = read.of(database)
    if other is not None:
        gone = (1, noted.others[other]) if other in noted.others else None
    elif through == 0 and (noted.odd or not noted.chains or min(noted.chains) > 1):
        gone = (1, 0)
    else:
        gone = lost(store, read)
    if gone is None:
        raise Refusal(
            REJECTED,
            "nothing-lost",
            "The database has every seal in the checkpoints: there is no loss to accept.",
        )
    if gone[1] != through:
        raise Refusal(
            USAGE,
            "other-loss",
            f"The seals {gone[0]} to {gone[1]} are missing. Accept all of them with --through "
            f"{gone[1]}.",
        )
    return Loss(gone[0] - 1, through, because, command_actor(), clock.now(), other or database)


def noted_outside(file: Path | None) -> "Checkpoints | None":
    """What a file noted, or where none is named that of the settings; None where the settings name
    none.

    Raises:
        Refusal: it cannot be read.
    """
    from app.records.ledger.checkpoints import read_checkpoints

    chosen = file or settings().checkpoints
    if chosen is None:
        return None
    if file is not None and not file.is_file():
        raise Refusal(USAGE, "checkpoints-missing", f"There is no file {file}.")
    try:
        return read_checkpoints(chosen)
    except OSError as error:
        raise Refusal(
            DOWN,
            "checkpoints-unreadable",
            f"Cannot read the checkpoints: {type(error).__name__}.",
        ) from None

"""`flask records seal`, `verify` and `accept-loss`."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.output import (
    DOWN,
    REJECTED,
    USAGE,
    Refusal,
    Screen,
    command,
    counted,
    print_json,
    progress_of,
    respond,
)
from app.commands.sources import command_actor, command_origin, open_records, settings

if TYPE_CHECKING:
    from app.records.ledger.checkpoints import Checkpoints, Noted

SHOWN = 100


@click.command("seal")
@click.option(
    "--every",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Repeat at this interval until stopped.",
)
@command
def seal_command(every: float | None, as_json: bool) -> None:
    """Seal all unsealed records in a Merkle tree, chained to the seal before.

    The service does this itself unless ELIGIBILITY_SEALING is `command`.

    \b
    Example:  flask records seal --every 1
    """
    from app.records.ledger.seals import seal_everything

    with open_records() as store:
        made = list(seal_everything(store, clock.now(), settings().checkpoints))
        while every is not None:
            time.sleep(every)
            made = list(seal_everything(store, clock.now(), settings().checkpoints))
    if as_json:
        print_json(
            {
                "seals": [
                    {
                        "number": seal.number,
                        "records": seal.count,
                        "root": seal.root,
                        "chain": seal.chain,
                    }
                    for seal in made
                ]
            }
        )
    elif made:
        for seal in made:
            Screen().line(
                f"Seal {seal.number} covers {counted(seal.count, 'record')}; its chain is "
                f"{seal.chain}.",
                fold=False,
            )
    else:
        Screen().line("No unsealed records.")


@click.command("verify")
@click.option(
    "--checkpoints",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file outside the database that lists the seals.",
)
@command
def verify_command(checkpoints: Path | None, as_json: bool) -> None:
    """Verify all records, and list those that were changed, removed or inserted, the first one
    first.

    The command exits with 3 if it finds any. It compares the seals with the checkpoints of this
    database in ELIGIBILITY_CHECKPOINTS. Missing seals mean lost records, as after restoring a
    backup. The command lists them until you accept the loss with `records accept-loss`. It also
    lists accepted losses.

    \b
    Example:  flask records verify
    """
    from app.records.ledger.verification import count_records, verify

    read = noted_outside(checkpoints)
    with open_records() as store, progress_of("Verifying", count_records(store)) as advance:
        verified = verify(store, read, advance)
    told, noted = verified.complaints, verified.noted
    if as_json:
        losses = [
            {"after": loss.after, "through": loss.through, "because": loss.because, "by": loss.by}
            for loss in noted.losses
        ]
        print_json(
            {
                "holds": not told,
                "records": verified.records,
                "seals": verified.seals,
                "unsealed": verified.unsealed,
                "chain": verified.chain,
                "database": verified.database,
                "checkpoints": {
                    "seals": len(noted.chains),
                    "of_other_databases": noted.of_others,
                    "accepted_losses": losses,
                },
                "complaints": [{"kind": c.kind, "id": c.object_id, "what": c.what} for c in told],
            }
        )
    else:
        _print(
            verified.records,
            verified.seals,
            verified.unsealed,
            [str(complaint) for complaint in told],
        )
        if read.lines:
            _print_checkpoints(checkpoints or settings().checkpoints, verified.database, noted)
    if told:
        sys.exit(REJECTED)


@click.command("accept-loss")
@click.option(
    "--through",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="The last missing seal.",
)
@click.option(
    "--because",
    required=True,
    metavar="TEXT",
    help="The reason, without personal data.",
)
@command
def accept_loss_command(through: int, because: str, as_json: bool) -> None:
    """Accept that seals in the checkpoints are missing from the database, as after restoring a
    backup.

    Do this only after restoring a backup: otherwise somebody removed records. The command writes
    the reason to the audit trail and to the checkpoints, and removes nothing from them. Later
    `records verify` runs repeat who accepted the loss and why.

    \b
    Example:  flask records accept-loss --through 9 --because "restored the backup of May 2"
    """
    from app.records.ledger.checkpoints import Loss, accept_loss, database_of, lost

    file, read = settings().checkpoints, noted_outside(None)
    with open_records() as store:
        gone = lost(store, read)
        if file is None or gone is None:
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
        with store.reading() as connection:
            database = database_of(connection)
        if database is None:
            raise Refusal(
                REJECTED,
                "database-unnamed",
                "The database has no name, or more than one, so the checkpoints cannot identify "
                "it.",
            )
        loss = Loss(gone[0] - 1, through, because, command_actor(), clock.now(), database)
        store.note(
            command_origin().did(
                "records.loss_accepted", f"seals {gone[0]}-{through}", kind="records"
            )
        )
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
        {"first": gone[0], "through": through, "file": str(file)},
        f"Accepted the loss of the seals {gone[0]} to {through}, and noted it in {file}.",
        fold=False,
    )


def noted_outside(file: Path | None) -> "Checkpoints":
    """What a file noted, or where none is named that of the settings; nothing where there is none
    yet.

    Raises:
        Refusal: it cannot be read.
    """
    from app.records.ledger.checkpoints import Checkpoints, read_checkpoints

    chosen = file or settings().checkpoints
    if chosen is None or (file is None and not chosen.is_file()):
        return Checkpoints()
    try:
        return read_checkpoints(chosen)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(
            USAGE,
            "checkpoints-unreadable",
            f"Cannot read the checkpoints: {type(error).__name__}.",
        ) from None


def _print_checkpoints(file: Path | None, database: str | None, noted: "Noted") -> None:
    screen = Screen()
    for loss in noted.losses:
        screen.line(
            f"{loss.by} accepted the loss of the seals {loss.after + 1} to {loss.through} on "
            f"{loss.at.date()}: {loss.because}"
        )
    screen.line(f"Compared the seals with {file}; --checkpoints names another file.", fold=False)
    if noted.of_others:
        told = (
            f"{counted(noted.of_others, 'line')} of it "
            f"{'is' if noted.of_others == 1 else 'are'} of other databases"
        )
        screen.line(f"{told} than this one, {database}, and did not count.")


def _print(records: int, seals: int, unsealed: int, complaints: list[str]) -> None:
    screen = Screen()
    for complaint in complaints[:SHOWN]:
        screen.line(complaint, fold=False)
    if len(complaints) > SHOWN:
        screen.line(f"… and {len(complaints) - SHOWN} more")
    screen.line(
        f"Verified {counted(records, 'record')} and {counted(seals, 'seal')}; {unsealed} unsealed."
    )
    if complaints:
        screen.line(f"{counted(len(complaints), 'complaint')}, the first record first.")
    else:
        screen.line("All records are intact.")

"""`flask records seal` and `flask records verify`: closing what was kept, and checking that it is
as it was kept.
"""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.answers import (
    DOWN,
    REJECTED,
    USAGE,
    Refusal,
    Screen,
    answering,
    counted,
    print_json,
    progress_of,
    tell,
)
from app.commands.sources import command_actor, command_origin, kept_records, settings

if TYPE_CHECKING:
    from app.records.ledger.checkpoints import Checkpoints, Noted

SHOWN = 100


@click.command("seal")
@click.option(
    "--every",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Go on sealing at this interval until stopped.",
)
@answering
def seal_command(every: float | None, as_json: bool) -> None:
    """Close everything that waits in a Merkle tree, chained to the seal before.

    The service does so by itself unless ELIGIBILITY_SEALING is `command`.

    \b
    Example:  flask records seal --every 1
    """
    from app.records.ledger.seals import seal_everything

    with kept_records() as store:
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
                f"Seal {seal.number} closes {counted(seal.count, 'record')}; its chain is "
                f"{seal.chain}.",
                fold=False,
            )
    else:
        Screen().line("Nothing waits to be sealed.")


@click.command("verify")
@click.option(
    "--checkpoints",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that noted each seal outside the database.",
)
@answering
def verify_command(checkpoints: Path | None, as_json: bool) -> None:
    """Check that everything kept is as it was kept, and name the first record that was changed,
    removed or inserted.

    Ends with 3 where something is not. The checkpoints default to ELIGIBILITY_CHECKPOINTS where
    that file is there; of its lines those of this database count. Seals that were noted and are
    gone, as after restoring a backup, are named until somebody accepts their loss: see `records
    accept-loss`. Accepted losses are told every time.

    \b
    Example:  flask records verify
    """
    from app.records.ledger.verification import count_records, verify

    read = noted_outside(checkpoints)
    with kept_records() as store, progress_of("Verifying", count_records(store)) as advance:
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
        _tell(
            verified.records,
            verified.seals,
            verified.unsealed,
            [str(complaint) for complaint in told],
        )
        if read.lines:
            _tell_noted(checkpoints or settings().checkpoints, verified.database, noted)
    if told:
        sys.exit(REJECTED)


@click.command("accept-loss")
@click.option(
    "--through",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="The last seal that was noted and is gone.",
)
@click.option(
    "--because", required=True, metavar="TEXT", help="Why, for whoever verifies later; no names."
)
@answering
def accept_loss_command(through: int, because: str, as_json: bool) -> None:
    """Accept that seals are gone which were noted in the checkpoints, as they are where a backup
    ended before them.

    Only do so after a backup was restored: else somebody has removed records. It is entered in the
    audit trail and written to the checkpoints with the reason, and `records verify` tells it from
    then on. Nothing that is in the file is taken out of it.

    \b Example:  flask records accept-loss --through 9 --because "restored the backup of November 22
    after a disk broke"
    """
    from app.records.ledger.checkpoints import Loss, accept_loss, database_of, lost

    file, read = settings().checkpoints, noted_outside(None)
    with kept_records() as store:
        gone = lost(store, read)
        if file is None or gone is None:
            raise Refusal(
                REJECTED,
                "nothing-lost",
                "Every seal that was noted is there: there is no loss to accept.",
            )
        if gone[1] != through:
            raise Refusal(
                USAGE,
                "other-loss",
                f"Noted and gone are the seals from {gone[0]} to {gone[1]}: accept them with "
                f"--through {gone[1]}, or none.",
            )
        with store.reading() as connection:
            database = database_of(connection)
        if database is None:
            raise Refusal(
                REJECTED,
                "database-unnamed",
                "The database has not the one name that the checkpoints know it by.",
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
                f"The checkpoints cannot be written: {error.strerror}.",
            ) from None
    tell(
        as_json,
        {"first": gone[0], "through": through, "file": str(file)},
        f"The loss of the seals from {gone[0]} to {through} is accepted, and noted in {file}.",
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
            f"The checkpoints cannot be read: {type(error).__name__}.",
        ) from None


def _tell_noted(file: Path | None, database: str | None, noted: "Noted") -> None:
    screen = Screen()
    for loss in noted.losses:
        screen.line(
            f"The loss of the seals from {loss.after + 1} to {loss.through} was accepted on "
            f"{loss.at.date()} "
            f"by {loss.by}: {loss.because}"
        )
    screen.line(f"Seals were compared with {file}; --checkpoints names another file.", fold=False)
    if noted.of_others:
        told = (
            f"{counted(noted.of_others, 'line')} of it "
            f"{'is' if noted.of_others == 1 else 'are'} of other databases"
        )
        screen.line(f"{told} than this one, {database}, and did not count.")


def _tell(records: int, seals: int, unsealed: int, complaints: list[str]) -> None:
    screen = Screen()
    for complaint in complaints[:SHOWN]:
        screen.line(complaint, fold=False)
    if len(complaints) > SHOWN:
        screen.line(f"… and {len(complaints) - SHOWN} more")
    screen.line(
        f"{counted(records, 'record')} and {counted(seals, 'seal')} were looked at; {unsealed} "
        "wait for a seal."
    )
    if complaints:
        screen.line(f"{counted(len(complaints), 'complaint')}; the first record stands first.")
    else:
        screen.line("Everything is as it was kept.")

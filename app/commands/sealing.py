"""`flask records seal` and `flask records verify`: closing what was kept, and checking that it is as it was kept."""

import sys
import time
from pathlib import Path

import click

from app import clock
from app.commands.progress import progress_of
from app.commands.record_stores import kept_records
from app.commands.refusals import REJECTED, USAGE, Refusal, answering, counted, print_json
from app.commands.sources import settings
from app.commands.terminal import Screen

SHOWN = 100


@click.command("seal")
@click.option("--every", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Go on sealing at this interval until stopped.")
@answering
def seal_command(every: float | None, as_json: bool) -> None:
    """Close everything that waits in a Merkle tree, chained to the seal before.

    The service does so by itself unless ELIGIBILITY_SEALING is `command`.

    \b
    Example:  flask records seal --every 1
    """
    from app.records.seals import Seal, seal_everything

    made: list[Seal] = []
    with kept_records() as store:
        while True:
            for seal in seal_everything(store, clock.now(), settings().checkpoints):
                if every is None:
                    made.append(seal)
            if every is None:
                break
            time.sleep(every)
    if as_json:
        print_json(
            {"seals": [{"number": seal.number, "records": seal.count, "root": seal.root, "chain": seal.chain} for seal in made]}
        )
    elif made:
        for seal in made:
            Screen().line(f"Seal {seal.number} closes {counted(seal.count, 'record')}; its chain is {seal.chain}.", fold=False)
    else:
        Screen().line("Nothing waits to be sealed.")


@click.command("verify")
@click.option(
    "--checkpoints", type=click.Path(path_type=Path, dir_okay=False), help="The file that noted each seal outside the database."
)
@answering
def verify_command(checkpoints: Path | None, as_json: bool) -> None:
    """Check that everything kept is as it was kept, and name the first record that was changed, removed or inserted.

    Ends with 3 where something is not. The checkpoints default to ELIGIBILITY_CHECKPOINTS where that file is there.

    \b
    Example:  flask records verify
    """
    from app.records.verification import count_records, verify

    noted = _noted(checkpoints)
    with kept_records() as store, progress_of("Verifying", count_records(store)) as advance:
        verified = verify(store, noted, advance)
    told = verified.complaints
    if as_json:
        complaints = [{"kind": c.kind, "id": c.object_id, "what": c.what} for c in told]
        counts = {"records": verified.records, "seals": verified.seals, "unsealed": verified.unsealed, "chain": verified.chain}
        print_json({"holds": not told, **counts, "complaints": complaints})
    else:
        _tell(verified.records, verified.seals, verified.unsealed, [str(complaint) for complaint in told])
        if noted:
            Screen().line(
                f"Seals were compared with {checkpoints or settings().checkpoints}; --checkpoints names another file.", fold=False
            )
    if told:
        sys.exit(REJECTED)


def _noted(file: Path | None) -> list[tuple[int, str]]:
    from app.records.seals import read_checkpoints

    chosen = file or settings().checkpoints
    if chosen is None or (file is None and not chosen.is_file()):
        return []
    try:
        return list(read_checkpoints(chosen))
    except (OSError, ValueError, KeyError) as error:
        raise Refusal(USAGE, "checkpoints-unreadable", f"The checkpoints cannot be read: {type(error).__name__}.") from None


def _tell(records: int, seals: int, unsealed: int, complaints: list[str]) -> None:
    screen = Screen()
    for complaint in complaints[:SHOWN]:
        screen.line(complaint, fold=False)
    if len(complaints) > SHOWN:
        screen.line(f"… and {len(complaints) - SHOWN} more")
    screen.line(f"{counted(records, 'record')} and {counted(seals, 'seal')} were looked at; {unsealed} wait for a seal.")
    if complaints:
        screen.line(f"{counted(len(complaints), 'complaint')}; the first record stands first.")
    else:
        screen.line("Everything is as it was kept.")

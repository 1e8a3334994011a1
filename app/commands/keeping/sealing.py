"""`flask records seal`."""

import time
from itertools import count
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.lawbook.sources import open_records, settings
from app.commands.output import Screen, command, counted, print_json

if TYPE_CHECKING:
    from app.records.entries import Seal


@click.command("seal")
@click.option(
    "--every",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Repeat at this interval until stopped.",
)
@click.option(
    "--follow",
    is_flag=True,
    help="Also add what is sealed to the transparency log and sign its head, until stopped.",
)
@command
def seal_command(every: float | None, follow: bool, as_json: bool) -> None:
    """Seal all unsealed records in a Merkle tree, chained to the seal before.

    The service does this itself unless ELIGIBILITY_SEALING is `command`. With --follow the command
    is the only one that opens the log's key, ELIGIBILITY_LOG_KEY. It creates the key if there is
    none, and asks the witnesses that ELIGIBILITY_POLICY names to sign each head too.

    \b
    Example:  flask records seal --every 1
    """
    from app.records.ledger.seals import seal_everything

    if follow:
        from app.commands.keeping import following

        with open_records() as store:
            following.follow(store, every or settings().sealing_seconds, count())
    with open_records() as store:
        made = list(seal_everything(store, clock.now(), settings().checkpoints))
        while every is not None:
            time.sleep(every)
            made = list(seal_everything(store, clock.now(), settings().checkpoints))
    _print_seals(made, as_json)


def _print_seals(made: "list[Seal]", as_json: bool) -> None:
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

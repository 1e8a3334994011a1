"""`flask records backup` and `flask records restore`: everything that is kept, in one file, and
back.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.answers import (
    REJECTED,
    USAGE,
    Refusal,
    Screen,
    answering,
    counted,
    print_json,
    progress_of,
)
from app.commands.sealing import noted_outside
from app.commands.sources import command_origin, kept_records, settings

if TYPE_CHECKING:
    from app.records.store import Store

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("file", type=FILE)
@answering
def backup_command(file: Path, as_json: bool) -> None:
    """Write everything that is kept, as of one moment, to FILE: accounts, credentials and records;
    only its owner may read it.

    What waits for a seal is sealed before, so that FILE ends with a seal that the checkpoints
    outside know. What is sealed afterwards is lost when FILE is taken back: see `records restore`.

    \b
    Example:  flask records backup records-2026-11-22.jsonl.gz
    """
    from app.records.ledger.backup import back_up, count_rows

    try:
        if file.exists():
            raise FileExistsError
        with kept_records() as store:
            store.note(command_origin().did("records.backed_up", None, kind="records"))
            _seal(store)
            with progress_of("Backing up", count_rows(store)) as advance:
                counts = back_up(store, file, clock.now(), advance)
    except FileExistsError:
        raise Refusal(
            USAGE, "file-exists", f"{file} is there already; name another file."
        ) from None
    except OSError as error:
        raise Refusal(
            USAGE, "file-unwritable", f"{file} cannot be written: {error.strerror}."
        ) from None
    _tell("Wrote", counts, file, as_json)


@click.command("restore")
@click.argument("file", type=FILE)
@answering
def restore_command(file: Path, as_json: bool) -> None:
    """Take a backup back into an empty, migrated database, all of it or nothing. Then run `records
    verify` and `records replay`.

    Seals that the checkpoints noted after the backup was made are gone with what they closed. They
    are told here, and `records verify` names each as gone and ends with 3, until somebody accepts
    their loss with `records accept-loss`. To try a backup while the service goes on, set
    ELIGIBILITY_CHECKPOINTS to a copy of the file, so that the service's own stays as it is.

    \b
    Example:  flask db upgrade && flask records restore records-2026-11-22.jsonl.gz
    """
    from app.records.ledger.backup import NotABackup, NotEmpty, check_backup, restore
    from app.records.ledger.checkpoints import lost

    try:
        total = sum(check_backup(file).values())
        with kept_records() as store:
            with progress_of("Restoring", total) as advance:
                counts = restore(store, file, advance)
            store.note(command_origin().did("records.restored", None, kind="records"))
            gone = lost(store, noted_outside(None))
    except NotABackup as error:
        raise Refusal(
            REJECTED, "not-a-backup", f"{file} cannot be taken back: {error}. Nothing was kept."
        ) from None
    except NotEmpty:
        raise Refusal(
            REJECTED,
            "not-empty",
            "The database holds something already; a backup goes into an empty one.",
        ) from None
    except OSError as error:
        raise Refusal(
            USAGE, "file-unreadable", f"{file} cannot be read: {error.strerror}."
        ) from None
    if as_json:
        print_json(
            {
                "file": str(file),
                "rows": counts,
                "lost": None if gone is None else {"first": gone[0], "through": gone[1]},
            }
        )
        return
    _tell("Took back", counts, file, as_json)
    if gone is not None:
        Screen().line(
            f"The backup ends before the seals from {gone[0]} to {gone[1]}, which were noted "
            "outside: what they closed is lost."
        )
        Screen().line(
            f'Accept that with:  flask records accept-loss --through {gone[1]} --because "…"',
            fold=False,
        )


def _seal(store: "Store") -> None:
    """Close what waits, so that what is backed up ends where the checkpoints know a seal.

    Where that fails, the backup is made.
    """
    from app.records.ledger.seals import seal_everything

    try:
        list(seal_everything(store, clock.now(), settings().checkpoints))
    except OSError as error:
        click.echo(
            f"The last seal could not be noted in the checkpoints: {error.strerror}.", err=True
        )


def _tell(did: str, counts: dict[str, int], file: Path, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "rows": counts})
        return
    Screen().table(
        ("table", "rows"), [(name, str(count)) for name, count in counts.items() if count]
    )
    Screen().line(f"{did} {counted(sum(counts.values()), 'row')}: {file}", fold=False)

"""`flask records backup` and `flask records restore`: all data in one file, and back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.keeping.verifying import noted_outside
from app.commands.lawbook.sources import command_origin, open_records, settings
from app.commands.output import (
    REJECTED,
    USAGE,
    Refusal,
    Screen,
    command,
    counted,
    print_json,
    progress_of,
)

if TYPE_CHECKING:
    from app.records.store import Store

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("file", type=FILE)
@command
def backup_command(file: Path, as_json: bool) -> None:
    """Write all records, accounts and credentials to FILE, as of one moment. Only its owner can
    read it.

    The command first seals all unsealed records, so FILE ends with a seal that the checkpoints
    know. Restoring FILE loses later records: see `records restore`.

    \b
    Example:  flask records backup records-2026-11-22.jsonl.gz
    """
    from app.records.ledger.backup import back_up, count_rows

    try:
        if file.exists():
            raise FileExistsError
        with open_records() as store:
            store.note(command_origin().did("records.backed_up", None, kind="records"))
            _seal(store)
            with progress_of("Backing up", count_rows(store)) as advance:
                counts = back_up(store, file, clock.now(), advance)
    except FileExistsError:
        raise Refusal(USAGE, "file-exists", f"{file} already exists; name another file.") from None
    except OSError as error:
        raise Refusal(USAGE, "file-unwritable", f"Cannot write {file}: {error.strerror}.") from None
    _print("Wrote", counts, file, as_json)


@click.command("restore")
@click.argument("file", type=FILE)
@command
def restore_command(file: Path, as_json: bool) -> None:
    """Restore a backup into an empty, migrated database, all of it or nothing. Then run `records
    verify` and `records replay`.

    If the checkpoints note seals after the backup, those seals and their records are lost. The
    command prints them. `records verify` then exits with 3 until you accept the loss with `records
    accept-loss`. To try a backup while the service runs, set ELIGIBILITY_CHECKPOINTS to a copy of
    the file.

    \b
    Example:  flask db upgrade && flask records restore records-2026-11-22.jsonl.gz
    """
    counts, gone = _restore(file)
    if as_json:
        print_json(
            {
                "file": str(file),
                "rows": counts,
                "lost": None if gone is None else {"first": gone[0], "through": gone[1]},
            }
        )
        return
    _print("Restored", counts, file, as_json)
    if gone is not None:
        Screen().line(
            f"The checkpoints note the seals {gone[0]} to {gone[1]} after the end of this backup. "
            "These seals and their records are lost."
        )
        Screen().line(
            f'To accept the loss:  flask records accept-loss --through {gone[1]} --because "…"',
            fold=False,
        )


def _restore(file: Path) -> tuple[dict[str, int], tuple[int, int] | None]:
    """How many rows of each table were restored, and the first and the last seal that are lost.

    Raises:
        Refusal: the file cannot be restored, or the checkpoints cannot be read.
    """
    from app.records.ledger.backup import NotABackup, NotEmpty, check_backup, restore
    from app.records.ledger.checkpoints import Checkpoints, lost

    try:
        total = sum(check_backup(file).values())
        with open_records() as store:
            with progress_of("Restoring", total) as advance:
                counts = restore(store, file, advance)
            store.note(command_origin().did("records.restored", None, kind="records"))
            return counts, lost(store, noted_outside(None) or Checkpoints())
    except NotABackup as error:
        raise Refusal(
            REJECTED, "not-a-backup", f"Cannot restore {file}: {error}. Stored nothing."
        ) from None
    except NotEmpty:
        raise Refusal(
            REJECTED,
            "not-empty",
            "The database is not empty. Restore a backup into an empty database.",
        ) from None
    except OSError as error:
        raise Refusal(USAGE, "file-unreadable", f"Cannot read {file}: {error.strerror}.") from None


def _seal(store: "Store") -> None:
    """Seal all unsealed records, so that the backup ends with a seal in the checkpoints.

    If that fails, the command still writes the backup.
    """
    from app.records.ledger.seals import seal_everything

    try:
        list(seal_everything(store, clock.now(), settings().checkpoints))
    except OSError as error:
        click.echo(f"Cannot note the last seal in the checkpoints: {error.strerror}.", err=True)


def _print(did: str, counts: dict[str, int], file: Path, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "rows": counts})
        return
    Screen().table(
        ("table", "rows"), [(name, str(count)) for name, count in counts.items() if count]
    )
    Screen().line(f"{did} {counted(sum(counts.values()), 'row')}: {file}", fold=False)

"""`flask records backup` and `flask records restore`: everything that is kept, in one file, and back."""

from pathlib import Path

import click

from app import clock
from app.commands.progress import progress_of
from app.commands.record_stores import command_entry, kept_records
from app.commands.refusals import REJECTED, USAGE, Refusal, answering, counted, print_json
from app.commands.terminal import Screen

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("file", type=FILE)
@answering
def backup_command(file: Path, as_json: bool) -> None:
    """Write everything that is kept, as of one moment, to FILE: accounts, credentials and records; only its owner may read it.

    \b
    Example:  flask records backup records-2026-11-22.jsonl.gz
    """
    from app.records.backup import back_up, count_rows

    try:
        with kept_records() as store:
            store.note(command_entry("records.backed_up", "records"))
            with progress_of("Backing up", count_rows(store)) as advance:
                counts = back_up(store, file, clock.now(), advance)
    except FileExistsError:
        raise Refusal(USAGE, "file-exists", f"{file} is there already; name another file.") from None
    except OSError as error:
        raise Refusal(USAGE, "file-unwritable", f"{file} cannot be written: {error.strerror}.") from None
    _tell("Wrote", counts, file, as_json)


@click.command("restore")
@click.argument("file", type=FILE)
@answering
def restore_command(file: Path, as_json: bool) -> None:
    """Take a backup back into an empty, migrated database, all of it or nothing. Then run `records verify` and `records replay`.

    \b
    Example:  flask db upgrade && flask records restore records-2026-11-22.jsonl.gz
    """
    from app.records.backup import NotABackup, NotEmpty, check_backup, restore

    try:
        total = sum(check_backup(file).values())
        with kept_records() as store:
            with progress_of("Restoring", total) as advance:
                counts = restore(store, file, advance)
            store.note(command_entry("records.restored", "records"))
    except NotABackup as error:
        raise Refusal(REJECTED, "not-a-backup", f"{file} cannot be taken back: {error}. Nothing was kept.") from None
    except NotEmpty:
        raise Refusal(REJECTED, "not-empty", "The database holds something already; a backup goes into an empty one.") from None
    except OSError as error:
        raise Refusal(USAGE, "file-unreadable", f"{file} cannot be read: {error.strerror}.") from None
    _tell("Took back", counts, file, as_json)


def _tell(did: str, counts: dict[str, int], file: Path, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "rows": counts})
        return
    rows = [(name, str(count)) for name, count in counts.items() if count]
    Screen().table(("table", "rows"), rows)
    Screen().line(f"{did} {counted(sum(counts.values()), 'row')}: {file}", fold=False)

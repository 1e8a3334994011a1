"""`flask records backup` and `flask records restore`: all data in one file, and back."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app import clock
from app.commands.keeping.backup_keys import (
    identities_of,
    new_backup_key,
    not_a_backup,
    recipients_of,
    signer_of,
    signing_key,
)
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
    respond,
)

if TYPE_CHECKING:
    from app.records.store import Store
    from app.transparency.keys import PrivateKey

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("file", type=FILE)
@click.option(
    "--to",
    "recipients",
    multiple=True,
    metavar="RECIPIENT",
    help="Encrypt to this public key, age1… or ssh-ed25519 …; repeat it for several.",
)
@click.option("--to-file", type=FILE, help="Encrypt to each public key in this file.")
@click.option(
    "--sign-with",
    type=FILE,
    help="The key that signs, created if there is none; backup.key in the instance's folder.",
)
@command
def backup_command(
    file: Path,
    recipients: tuple[str, ...],
    to_file: Path | None,
    sign_with: Path | None,
    as_json: bool,
) -> None:
    """Write all records, accounts and credentials to FILE, as of one moment. Only its owner can
    read it. Its signature goes to FILE.sig.

    With --to or --to-file, FILE opens only with the key of one of these people. `records
    backup-key` makes such a key. In production mode the command writes no plain backup.

    If the service seals by itself, the command first seals what is not sealed yet. So FILE ends
    with a seal that the checkpoints know. Restoring FILE loses later records: see `records
    restore`.

    \b
    Example:  flask records backup records-2026-11-22.jsonl.gz
    """
    to, key = recipients_of(recipients, to_file), signing_key(sign_with)
    counts = _back_up(file, to, key)
    _print("Wrote", counts, file, as_json, {"encrypted": bool(to), "signed_by": str(key.public)})
    if not as_json:
        Screen().line(f"Signed by {key.public}", fold=False)


def _back_up(file: Path, to: Sequence[Any], key: "PrivateKey") -> dict[str, int]:
    """How many rows of each table were backed up.

    Raises:
        Refusal: the file or its signature exists, or cannot be written.
    """
    from app.records.backups.signing import signature_of
    from app.records.ledger.backup import Protection, back_up, count_rows

    taken = next((each for each in (file, signature_of(file)) if each.exists()), None)
    try:
        if taken is not None:
            raise FileExistsError
        with open_records() as store:
            store.note(command_origin().did("records.backed_up", None, kind="records"))
            if settings().sealing != "command":
                _seal(store)
            with progress_of("Backing up", count_rows(store)) as advance:
                return back_up(store, file, clock.now(), advance, Protection(to, key))
    except FileExistsError:
        told = f"{taken or file} already exists; name another file."
        raise Refusal(USAGE, "file-exists", told) from None
    except OSError as error:
        raise Refusal(USAGE, "file-unwritable", f"Cannot write {file}: {error.strerror}.") from None


@click.command("backup-key")
@click.argument("file", type=FILE)
@command
def backup_key_command(file: Path, as_json: bool) -> None:
    """Create a key for backups. FILE gets the secret part, the screen the public part.

    Keep FILE on another machine than the service. Keep a copy too: only this key opens the backups.

    \b
    Example:  flask records backup-key backups.key
    """
    recipient = new_backup_key(file)
    respond(
        as_json,
        {"file": str(file), "recipient": recipient},
        f"Recipient: {recipient}",
        fold=False,
    )


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, help="The file with the secret key that opens FILE.")
@click.option(
    "--signed-by",
    multiple=True,
    metavar="KEY",
    help="A public key whose signature you trust; by default that of this instance's backup.key.",
)
@click.option("--unsigned", is_flag=True, help="Do not check the signature.")
@command
def restore_command(
    file: Path, key: Path | None, signed_by: tuple[str, ...], unsigned: bool, as_json: bool
) -> None:
    """Restore a backup into an empty, migrated database, all of it or nothing. Then run `records
    verify` and `records replay`.

    The command first checks the signature in FILE.sig: a key that you trust must have signed FILE.
    With --unsigned it does not check. In development mode a plain backup needs no signature.

    If the checkpoints note seals after the backup, those seals and their records are lost. The
    command prints them. `records verify` then exits with 3 until you accept the loss with `records
    accept-loss`. To try a backup while the service runs, set ELIGIBILITY_CHECKPOINTS to a copy of
    the file.

    \b
    Example:  flask db upgrade && flask records restore records-2026-11-22.jsonl.gz
    """
    try:
        signer = None if unsigned else signer_of(file, signed_by)
        counts, gone = _restore(file, () if key is None else identities_of(key))
    except OSError as error:
        raise Refusal(USAGE, "file-unreadable", f"Cannot read {file}: {error.strerror}.") from None
    if as_json:
        print_json(
            {
                "file": str(file),
                "rows": counts,
                "signed_by": signer,
                "lost": None if gone is None else {"first": gone[0], "through": gone[1]},
            }
        )
        return
    _print("Restored", counts, file, as_json)
    Screen().line("No signature was checked." if signer is None else f"Signed by {signer}")
    if gone is not None:
        _print_loss(*gone)


def _print_loss(first: int, through: int) -> None:
    Screen().line(
        f"The checkpoints note the seals {first} to {through} after the end of this backup. "
        "These seals and their records are lost."
    )
    Screen().line(
        f'To accept the loss:  flask records accept-loss --through {through} --because "…"',
        fold=False,
    )


def _restore(
    file: Path, identities: Sequence[Any]
) -> tuple[dict[str, int], tuple[int, int] | None]:
    """How many rows of each table were restored, and the first and the last seal that are lost.

    Raises:
        Refusal: the file cannot be restored, or the checkpoints cannot be read.
        OSError: the file cannot be read.
    """
    from app.records.ledger.backup import NotABackup, NotEmpty, check_backup, restore
    from app.records.ledger.checkpoints import Checkpoints, lost

    try:
        total = sum(check_backup(file, identities).values())
        with open_records() as store:
            with progress_of("Restoring", total) as advance:
                counts = restore(store, file, advance, identities)
            store.note(command_origin().did("records.restored", None, kind="records"))
            return counts, lost(store, noted_outside(None) or Checkpoints())
    except NotABackup as error:
        raise not_a_backup(file, str(error)) from None
    except NotEmpty:
        raise Refusal(
            REJECTED,
            "not-empty",
            "The database is not empty. Restore a backup into an empty database.",
        ) from None


def _seal(store: "Store") -> None:
    """Seal all unsealed records, so that the backup ends with a seal in the checkpoints.

    If that fails, the command still writes the backup.
    """
    from app.records.ledger.seals import seal_everything

    try:
        list(seal_everything(store, clock.now(), settings().checkpoints))
    except OSError as error:
        click.echo(f"Cannot note the last seal in the checkpoints: {error.strerror}.", err=True)


def _print(
    did: str,
    counts: dict[str, int],
    file: Path,
    as_json: bool,
    protection: dict[str, object] | None = None,
) -> None:
    if as_json:
        print_json({"file": str(file), "rows": counts} | (protection or {}))
        return
    Screen().table(
        ("table", "rows"), [(name, str(count)) for name, count in counts.items() if count]
    )
    Screen().line(f"{did} {counted(sum(counts.values()), 'row')}: {file}", fold=False)

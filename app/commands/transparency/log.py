"""`flask log key` and `flask log begin-anew`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app import clock
from app.commands.lawbook.sources import command_actor, command_origin, open_records, settings
from app.commands.output import (
    DOWN,
    REJECTED,
    USAGE,
    Refusal,
    Screen,
    command,
    counted,
    print_json,
    respond,
)
from app.commands.transparency.log_files import made_key, policy

if TYPE_CHECKING:
    from app.records.log.folder import LogFolder
    from app.records.store import Store
    from app.transparency.endings import Ending
    from app.transparency.keys import PrivateKey

log_group = AppGroup(
    "log", help="The transparency log: its keys, and a new log after records were lost."
)


@log_group.command("key")
@click.option(
    "--receipts", is_flag=True, help="The key that signs receipts; run it as the service."
)
@command
def key_command(receipts: bool, as_json: bool) -> None:
    """Print the public key that signs the log, for its policy and its witnesses. The command
    creates the key if there is none.

    Run it as the user who runs `records seal --follow`. With --receipts it prints the key that
    signs receipts, for the policy.

    \b
    Example:  flask log key
    """
    from app.transparency.receipts import SUFFIX

    chosen = settings()
    file = chosen.receipt_key if receipts else chosen.log_key
    if file is None:
        raise Refusal(USAGE, "no-log", "Set ELIGIBILITY_LOG_KEY and ELIGIBILITY_RECEIPT_KEY.")
    name = f"{chosen.log_name}{SUFFIX}" if receipts else chosen.log_name
    public = str(made_key(file, name).public)
    respond(as_json, {"public_key": public, "file": str(file)}, public, fold=False)


@log_group.command("begin-anew")
@click.option(
    "--after",
    type=click.IntRange(min=0),
    required=True,
    metavar="N",
    help="How many of the log's records the database still has at the beginning.",
)
@click.option("--because", required=True, metavar="TEXT", help="Why; name no person.")
@command
def begin_anew_command(after: int, because: str, as_json: bool) -> None:
    """Begin a new log, since the database lacks records that the log has, as after restoring a
    backup.

    Do this only after restoring a backup: otherwise somebody removed records. Stop `records seal
    --follow` first, and run the command as its user. The new log has a new name and a new key. Give
    the key to the witnesses, and add it to the policy. The command refuses if the log can go
    on. Files of the new log say, signed by both keys, how the old one ended and who accepted that.
    `records verify` repeats it. The files of the old log stay beside the new ones; its key is
    overwritten.

    \b
    Example:  flask log begin-anew --after 812 --because "restored the backup of May 2"
    """
    from app.records.log.beginning import is_half_begun, take_place
    from app.records.log.folder import LogFolder, sole_signer

    chosen = settings()
    if chosen.log is None or chosen.log_key is None:
        raise Refusal(USAGE, "no-log", "Set ELIGIBILITY_LOG and ELIGIBILITY_LOG_KEY.")
    folder = LogFolder(chosen.log)
    try:
        with sole_signer(chosen.log_key, wait=False):
            if not is_half_begun(folder):
                with open_records() as store:
                    _prepare(store, folder, chosen.log_key, after, because)
            kept = take_place(folder, chosen.log_key)
    except BlockingIOError:
        raise Refusal(
            REJECTED, "log-in-use", "Stop `flask records seal --follow` first; it signs this log."
        ) from None
    except OSError as error:
        raise Refusal(
            DOWN, "log-unwritable", f"Cannot write the new log: {error.strerror}."
        ) from None
    _tell_of(made_key(chosen.log_key, chosen.log_name), kept, as_json)


def _tell_of(key: "PrivateKey", old: Path, as_json: bool) -> None:
    """Say what began, and what to do with its key."""
    is_added = _added_to_policy(key)
    if as_json:
        told = {"log": key.name, "public_key": str(key.public), "old_log": str(old)}
        print_json({**told, "in_policy": is_added})
        return
    Screen().line(f"Began the log {key.name}. The old one is in {old}.", fold=False)
    if not is_added:
        Screen().line(f"Add a line to the policy: log {key.public}", fold=False)
        Screen().line("Give this key to the witnesses: flask witness serve --log …")


def _prepare(store: "Store", folder: "LogFolder", key_file: Path, after: int, because: str) -> None:
    """Make the new log ready.

    Raises:
        Refusal: the log can go on, the database has another number of its records, or a file
            cannot be used.
    """
    from app.records.log.beginning import begin_anew, new_key, next_name
    from app.records.log.comparing import BEGUN_ANEW, entered_name
    from app.records.log.growing import LogBroken
    from app.transparency.encoding import Malformed
    from app.transparency.key_files import OpenToOthers

    name = next_name(folder, settings().log_name)
    try:
        ending = _ending(store, folder, key_file, name, after, because)
        begun = new_key(key_file, name)
        store.note(command_origin().did(BEGUN_ANEW, entered_name(name), kind="records"))
        begin_anew(store, folder, key_file, begun, ending)
    except (LogBroken, Malformed, OpenToOthers) as error:
        raise Refusal(REJECTED, "log-broken", f"Cannot end the log. {error}.") from None


def _ending(
    store: "Store", folder: "LogFolder", key_file: Path, name: str, after: int, because: str
) -> "Ending":
    """How the log ends.

    Raises:
        Refusal: it can go on, the database has another number of its records, or the reason is
            none.
        LogBroken: its files are damaged.
    """
    from app.records.log.beginning import shared
    from app.records.log.growing import last_checkpoint
    from app.transparency.endings import Ending
    from app.transparency.key_files import read_key

    head = last_checkpoint(folder, read_key(key_file).public)
    if head is None:
        raise Refusal(REJECTED, "no-head", "The log has no head, so there is nothing to end.")
    alike = shared(store, folder, head)
    if alike.size == head.size:
        raise Refusal(
            REJECTED, "log-goes-on", "The database has every record of the log: it can go on."
        )
    if alike.size != after:
        raise Refusal(
            USAGE,
            "other-count",
            f"The log has {counted(head.size, 'record')}; the database has the first {alike.size} "
            f"of them. Accept the loss of the others with --after {alike.size}.",
        )
    ending = Ending(
        name, head, alike.size, alike.root(), command_actor(), clock.now(), because.strip()
    )
    try:
        ending.text()
    except ValueError:
        raise Refusal(
            USAGE, "because-unusable", "Give --because one line of text, without line breaks."
        ) from None
    return ending


def _added_to_policy(key: "PrivateKey") -> bool:
    """Add the new log to a policy that asks for no witness; whether the policy has it now."""
    from app.transparency.policy import NONE

    asked, file = policy(), settings().policy
    if asked is None or file is None:
        return False
    if key.public in [party.key for party in asked.logs]:
        return True
    if asked.quorum != NONE or settings().in_production:
        return False
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"log {key.public}\n")
    return True

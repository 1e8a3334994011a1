"""`flask records seal --follow`: seal, add what was sealed to the log, and sign the log's head.

This process alone opens the log's key.
"""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from app import clock
from app.commands.lawbook.sources import command_origin, settings
from app.commands.output import DOWN, REJECTED, USAGE, Refusal, Screen

if TYPE_CHECKING:
    from app.records.log.folder import LogFolder
    from app.records.store import Store
    from app.transparency.keys import PrivateKey
    from app.transparency.notes import Note
    from app.transparency.policy import Policy
    from app.witness.asking import Witnesses

log = logging.getLogger(__name__)
ASKED_AGAIN_SECONDS = 5.0


def log_key(file: Path) -> "PrivateKey":
    """The key of the log, which is made where there is none.

    Raises:
        Refusal: it cannot be read or made, others may read it, or it is another log's.
    """
    from app.transparency.encoding import Malformed
    from app.transparency.key_files import OpenToOthers, create_key, read_key
    from app.transparency.keys import ED25519, new_private_key

    try:
        if not file.exists():
            create_key(file, new_private_key(settings().log_name, ED25519))
        key = read_key(file)
    except (Malformed, OpenToOthers) as error:
        raise Refusal(USAGE, "key-unusable", f"Cannot use the key of the log: {error}.") from None
    except OSError as error:
        raise Refusal(
            DOWN, "key-unreadable", f"Cannot read the key of the log: {error.strerror}."
        ) from None
    if key.kind != ED25519:
        raise Refusal(USAGE, "key-unusable", f"The key in {file} is not the key of a log.")
    return key


def policy() -> "Policy | None":
    """The policy that the settings name; None where they name none.

    Raises:
        Refusal: it cannot be read.
    """
    from app.transparency.policy import PolicyWrong, read_policy

    file = settings().policy
    if file is None:
        return None
    try:
        return read_policy(file.read_bytes())
    except PolicyWrong as error:
        raise Refusal(USAGE, "policy-unusable", f"{error}.") from None
    except OSError as error:
        raise Refusal(
            DOWN, "policy-unreadable", f"Cannot read the policy: {error.strerror}."
        ) from None


def follow(store: "Store", every: float, rounds: Iterator[object]) -> None:
    """Seal and sign at an interval, once for each of *rounds*. What fails now is tried again.

    Raises:
        Refusal: the key or the policy cannot be used, or the settings name no log.
    """
    from app.records.ledger.seals import latest_seal
    from app.records.log.folder import LogFolder
    from app.records.log.growing import LogBroken, last_checkpoint
    from app.witness.asking import Witnesses

    chosen = settings()
    if chosen.log is None or chosen.log_key is None:
        raise Refusal(USAGE, "no-log", "Set ELIGIBILITY_LOG and ELIGIBILITY_LOG_KEY.")
    key, asked, folder = log_key(chosen.log_key), policy(), LogFolder(chosen.log)
    try:
        begins = last_checkpoint(folder, key.public) is None
    except LogBroken as error:
        raise Refusal(REJECTED, "log-broken", f"The log cannot go on. {error}.") from None
    if begins:
        # Older records are in the tree too, but nobody signed for them as they were sealed.
        with store.reading() as connection:
            last = latest_seal(connection)
        first = 1 if last is None else last.first + last.count
        store.note(command_origin().did("records.log_begun", f"sequence {first}", kind="records"))
    Screen().line(f"The log's public key: {key.public}", fold=False)
    if asked is not None and asked.witnesses:
        # A thread of its own, so that sealing never waits for a witness.
        witnesses = Witnesses(asked.witnesses)
        Thread(target=_witness, args=(folder, witnesses, every), daemon=True).start()
    for _ in rounds:
        _round(store, folder, key)
        time.sleep(every)


def _round(store: "Store", folder: "LogFolder", key: "PrivateKey") -> None:
    from app.records.errors import RecordsUnavailable
    from app.records.ledger.seals import seal_everything
    from app.records.log.growing import LogBroken, grow

    try:
        for _ in seal_everything(store, clock.now(), settings().checkpoints):
            pass
        for _ in grow(store, folder, key):
            pass
    except RecordsUnavailable as error:
        log.warning("sealing failed: %s", error)
    except LogBroken as error:
        log.error("alarm: the log was not signed: %s", error)
    except OSError as error:
        log.error("cannot write the log: %s", type(error).__name__)


def _witness(folder: "LogFolder", witnesses: "Witnesses", every: float) -> None:
    """Have every head signed by the witnesses, for as long as the process lives. Those that do not
    sign are asked again later.
    """
    from app.transparency.encoding import Malformed

    while True:
        wait = every
        try:
            head = folder.head()
            if head is not None and witnesses.missing(head):
                lines = _signed_by(folder, head, witnesses)
                wait = every if lines else max(every, ASKED_AGAIN_SECONDS)
        except (OSError, Malformed) as error:
            log.error("cannot read the log to have it witnessed: %s", type(error).__name__)
        time.sleep(wait)


def _signed_by(folder: "LogFolder", head: "Note", witnesses: "Witnesses") -> int:
    """How many witnesses signed a head now; their lines go under it."""
    from app.records.log.growing import add_signatures
    from app.transparency.checkpoints import read_checkpoint
    from app.transparency.tiles import subtrees
    from app.transparency.tree import consistency_proof

    size = read_checkpoint(head.text).size
    tree = subtrees(folder.read, size)
    lines = list(witnesses.lines(head, size, lambda old: consistency_proof(tree, old, size)))
    add_signatures(folder, head, lines)
    return len(lines)

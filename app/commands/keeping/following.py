"""`flask records seal --follow`: seal, add what was sealed to the log, and sign the log's head.

This process alone opens the log's key.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from app import clock
from app.commands.lawbook.sources import command_origin, settings
from app.commands.output import DOWN, REJECTED, USAGE, Refusal, Screen
from app.commands.transparency.log_files import named_key, policy

if TYPE_CHECKING:
    from app.records.log.folder import LogFolder
    from app.records.store import Store
    from app.transparency.keys import PrivateKey
    from app.transparency.notes import Note
    from app.transparency.policy import Policy
    from app.witness.asking import Witnesses

log = logging.getLogger(__name__)
ASKED_AGAIN_SECONDS = 5.0


def follow(store: "Store", every: float, rounds: Iterator[object]) -> None:
    """Seal and sign at an interval, once for each of *rounds*. What fails now is tried again.

    Raises:
        Refusal: the key or the policy cannot be used, or the settings name no log.
    """
    from app.records.log.folder import LogFolder

    chosen = settings()
    if chosen.log is None or chosen.log_key is None:
        raise Refusal(USAGE, "no-log", "Set ELIGIBILITY_LOG and ELIGIBILITY_LOG_KEY.")
    refuse_unfit_policy()
    with waiting_for_others(chosen.log_key):
        _follow(store, LogFolder(chosen.log), chosen.log_key, every, rounds)


def refuse_unfit_policy() -> None:
    """Nothing, where the policy is one for this mode.

    Raises:
        Refusal: it is not.
    """
    from app.production import policy_reasons

    reasons = list(policy_reasons(settings())) if settings().in_production else []
    if reasons:
        raise Refusal(USAGE, "policy-unfit", " ".join(reasons))


@contextmanager
def waiting_for_others(key: Path) -> Iterator[None]:
    """Be the only process that signs with a key; wait until another one that does has ended.

    Raises:
        Refusal: the folder of the key cannot be written.
    """
    from app.records.log.folder import sole_signer

    with ExitStack() as held:
        try:
            held.enter_context(sole_signer(key, wait=False))
        except BlockingIOError:
            Screen().line("Another process signs this log. Waiting until it ends.")
            held.enter_context(sole_signer(key, wait=True))
        except OSError as error:
            told = f"Cannot write beside the key of the log: {error.strerror}."
            raise Refusal(DOWN, "key-unreadable", told) from None
        yield


def _follow(
    store: "Store", folder: "LogFolder", file: Path, every: float, rounds: Iterator[object]
) -> None:
    from app.records.ledger.seals import latest_seal
    from app.records.log.beginning import is_half_begun
    from app.records.log.growing import LogBroken, last_checkpoint
    from app.witness.asking import Witnesses

    if is_half_begun(folder):
        raise Refusal(
            REJECTED, "half-begun", "Repeat `flask log begin-anew` first: it was interrupted."
        )
    asked = policy()
    key = named_key(file, asked)
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
        Thread(target=_witness, args=(folder, asked, witnesses, every), daemon=True).start()
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
        log.error("alarm: the log was not signed: %s; see flask log begin-anew --help", error)
    except OSError as error:
        log.error("cannot write the log: %s", type(error).__name__)


def _witness(folder: "LogFolder", asked: "Policy", witnesses: "Witnesses", every: float) -> None:
    """Have every head signed by the witnesses, for as long as the process lives. Those that do not
    sign are asked again later.
    """
    from app.transparency.encoding import Malformed

    while True:
        wait = every
        try:
            head = folder.head()
            if head is not None and witnesses.missing(head):
                lines = _signed_by(folder, asked, head, witnesses)
                wait = every if lines else max(every, ASKED_AGAIN_SECONDS)
        except (OSError, Malformed) as error:
            log.error("cannot read the log to have it witnessed: %s", type(error).__name__)
        time.sleep(wait)


def _signed_by(folder: "LogFolder", asked: "Policy", head: "Note", witnesses: "Witnesses") -> int:
    """How many witnesses signed a head now; their lines go under it."""
    from app.records.log.growing import add_signatures
    from app.transparency.checkpoints import read_checkpoint
    from app.transparency.tiles import subtrees
    from app.transparency.tree import consistency_proof

    size = read_checkpoint(head.text).size
    tree = subtrees(folder.read, size)
    lines = list(witnesses.lines(head, size, lambda old: consistency_proof(tree, old, size)))
    add_signatures(folder, head, lines, asked)
    return len(lines)

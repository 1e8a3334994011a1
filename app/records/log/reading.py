"""The files of a log, read before the database is, so that the database has all that they cover."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.records.log.folder import HEAD, WITNESSED, LogFolder
from app.transparency.checkpoints import Checkpoint, read_checkpoint
from app.transparency.encoding import Malformed
from app.transparency.endings import Ending, read_ending
from app.transparency.key_files import OpenToOthers, read_key
from app.transparency.keys import PublicKey, cosigned_at
from app.transparency.notes import Note, SignatureWrong, Untrusted, read_note, trusted
from app.transparency.policy import Policy, read_policy
from app.transparency.receipts import SUFFIX
from app.transparency.trust import Head

Wrong = tuple[str, str]
"""A file of the log, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Log:
    """What the files of a log say. *heads* are those by their files that the log's key signed;
    where there is no *policy*, nobody knows that key. *wrong* names files that are not what they
    should be. *has_head* is false where there is no head at all. *own_key*: who verifies could sign
    the log. *receipt_keys* check receipts.
    """

    folder: LogFolder
    policy: Policy | None = None
    heads: tuple[tuple[str, Head], ...] = ()
    endings: tuple[Ending, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    has_head: bool = False
    own_key: bool = False
    receipt_keys: tuple[PublicKey, ...] = ()

    @property
    def head(self) -> Checkpoint | None:
        """The present head, where the log's key signed it."""
        return next((head.checkpoint for file, head in self.heads if file == HEAD), None)

    def names(self) -> set[str]:
        """The names of the logs in the policy."""
        return set() if self.policy is None else {key.name for key in _log_keys(self.policy)}


def policy_of(file: Path | None) -> Policy | None:
    """The policy in a file; None where none is named, or there is none.

    Raises:
        PolicyWrong: it cannot be understood.
        OSError: it cannot be read.
    """
    if file is None:
        return None
    try:
        return read_policy(file.read_bytes())
    except FileNotFoundError:
        return None


def read_log(
    folder: Path | None,
    policy: Policy | None,
    key: Path | None = None,
    receipt_key: Path | None = None,
) -> Log | None:
    """What the files in a folder say under a policy; None where no folder is named. *key* is the
    file of the log's private key, *receipt_key* that of the key that signs receipts, which counts
    where the policy names none.

    Raises:
        OSError: a file cannot be read.
    """
    if folder is None:
        return None
    files, wrong = LogFolder(folder), list[Wrong]()
    heads, there = [], False
    for file in (WITNESSED, HEAD):  # in this order: the head is never older
        try:
            note = files.head(file)
            there = there or (file == HEAD and note is not None)
            if note is not None:
                heads.append((file, _head(file, note, policy, wrong)))
        except (Malformed, Untrusted) as error:
            there = there or file == HEAD
            wrong.append((file, _told(error)))
    return Log(
        files,
        policy,
        tuple(heads),
        tuple(_endings(files, policy, wrong)),
        tuple(wrong),
        there,
        key is not None and os.access(key, os.R_OK),
        tuple(_receipt_keys(policy, receipt_key)),
    )


def _told(error: Exception) -> str:
    return f"does not hold: {str(error)[:1].lower()}{str(error)[1:]}"


def _head(file: str, note: Note, policy: Policy | None, wrong: list[Wrong]) -> Head:
    """The head in a note, with the witnesses that signed it; a wrong signature of one is named.

    Raises:
        Malformed: it is none.
        Untrusted: no log of the policy signed it.
    """
    checkpoint = read_checkpoint(note.text)
    if policy is None:
        return Head(checkpoint, {})
    _signed_by_its_log(note, checkpoint.origin, policy)
    witnessed = {}
    for name, party in policy.witnesses.items():
        try:
            [(_, line)] = trusted(note, [party.key])
        except SignatureWrong:
            wrong.append((file, f"has a line of the witness {name} that is not its signature"))
        except Untrusted:
            continue
        else:
            at = cosigned_at(line.signature)
            assert at is not None  # `trusted` has read it
            witnessed[name] = at
    return Head(checkpoint, witnessed)


def _signed_by_its_log(note: Note, origin: str, policy: Policy) -> None:
    keys = [key for key in _log_keys(policy) if key.name == origin]
    if not keys:
        raise Untrusted(f"it is of the log {origin}, which the policy does not name")
    trusted(note, keys)


def _log_keys(policy: Policy) -> Iterator[PublicKey]:
    return (each.key for each in policy.logs if not each.key.name.endswith(SUFFIX))


def _receipt_keys(policy: Policy | None, file: Path | None) -> list[PublicKey]:
    logs = [] if policy is None else policy.logs
    named = [each.key for each in logs if each.key.name.endswith(SUFFIX)]
    if named or file is None:
        return named
    try:
        return [read_key(file).public]
    except (OSError, Malformed, OpenToOthers):
        return []


def _endings(files: LogFolder, policy: Policy | None, wrong: list[Wrong]) -> Iterator[Ending]:
    for file, content in files.endings():
        try:
            note = read_note(content)
            ending = read_ending(note.text)
            if policy is not None:
                for origin in (ending.ended.origin, ending.began):
                    _signed_by_its_log(note, origin, policy)
            yield ending
        except (Malformed, Untrusted) as error:
            wrong.append((file, _told(error)))

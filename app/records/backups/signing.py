"""The signature of a backup: a signed note (C2SP signed-note) in a file of its own beside it.

It covers the file as it is stored, so that anybody can check it before opening anything, also
without the key that decrypts.
"""

import os
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path

from app.transparency.encoding import Malformed, encoded
from app.transparency.keys import PrivateKey, PublicKey
from app.transparency.notes import SignatureWrong, Untrusted, read_note, signed, trusted

FIRST_LINE = "eligibility-backup-1"
READ_AT_MOST = 10_000


class NoSignature(Exception):
    """There is no signature beside a backup."""


class NotTrusted(Exception):
    """A backup is not what a trusted key signed; the message says in what it differs."""


def signature_of(file: Path) -> Path:
    """Where the signature of a backup is."""
    return file.with_name(f"{file.name}.sig")


def sign(content: Path, file: Path, key: PrivateKey) -> None:
    """Sign what is in *content* for the backup *file*.

    Raises:
        FileExistsError: there is a signature already; OSError: it cannot be written.
    """
    note = signed(_text(content), key).written()
    beside = signature_of(file)
    with open(beside, "x", encoding="utf-8", opener=_private) as out:
        try:
            out.write(note)
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            beside.unlink()
            raise


def require_signed(file: Path, keys: Sequence[PublicKey]) -> PublicKey:
    """The trusted key that signed a backup as it is.

    Raises:
        NoSignature: there is none beside it.
        NotTrusted: no trusted key signed it, or it was cut off or changed.
        OSError: the file or its signature cannot be read.
    """
    try:
        with signature_of(file).open("rb") as opened:
            content = opened.read(READ_AT_MOST)
    except FileNotFoundError:
        raise NoSignature from None
    try:
        note = read_note(content)
        key, _ = trusted(note, keys)[0]
    except Malformed:
        raise NotTrusted("its signature is unreadable") from None
    except SignatureWrong:
        raise NotTrusted("its signature was forged or changed") from None
    except Untrusted:
        raise NotTrusted("none of the keys that you trust signed it") from None
    if note.text != _text(file):
        raise NotTrusted("it is not the file that was signed: it was cut off, changed or swapped")
    return key


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        digest = file_digest(opened, "sha256").digest()
        return f"{FIRST_LINE}\n{opened.tell()}\n{encoded(digest)}\n"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

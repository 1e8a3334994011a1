"""Private keys in files that only their owner may read."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from app.transparency.encoding import Malformed
from app.transparency.keys import ED25519, PrivateKey, new_private_key, read_private_key


class OpenToOthers(Exception):
    """Others than its owner may read a file with a private key."""


def create_key(file: Path, key: PrivateKey) -> None:
    """Write a key to a new file, whole at once and on the disk before returning.

    Raises:
        FileExistsError: there is a file already; it stays.
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as made:
            made.write(f"{key.secret_text()}\n")
            made.flush()
            os.fsync(made.fileno())
        os.link(draft, file)
    finally:
        draft.unlink()


def read_key(file: Path) -> PrivateKey:
    """The key in a file.

    Raises:
        OSError: it cannot be read.
        OpenToOthers: others than its owner may read it.
        Malformed: it holds no key.
    """
    with file.open(encoding="utf-8") as opened:
        if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
            raise OpenToOthers(f"others than its owner may read {file}")
        try:
            return read_private_key(opened.read().removesuffix("\n"))
        except UnicodeDecodeError:
            raise Malformed("The file is not UTF-8") from None


def key_made_once(file: Path, name: str) -> PrivateKey:
    """The key in a file that signs notes; one of this name is made where there is none.

    Raises:
        OSError, OpenToOthers, Malformed: see `read_key`; or it cannot be written.
        ValueError: the name may not name a key.
    """
    if not file.exists():
        with suppress(FileExistsError):  # another process was first
            create_key(file, new_private_key(name, ED25519))
    return read_key(file)

"""Backups encrypted to public keys in the format of age (age-encryption.org/v1).

A file passes through a pipe, so that it is never whole in memory and never in the clear on a disk.
"""

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pyrage

BEGINNING = b"age-encryption.org/v1\n"
SECRET_KEY = "AGE-SECRET-KEY-"  # noqa: S105  (how one begins, not one)
OPENSSH_KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----"


class KeyUnusable(Exception):
    """A text or file is no key for backups; the message says which, never what it holds."""


class NotDecrypted(Exception):
    """An encrypted backup could not be read: another key, cut off, or changed."""


def new_key() -> tuple[str, str]:
    """A new key for backups: its secret text, and the recipient that backups are encrypted to."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def read_recipients(lines: Sequence[str]) -> list[Any]:
    """The public keys in some lines: `age1…`, or an SSH key. Empty lines and comments are skipped.

    Raises:
        KeyUnusable: a line is no public key, or is a secret one.
    """
    found: list[Any] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.upper().startswith(SECRET_KEY):
            raise KeyUnusable("a secret key was named; name its recipient, which begins with age1")
        kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
        try:
            found.append(kind.Recipient.from_str(text))
        except pyrage.RecipientError:
            raise KeyUnusable(
                f"recipient {number} is no public key like age1… or ssh-ed25519 …"
            ) from None
    return found


def read_identities(file: Path) -> list[Any]:
    """The secret keys in a file of age, or the SSH key in it.

    Raises:
        KeyUnusable: it holds none.
        OSError: it cannot be read.
    """
    content = file.read_bytes()
    try:
        if content.startswith(OPENSSH_KEY):
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = [line.strip() for line in content.decode("ascii").splitlines()]
        found = [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise KeyUnusable(f"{file} holds no key that begins with {SECRET_KEY}") from None
    if not found:
        raise KeyUnusable(f"{file} holds no key")
    return found


def is_encrypted(file: Path) -> bool:
    """Whether a file begins as those that are encrypted.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        return opened.read(len(BEGINNING)) == BEGINNING


@contextmanager
def encrypted(raw: IO[bytes], recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    """What is written here gets to *raw* encrypted to each recipient; without any, as it is.

    Raises:
        OSError: *raw* could not be written.
    """
    if not recipients:
        yield raw
        return
    reader, writer = _pipe()
    sink = _Sink(raw)
    work = _Work(lambda: pyrage.encrypt_io(reader, sink, recipients), reader)
    broken: BrokenPipeError | None = None
    try:
        with writer:
            yield writer
    except BrokenPipeError as error:  # the other end failed, and knows why
        broken = error
    finally:
        work.join()
    failed = sink.failed or work.failed or broken
    if failed is not None:
        raise failed if isinstance(failed, OSError) else OSError(None, str(failed))


@contextmanager
def decrypted(raw: IO[bytes], identities: Sequence[Any]) -> Iterator[IO[bytes]]:
    """The plain content of an encrypted file, as it is read.

    Raises:
        NotDecrypted: none of the keys opens it, or it was cut off or changed. That is known only at
            the end.
    """
    reader, writer = _pipe()
    sink = _Sink(writer)
    work = _Work(lambda: pyrage.decrypt_io(raw, sink, identities), writer)

    def require() -> None:
        work.join()
        if work.failed is not None and sink.failed is None:  # else the reader had enough
            raise NotDecrypted

    try:
        with reader:
            yield reader
    except Exception:
        require()
        raise
    finally:
        work.join()
    require()


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    read, write = os.pipe()
    return os.fdopen(read, "rb"), os.fdopen(write, "wb")


class _Sink(io.RawIOBase):
    """Writes everything, and remembers what failed: the library does not always say."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.failed: OSError | None = None

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, content: Any) -> int:
        """All of *content*."""
        try:
            self._raw.write(content)
        except OSError as error:
            self.failed = self.failed or error
            raise
        return len(content)

    def flush(self) -> None:
        """Nothing: whoever opened the file flushes it."""


class _Work:
    """Runs beside the reading or writing of a backup, and closes its end of the pipe."""

    def __init__(self, does: Callable[[], object], end: IO[bytes]) -> None:
        self._does, self._end = does, end
        self.failed: Exception | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._does()
        except Exception as error:  # it belongs to the thread that joins
            self.failed = error
        with suppress(OSError):
            self._end.close()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

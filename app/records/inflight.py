"""Knowing that a request with the same key is being worked on, in any thread, in any process.

The claim is held by the process and not by a row: when the process is killed, the operating system
or the database server gives it up, so that no key stays claimed by somebody who is gone.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import text

from app.records.store import Store


class InFlight(Exception):
    """Another request with the same key is in progress."""


class Claims:
    """The keys of requests in progress. Safe to share between threads and forked processes."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, threading.Lock()
        self._held: set[int] = set()
        self._file: tuple[int, int] | None = None

    @contextmanager
    def claim(self, *key: str) -> Iterator[None]:
        """Hold a key until the block ends.

        Raises:
            InFlight: somebody else holds it.
            RecordsUnavailable: the database is unavailable.
        """
        number = int.from_bytes(hashlib.sha256("\0".join(key).encode()).digest()[:8], "big") >> 1
        with self._lock:
            if number in self._held:
                raise InFlight
            self._held.add(number)
        try:
            with self._in_file(number) if self._store.is_sqlite else self._on_server(number):
                yield
        finally:
            with self._lock:
                self._held.discard(number)

    @contextmanager
    def _on_server(self, number: int) -> Iterator[None]:
        with self._store.reading() as connection:
            if not connection.execute(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": number}
            ).scalar_one():
                raise InFlight
            yield

    @contextmanager
    def _in_file(self, number: int) -> Iterator[None]:
        """Locks one byte of a file beside the database for the key."""
        descriptor = self._descriptor(f"{self._store.file}.claims")
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):
            raise InFlight from None
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, number)

    def _descriptor(self, path: str) -> int:
        """The file, opened once in each process.

        Closing it would give up every claim of the process.
        """
        with self._lock:
            if self._file is None or self._file[0] != os.getpid():
                self._file = (os.getpid(), os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            return self._file[1]

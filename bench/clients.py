"""Clients that keep their connections: as little work as can be, requests made beforehand."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.pool import Pool


@dataclass(frozen=True)
class Load:
    """What came back in some seconds."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.statuses.total() / self.seconds

    @property
    def errors(self) -> str:
        """What was no answer to the question, where anything was."""
        wrong = {status: n for status, n in self.statuses.items() if status not in (200, 201)}
        return f"  ERRORS: {wrong}" if wrong else ""

    def __add__(self, other: "Load") -> "Load":
        return Load(self.seconds + other.seconds, self.statuses + other.statuses)


def load(
    pool: Pool, port: int, requests: Sequence[bytes], seconds: float, connections: int
) -> Load:
    """What the processes of a pool get answered together until the time is over, or the requests:
    none is sent twice.
    """
    halves = [(port, requests[part::2], seconds, connections // 2) for part in (0, 1)]
    first, second = pool.starmap(send, halves)
    return Load(max(first.seconds, second.seconds), first.statuses + second.statuses)


def send(port: int, requests: Sequence[bytes], seconds: float, connections: int) -> Load:
    """Several connections in one process: each sends its next request as soon as its answer is
    there.
    """
    remaining, statuses = iter(requests), Counter[int]()
    ready = selectors.DefaultSelector()
    for _ in range(connections):
        _open(port, remaining, ready)
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds and ready.get_map():
        for key, _ in ready.select(timeout=1):
            connection, buffer = key.fileobj, key.data
            assert isinstance(connection, socket.socket)
            part = connection.recv(262_144)
            if not part:
                raise ConnectionError("the server closed a connection")
            buffer += part
            if _is_whole(buffer):
                statuses[int(buffer[9:12])] += 1
                buffer.clear()
                if (request := next(remaining, None)) is None:
                    ready.unregister(connection)
                    connection.close()
                else:
                    connection.sendall(request)
    for key in list(ready.get_map().values()):
        assert isinstance(key.fileobj, socket.socket)
        key.fileobj.close()
    return Load(spent, statuses)


def _open(port: int, remaining: Iterator[bytes], ready: selectors.BaseSelector) -> None:
    if (request := next(remaining, None)) is not None:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(connection, selectors.EVENT_READ, bytearray())
        connection.sendall(request)


def _is_whole(buffer: bytearray) -> bool:
    """Whether an answer has come to its end."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return False
    at = buffer.lower().find(b"content-length:", 0, end)
    return len(buffer) >= end + 4 + int(buffer[at + 15 : buffer.find(b"\r\n", at)])

"""Clients that arrive when they arrive, whether the service keeps up or not: so many a second, each
on a connection of its own.
"""

import heapq
import json
import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context

PATIENCE_SECONDS = 20.0
ANSWERED, BROKEN, SILENT = "answered", "broken", "silent"


@dataclass(frozen=True)
class Arrival:
    """One request: when it was due (seconds from the start), what came back, after how many
    seconds.
    """

    at: float
    status: int
    seconds: float
    retry_after: bool


@dataclass
class _Open:
    at: float
    request: bytes
    taken: bytearray = field(default_factory=bytearray)


def request(path: str, body: bytes, key: str, host: str = "127.0.0.1") -> bytes:
    """The bytes of a request by whoever has a key, which wants no further one on its connection."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: "
        f"application/json\r\nContent-Length: {len(body)}\r\n"
    )
    head += f"Authorization: Bearer {key}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def arrive(port: int, requests: Sequence[bytes], a_second: float, seconds: float) -> list[Arrival]:
    """Send for some seconds, in this process.

    Status 0 is a broken connection or no answer within the patience.
    """
    selector, done, due, opened = selectors.DefaultSelector(), [], 0.0, 0
    expiring: list[tuple[float, int]] = []
    start = time.perf_counter()

    def finish(connection: socket.socket, one: _Open) -> None:
        selector.unregister(connection)
        connection.close()
        head = bytes(one.taken[:2048])
        status = int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else 0
        done.append(
            Arrival(
                one.at,
                status,
                time.perf_counter() - start - one.at,
                b"retry-after:" in head.lower(),
            )
        )

    while (now := time.perf_counter() - start) < seconds or selector.get_map():
        while due <= now and due < seconds:
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", port))
            selector.register(
                connection, selectors.EVENT_WRITE, _Open(due, requests[opened % len(requests)])
            )
            heapq.heappush(expiring, (due + PATIENCE_SECONDS, connection.fileno()))
            opened += 1
            due = opened / a_second
        wait = max(0.0, min(due - now, 0.05)) if due < seconds else 0.05
        for key, _ in selector.select(wait):
            connection, one = key.fileobj, key.data
            assert isinstance(connection, socket.socket)
            try:
                if key.events == selectors.EVENT_WRITE:
                    connection.send(one.request)
                    selector.modify(connection, selectors.EVENT_READ, one)
                elif part := connection.recv(262_144):
                    one.taken += part
                else:
                    finish(connection, one)
            except OSError:
                finish(connection, one)
        now = time.perf_counter() - start
        if due >= seconds and now > seconds + PATIENCE_SECONDS:
            for key in list(selector.get_map().values()):
                finish(key.fileobj, key.data)  # type: ignore[arg-type]
    return done


def arrivals(
    port: int, requests: Sequence[bytes], a_second: float, seconds: float, processes: int = 1
) -> list[Arrival]:
    """The same from several processes together."""
    with get_context("spawn").Pool(processes) as pool:
        parts = pool.starmap(arrive, [(port, requests, a_second / processes, seconds)] * processes)
    return sorted((one for part in parts for one in part), key=lambda one: one.at)


def quantile(values: Sequence[float], of: float) -> float:
    """The value below which that part of the values lies; 0 where there are none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * of))] if values else 0.0


def summary(name: str, found: Sequence[Arrival]) -> str:
    """One line about what came back."""
    statuses = Counter(one.status for one in found)
    good = [one.seconds * 1000 for one in found if 200 <= one.status < 300]
    refused = [one.seconds * 1000 for one in found if one.status in (429, 503)]
    told = f"{name:<34} {len(found):>6} sent, {json.dumps(dict(sorted(statuses.items())))}; "
    told += (
        f"answered in {quantile(good, 0.5):.0f} ms (p50), {quantile(good, 0.95):.0f} (p95), "
        f"{quantile(good, 0.99):.0f} (p99)"
    )
    if refused:
        told += (
            f"; refused in {quantile(refused, 0.5):.0f} (p50), {quantile(refused, 0.99):.0f} "
            "ms (p99)"
        )
    return told

"""Clients that mean no good: connections that send half of something slowly, or nothing at all,
from many addresses.
"""

import errno
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

HALF_A_HEAD = b"GET /v1/questions HTTP/1.1\r\nHost: x\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /v1/determinations HTTP/1.1\r\nHost: x\r\nContent-Type: "
    b"application/json\r\nContent-Length: 10000\r\n\r\n{"
)
NOTHING = b""
ADDRESSES = 100
SPARED_FILES = 500
DRIP_SECONDS = 1.0


@dataclass
class Flood:
    """Connections that are held open; *dripping* ones send a byte now and then."""

    connections: list[socket.socket]
    wanted: int

    def still_open(self) -> int:
        """How many of them the server has not closed."""
        return sum(not _is_closed(connection) for connection in self.connections)


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def as_many_as(wanted: int) -> int:
    """*wanted*, or fewer where this machine allows a process fewer open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(wanted, hard - SPARED_FILES)


@contextmanager
def flood(port: int, wanted: int, begins: bytes) -> Iterator[Flood]:
    """Hold as many connections as wanted, each having sent the beginning of something.

    It goes on drop by drop until the end.
    """
    number, opened = as_many_as(wanted), []
    over = threading.Event()
    for count in range(number):
        connection = socket.socket()
        connection.bind((f"127.0.2.{1 + count % ADDRESSES}", 0))
        connection.settimeout(10)
        connection.connect(("127.0.0.1", port))
        connection.setblocking(False)
        if begins:
            connection.send(begins)
        opened.append(connection)

    def drip() -> None:
        while not over.wait(DRIP_SECONDS):
            for connection in opened:
                try:
                    connection.send(b"x")
                except OSError as error:
                    if error.errno == errno.EBADF:
                        return

    dripping = threading.Thread(target=drip)
    if begins:
        dripping.start()
    try:
        yield Flood(opened, wanted)
    finally:
        over.set()
        if begins:
            dripping.join()
        for connection in opened:
            connection.close()


def healthy(
    port: int, request: bytes, count: int, pause_seconds: float = 0.02
) -> list[tuple[int, float]]:
    """One request after the other from an address of its own: the status and the seconds of each; 0
    where none came.
    """
    told = []
    for _ in range(count):
        began = time.perf_counter()
        status = 0
        try:
            with socket.create_connection(
                ("127.0.0.1", port), timeout=30, source_address=("127.0.1.1", 0)
            ) as connection:
                connection.sendall(request)
                taken = b""
                while part := connection.recv(262_144):
                    taken += part
                status = int(taken[9:12] or 0)
        except OSError:
            pass
        told.append((status, time.perf_counter() - began))
        time.sleep(pause_seconds)
    return told

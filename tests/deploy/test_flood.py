"""Slow and silent clients before the shipped nginx: everybody else is answered.

How fast is measured by `make flood`.
"""

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bench.arrivals import request
from bench.floods import HALF_A_BODY, HALF_A_HEAD, NOTHING, flood, healthy
from tests.api.asking import CLOSED
from tests.proxies import Proxied, proxied

pytestmark = pytest.mark.slow

BODY = json.dumps(CLOSED).encode()


SLOWLY_SENT = ("header", "body")
"""What slow clients have more time for here than shipped, so that they are all still there when a
busy machine has answered the others.
"""


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxied]:
    folder = Path(tempfile.mkdtemp(prefix="ngx"))
    longer = {f"client_{part}_timeout 10s": f"client_{part}_timeout 120s" for part in SLOWLY_SENT}
    with proxied(folder, longer) as running:
        yield running
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("number", "begins"),
    [(500, HALF_A_HEAD), (500, HALF_A_BODY), (10_000, NOTHING)],
    ids=["500 slow headers", "500 slow bodies", "10,000 idle connections"],
)
def test_healthy_requests_are_answered_meanwhile(
    proxy: Proxied, number: int, begins: bytes
) -> None:
    asked = request("/v1/determinations", BODY, proxy.service.key())
    with flood(proxy.port, number, begins) as held:
        told = healthy(proxy.port, asked, 20)

    assert [201] * 20 == [status for status, _ in told]
    # Fewer only where the machine allows a process fewer open files.
    assert len(held.connections) >= min(number, 500)


def test_a_client_that_does_not_hang_up_after_its_last_answer_holds_up_nobody(
    proxy: Proxied,
) -> None:
    asking = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    staying = [socket.create_connection(("127.0.0.1", proxy.port), timeout=20) for _ in range(20)]
    try:
        for connection in staying:
            connection.sendall(asking)
        for connection in staying:
            assert b"HTTP/1.1 200 " == connection.recv(13)

        told = healthy(proxy.port, request("/v1/determinations", BODY, proxy.service.key()), 5)
        assert [201] * 5 == [status for status, _ in told]
    finally:
        for connection in staying:
            connection.close()


def test_who_sends_far_too_much_and_reads_late_is_told_so(proxy: Proxied) -> None:
    """Closing at once would reset the connection and destroy what had not been read."""
    length = 3 * 1_048_576
    asking = request("/v1/determinations", b" " * length, proxy.service.key())
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as connection:
            connection.sendall(asking)

            assert b"HTTP/1.1 413 " == connection.recv(13)


def test_a_body_that_stops_coming_is_not_waited_for_without_end() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ngx"))
    change = {"client_body_timeout 10s": "client_body_timeout 1s"}
    with proxied(folder, change) as running:
        asking = request("/v1/determinations", BODY, running.service.key())
        answer = b""
        with (
            socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection,
            suppress(ConnectionResetError),
        ):
            connection.sendall(asking[:-1])
            while block := connection.recv(65_536):
                answer += block
        requests = [line for line in running.service.lines() if line["event"] == "request"]
    shutil.rmtree(folder)

    assert b"" == answer
    assert [] == requests  # nothing of it reached the service

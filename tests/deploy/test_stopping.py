"""SIGTERM behind the shipped nginx, which goes on sending whatever comes: all of it is answered."""

import http.client
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.asking import CLOSED
from tests.proxies import Proxied, proxied

BODY = json.dumps(CLOSED).encode()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, since the name of a socket must be short."""
    path = Path(tempfile.mkdtemp(prefix="ngx"))
    yield path
    shutil.rmtree(path)


def test_whoever_asks_while_the_service_stops_is_answered_or_told_when_to_come_back(
    folder: Path,
) -> None:
    lost: list[str] = []
    answered: list[tuple[int, bool]] = []
    stopped = threading.Event()

    def send(proxy: Proxied) -> None:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {proxy.service.key()}",
        }
        while not stopped.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
            try:
                connection.request("POST", "/v1/determinations?keep=false", BODY, headers)
                answer = connection.getresponse()
                answer.read()
                answered.append((answer.status, "retry-after" in answer.headers))
            except Exception as error:  # whatever it is, a request was lost
                lost.append(f"{type(error).__name__}: {error}")
            connection.close()

    # All clients share an address here, so what nginx allows an address is set aside.
    change = {"limit_req zone=requests burst=200 nodelay;": ""}
    with proxied(folder, change, ELIGIBILITY_DRAIN_SECONDS="1", ELIGIBILITY_QUEUE="50") as running:
        running.service.key()
        senders = [threading.Thread(target=send, args=[running]) for _ in range(6)]
        for sender in senders:
            sender.start()
        time.sleep(1)
        code = running.service.stop()
        time.sleep(0.2)
        stopped.set()
        for sender in senders:
            sender.join(60)

    assert [] == lost
    assert {(200, False), (503, True)} == set(answered)
    assert 0 == code

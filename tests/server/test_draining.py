"""SIGTERM on the real server under load: it says that it stops, answers everything that was sent,
and ends.
"""

import http.client
import json
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.api.asking import CLOSED, lines
from tests.servers import Served, served

CLIENTS = 8
BODY = json.dumps(CLOSED).encode()


class Load:
    """Clients that send as long as the service says it is ready, never send anything twice, and
    note what came back.
    """

    def __init__(self, server: Served, keeps_alive: bool) -> None:
        self.server, self.keeps_alive = server, keeps_alive
        self.statuses: list[int] = []
        self.failures: list[str] = []
        self.last_ready_answer: tuple[int, bytes] = (0, b"")
        self.answered_while_draining = 0
        self._not_ready = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(CLIENTS)] + [
            threading.Thread(target=self._watch)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(60)

    def _watch(self) -> None:
        while not self._not_ready.is_set():
            status, _, body = self.server.send("GET", "/readyz")
            self.last_ready_answer = status, body
            if status != 200:
                assert 201 == self.server.send("POST", "/v1/determinations", CLOSED)[0]
                self.answered_while_draining += 1
                self._not_ready.set()
            time.sleep(0.02)

    def _send(self) -> None:
        connection = self._connect()
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.server.key()}",
        }
        while not self._not_ready.is_set():
            try:
                connection.request("POST", "/v1/determinations", BODY, headers)
                answer = connection.getresponse()
                answer.read()
                self.statuses.append(answer.status)
            except Exception as error:  # whatever it is, a request was lost
                self.failures.append(f"{type(error).__name__}: {error}")
                return
            if not self.keeps_alive:
                connection.close()
                connection = self._connect()
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)


@pytest.mark.parametrize("keeps_alive", [True, False], ids=["kept alive", "a connection each"])
def test_no_request_is_lost_when_the_service_is_told_to_stop(
    tmp_path: Path, keeps_alive: bool
) -> None:
    with served(tmp_path, ELIGIBILITY_DRAIN_SECONDS="1.5", ELIGIBILITY_QUEUE="50") as running:
        running.key()
        load = Load(running, keeps_alive)
        load.start()
        batch = threading.Thread(target=lambda: streamed.append(_batch(running)))
        streamed: list[int] = []
        batch.start()
        time.sleep(1)

        began = time.monotonic()
        code = running.stop()
        seconds = time.monotonic() - began
        load.join()
        batch.join()

    assert [] == load.failures
    assert {201} == set(load.statuses)
    assert 1 == load.answered_while_draining
    assert (503, "/problems/draining") == (
        load.last_ready_answer[0],
        json.loads(load.last_ready_answer[1])["type"],
    )
    assert [1_000] == streamed
    assert 0 == code
    assert seconds <= 30


def _batch(server: Served) -> int:
    """How many determinations came back of a batch that is on its way while the service stops."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    key = {"Authorization": f"Bearer {server.key()}"}
    body = lines(*[CLOSED] * 1_000)
    connection.request(
        "POST",
        "/v1/determinations/batch?keep=false",
        body,
        {"Content-Type": "application/jsonl", **key},
    )
    return connection.getresponse().read().count(b'\n{"line"') + 1


def test_who_is_told_twice_stops_at_once(tmp_path: Path) -> None:
    with served(tmp_path, ELIGIBILITY_DRAIN_SECONDS="20") as running:
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        began = time.monotonic()

        assert 0 == running.stop()
        assert time.monotonic() - began < 15


def test_there_is_no_control_socket_and_nothing_is_left_behind(tmp_path: Path) -> None:
    figures = tmp_path / "figures"
    with served(
        tmp_path,
        PROMETHEUS_MULTIPROC_DIR=str(figures),
        HOME=str(tmp_path),
        XDG_RUNTIME_DIR=str(tmp_path),
    ):
        assert figures.is_dir()
        assert [] == list(tmp_path.rglob("*.ctl"))

    assert not figures.exists()

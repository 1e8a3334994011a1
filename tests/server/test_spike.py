"""More than the real server can answer: what is admitted is answered, the rest is turned away, and
afterwards all is as before.
"""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.arrivals import arrive, request
from tests.api.asking import CLOSED, lines
from tests.servers import Served, flask, served, wait_until

BODY = json.dumps(CLOSED).encode()
TOGETHER = 60


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_spike_is_answered_with_what_was_asked_or_with_when_to_come_back(
    tmp_path: Path, workers: str
) -> None:
    more = {"ELIGIBILITY_WORKERS": workers, "ELIGIBILITY_THREADS": "1", "ELIGIBILITY_QUEUE": "0"}
    with served(tmp_path, **more) as running:
        wait_until(lambda: running.send("GET", "/readyz")[0] == 200)

        told = arrive(
            running.port,
            [request("/v1/determinations", BODY, running.key())],
            TOGETHER * 100,
            2 / 100 * 3,
        )
        after = [running.send("POST", "/v1/determinations", CLOSED)[0] for _ in range(30)]

        assert {201, 503} == {one.status for one in told}
        assert all(one.retry_after for one in told if one.status == 503)
        assert [201] * 30 == after  # one after another, so nobody is in their way
        wait_until(lambda: _refused(running) > 0)


def _refused(server: Served) -> int:
    figures = server.send("GET", "/metrics", role="auditor")[2].decode()
    found = [
        line
        for line in figures.splitlines()
        if line.startswith('eligibility_requests_refused_total{reason="overloaded"}')
    ]
    return int(float(found[0].split()[1])) if found else 0


def test_a_full_service_still_says_how_it_is_and_what_it_counts(tmp_path: Path) -> None:
    more = {"ELIGIBILITY_WORKERS": "1", "ELIGIBILITY_THREADS": "1", "ELIGIBILITY_QUEUE": "0"}
    with served(tmp_path, **more) as running:
        running.key("auditor")
        with _body_that_does_not_come(running):
            wait_until(lambda: running.send("GET", "/v1/questions")[0] == 503)

            refused = running.send("POST", "/v1/determinations", CLOSED, {"X-Request-Id": "none"})
            watched = [
                running.send("GET", path, role="auditor")[0]
                for path in ("/healthz", "/readyz", "/metrics")
            ]

        document = json.loads(refused[2])
        assert (503, "/problems/overloaded", 503) == (
            refused[0],
            document["type"],
            document["status"],
        )
        assert document["request_id"] == refused[1]["x-request-id"]
        assert "application/problem+json" == refused[1]["content-type"]
        assert "default-src 'none'" in refused[1]["content-security-policy"]
        assert [200, 200, 200] == watched
        wait_until(lambda: running.send("POST", "/v1/determinations", CLOSED)[0] == 201)


@contextmanager
def _body_that_does_not_come(server: Served) -> Iterator[None]:
    """A request that takes a place and waits for its own body."""
    head = (
        "POST /v1/determinations HTTP/1.1\r\nHost: service\r\n"
        f"Authorization: Bearer {server.key()}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as waiting:
        waiting.sendall(head.encode())
        yield


def test_batches_of_one_credential_leave_others_as_they_were(tmp_path: Path) -> None:
    """Eight long batches of one carrier: of another's requests none is refused."""
    with served(tmp_path, ELIGIBILITY_WORKERS="1") as running:
        other = running.key()
        same = ("--role", "eligibility_worker", "--organization", "county-office")
        carrier = flask(running.environment, "keys", "create", "batches", *same).strip()
        statuses: list[int] = []
        batches = [
            threading.Thread(target=lambda: statuses.append(_long_batch(running, carrier)))
            for _ in range(8)
        ]
        for batch in batches:
            batch.start()
        wait_until(lambda: len(statuses) == 7)

        told = [running.send("POST", "/v1/determinations", CLOSED)[0] for _ in range(30)]
        still_running = batches_running(batches)
        for batch in batches:
            batch.join()

        assert [201] * 30 == told
        assert 1 == still_running
        assert [429] * 7 + [200] == statuses
        assert carrier != other


def batches_running(batches: list[threading.Thread]) -> int:
    return sum(batch.is_alive() for batch in batches)


def _long_batch(server: Served, key: str) -> int:
    """The status of a batch of a carrier, all of whose lines are answered where it runs."""
    headers = {"Content-Type": "application/jsonl", "Authorization": f"Bearer {key}"}
    sent = lines(*[CLOSED] * 1_500)
    status, _, body = server.send("POST", "/v1/determinations/batch?keep=false", sent, headers)
    assert status != 200 or 1_500 == body.count(b"\n")
    return status

"""More than the real server can answer: what is admitted is answered, the rest is turned away, and
afterwards all is as before.
"""

import json
import threading
from pathlib import Path

import pytest

from bench.arrivals import arrive, request
from tests.api.asking import CLOSED, lines
from tests.servers import Served, served, wait_until

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
        batch = threading.Thread(target=_long_batch, args=[running])
        batch.start()
        wait_until(lambda: running.send("GET", "/v1/questions")[0] == 503)

        refused = running.send("POST", "/v1/determinations", CLOSED, {"X-Request-Id": "nothing"})
        watched = [
            running.send("GET", path, role="auditor")[0]
            for path in ("/healthz", "/readyz", "/metrics")
        ]
        assert batch.is_alive()
        batch.join()

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


def _long_batch(server: Served) -> None:
    path = "/v1/determinations/batch?keep=false"
    status, body = 503, b""
    while status == 503:  # those who look whether the place is taken take it too
        status, _, body = server.send(
            "POST", path, lines(*[CLOSED] * 2_000), {"Content-Type": "application/jsonl"}
        )
    assert (200, 2_000) == (status, body.count(b"\n"))

"""Requests counted by a real Redis for all processes together: what is allowed, and what happens
where it does not answer.
"""

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.machine import require_program
from tests.servers import Served, free_port, is_open, served, wait_until

pytestmark = pytest.mark.slow

ALLOWED = 40


@dataclass(frozen=True)
class Counts:
    """A Redis that keeps nothing on the disk."""

    port: int
    process: "subprocess.Popen[bytes]"


@pytest.fixture
def counts(tmp_path: Path) -> Iterator[Counts]:
    program, port = require_program("redis-server"), free_port()
    options = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(tmp_path),
    ]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_open(port))
        yield Counts(port, process)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def service(counts: Counts, tmp_path: Path) -> Iterator[Served]:
    storage = {
        "ELIGIBILITY_RATE_STORAGE": f"redis://127.0.0.1:{counts.port}/0",
        "ELIGIBILITY_RATE_PER_ADDRESS": str(ALLOWED),
    }
    with served(tmp_path, ELIGIBILITY_WORKERS="2", **storage) as running:
        yield running


def _statuses(service: Served, number: int) -> list[int]:
    return [service.send("GET", "/v1/questions")[0] for _ in range(number)]


def test_all_processes_count_together(service: Served) -> None:
    assert [200] * ALLOWED + [429] * 5 == _statuses(service, ALLOWED + 5)

    assert 1 <= int(service.send("GET", "/v1/questions")[1]["retry-after"]) <= 60


@pytest.mark.parametrize(
    "number", [signal.SIGSTOP, signal.SIGKILL], ids=["does not answer", "is gone"]
)
def test_where_the_counts_cannot_be_reached_nobody_is_refused(
    service: Served, counts: Counts, number: signal.Signals
) -> None:
    _statuses(service, ALLOWED)
    counts.process.send_signal(number)

    assert [200] * 20 == _statuses(service, 20)
    wait_until(lambda: any("cannot count requests" in line["event"] for line in service.lines()))


def test_they_are_counted_again_once_the_counts_answer_again(
    service: Served, counts: Counts
) -> None:
    _statuses(service, ALLOWED)
    counts.process.send_signal(signal.SIGSTOP)
    assert [200] * 5 == _statuses(service, 5)
    counts.process.send_signal(signal.SIGCONT)

    wait_until(lambda: _statuses(service, 1) == [429])

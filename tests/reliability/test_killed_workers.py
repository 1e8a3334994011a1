"""kill -9 of workers under load: every request is answered in the end, nothing is kept twice, and
nothing half.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from tests.reliability.kept import counted, determinations_by_key, opened, require_sound
from tests.reliability.load import Load, send_under
from tests.servers import Served, served, wait_until

pytestmark = pytest.mark.slow

KILLS, PAUSE_SECONDS = 12, 0.5
AT_ONCE = 200


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Served]:
    """Two workers, as shipped."""
    with served(
        tmp_path,
        DATABASE_URL=database_url,
        ELIGIBILITY_CHECKPOINTS=str(tmp_path / "checkpoints.jsonl"),
    ) as server:
        yield server


def workers_of(server: Served) -> list[int]:
    """The processes that answer."""
    return [
        int(pid)
        for pid in Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        .read_text()
        .split()
    ]


def test_workers_that_are_killed_lose_nothing_and_double_nothing(
    server: Served, tmp_path: Path, database_url: str
) -> None:
    killed: list[int] = []

    def kill_workers() -> None:
        while len(killed) < KILLS:
            answered = len(load.answers)
            time.sleep(PAUSE_SECONDS)
            wait_until(lambda answered=answered: len(load.answers) > answered)
            with suppress(IndexError, ProcessLookupError):  # the next ones are not there yet
                worker = random.choice(workers_of(server))
                os.kill(worker, signal.SIGKILL)
                killed.append(worker)

    load = Load(server)
    load.during(kill_workers)

    assert KILLS == len(set(killed))
    assert len(load.answers) > KILLS, "hardly anything was answered"
    for key, body in random.sample(sorted(load.answers.items()), min(len(load.answers), 40)):
        status, headers, again = send_under(server, key)
        assert (201, "true", body) == (status, headers.get("idempotent-replayed"), again)
    assert 0 == server.stop()
    store = opened(database_url)
    expected = dict.fromkeys((sha256(key.encode()).hexdigest() for key in load.answers), 1)
    assert expected == determinations_by_key(store)
    assert len(expected) == counted(store)["determinations"]
    require_sound(store)
    store.close()


def test_two_hundred_at_once_under_one_key_create_one(server: Served, database_url: str) -> None:
    server.key()
    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(lambda _: send_under(server, "storm"), range(AT_ONCE)))

    # What is more than the service takes at once is turned away before anything is looked at.
    assert {201, 409, 429, 503} >= {status for status, _, _ in answers}
    assert all(int(headers["retry-after"]) >= 1 for status, headers, _ in answers if status != 201)
    bodies = {body for status, _, body in answers if status == 201}
    assert 1 == len(bodies)
    status, headers, body = send_under(server, "storm")
    assert (201, "true") == (status, headers.get("idempotent-replayed"))
    assert bodies == {body}
    store = opened(database_url)
    assert 1 == counted(store)["determinations"]
    store.close()

"""Clients of a running service that send until they are answered, and note what came back."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.api.asking import asked
from tests.servers import PATIENCE_SECONDS, Answer, Served

PATH = "/v1/determinations"
LOST = (OSError, http.client.HTTPException)
"""What a client sees of a server that is killed: a connection refused or reset, an answer that
breaks off.
"""


@dataclass
class Load:
    """Clients that each send one request after another under new keys, each again and again until
    it is answered with 201.

    `answers` holds the body of the 201 for each key that was acknowledged, `statuses` counts
    everything else that was answered.
    """

    server: Served
    clients: int = 8
    answers: dict[str, bytes] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock, self._over = threading.Lock(), threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(number,)) for number in range(self.clients)
        ]
        self.server.key()

    def during(self, trouble: Callable[[], None]) -> None:
        """Send while there is trouble, and until everything that was begun is answered."""
        for thread in self._threads:
            thread.start()
        try:
            trouble()
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join(PATIENCE_SECONDS * 2)
        assert not any(thread.is_alive() for thread in self._threads)
        assert [] == self.wrong

    def _send(self, client: int) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            self._insist(f"{client}-{number}")
            time.sleep(random.uniform(0.01, 0.05))

    def _insist(self, key: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                status, headers, body = send_under(self.server, key)
            except LOST:
                with self._lock:
                    self.lost += 1
                time.sleep(0.1)
                continue
            with self._lock:
                self.statuses[status] += 1
                if status == 201:
                    self.answers[key] = body
                    return
                self._look(key, status, headers, body)
            time.sleep(0.2)
        with self._lock:
            self.wrong.append(f"{key} was never answered with 201")

    def _look(self, key: str, status: int, headers: dict[str, str], body: bytes) -> None:
        """Anything but 201 is a problem that may pass, and says when to come back."""
        is_problem = (
            headers.get("content-type") == "application/problem+json"
            and json.loads(body)["status"] == status
        )
        if (
            status not in (409, 429, 503)
            or not is_problem
            or int(headers.get("retry-after", "0")) < 1
        ):
            self.wrong.append(f"{key}: {status} {headers} {body[:300]!r}")


def send_under(server: Served, key: str, seconds: float = PATIENCE_SECONDS) -> Answer:
    """The request that belongs to a key, always the same for the same key, sent once by somebody
    who waits so many seconds.
    """
    body, headers = asked(subject=f"person-{key}"), {"Idempotency-Key": key}
    return server.send("POST", PATH, body, headers, seconds=seconds)

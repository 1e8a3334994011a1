"""Admission control: no more requests at a time than a process can answer in good time.

A few requests run, more wait, so that a burst causes no rejection. How many may wait follows from
how long answers take now: a request that would wait too long is rejected at once. One caller cannot
take the whole room. It is WSGI middleware around the application, so that a rejection costs almost
nothing.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from uuid import uuid4

from flask import Response

from app.api.http.answered.problem_types import PROBLEM_TYPES
from app.api.http.answered.responses import Problem, problem_response
from app.api.http.asked.bulkheads import Bulkheads
from app.api.http.asked.requests import HEADERS, Environ, StartResponse
from app.api.http.metrics import REFUSED
from app.settings import Settings

ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz", "/metrics"})
RETRY_AFTER_SECONDS = {"overloaded": 2, "too-many-requests": 1}
LONGEST_WAIT_SECONDS = 1.0
"""A request that would have to wait longer than this is rejected, so that its client can ask
another process.
"""
PATIENCE_SECONDS = 3.0
"""One that was admitted waits no longer, whatever those before it hang on."""
WEIGHT_OF_ONE = 0.05
"""How much the newest answer changes what is known of how long answers take."""


class Admission:
    """Answers at most *places* requests at a time, while at most *queue* wait for a place; at most
    *of_one* of all these are of one caller.

    Safe to share between threads.
    """

    def __init__(
        self,
        application: Callable[[Environ, StartResponse], Iterable[bytes]],
        bulkheads: Bulkheads,
        settings: Settings,
    ) -> None:
        self._application, self._bulkheads = application, bulkheads
        self._most, self._most_of_one = (
            settings.threads + settings.queue,
            settings.at_once_per_credential,
        )
        self._threads, self._is_behind_proxy = settings.threads, settings.proxy_hops > 0
        self._places = BoundedSemaphore(settings.threads)
        self._inside: Counter[str] = Counter()
        self._total, self._seconds, self._counting = 0, 0.0, threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, as WSGI has it.

        A place is free again before a client can have read the end of its answer: one that sends a
        request after the other always finds it.
        """
        if environ["PATH_INFO"] in ALWAYS_ANSWERED:
            return self._application(environ, start_response)
        who = self._caller(environ)
        because = self._enter(who)
        if because is not None:
            return _refusal(because)(environ, start_response)
        try:
            if not self._places.acquire(timeout=PATIENCE_SECONDS):
                return _refusal("overloaded")(environ, start_response)
            try:
                with self._bulkheads.single(), self._timed():
                    return self._application(environ, start_response)
            finally:
                self._places.release()
        finally:
            self._leave(who)

    def _caller(self, environ: Environ) -> str:
        """What tells callers apart before anything is checked: the credential they sent, or else
        their address.
        """
        sent = environ.get("HTTP_AUTHORIZATION") or environ.get("HTTP_COOKIE")
        if not sent and self._is_behind_proxy:
            sent = environ.get("HTTP_X_FORWARDED_FOR")
        return str(sent or environ.get("REMOTE_ADDR"))

    def _enter(self, who: str) -> str | None:
        """Take room for a request, or name the type of the problem that there is none."""
        with self._counting:
            waits = self._total + 1 - self._threads
            if self._total >= self._most or (
                waits * self._seconds / self._threads > LONGEST_WAIT_SECONDS
            ):
                return "overloaded"
            if self._inside[who] >= self._most_of_one:
                return "too-many-requests"
            self._inside[who] += 1
            self._total += 1
            return None

    def _leave(self, who: str) -> None:
        with self._counting:
            self._total -= 1
            self._inside[who] -= 1
            if not self._inside[who]:
                del self._inside[who]

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Note how long an answer takes."""
        begun = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - begun
            with self._counting:
                self._seconds += WEIGHT_OF_ONE * (took - self._seconds)


def _refusal(kind: str) -> Response:
    REFUSED.labels(kind).inc()
    request_id = str(uuid4())
    headers = {
        **HEADERS,
        "Retry-After": str(RETRY_AFTER_SECONDS[kind]),
        "X-Request-Id": request_id,
        "Cache-Control": "no-store",
    }
    return problem_response(
        Problem(
            kind,
            PROBLEM_TYPES[kind].explains.partition("\n")[0],
            headers=headers,
            request_id=request_id,
        )
    )

"""Admission control: no more requests at a time than a process can answer in good time.

A few requests run, a few more wait, so that a short burst causes no rejection. The number of
waiting requests is bounded, not their time: on a busy machine a short time would be over at once.
It is WSGI middleware around the application, so that a rejection costs almost nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from threading import BoundedSemaphore
from typing import Any
from uuid import uuid4

from flask import Response

from app.api.http.metrics import REFUSED
from app.api.http.problem_types import PROBLEM_TYPES
from app.api.http.requests import HEADERS, Environ, StartResponse
from app.api.http.responses import Problem, problem_response

ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz", "/metrics"})
RETRY_AFTER_SECONDS = 2


class Admission:
    """Answers at most *places* requests at a time, while at most *queue* wait for a place.

    Safe to share between threads.
    """

    def __init__(
        self,
        application: Callable[[Environ, StartResponse], Iterable[bytes]],
        places: int,
        queue: int,
    ) -> None:
        self._application = application
        self._room, self._places = BoundedSemaphore(places + queue), BoundedSemaphore(places)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, as WSGI has it.

        A place is free again before a client can have read the end of its answer: one that sends a
        request after the other always finds it.
        """
        if environ["PATH_INFO"] in ALWAYS_ANSWERED:
            return self._application(environ, start_response)
        if not self._room.acquire(blocking=False):
            REFUSED.labels("overloaded").inc()
            return _refusal()(environ, start_response)
        is_streamed = True

        def started(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            nonlocal is_streamed
            is_streamed = all(name.lower() != "content-length" for name, _ in headers)
            return start_response(status, headers, *exc_info)

        try:
            with self._places:
                parts = self._application(environ, started)
        except BaseException:
            self._room.release()
            raise
        if is_streamed:
            return self._streamed(parts)
        self._room.release()
        return parts

    def _streamed(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        """The parts of a streamed response, such as a batch. It counts as running, but does not
        block other requests.
        """
        try:
            with closing(parts):  # type: ignore[type-var]
                yield from parts
        finally:
            self._room.release()


def _refusal() -> Response:
    request_id = str(uuid4())
    headers = {
        **HEADERS,
        "Retry-After": str(RETRY_AFTER_SECONDS),
        "X-Request-Id": request_id,
        "Cache-Control": "no-store",
    }
    return problem_response(
        Problem(
            "overloaded",
            PROBLEM_TYPES["overloaded"].explains.partition("\n")[0],
            headers=headers,
            request_id=request_id,
        )
    )

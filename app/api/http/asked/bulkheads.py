"""Bulkheads: nobody's many requests, and no long batch, hold up the requests of others.

Of one process. Batches run in a lane of their own, a few at a time, of each credential fewer
still, and between two lines they let single requests go first. Of the single requests only so many
of one caller may be in the process at a time; the rest of its room is for others.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app

from app.api.http.answered.responses import Problem
from app.api.http.metrics import REFUSED
from app.settings import Settings

GIVE_WAY_SECONDS = 0.25
"""The longest that a batch waits between two lines: beside an endless stream of requests it goes
on all the same.
"""
RETRY_AFTER_SECONDS = 5
_NAME = "bulkheads"


class Bulkheads:
    """What is being answered in a process. Safe to share between threads."""

    def __init__(self, batches: int, batches_of_one: int) -> None:
        self._batches, self._of_one = batches, batches_of_one
        self._running: Counter[str] = Counter()
        self._singles, self._changed = 0, threading.Condition()

    @contextmanager
    def single(self) -> Iterator[None]:
        """While a single request is answered."""
        with self._changed:
            self._singles += 1
        try:
            yield
        finally:
            with self._changed:
                self._singles -= 1
                if not self._singles:
                    self._changed.notify_all()

    def give_way(self) -> None:
        """Wait until no single request is being answered, for a quarter of a second at most."""
        with self._changed:
            self._changed.wait_for(lambda: not self._singles, GIVE_WAY_SECONDS)

    @contextmanager
    def batch(self, who: str) -> Iterator[None]:
        """While a batch of somebody is answered.

        Raises:
            Problem: too-many-requests; as many as may run are running, of this caller or of all.
        """
        with self._changed:
            if self._running[who] >= self._of_one:
                raise _lane_is_full("of your credential are in progress")
            if self._running.total() >= self._batches:
                raise _lane_is_full("of others are in progress")
            self._running[who] += 1
        try:
            yield
        finally:
            with self._changed:
                self._running[who] -= 1
                if not self._running[who]:
                    del self._running[who]


def install_bulkheads(app: Flask, settings: Settings) -> None:
    """Give an application the bulkheads that its settings ask for."""
    app.extensions[_NAME] = Bulkheads(settings.batches, settings.batches_per_credential)


def bulkheads_of(app: Flask) -> Bulkheads:
    """The bulkheads of an application."""
    return cast(Bulkheads, app.extensions[_NAME])


def current_bulkheads() -> Bulkheads:
    """Those of the process that answers the present request."""
    return bulkheads_of(current_app)


def _lane_is_full(whose: str) -> Problem:
    REFUSED.labels("too-many-batches").inc()
    return Problem(
        "too-many-requests",
        f"As many batches {whose} as this process runs at a time. Send the batch again when one "
        "has ended.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )

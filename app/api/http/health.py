"""Whether the process lives, and whether it can do its work."""

import math
import threading
import time
from typing import cast

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from app import draining
from app.access.principal import PUBLIC
from app.api.http.answered.answers import (
    ChecksAnswer,
    DatabaseCheckAnswer,
    EngineCheckAnswer,
    HealthAnswer,
    LawCheckAnswer,
    ReadinessAnswer,
)
from app.api.http.answered.faults import RETRY_AFTER_SECONDS
from app.api.http.answered.responses import Problem, json_response
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service
from app.records.errors import RecordsUnavailable
from app.records.migrate import newest_revision, serves

SECONDS = 0.25
"""How long it is taken for true what the database said of itself: many who ask at once must not
hold up those who are answered from it.
"""
_NAME = "readiness"

blp = Blueprint("health", __name__)


class Readiness:
    """At which revision the database is, asked again when that is older than a quarter of a second;
    while one thread asks, the others get what was last known. Safe to share between threads.
    """

    def __init__(self) -> None:
        self._known: tuple[bool, str | None] | None = None
        self._asking, self._at = threading.Lock(), -math.inf

    def of(self, service: Service) -> tuple[bool, str | None]:
        """Whether the database can be reached, and its revision."""
        if self._known is not None and time.monotonic() < self._at + SECONDS:
            return self._known
        if self._asking.acquire(blocking=self._known is None):
            try:
                self._known = _revision(service)
                self._at = time.monotonic()
            finally:
                self._asking.release()
        assert self._known is not None  # the first one waits for its answer
        return self._known


@blp.record_once
def _install(state: BlueprintSetupState) -> None:
    state.app.extensions[_NAME] = Readiness()


def _revision(service: Service) -> tuple[bool, str | None]:
    try:
        return True, service.store.revision()
    except RecordsUnavailable:
        return False, None


@blp.get("/healthz")
@Operation(
    permission=PUBLIC,
    returns={200: Content("The process is alive.", HealthAnswer)},
)
def healthz() -> Response:
    """Report that the process is alive."""
    return json_response(HealthAnswer("alive"))


@blp.get("/readyz")
@Operation(
    permission=PUBLIC,
    returns={
        200: Content("The database is reachable and migrated, the law is loaded.", ReadinessAnswer)
    },
    problems=("not-ready", "draining"),
)
def readyz() -> Response:
    """Report whether the service accepts requests: the database is reachable and migrated, the law
    is loaded, and no shutdown has begun. A database that a later version migrated counts too, so
    that this version serves on until the later one takes over.
    """
    if draining.is_draining():
        raise Problem(
            "draining",
            "The service is shutting down. Send requests to another instance.",
            headers={"Retry-After": "1"},
        )
    service = current_service()
    counters = service.decider.engine.counters
    needed = newest_revision()
    known = cast(Readiness, current_app.extensions[_NAME])
    reachable, revision = known.of(service)
    checks = ChecksAnswer(
        DatabaseCheckAnswer(reachable, revision, needed, current=revision == needed),
        LawCheckAnswer(service.lawbook.digest, len(service.lawbook.provisions), service.edition),
        EngineCheckAnswer(counters.decisions, counters.faults, counters.rulesets),
    )
    if not serves(revision):
        raise Problem(
            "not-ready",
            "The service cannot reach the database."
            if not reachable
            else "The database is not migrated: run `flask db upgrade`.",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            checks=checks,
        )
    return json_response(ReadinessAnswer("ready", checks))

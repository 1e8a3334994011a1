"""Whether the process lives, and whether it can do its work."""

from flask import Blueprint, Response

from app import draining
from app.access.principal import PUBLIC
from app.api.http.answers import (
    ChecksAnswer,
    DatabaseCheckAnswer,
    EngineCheckAnswer,
    HealthAnswer,
    LawCheckAnswer,
    ReadinessAnswer,
)
from app.api.http.faults import RETRY_AFTER_SECONDS
from app.api.http.operations import Content, Operation
from app.api.http.responses import Problem, json_response
from app.api.http.service import current_service
from app.records.errors import RecordsUnavailable
from app.records.migrate import newest_revision

blp = Blueprint("health", __name__)


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
    is loaded, and no shutdown has begun.
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
    try:
        revision, reachable = service.store.revision(), True
    except RecordsUnavailable:
        revision, reachable = None, False
    checks = ChecksAnswer(
        DatabaseCheckAnswer(reachable, revision, needed, current=revision == needed),
        LawCheckAnswer(service.lawbook.digest, len(service.lawbook.provisions), service.edition),
        EngineCheckAnswer(counters.decisions, counters.faults, counters.rulesets),
    )
    if revision != needed:
        raise Problem(
            "not-ready",
            "The service cannot reach the database."
            if not reachable
            else "The database is not migrated: run `flask db upgrade`.",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            checks=checks,
        )
    return json_response(ReadinessAnswer("ready", checks))

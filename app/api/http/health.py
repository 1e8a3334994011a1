"""Whether the process lives, and whether it can do its work."""

import orjson
from flask import Blueprint, Response

from app import draining
from app.access.principal import PUBLIC
from app.api.http.faults import RETRY_AFTER_SECONDS
from app.api.http.operations import Content, Operation
from app.api.http.problems import Problem
from app.api.http.responses import JSON
from app.api.http.service import service
from app.records.errors import RecordsUnavailable
from app.records.migrate import newest_revision

blp = Blueprint("health", __name__)


@blp.get("/healthz")
@Operation(
    permission=PUBLIC,
    returns={200: Content("The process lives.", "Health")},
)
def healthz() -> Response:
    """Say that the process lives."""
    return Response(b'{"status":"alive"}', 200, mimetype=JSON)


@blp.get("/readyz")
@Operation(
    permission=PUBLIC,
    returns={
        200: Content("The database is reachable and migrated, the law is loaded.", "Readiness")
    },
    problems=("not-ready", "draining"),
)
def readyz() -> Response:
    """Say whether requests should be sent here: can they be answered and determinations kept, and
    is the service to stay?
    """
    if draining.is_draining():
        raise Problem(
            "draining",
            "This service is about to stop. Send requests elsewhere.",
            headers={"Retry-After": "1"},
        )
    here = service()
    counters = here.decider.engine.counters
    needed = newest_revision()
    try:
        found, reachable = here.store.revision(), True
    except RecordsUnavailable:
        found, reachable = None, False
    checks = {
        "database": {
            "reachable": reachable,
            "revision": found,
            "needed": needed,
            "current": found == needed,
        },
        "law": {
            "digest": here.lawbook.digest,
            "provisions": len(here.lawbook.provisions),
            "edition": here.edition,
        },
        "engine": {
            "decisions": counters.decisions,
            "faults": counters.faults,
            "rulesets": counters.rulesets,
        },
    }
    if found != needed:
        detail = (
            "The database cannot be reached."
            if not reachable
            else "The database is not migrated: run `flask db upgrade`."
        )
        raise Problem(
            "not-ready", detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)}, checks=checks
        )
    return Response(orjson.dumps({"status": "ready", "checks": checks}), 200, mimetype=JSON)

"""Metrics in the format of Prometheus.

Under gunicorn each process counts in files of its own, in the folder PROMETHEUS_MULTIPROC_DIR
(gunicorn.conf.py creates it before this import); a request for /metrics gets the sum. Labels are
names of the law and of routes, never values of a caller.
"""

import os

from flask import Blueprint, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from app.api.http.operations import Content, Operation

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

DETERMINATIONS = Counter(
    "eligibility_determinations", "Determinations issued.", ["question", "outcome"]
)
FAULTS = Counter(
    "eligibility_engine_faults",
    "Cases on which the engine failed, so that the service issued nothing.",
)
# Its outcome is `agreed`, `differed` or `damaged`.
REPLAYS = Counter("eligibility_replays", "Replayed determinations.", ["outcome"])
REQUESTS = Histogram(
    "eligibility_request_seconds",
    "Seconds from a request's headers to the end of its response.",
    ["method", "route", "status"],
    buckets=SECONDS,
)
IN_WORK = Gauge(
    "eligibility_requests_in_work", "Requests in progress.", multiprocess_mode="livesum"
)
# The reason is `overloaded` or `too-many-requests`.
REFUSED = Counter(
    "eligibility_requests_refused",
    "Requests rejected because the service was overloaded.",
    ["reason"],
)
TOKEN_REFUSALS = Counter(
    "eligibility_token_refusals",
    "Requests for access tokens with an unknown client or a wrong secret.",
)
SEALING_LAG = Gauge(
    "eligibility_sealing_lag_seconds",
    "Age of the oldest unsealed record.",
    multiprocess_mode="livemostrecent",
)
UNSEALED = Gauge(
    "eligibility_unsealed_records",
    "Unsealed records.",
    multiprocess_mode="livemostrecent",
)

blp = Blueprint("metrics", __name__)


def observe_sealing(lag_seconds: float, unsealed: int) -> None:
    """How far sealing is behind: the age of the oldest unsealed record in seconds, and how many
    there are.
    """
    SEALING_LAG.set(lag_seconds)
    UNSEALED.set(unsealed)


@blp.get("/metrics")
@Operation(
    permission="metrics.read",
    returns={200: Content("The metrics in the format of Prometheus.", {"text/plain": str})},
)
def read_metrics() -> Response:
    """Read the metrics of the service: determinations, faults, latencies, load, sealing."""
    return Response(_exposition(), content_type=CONTENT_TYPE_LATEST)


def _exposition() -> bytes:
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)

"""What the service counts for those who run it, in the words of Prometheus.

Under gunicorn each process counts in files of its own, in the folder that PROMETHEUS_MULTIPROC_DIR
names (gunicorn.conf.py makes it before this is imported); whoever asks gets the sum. Labels hold
names of the law and of routes, never what a caller sent.
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
    "Cases that the engine could not be trusted with; nothing was issued for them.",
)
# Its outcome is `agreed`, `differed` or `damaged`.
REPLAYS = Counter("eligibility_replays", "Kept determinations decided again.", ["outcome"])
REQUESTS = Histogram(
    "eligibility_request_seconds",
    "From a request's head to the end of its answer.",
    ["method", "route", "status"],
    buckets=SECONDS,
)
IN_WORK = Gauge(
    "eligibility_requests_in_work", "Requests that are being answered.", multiprocess_mode="livesum"
)
# The reason is `overloaded` or `too-many-requests`.
REFUSED = Counter(
    "eligibility_requests_refused",
    "Requests turned away before any work was done for them.",
    ["reason"],
)
TOKEN_REFUSALS = Counter(
    "eligibility_token_refusals", "Requests for access tokens whose client or secret was not taken."
)
SEALING_LAG = Gauge(
    "eligibility_sealing_lag_seconds",
    "Age of the oldest record that is not sealed yet.",
    multiprocess_mode="livemostrecent",
)
UNSEALED = Gauge(
    "eligibility_unsealed_records",
    "Records that are not sealed yet.",
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
    returns={200: Content("The figures as Prometheus reads them.", {"text/plain": str})},
)
def read_metrics() -> Response:
    """Read what the service counts: determinations, faults, latencies, load, sealing."""
    return Response(_exposition(), content_type=CONTENT_TYPE_LATEST)


def _exposition() -> bytes:
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)

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
from app.api.http.service import current_service
from app.records.errors import RecordsUnavailable
from app.records.store import Store
from app.records.verifications.reports import last_verifications

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
VERIFIED_AT = Gauge(
    "eligibility_verification_ended_timestamp_seconds",
    "When the last verification that could read all records ended, since 1970; 0 if none did.",
    multiprocess_mode="mostrecent",
)
COMPLAINTS = Gauge(
    "eligibility_verification_complaints",
    "Complaints of that verification.",
    multiprocess_mode="mostrecent",
)
VERIFICATIONS_LOOKED_AT = 20

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
    """Read the metrics of the service: determinations, faults, latencies, load, sealing,
    verification.
    """
    _observe_verification(current_service().store)
    return Response(_exposition(), content_type=CONTENT_TYPE_LATEST)


def _observe_verification(store: Store) -> None:
    """How the last verification ended, whichever process or command ran it."""
    try:
        newest, _ = last_verifications(store, VERIFICATIONS_LOOKED_AT)
    except RecordsUnavailable:
        return  # the other metrics say what is wrong
    ended = (each for each in newest if each.ended_at and each.complaints is not None)
    last = max(ended, key=lambda each: each.ended_at or each.started_at, default=None)
    VERIFIED_AT.set(last.ended_at.timestamp() if last and last.ended_at else 0)
    COMPLAINTS.set(last.complaints or 0 if last else 0)


def _exposition() -> bytes:
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)

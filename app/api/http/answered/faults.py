"""Failures of the service. The log gets them without values, the caller gets only the
request's id.
"""

import logging
import traceback
from collections.abc import Sequence

from flask import Flask, Response, g, has_request_context
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.api.http.answered.responses import Problem, problem_of_status, problem_response
from app.api.http.metrics import FAULTS
from app.engine import EngineFault
from app.records.errors import RecordDamaged, RecordsFull, RecordsUnavailable

log = logging.getLogger("app.api")
RETRY_AFTER_SECONDS = 5


def handle_faults(app: Flask) -> None:
    """Answer every exception with a problem document."""
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(RecordsUnavailable, _records_unavailable)
    app.register_error_handler(RecordDamaged, lambda error: problem_response(record_damaged(error)))
    app.register_error_handler(EngineFault, lambda error: problem_response(engine_fault(error)))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> Response | HTTPException:
    """A problem document for what the framework refuses; redirects pass."""
    if error.code is None or error.code < 400:
        return error
    problem = problem_of_status(error.code)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        problem.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return problem_response(problem)


def _records_unavailable(error: RecordsUnavailable) -> Response:
    return problem_response(
        records_unavailable(
            error, "The service stored nothing. Try again after the seconds in Retry-After."
        )
    )


def records_unavailable(error: RecordsUnavailable, detail: str) -> Problem:
    """The problem for an unavailable database; the log has the reason."""
    log_fault(str(error))
    return Problem(
        "records-full" if isinstance(error, RecordsFull) else "records-unavailable",
        detail,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def record_damaged(error: RecordDamaged) -> Problem:
    """The problem for a damaged record, with an alarm in the log."""
    alarm_damaged(error.kind, [error.id])
    detail = "The service withholds its content. Send the request_id to the operator."
    return Problem("record-damaged", detail, kind=error.kind, id=error.id)


def engine_fault(error: EngineFault) -> Problem:
    """The problem for a failure of the engine. The log names provisions and conditions, never
    values.
    """
    FAULTS.inc()
    log_fault(f"engine fault: {error}")
    return Problem(
        "engine-fault",
        "The service decided and stored nothing. Send the request_id to the operator.",
    )


def alarm_damaged(kind: str, ids: Sequence[str]) -> None:
    """Log an alarm for damaged records with their ids only."""
    if ids:
        log_fault(f"alarm: damaged records of the kind {kind}: {', '.join(ids)}")


def _unexpected(error: Exception) -> Response:
    log_unexpected(error)
    return problem_response(
        Problem(
            "internal-error", "The service stored nothing. Send the request_id to the operator."
        )
    )


def log_fault(sentence: str) -> None:
    """Log what the operator must know, with the request it belongs to."""
    log.error("%s (request %s)", sentence, g.get("request_id") if has_request_context() else None)


def log_unexpected(error: Exception) -> None:
    """Log an unexpected error with its kind and place. The log omits the message, which can contain
    facts.
    """
    log_fault(
        f"unexpected {type(error).__name__}: "
        + " < ".join(
            f"{f.filename}:{f.lineno} {f.name}"
            for f in reversed(traceback.extract_tb(error.__traceback__))
        )
    )

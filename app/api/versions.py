"""Changing only what one has read: a strong ETag made of a version, and If-Match."""

from flask import Response, request

from app.api.problems import Problem


def tagged(response: Response, version: int) -> Response:
    """The response with its version as a strong ETag."""
    response.set_etag(str(version))
    return response


def require_version(version: int) -> None:
    """See that the caller changes what it has read.

    Raises:
        Problem: precondition-required, where the caller does not say what it has read; precondition-failed, where that is outdated.
    """
    if "If-Match" not in request.headers:
        raise Problem("precondition-required", "Read it first, and send the ETag of the answer as If-Match.")
    if str(version) not in request.if_match:
        raise outdated()


def outdated() -> Problem:
    """It was changed since the caller read it."""
    return Problem("precondition-failed", "It was changed since you read it. Read it again, and decide anew.")

"""ETag and If-Match on what can change: nobody overwrites what they have not seen."""

import re

from flask import Response, request

from app.api.problems import Problem

_ETAG = re.compile(r'"(\d{1,9})"')


def etag_of(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def tagged(response: Response, version: int) -> Response:
    """The response with its version as entity tag."""
    response.headers["ETag"] = etag_of(version)
    return response


def require_version(version: int) -> None:
    """See that the caller changes what it has read, or says with `*` that any version will do.

    Raises:
        Problem: precondition-required, where the caller does not say what it has read; precondition-failed, where that is outdated.
    """
    if request.headers.get("If-Match", "").strip() != "*" and version_matched() != version:
        raise changed_since()


def version_matched() -> int:
    """The version that the present request wants to change.

    Raises:
        Problem: precondition-required where none is named, precondition-failed where it cannot be one.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise Problem("precondition-required", "Read it first, and send its ETag as If-Match.")
    if (found := _ETAG.fullmatch(header.strip())) is None:
        raise changed_since()
    return int(found[1])


def changed_since() -> Problem:
    """It has changed since the caller read it."""
    return Problem("precondition-failed", "It has been changed since you read it. Read it again, and decide anew.")

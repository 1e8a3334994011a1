"""What people see when a page cannot be shown."""

from flask import Response, make_response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.api.http.faults import RETRY_AFTER_SECONDS, log_fault, log_unexpected
from app.api.people.pages.guard import pages
from app.records.errors import RecordsUnavailable

STALE = (
    "This form is no longer valid. It was open for too long, came from another site, or your "
    "browser blocked our cookie. Allow cookies for this site, open the page again and resend the "
    "form."
)


def _page(title: str, sentence: str, status: int) -> Response:
    return make_response(
        render_template("pages/message.html", title=title, sentence=sentence), status
    )


@pages.errorhandler(CSRFError)
def stale_form(error: CSRFError) -> Response:
    """The form lacks its valid token."""
    return _page("Form rejected", STALE, 400)


@pages.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """The page for a rejected request."""
    if error.code == 404:
        return _page("Page not found", "Check the address, or start from the home page.", 404)
    return _page(
        "Request rejected",
        "Open the page again and resend the form.",
        error.code or 400,
    )


@pages.errorhandler(RecordsUnavailable)
def records_unavailable(error: RecordsUnavailable) -> Response:
    """The database is out of reach."""
    log_fault(str(error))
    response = _page(
        "Temporarily unavailable", "The service changed nothing. Try again in a few seconds.", 503
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


@pages.errorhandler(Exception)
def unexpected(error: Exception) -> Response:
    """The page for an unexpected error."""
    log_unexpected(error)
    return _page(
        "Internal error",
        "The service changed nothing. Send the request number below to the operator.",
        500,
    )

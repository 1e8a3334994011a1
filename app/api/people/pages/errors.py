"""What people see when a page cannot be shown."""

from flask import Response, make_response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.api.http.faults import RETRY_AFTER_SECONDS, log_fault, log_unexpected
from app.api.people.pages.guard import pages
from app.records.errors import RecordsUnavailable

STALE = (
    "This form is no longer valid: it was open for too long, came from somewhere else, or your "
    "browser did not send our cookie "
    "back. Allow cookies for this site, open the page again and send it anew."
)


def _page(title: str, sentence: str, status: int) -> Response:
    return make_response(render_template("pages/told.html", title=title, sentence=sentence), status)


@pages.errorhandler(CSRFError)
def stale_form(error: CSRFError) -> Response:
    """The form did not carry the token it was given."""
    return _page("The form was not taken", STALE, 400)


@pages.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """The request cannot be answered with a page."""
    if error.code == 404:
        return _page(
            "There is no such page", "Check the address, or start from the home page.", 404
        )
    return _page(
        "The request was not taken",
        "Open the page again and send the form anew.",
        error.code or 400,
    )


@pages.errorhandler(RecordsUnavailable)
def records_unavailable(error: RecordsUnavailable) -> Response:
    """The database is out of reach."""
    log_fault(str(error))
    response = _page(
        "Not available just now", "Nothing was changed. Try again in a few seconds.", 503
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


@pages.errorhandler(Exception)
def unexpected(error: Exception) -> Response:
    """Something nobody foresaw."""
    log_unexpected(error)
    return _page(
        "Something went wrong on our side",
        "Nothing was changed. Tell the operator the number of the request below.",
        500,
    )

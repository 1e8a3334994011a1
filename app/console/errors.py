"""What people see when a page cannot be shown."""

from flask import Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Forbidden, HTTPException, NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.answered.faults import (
    RETRY_AFTER_SECONDS,
    log_fault,
    log_unexpected,
    record_damaged,
)
from app.api.http.answered.responses import Problem, problem_of_status, problem_response
from app.console.account.kept import form_again
from app.console.complaints import in_words
from app.console.guard import pages, signed_in
from app.records.errors import RecordDamaged, RecordsUnavailable

STALE = (
    "This form is no longer valid. It was open for too long, came from another site, or your "
    "browser blocked our cookie. Allow cookies for this site, open the page again and resend the "
    "form."
)

TOO_LARGE = (
    "What you sent is larger than this form takes. A file may have at most 10 MB. Go back, shorten "
    "the text or choose a smaller file, and send the form again."
)


def _page(title: str, sentence: str, status: int) -> Response:
    return make_response(
        render_template("pages/message.html", title=title, sentence=sentence), status
    )


@pages.errorhandler(CSRFError)
def stale_form(error: CSRFError) -> AnyResponse:
    """The form lacks its valid token; what was typed comes again where that is safe."""
    return form_again() or _page("Form rejected", STALE, 400)


def answer_not_found(error: NotFound) -> Response:
    """An address that there is not: a page for browsers, a problem document for programs."""
    accepted = request.accept_mimetypes
    if request.path.startswith("/v1/") or accepted["text/html"] <= accepted["application/json"]:
        return problem_response(problem_of_status(404))
    g.me = signed_in()
    response = refused(error)
    response.vary.add("Accept")
    return response


@pages.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """The page for a rejected request."""
    if error.code == 404:
        return _page("Page not found", _whats_missing(error), 404)
    if error.code == 413:
        return _page("Too large", TOO_LARGE, 413)
    return _page(
        "Request rejected",
        "Open the page again and resend the form.",
        error.code or 400,
    )


@pages.errorhandler(Forbidden)
def not_allowed(error: Forbidden) -> Response:
    """The page for somebody whose role may not see another."""
    return _page("Not for your role", f"{error.description} Ask your administrator.", 403)


@pages.errorhandler(Problem)
def problem(problem: Problem) -> Response:
    """What stands against a request of a page, in words."""
    response = _page(problem.type.title, in_words(problem), problem.type.status)
    response.headers.update(problem.headers)
    return response


def _whats_missing(error: HTTPException) -> str:
    own = error.description if error.description != NotFound.description else ""
    return f"{own} Check the address, or start from the home page.".lstrip()


@pages.errorhandler(RecordDamaged)
def damaged(error: RecordDamaged) -> Response:
    """A record that is not what was stored."""
    record_damaged(error)
    sentence = "The service withholds it and has alerted the operator. Send the request number."
    return _page("This record is damaged", sentence, 500)


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

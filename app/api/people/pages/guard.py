"""The pages' blueprint: the session, and the checks of pages and forms."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Request, Response, current_app, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from app.access.origin import actor_of
from app.access.people import Browser, People, SignedIn
from app.access.principal import ANYBODY, PUBLIC, Principal
from app.api.http.service import current_service
from app.api.people.pages.cookies import SESSION_COOKIE

FORM_BYTES = 16_384
_NAME = "people"
SESSION = "session"
"""The permission of pages for anybody who is signed in."""
View = TypeVar("View", bound=Callable[..., Any])

pages = Blueprint(
    "pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/pages/static",
)


def public(view: View) -> View:
    """A page that anybody may see."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


csrf = CSRFProtect()
login_manager = LoginManager()
# It would bind our form's cookie to the browser's name for itself; the session is in the database.
login_manager.session_protection = None


class Person(UserMixin):  # type: ignore[misc]
    """Somebody signed in, as Flask-Login knows them."""

    def __init__(self, who: SignedIn) -> None:
        self.who = who

    def get_id(self) -> str:
        """The account's id."""
        return self.who.account.id


def install_people(app: Flask, people: People) -> None:
    """Make people's accounts and sessions findable from within requests and commands of an
    application.
    """
    app.extensions[_NAME] = people


def people() -> People:
    """The accounts and sessions of the application that handles the present request."""
    return cast(People, current_app.extensions[_NAME])


@login_manager.request_loader  # type: ignore[untyped-decorator]
def load_person(incoming: Request) -> Person | None:
    """The person of a session cookie, or None if the session has ended."""
    token = SESSION_COOKIE.read(incoming, current_service().settings.plain_cookies)
    who = people().of(token) if token else None
    return None if who is None else Person(who)


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def lead_to_sign_in() -> AnyResponse:
    """Redirect to the sign-in page, and back afterwards if the request was a GET."""
    back = request.path if request.method == "GET" and request.path != "/" else None
    return redirect(url_for("pages.sign_in", next=back), 303)


def signed_in() -> SignedIn | None:
    """The person with a session who sends the present request, or None."""
    return current_user.who if isinstance(current_user._get_current_object(), Person) else None


def who() -> SignedIn:
    """The person who is signed in, within a view that `needs_session`."""
    found = signed_in()
    assert found is not None
    return found


def needs_session(view: View) -> Callable[..., Any]:
    """A page for anybody signed in whose password is their own: with a one-time password it must be
    changed first.
    """

    @functools.wraps(view)
    def settled(*args: Any, **kwargs: Any) -> Any:
        return (
            redirect(url_for("pages.password"), 303)
            if who().account.must_change
            else view(*args, **kwargs)
        )

    return needs_session_alone(settled)


def needs_session_alone(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page for anybody signed in, with a one-time password too."""
    guarded: Callable[..., Any] = login_required(view)
    guarded.permission = SESSION  # type: ignore[attr-defined]
    return guarded


@pages.before_request
def check_form() -> None:
    """Set the caller, and accept forms only from the service's own pages with their token.

    Raises:
        BadRequest: the form came from another site, or without its token.
    """
    if request.endpoint == "pages.static":
        return
    request.max_content_length = FORM_BYTES
    found = g.me = signed_in()
    g.principal = ANYBODY if found is None else _principal(found)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise BadRequest("The form was sent from another site.")
    csrf.protect()


@pages.context_processor
def template_context() -> dict[str, object]:
    """The signed-in person for the head of every page, or None if unknown."""
    return {"me": g.get("me")}


def _principal(found: SignedIn) -> Principal:
    account = found.account
    return Principal(actor_of(account.id), account.role, frozenset({SESSION}), account.organization)


def browser() -> Browser:
    """The browser of the present request."""
    return Browser(request.remote_addr or "", request.headers.get("User-Agent", ""))


def own_path(wanted: str | None) -> str:
    """A path of this site to go on to; the home page where something else was wanted."""
    if (
        not wanted
        or not wanted.startswith("/")
        or wanted.startswith("//")
        or len(wanted) > 500
        or not (wanted.isascii() and wanted.isprintable())
        or any(letter in wanted for letter in "\\ ")
    ):
        return url_for("pages.home")
    parts = urlsplit(wanted)
    return url_for("pages.home") if parts.scheme or parts.netloc else wanted


def enter(token: str, wanted: str | None) -> Response:
    """Go on as somebody signed in, with a new session's secret."""
    response = cast(Response, redirect(own_path(wanted), 303))
    SESSION_COOKIE.set(response, token, current_service().settings.plain_cookies)
    return response

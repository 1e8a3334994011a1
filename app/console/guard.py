"""The pages' blueprint: the session, and the checks of pages and forms."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Blueprint, Request, Response, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest, Forbidden

from app.access.origin import REFUSED, actor_of
from app.access.people import Browser, SignedIn
from app.access.principal import ANYBODY, PUBLIC, Principal
from app.access.roles import OrganizationNeeded, UnknownRole
from app.api.http.service import current_service, origin, principal
from app.api.people.current import people
from app.console.cookies import SESSION_COOKIE

FORM_BYTES, LONG_FORM_BYTES = 16_384, 262_144
"""The longest form of an account, and of a question with all its facts or texts in any script, also
texts that are too long, which come again with a sentence.
"""
LONG_FORMS = ("/ask/", "/answers/", "/feedback", "/sign-in", "/second-factor")
FORMS_WITH_FILES, FILE_FORM_BYTES = "/waivers/", 32 * 1024 * 1024
"""Forms that carry a file, and how long they may be: far more than a file may have, so that the
form itself can say that it is too large and keep what was typed.
"""
LONGEST_PATH = 2000
"""The longest address to go on to after signing in: what programs ask stands in one."""
SESSION = "session"
"""The permission of pages for anybody who is signed in."""
View = TypeVar("View", bound=Callable[..., Any])

pages = Blueprint(
    "pages",
    __name__,
    template_folder="templates",
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


@login_manager.request_loader  # type: ignore[untyped-decorator]
def load_person(incoming: Request) -> Person | None:
    """The person of a session cookie, or None if the session has ended."""
    token = SESSION_COOKIE.read(incoming, current_service().settings.plain_cookies)
    who = people().of(token) if token else None
    return None if who is None else Person(who)


def signed_in() -> SignedIn | None:
    """The person with a session who sends the present request, or None."""
    return current_user.who if isinstance(current_user._get_current_object(), Person) else None


def waiting() -> SignedIn | None:
    """The person with a session that waits for a second factor, or None. Nobody is signed in by
    it.
    """
    token = SESSION_COOKIE.read(request, current_service().settings.plain_cookies)
    return people().waiting(token) if token else None


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


def needs(permission: str, *further: str) -> Callable[[View], View]:
    """A page for signed-in people whose role has a permission, and all *further* ones; others read
    what is missing.
    """

    def declared(view: View) -> View:
        @functools.wraps(view)
        def permitted(*args: Any, **kwargs: Any) -> Any:
            if not all(principal().may(each) for each in (permission, *further)):
                role = role_title(who().account.role)
                refused = origin().did("access.refuse", permission, REFUSED, kind="permission")
                current_service().store.note(refused)
                raise Forbidden(f"Your role may not use this page: {role}.")
            return view(*args, **kwargs)

        guarded = needs_session(permitted)
        guarded.permission = permission  # type: ignore[attr-defined]
        return cast(View, guarded)

    return declared


@pages.before_request
def check_form() -> None:
    """Set the caller, and accept forms only from the service's own pages with their token.

    Raises:
        BadRequest: the form came from another site, or without its token.
    """
    if request.endpoint == "pages.asset":
        return
    request.max_content_length = _longest(request.path)
    found = g.me = signed_in()
    g.principal = ANYBODY if found is None else _principal(found)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise BadRequest("The form was sent from another site.")
    csrf.protect()


def _longest(path: str) -> int:
    """The longest form that an address takes, in bytes."""
    if path.startswith(FORMS_WITH_FILES):
        return FILE_FORM_BYTES
    return LONG_FORM_BYTES if path.startswith(LONG_FORMS) else FORM_BYTES


@pages.app_context_processor
def template_context() -> dict[str, object]:
    """The signed-in person for the head of every page, or None if unknown."""
    return {"me": g.get("me"), "request_id": g.get("request_id")}


def _principal(found: SignedIn) -> Principal:
    account = found.account
    actor, roles = actor_of(account.id), current_service().authenticator.roles
    try:
        return roles.principal(actor, account.role, account.organization, is_machine=False)
    except (UnknownRole, OrganizationNeeded):  # the roles' file has changed since
        return Principal(actor, account.role, frozenset({SESSION}), account.organization)


@pages.app_template_filter()
def role_title(name: str) -> str:
    """What people call a role; its name where the roles' file has it no longer."""
    role = current_service().authenticator.roles.roles.get(name)
    return name if role is None else role.title


def browser() -> Browser:
    """The browser of the present request."""
    return Browser(request.remote_addr or "", request.headers.get("User-Agent", ""))


def own_path(wanted: str | None) -> str:
    """A path of this site to go on to; the home page where something else was wanted."""
    if (
        not wanted
        or not wanted.startswith("/")
        or wanted.startswith("//")
        or len(wanted) > LONGEST_PATH
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

"""Signing in, signing out."""

from typing import cast

from flask import (
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from app.access.passwords import TooManyAtOnce
from app.access.people import AddressHeld, SignInRefused
from app.api.http.service import current_service, origin
from app.api.people.current import people
from app.console.account.forms import SignInForm
from app.console.account.kept import go_on, kept_fields
from app.console.cookies import SESSION_COOKIE
from app.console.guard import (
    browser,
    enter,
    needs_session_alone,
    own_path,
    pages,
    public,
    signed_in,
    waiting,
    who,
)
from app.console.second_factor.proving import second_step

REFUSED = (
    "Sign-in failed. Check the sign-in name and the password. After several failed attempts we "
    "lock the account for a while. If the problem persists, ask your administrator."
)
BUSY = "Too many people are signing in now. Try again in a few seconds."
BUSY_SECONDS = 3


@pages.get("/sign-in")
@public
def sign_in() -> AnyResponse:
    """The sign-in form; redirects a person who is already signed in."""
    wanted = request.args.get("next")
    if signed_in() is not None:
        return redirect(own_path(wanted), 303)
    return _form(SignInForm(data={"next": wanted}), 200)


@pages.post("/sign-in")
@public
def do_sign_in() -> AnyResponse:
    """Sign in with a name and a password."""
    form = SignInForm()
    if not form.validate():
        return _form(form, 422)
    try:
        token = people().sign_in(form.name.data.strip(), form.password.data, browser(), origin())
    except SignInRefused:
        return _form(form, 403, REFUSED)
    except AddressHeld as held:
        minutes = -(-held.seconds // 60)
        return _form(
            form,
            429,
            f"Too many failed attempts from your network. Try again in {minutes} "
            f"minute{'s' if minutes > 1 else ''}.",
            held.seconds,
        )
    except TooManyAtOnce:
        return _form(form, 503, BUSY, BUSY_SECONDS)
    entered, kept = renewed(token, form.next.data), kept_fields()
    if (waits := people().waiting(token)) is not None:
        return second_step(entered, waits, form.next.data, kept)
    return go_on(entered, form.next.data, kept) if kept else entered


def renewed(token: str, wanted: str | None) -> Response:
    """Go on with a new session; the one this browser had, and what its forms knew, end."""
    former = signed_in() or waiting()
    if former is not None:
        people().sign_out(former, origin())
    session.clear()
    return enter(token, wanted)


def _form(
    form: SignInForm, status: int, refusal: str | None = None, retry_after: int | None = None
) -> Response:
    response = make_response(
        render_template(
            "pages/sign_in.html",
            form=form,
            refusal=refusal,
            kept=kept_fields(),
            has_provider=current_service().settings.single_sign_on is not None,
        ),
        status,
    )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


@pages.post("/sign-out")
@needs_session_alone
def sign_out() -> Response:
    """End the session of this browser."""
    people().sign_out(who(), origin())
    session.clear()
    flash("You have signed out.")
    response = cast(Response, redirect(url_for("pages.sign_in"), 303))
    SESSION_COOKIE.drop(response, current_service().settings.plain_cookies)
    return response

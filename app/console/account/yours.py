"""Pages of a signed-in person: the password and the sessions."""

from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.access.passwords import LONGEST, SHORTEST, PasswordRefused, TooManyAtOnce
from app.access.people import AddressHeld, SignInRefused
from app.api.http.asked.authentication import authenticator
from app.api.http.service import origin
from app.api.people.current import people
from app.console.account.forms import PasswordForm
from app.console.account.sign_in import BUSY, BUSY_SECONDS
from app.console.guard import (
    browser,
    enter,
    needs_session,
    needs_session_alone,
    pages,
    who,
)

NOT_CURRENT = (
    "We did not change the password. Check the current password. After several wrong ones, wait "
    "a while."
)


@pages.get("/account")
@needs_session
def account() -> str:
    """Who is signed in, and what of the account can be changed."""
    return render_template("pages/account.html")


@pages.get("/password")
@needs_session_alone
def password() -> Response:
    """The form for another password."""
    return _form(PasswordForm(), 200)


@pages.post("/password")
@needs_session_alone
def change_password() -> AnyResponse:
    """Change the password; all sessions end, and this browser gets a new one."""
    form = PasswordForm()
    if not form.validate():
        return _form(form, 422)
    try:
        token = people().change_password(
            who(), form.current.data, form.new.data, browser(), origin()
        )
    except SignInRefused:
        form.current.errors = [NOT_CURRENT]
        return _form(form, 403)
    except PasswordRefused as refused:
        form.new.errors = [str(refused)]
        return _form(form, 422)
    except (AddressHeld, TooManyAtOnce) as held:
        form.current.errors = [BUSY if isinstance(held, TooManyAtOnce) else NOT_CURRENT]
        response = _form(form, 503 if isinstance(held, TooManyAtOnce) else 429)
        response.headers["Retry-After"] = str(
            held.seconds if isinstance(held, AddressHeld) else BUSY_SECONDS
        )
        return response
    session.clear()
    flash("We changed your password and signed you out everywhere else.")
    return enter(token, None)


def _form(form: PasswordForm, status: int) -> Response:
    return make_response(
        render_template(
            "pages/password.html",
            form=form,
            account=who().account,
            shortest=SHORTEST,
            longest=LONGEST,
        ),
        status,
    )


@pages.get("/sessions")
@needs_session
def sessions() -> str:
    """Every browser in which one is signed in, and every program in one's own name."""
    me = who()
    return render_template(
        "pages/sessions.html",
        sessions=people().sessions.of(me.account.id, clock.now()),
        current=me.session.id,
        programs=authenticator().programs.store.of(me.account.id, clock.now()),
        allows=authenticator().roles.permissions,
    )


@pages.post("/sessions/<uuid:id>/end")
@needs_session
def end_session(id: UUID) -> AnyResponse:
    """Sign out one browser."""
    ended = people().end_session(who(), str(id), origin())
    flash("We signed that browser out." if ended else "That browser was already signed out.")
    return redirect(url_for("pages.sessions"), 303)


@pages.post("/sessions/end-others")
@needs_session
def end_other_sessions() -> AnyResponse:
    """Sign out every browser but this one."""
    ended = people().end_others(who(), origin())
    flash("We signed you out everywhere else." if ended else "You have no other session.")
    return redirect(url_for("pages.sessions"), 303)

"""What somebody typed when their session had ended: it goes through the sign-in form and comes
again in the form where it was typed. Nothing of it is stored.
"""

from collections.abc import Sequence

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.machines.oauth_schemas import AUTHORIZE_PATH
from app.console.account.forms import SignInForm
from app.console.forms import AGAIN
from app.console.guard import login_manager, own_path, signed_in, waiting

KEEPING = ("/answers/", "/ask/", "/waivers/")
"""Where forms stand whose words are kept."""
DRAFTS = "/ask/"
"""Where the records keep what was typed, and each form can be opened at its address."""
KEPT = "kept."
"""What precedes the name of a kept field in the sign-in form."""
OF_THE_FORM = frozenset({"csrf_token", "once", "version", "do", AGAIN})
"""Fields that nobody typed."""
Fields = Sequence[tuple[str, str]]


def kept_fields() -> Fields:
    """The kept fields that the present sign-in form carries."""
    sent = request.form.items(multi=True)
    return [(name.removeprefix(KEPT), text) for name, text in sent if name.startswith(KEPT)]


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def lead_to_sign_in() -> AnyResponse:
    """Redirect to the sign-in page, and back afterwards where the address can be opened. After a
    form that somebody filled in, show the sign-in form at once and keep what they typed. A session
    that waits for its second factor leads there, and nowhere else.
    """
    if typed := _typed():
        return _sign_in_with(typed)
    may_return = request.method == "GET" or request.path.startswith(DRAFTS)
    back = request.path if may_return and request.path != "/" else None
    if request.path == AUTHORIZE_PATH:  # what a program asks stands in the address
        back = request.full_path
    page = "pages.sign_in" if waiting() is None else "pages.second_factor"
    return redirect(url_for(page, next=back), 303)


def form_again() -> AnyResponse | None:
    """The answer to a form whose token is gone, as where a browser lost its cookies: what was typed
    comes again with a new token, after a sign-in where the session is gone, too. None where nothing
    was typed, or where the browser does not say that the form stood on a page of ours.
    """
    typed = _typed()
    if not typed or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return None
    if signed_in() is None:
        return _sign_in_with(typed)
    page = render_template("pages/go_on.html", action=request.path, kept=typed, is_back=False)
    return make_response(page, 400)


def _typed() -> Fields:
    """What somebody typed into the present form; nothing where it is none to keep."""
    typed = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    kept = any(text.strip() and name not in OF_THE_FORM for name, text in typed)
    return typed if kept and request.path.startswith(KEEPING) else ()


def _sign_in_with(typed: Fields) -> AnyResponse:
    """The sign-in form, which carries what was typed."""
    form = SignInForm(formdata=None, data={"next": request.path})
    return make_response(render_template("pages/sign_in.html", form=form, kept=typed), 403)


def go_on(entered: Response, wanted: str | None, kept: Fields) -> Response:
    """The response to a sign-in, which leads back to the form with what was kept."""
    g.pop("csrf_token", None)  # of the form session that ended with the sign-in
    page = render_template("pages/go_on.html", action=own_path(wanted), kept=kept, is_back=True)
    entered.set_data(page)
    entered.status_code = 200
    entered.mimetype = "text/html"
    del entered.headers["Location"]
    return entered

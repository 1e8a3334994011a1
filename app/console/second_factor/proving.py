"""The second step of a sign-in: a code, a recovery code or a passkey."""

from collections.abc import Callable

from flask import (
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from app.access.people import AddressHeld, SignedIn, SignInRefused
from app.access.second_factor.factors import SecondFactors
from app.access.second_factor.passkeys import RelyingParty, challenge, relying_party
from app.api.http.service import current_service, origin
from app.api.people.current import people
from app.console.account.kept import Fields, go_on, kept_fields
from app.console.guard import browser, enter, own_path, pages, public, waiting
from app.console.second_factor.forms import CodeForm, PasskeyForm
from app.records.people.second_factors import RECOVERY, Proof

WRONG = (
    "That did not work. Each code works once, so wait for the next one. After several wrong ones "
    "we lock the account for a while."
)
HELD = "Too many failed attempts from your network. Try again in a few minutes."


def factors() -> SecondFactors:
    """The second factors of the service."""
    return current_service().second_factors


def party() -> RelyingParty:
    """For whom passkeys are that the present browser uses."""
    return relying_party(current_service().settings.issuer, request.host_url)


def challenge_for(purpose: str, who: SignedIn) -> bytes:
    """What a passkey signs in a session."""
    return challenge(str(current_app.secret_key), purpose, who.session.id)


def second_step(entered: Response, waits: SignedIn, wanted: str | None, kept: Fields) -> Response:
    """Lead somebody who proved the password to the second factor; with what was kept of a form,
    show the page at once.
    """
    if not kept:
        entered.headers["Location"] = url_for("pages.second_factor", next=wanted or None)
        return entered
    g.pop("csrf_token", None)  # of the form session that ended with the sign-in
    page = _page(waits, CodeForm(formdata=None, data={"next": wanted}), 200, kept=kept)
    page.headers.extend(("Set-Cookie", it) for it in entered.headers.getlist("Set-Cookie"))
    return page


@pages.get("/second-factor")
@public
def second_factor() -> AnyResponse:
    """Ask for the second factor; at the first sign-in, lead to setting one up."""
    wanted, waits = request.args.get("next"), waiting()
    if waits is None:
        return redirect(own_path(wanted), 303)
    return _page(waits, CodeForm(data={"next": wanted}), 200)


@pages.post("/second-factor")
@public
def prove_by_code() -> AnyResponse:
    """Prove the second factor by a code of an app, or by a recovery code."""
    form = CodeForm()
    whose = form.code.data or ""

    def proof(waits: SignedIn) -> Proof | None:
        return factors().code_proof(waits.account.id, whose, origin().by(waits.account.id))

    return _proved(form, proof)


@pages.post("/second-factor/with-passkey")
@public
def prove_by_passkey() -> AnyResponse:
    """Prove the second factor by a passkey."""
    form = PasskeyForm()

    def proof(waits: SignedIn) -> Proof | None:
        answer, whose = form.credential.data, waits.account.id
        asked = challenge_for("use", waits)
        return factors().passkey_proof(whose, party(), asked, answer, origin().by(whose))

    return _proved(form, proof)


def _proved(form: CodeForm | PasskeyForm, proof: Callable[[SignedIn], Proof | None]) -> AnyResponse:
    """Go on as somebody signed in, or show the page again."""
    waits = waiting()
    if waits is None:
        return redirect(url_for("pages.sign_in", next=form.next.data or None), 303)
    if not form.validate():
        wrong = "" if isinstance(form, CodeForm) else form.errors.get("credential", [WRONG])[0]
        return _page(waits, form, 422, wrong)
    found: list[Proof] = []

    def noted() -> Proof | None:
        found.extend(it for it in [proof(waits)] if it is not None)
        return found[0] if found else None

    try:
        token = people().prove_second_factor(waits, noted, browser(), origin())
    except SignInRefused:
        return _page(waits, form, 403, WRONG)
    except AddressHeld as held:
        page = _page(waits, form, 429, HELD)
        page.headers["Retry-After"] = str(held.seconds)
        return page
    return _entered(waits, token, found[0].by, form.next.data)


def _entered(waits: SignedIn, token: str, by: str, wanted: str | None) -> Response:
    session.clear()
    if by == RECOVERY:
        left = factors().of(waits.account.id).recovery_left
        flash(f"You used a recovery code. {left} are left. You can make new ones on this page.")
        wanted = url_for("pages.your_second_factor")
    entered, kept = enter(token, wanted), kept_fields()
    return go_on(entered, wanted, kept) if kept and by != RECOVERY else entered


def _page(
    waits: SignedIn,
    form: CodeForm | PasskeyForm,
    status: int,
    refusal: str = "",
    kept: Fields | None = None,
) -> Response:
    whose, wanted = waits.account, form.next.data or ""
    owned = factors().of(whose.id)
    if not owned.factors:
        return make_response(
            render_template("second_factor/set_up.html", account=whose, wanted=wanted), status
        )
    if not isinstance(form, CodeForm):
        form = CodeForm(formdata=None, data={"next": wanted})
    page = render_template(
        "second_factor/prove.html",
        form=form,
        refusal=refusal,
        account=whose,
        options=factors().passkey_options(whose.id, party(), challenge_for("use", waits)),
        has_app=len(owned.passkeys) < len(owned.factors),
        kept=kept_fields() if kept is None else kept,
    )
    return make_response(page, status)

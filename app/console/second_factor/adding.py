"""Setting up a second factor: at the first sign-in, or later with the password once more."""

from dataclasses import dataclass
from ipaddress import ip_address

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

from app import clock
from app.access.passwords import TooManyAtOnce
from app.access.people import AddressHeld, SignedIn, SignInRefused
from app.access.second_factor.codes import key_address, key_picture
from app.access.second_factor.passkeys import PasskeyRefused
from app.api.http.service import origin
from app.api.people.current import people
from app.console.guard import browser, enter, pages, public, signed_in, waiting
from app.console.second_factor.forms import (
    ConfirmedAppForm,
    ConfirmedForm,
    ConfirmedPasskeyForm,
    NewAppForm,
    NewPasskeyForm,
)
from app.console.second_factor.proving import challenge_for, factors, party
from app.records.people.second_factors import Factor, FactorChanged, Proof

WRONG_CODE = (
    "That is not the code of this app now. Check the clock of the device, and enter the code that "
    "the app shows at present."
)
NO_PASSKEY = "The browser made no passkey for this service. Try again, or use an app."
STARTED_ANEW = "We made a new key, because the one before is no longer valid. Enter it in the app."
ALREADY = "This passkey is known already."
NOT_CURRENT = "Check the current password. After several wrong ones, wait a while."
ADDED = "We added the second factor."


@dataclass(frozen=True, slots=True)
class Adder:
    """Somebody who may add a second factor: signed in, or at the first sign-in (*waits*)."""

    who: SignedIn
    waits: bool

    @property
    def id(self) -> str:
        """The account's id."""
        return self.who.account.id


def adder() -> Adder | AnyResponse:
    """Who may add a second factor; a redirection for everybody else."""
    me = signed_in()
    if me is not None:
        if me.account.password_hash is None:
            return redirect(url_for("pages.account"), 303)
        return (
            redirect(url_for("pages.password"), 303) if me.account.must_change else Adder(me, False)
        )
    waits = waiting()
    if waits is None:
        return redirect(url_for("pages.sign_in", next=request.path), 303)
    if waits.account.password_hash is None or factors().of(waits.account.id).factors:
        return redirect(url_for("pages.second_factor"), 303)
    return Adder(waits, True)


@pages.get("/second-factor/app")
@public
def new_app() -> AnyResponse:
    """Show the key for an app, as a picture and as text."""
    by = adder()
    if not isinstance(by, Adder):
        return by
    form = NewAppForm(formdata=None) if by.waits else ConfirmedAppForm(formdata=None)
    return _app_page(by, form, 200)


@pages.post("/second-factor/app")
@public
def add_app() -> AnyResponse:
    """Add the app, once it shows the right code."""
    by = adder()
    if not isinstance(by, Adder):
        return by
    form = NewAppForm() if by.waits else ConfirmedAppForm()
    key = factors().app_key(by.id, form.key.data or "")
    if key is None:
        form.code.errors = [STARTED_ANEW]
        return _app_page(by, form, 422)
    if not form.validate():
        return _app_page(by, form, 422, key)
    if (refused := confirmed(by.who, form)) is not None:
        return _app_page(by, form, refused, key)
    made = factors().new_app(by.id, form.name.data.strip(), key, form.code.data)
    if made is None:
        form.code.errors = [WRONG_CODE]
        return _app_page(by, form, 422, key)
    return _added(by, made)


def _app_page(by: Adder, form: NewAppForm, status: int, key: str | None = None) -> Response:
    sealed = form.key.data
    if key is None:
        key, sealed = factors().new_app_key(by.id)
    address = key_address(key, by.who.account.name, party().host)
    page = render_template(
        "second_factor/app.html",
        form=form,
        key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        sealed=sealed,
        picture=key_picture(address),
        by=by,
    )
    return make_response(page, status)


@pages.get("/second-factor/passkey")
@public
def new_passkey() -> AnyResponse:
    """Ask the browser for a new passkey."""
    by = adder()
    if not isinstance(by, Adder):
        return by
    form = NewPasskeyForm(formdata=None) if by.waits else ConfirmedPasskeyForm(formdata=None)
    return _passkey_page(by, form, 200)


@pages.post("/second-factor/passkey")
@public
def add_passkey() -> AnyResponse:
    """Add a passkey that the browser made."""
    by = adder()
    if not isinstance(by, Adder):
        return by
    form = NewPasskeyForm() if by.waits else ConfirmedPasskeyForm()
    if not form.validate():
        return _passkey_page(by, form, 422)
    if (refused := confirmed(by.who, form)) is not None:
        return _passkey_page(by, form, refused)
    name, asked = form.name.data.strip(), challenge_for("new", by.who)
    try:
        made = factors().new_passkey(by.id, name, party(), asked, form.credential.data)
    except PasskeyRefused:
        return _passkey_page(by, form, 422, NO_PASSKEY)
    return _added(by, made)


def _passkey_page(by: Adder, form: NewPasskeyForm, status: int, refusal: str = "") -> Response:
    name, asked = by.who.account.name, challenge_for("new", by.who)
    page = render_template(
        "second_factor/passkey.html",
        form=form,
        refusal=refusal or " ".join(form.credential.errors or []),
        options=factors().new_passkey_options(by.id, name, party(), asked),
        by=by,
        elsewhere=None if not _is_number(request.host) else party().origin + request.path,
    )
    return make_response(page, status)


def _is_number(host: str) -> bool:
    """Whether a host is a network address, for which browsers make no passkeys."""
    try:
        ip_address(host.rpartition(":")[0].strip("[]") if ":" in host else host)
    except ValueError:
        return False
    return True


def confirmed(who: SignedIn, form: object) -> int | None:
    """Nothing where the form's password is right, or where it needs none; else the status of the
    refusal, with its sentence in the form.
    """
    if not isinstance(form, ConfirmedForm):
        return None
    try:
        people().confirm_password(
            who, form.password.data, browser(), origin(), "second_factor.password_confirmed"
        )
    except SignInRefused:
        form.password.errors = [NOT_CURRENT]
        return 403
    except (AddressHeld, TooManyAtOnce) as held:
        form.password.errors = [NOT_CURRENT]
        return 429 if isinstance(held, AddressHeld) else 503
    return None


def _added(by: Adder, made: Factor) -> AnyResponse:
    """Store a second factor, with recovery codes where there are none: the page that shows them is
    the only one.
    """
    owned = factors().of(by.id)
    needs_codes = owned.recovery is None
    recovery, shown = factors().new_recovery(by.id) if needs_codes else (None, [])
    new = [made] if recovery is None else [made, recovery]
    whose = origin().by(by.id)
    if by.waits:
        step = factors().adding(new, whose, is_first=True)
        try:
            token = people().complete(by.who, Proof(made.kind, clock.now(), step), whose)
        except SignInRefused:
            return redirect(url_for("pages.second_factor"), 303)
        session.clear()
        return codes_page(shown, enter(token, None))
    try:
        factors().add(new, whose)
    except FactorChanged:
        flash(ALREADY)
        return redirect(url_for("pages.your_second_factor"), 303)
    flash(ADDED)
    return codes_page(shown) if shown else redirect(url_for("pages.your_second_factor"), 303)


def codes_page(codes: list[str], entered: Response | None = None) -> Response:
    """The only page that shows recovery codes; with the session cookie of somebody who *entered*
    just now.
    """
    page = make_response(render_template("second_factor/codes.html", codes=codes))
    if entered is not None:
        cookies = entered.headers.getlist("Set-Cookie")
        page.headers.extend(("Set-Cookie", it) for it in cookies)
    return page

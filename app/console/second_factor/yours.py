"""One's own second factors: seen, renamed, removed; new recovery codes."""

from uuid import UUID

from flask import Response, abort, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access.second_factor.factors import KIND_WORDS
from app.api.http.service import origin
from app.api.people.current import people
from app.console.guard import needs_session, pages, who
from app.console.second_factor.adding import codes_page, confirmed
from app.console.second_factor.forms import ConfirmedForm, NameForm
from app.console.second_factor.proving import factors
from app.records.people.second_factors import Factor, FactorChanged, LastFactor

LAST = "This is your only second factor, and you need one. Add another one first."
CHANGED = "Another request changed this second factor meanwhile. Look at it again."


@pages.get("/account/second-factor")
@needs_session
def your_second_factor() -> Response:
    """The second factors of the account, and how many recovery codes are left."""
    return _list_page(ConfirmedForm(formdata=None), 200)


def _list_page(form: ConfirmedForm, status: int) -> Response:
    account = who().account
    page = render_template(
        "second_factor/yours.html",
        account=account,
        owned=factors().of(account.id),
        form=form,
        kind_words=KIND_WORDS,
        is_required=people().requires_second_factor,
    )
    return make_response(page, status)


@pages.post("/second-factor/codes")
@needs_session
def renew_recovery_codes() -> AnyResponse:
    """Make new recovery codes; those before stop working."""
    me, form = who(), ConfirmedForm()
    if not factors().of(me.account.id).factors:
        abort(404)
    if not form.validate():
        return _list_page(form, 422)
    if (refused := confirmed(me, form)) is not None:
        return _list_page(form, refused)
    made, shown = factors().new_recovery(me.account.id)
    factors().add([made], origin())
    return codes_page(shown)


@pages.get("/second-factor/<uuid:id>")
@needs_session
def one_second_factor(id: UUID) -> Response:
    """One second factor, to rename or remove."""
    found = _find(id)
    return _one_page(found, NameForm(formdata=None, data={"name": found.name}), None, 200)


def _find(id: UUID) -> Factor:
    return factors().of(who().account.id).find(str(id)) or abort(404)


def _one_page(
    factor: Factor,
    naming: NameForm | None,
    removing: ConfirmedForm | None,
    status: int,
    refusal: str = "",
) -> Response:
    page = render_template(
        "second_factor/one.html",
        factor=factor,
        kind=KIND_WORDS[factor.kind],
        naming=naming or NameForm(formdata=None, data={"name": factor.name}),
        removing=removing or ConfirmedForm(formdata=None),
        refusal=refusal,
    )
    return make_response(page, status)


@pages.post("/second-factor/<uuid:id>/name")
@needs_session
def rename_second_factor(id: UUID) -> AnyResponse:
    """Give a second factor another name."""
    found, form = _find(id), NameForm()
    if not form.validate():
        return _one_page(found, form, None, 422)
    try:
        factors().rename(found, form.name.data.strip(), origin())
    except FactorChanged:
        return _one_page(found, form, None, 412, CHANGED)
    flash("We renamed the second factor.")
    return _back()


@pages.post("/second-factor/<uuid:id>/remove")
@needs_session
def remove_second_factor(id: UUID) -> AnyResponse:
    """Remove a second factor, with the password once more."""
    found, form = _find(id), ConfirmedForm()
    if not form.validate():
        return _one_page(found, None, form, 422)
    if (refused := confirmed(who(), form)) is not None:
        return _one_page(found, None, form, refused)
    try:
        factors().remove(found, origin(), keeps_one=people().requires_second_factor)
    except LastFactor:
        return _one_page(found, None, form, 422, LAST)
    except FactorChanged:
        flash("The second factor was removed already.")
        return _back()
    flash("We removed the second factor.")
    return _back()


def _back() -> AnyResponse:
    return redirect(url_for("pages.your_second_factor"), 303)

"""Keys and clients of machines: listed, created, changed, revoked, given another secret."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.access.credentials import DAYS, OVERLAP_HOURS, Wanted
from app.access.granting.credentials import GrantedCredential
from app.access.principal import PUBLIC
from app.api.http.answered.responses import Problem
from app.api.http.asked.authentication import authenticator
from app.api.http.asked.idempotency import once_under
from app.api.http.asked.schemas import StrictSchema
from app.api.http.service import current_service, origin, principal
from app.api.machines.credential_schemas import (
    CredentialChangesSchema,
    CredentialWantedSchema,
    SecretWantedSchema,
)
from app.api.machines.credentials import ROUTE, ROUTE_OF_SECRETS, grants, refusals
from app.console.accounts.people import WAITS, organization_entry
from app.console.accounts.stale import stale_notice
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.records.identity import is_id
from app.records.machines.credentials import Credential

SHOWN = 50
KINDS = {"key": "API key", "client": "OAuth client"}
STATES = {
    "live": "Valid",
    "waiting": "Waits for a second person",
    "expired": "Expired",
    "revoked": "Revoked",
}
STEPS = {"revoke": "Revoke", "rotate": "New secret"}


@pages.get("/accounts/credentials")
@needs("credentials.read")
def credentials() -> str:
    """The keys and clients in order of creation."""
    after = request.args.get("after")
    if after is not None and not is_id(after):
        abort(404)
    found = authenticator().store.page(after, SHOWN + 1)
    return render_template(
        "accounts/credentials.html",
        credentials=found[:SHOWN],
        following=found[SHOWN - 1].id if len(found) > SHOWN else None,
        may_change=principal().may("credentials.write"),
        **_words(),
    )


def _words() -> dict[str, Any]:
    now = clock.now()
    return {
        "state_of": lambda one: STATES[
            "live"
            if one.is_live(now)
            else "revoked"
            if one.revoked_at
            else "waiting"
            if one.waits
            else "expired"
        ],
        "role_titles": _role_titles(),
        "now": now,
    }


def _role_titles() -> dict[str, str]:
    """All roles by name, in words."""
    return {name: role.title for name, role in authenticator().roles.roles.items()}


@pages.get("/accounts/credentials/new")
@needs("credentials.write")
def new_credential() -> str:
    """The form for a new key or client."""
    return _new_page(_new_form())


def _new_form() -> PageForm:
    kind_hint = "A key is sent with each request. A client gets tokens that end soon."
    name_hint = "For administrators, such as night batch. Write no personal data."
    days_hint = f"Empty: {DAYS['key']} for a key, {DAYS['client']} for a client."
    allowed = [
        (name, allows)
        for name, allows in authenticator().roles.permissions.items()
        if name not in (PUBLIC, "session")
    ]
    kind = Entry("kind", "Kind", "choice", kind_hint, list(KINDS.items()), empty="")
    entries = [
        kind.show("key"),
        Entry("name", "Name", "code", name_hint),
        Entry("role", "Role", "choice", options=list(_role_titles().items())),
        organization_entry("Most roles need one."),
        Entry("days", "Days until it expires", "number", days_hint, optional=True),
        Entry(
            "scopes",
            "Only these permissions of the role",
            "checks",
            "Choose none for all of its role.",
            allowed,
            optional=True,
        ),
    ]
    return PageForm(CredentialWantedSchema(), entries)


def _new_page(form: PageForm) -> str:
    return render_template("accounts/new_credential.html", form=form)


@pages.post("/accounts/credentials/new")
@needs("credentials.write")
def create_credential() -> AnyResponse | str | tuple[str, int]:
    """Create a key or a client. The page that follows shows the secret, once."""
    form = _new_form()
    loaded = form.load()
    with once_under(current_service(), ROUTE, form.once, b"") as attempt:
        if attempt.earlier is not None and attempt.earlier.location is not None:
            flash("It is there already. We showed its secret once.")
            return _back(attempt.earlier.location.rpartition("/")[2])
        if loaded is None:
            return _new_page(form), 422
        scopes = loaded.pop("scopes", None)
        wanted = Wanted(**loaded, scopes=None if scopes is None else tuple(scopes))
        try:
            with refusals():
                response = attempt.created("/v1/credentials")
                return _secret_page(grants().create(wanted, principal(), origin(), response))
        except Problem as problem:
            form.refuse(problem)
    return _new_page(form), 422


def _secret_page(new: GrantedCredential) -> str:
    return render_template(
        "accounts/secret.html",
        credential=new.credential,
        secret=new.secret,
        approval=new.approval,
        token_endpoint=f"{authenticator().tokens.issuer}/oauth/token",
    )


@pages.get("/accounts/credentials/<uuid:id>")
@needs("credentials.read")
def credential(id: UUID) -> str:
    """One key or client, without its secret."""
    found = _find(id)
    return _credential_page(found, _changes_form(found))


def _changes_form(found: Credential) -> PageForm:
    return PageForm(
        CredentialChangesSchema(),
        [Entry("name", "Name", "code").show(found.name), _days_from_now()],
        version=str(found.version),
    )


def _days_from_now() -> Entry:
    hint = "Empty: the expiry stays."
    return Entry("days", "Days until it expires, from now", "number", hint, optional=True)


def _find(id: UUID) -> Credential:
    with refusals():
        return authenticator().credentials.find(str(id))


def _credential_page(found: Credential, form: PageForm) -> str:
    return render_template(
        "accounts/credential.html",
        credential=found,
        form=form,
        may_change=principal().may("credentials.write") and found.revoked_at is None,
        waiting=grants().waiting(found.id, principal()),
        **_words(),
    )


@pages.post("/accounts/credentials/<uuid:id>")
@needs("credentials.write")
def change_credential(id: UUID) -> AnyResponse | tuple[str, int]:
    """Change the name or the expiry."""
    found = _find(id)
    form = _changes_form(found)
    loaded = form.load()
    if loaded is not None:
        try:
            with refusals():
                granted = grants().change(found.id, _version(form), principal(), origin(), **loaded)
                flash("We changed it." if granted.approval is None else WAITS)
                return _back(found.id)
        except Problem as problem:
            if problem.type.name == "precondition-failed":
                return _credential_page(_stale(found, form), form), 412
            form.refuse(problem)
    return _credential_page(found, form), 422


def _version(form: PageForm) -> int:
    """The version that the page showed; one that never was, where the form names none."""
    return int(form.version) if form.version.isdecimal() else 0


def _stale(found: Credential, form: PageForm) -> Credential:
    """The present state, where somebody else changed it meanwhile; the form says so."""
    now = _find(UUID(found.id))
    form.notice = stale_notice(found.kind, found.id, "credential.")
    form.version = str(now.version)
    return now


@pages.get("/accounts/credentials/<uuid:id>/<step>")
@needs("credentials.write")
def credential_step(id: UUID, step: str) -> str:
    """What revoking it, or giving it a new secret, will do."""
    found = _find(id)
    return _step_page(step, found, _step_form(step, found))


def _step_form(step: str, found: Credential) -> PageForm:
    if step != "rotate":
        return PageForm(StrictSchema(), [], version=str(found.version))
    asks = "Hours for which the present secret works"
    overlap = Entry("overlap_hours", asks, "number", "0 ends it at once.").show(OVERLAP_HOURS)
    return PageForm(SecretWantedSchema(), [overlap, _days_from_now()], version=str(found.version))


def _step_page(step: str, found: Credential, form: PageForm) -> str:
    if step not in STEPS:
        abort(404)
    return render_template(
        f"accounts/{step}.html", step=STEPS[step], credential=found, form=form, **_words()
    )


@pages.post("/accounts/credentials/<uuid:id>/<step>")
@needs("credentials.write")
def take_credential_step(id: UUID, step: str) -> AnyResponse | str | tuple[str, int]:
    """Revoke it, or give it a new secret."""
    found = _find(id)
    form = _step_form(step, found)
    loaded = form.load()
    try:
        with refusals():
            if step == "revoke":
                return _revoke(found, form)
            if step == "rotate" and (taken := _rotate(found, form, loaded)) is not None:
                return taken
    except Problem as problem:
        if problem.type.name == "precondition-failed":
            return _step_page(step, _stale(found, form), form), 412
        form.refuse(problem)
    return _step_page(step, found, form), 422


def _revoke(found: Credential, form: PageForm) -> AnyResponse:
    authenticator().credentials.revoke(found.id, _version(form), origin())
    authenticator().bearers.forget()
    flash("We revoked it. All processes reject it within 30 seconds.")
    return _back(found.id)


def _rotate(
    found: Credential, form: PageForm, loaded: dict[str, Any] | None
) -> AnyResponse | str | None:
    with once_under(current_service(), ROUTE_OF_SECRETS, form.once, b"") as attempt:
        if attempt.earlier is not None:
            flash("It has its new secret. We showed it once.")
            return _back(found.id)
        if loaded is None:
            return None
        new = grants().rotate(
            found.id,
            _version(form),
            principal(),
            origin(),
            response=attempt.created("/v1/credentials"),
            **loaded,
        )
    authenticator().bearers.forget()
    return _secret_page(new)


def _back(id: str) -> AnyResponse:
    return redirect(url_for("pages.credential", id=id), 303)

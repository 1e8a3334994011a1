"""People's accounts: found, created, looked at, changed."""

from uuid import UUID

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.access.granting.accounts import Granted
from app.access.roster import peoples_roles
from app.access.second_factor.factors import KIND_WORDS
from app.api.http.answered.responses import Problem
from app.api.http.asked.authentication import authenticator
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service, origin, principal
from app.api.organizations.organizations import register
from app.api.people.account_schemas import (
    AccountChangesSchema,
    AccountsSearchSchema,
    NewAccountSchema,
)
from app.api.people.accounts import (
    ROUTE,
    account_to_create,
    find_account,
    found_accounts,
    grants,
    refusals,
)
from app.api.people.current import people
from app.console.accounts.stale import stale_notice
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.records.identity import is_id
from app.records.people.account_search import WantedAccounts
from app.records.people.accounts import Account

SHOWN = 50
CHANGED = "We changed the account. It takes effect at the person's next request."
WAITS = "We proposed it. Another administrator approves it on the page Waiting for a second person."
CRITERIA = ("name", "role", "organization", "standing")
STANDING_WORDS = {
    "enabled": "Enabled",
    "disabled": "Disabled",
    "one_time": "One-time password not used yet",
    "unused": "Disabled because unused",
    "waiting": "New, waits for approval",
}


@pages.get("/accounts")
@needs("accounts.read")
def accounts() -> str:
    """The accounts in order of creation."""
    after, standing = request.args.get("after"), request.args.get("standing")
    wanted = WantedAccounts(standing=standing if standing in STANDING_WORDS else None)  # type: ignore[arg-type]
    if after is not None and not is_id(after):
        abort(404)
    form = _search_form()
    form["standing"].show(wanted.standing)
    return _list_page(wanted, form, after)


@pages.post("/accounts")
@needs("accounts.read")
def find_staff() -> str | tuple[str, int]:
    """Accounts by name, role, organization and how they stand. No name stands in an address."""
    form = _search_form()
    loaded = form.load()
    if loaded is None:
        return _list_page(None, form, None), 422
    after = request.form.get("after", "")
    return _list_page(WantedAccounts(**loaded), form, after if is_id(after) else None)


def _search_form() -> PageForm:
    name = Entry("name", "Sign-in name", "code", "A part of it is enough.", optional=True)
    standing = Entry(
        "standing", "Status", "choice", options=list(STANDING_WORDS.items()), empty="Any"
    )
    entries = [name, _role(empty="Any"), organization_entry(empty="Any"), standing]
    return PageForm(AccountsSearchSchema(only=CRITERIA), entries)


def _role(hint: str = "", empty: str = "") -> Entry:
    return Entry("role", "Role", "choice", hint, list(role_titles().items()), empty=empty)


def organization_entry(hint: str = "", empty: str = "None", present: str | None = None) -> Entry:
    """The choice of an organization by its name; *present* is the one that is chosen already."""
    options = list(organizations_by_name(present).items())
    return Entry("organization", "Organization", "choice", hint, options, empty=empty)


def _list_page(wanted: WantedAccounts | None, form: PageForm, after: str | None) -> str:
    found = [] if wanted is None else found_accounts(wanted, SHOWN + 1, after)
    return render_template(
        "accounts/people.html",
        form=form,
        accounts=found[:SHOWN],
        following=found[SHOWN - 1].id if len(found) > SHOWN else None,
        is_search=request.method == "POST",
        may_write=principal().may("accounts.write"),
        role_titles=role_titles(),
    )


def role_titles() -> dict[str, str]:
    """The roles of people by name, in words."""
    roles = authenticator().roles.roles
    return {name: roles[name].title for name in peoples_roles()}


def organizations_by_name(present: str | None = None) -> dict[str, str]:
    """The names of the organizations that an account can name, in their order, by id; with the
    *present* one, which may be closed.
    """
    found = register().organizations.page()
    named = [(each.name, each.id) for each in found if not each.is_closed or each.id == present]
    if present is not None and present not in {id for _, id in named}:
        named.append((present, present))
    return {id: name for name, id in sorted(named, key=lambda each: each[0].casefold())}


@pages.get("/accounts/new")
@needs("accounts.write")
def new_staff() -> str:
    """The form for a new account."""
    return _new_page(_new_form())


def _new_form() -> PageForm:
    name_hint = "Such as r.alvarez. Upper and lower case are the same."
    entries = [
        Entry("name", "Sign-in name", "code", name_hint),
        _role("The page Roles shows what each may do.", empty="Select"),
        organization_entry("The office that the person works for. Most roles need one."),
    ]
    if current_service().settings.single_sign_on is not None:
        hint = "Only for people who sign in through your organization. They get no password."
        entries.append(Entry("subject", "Id at the identity provider", "code", hint, optional=True))
    return PageForm(NewAccountSchema(), entries)


def _new_page(form: PageForm) -> str:
    return render_template("accounts/new.html", form=form)


@pages.post("/accounts/new")
@needs("accounts.write")
def create_staff() -> AnyResponse | str | tuple[str, int]:
    """Create an account. The page that follows shows the one-time password, once."""
    form = _new_form()
    loaded = form.load()
    with once_under(current_service(), ROUTE, form.once, b"") as attempt:
        if attempt.earlier is not None and attempt.earlier.location is not None:
            flash("The account is there already. We showed its one-time password once.")
            id = attempt.earlier.location.rpartition("/")[2]
            return redirect(url_for("pages.staff", id=id), 303)
        if loaded is None:
            return _new_page(form), 422
        try:
            with refusals():
                new, response = account_to_create(loaded), attempt.created("/v1/accounts")
                return secret_page(grants().create(new, principal(), origin(), response))
        except Problem as problem:
            form.refuse(problem, at="name" if problem.type.name == "name-taken" else "")
    return _new_page(form), 422


def secret_page(granted: Granted) -> str:
    """The only page that shows a one-time password, or its first part."""
    return render_template(
        "accounts/one_time.html",
        account=granted.account,
        one_time=granted.secret,
        approval=granted.approval,
    )


@pages.get("/accounts/<uuid:id>")
@needs("accounts.read")
def staff(id: UUID) -> str:
    """One account."""
    account = find_account(id)
    return _person_page(account, _person_form(account))


def _person_form(account: Account) -> PageForm:
    whose = organization_entry(present=account.organization).show(account.organization)
    entries = [_role().show(account.role), whose]
    return PageForm(AccountChangesSchema(), entries, version=str(account.version))


def _person_page(account: Account, form: PageForm) -> str:
    now = clock.now()
    return render_template(
        "accounts/person.html",
        account=account,
        form=form,
        sessions=people().sessions.of(account.id, now),
        owned=current_service().second_factors.of(account.id),
        kind_words=KIND_WORDS,
        is_locked=account.locked_until is not None and account.locked_until > now,
        may_change=principal().may("accounts.write"),
        waiting=grants().waiting(account, principal()),
        role_titles=role_titles(),
    )


@pages.post("/accounts/<uuid:id>")
@needs("accounts.write")
def change_staff(id: UUID) -> AnyResponse | str | tuple[str, int]:
    """Change the role and the organization."""
    account = find_account(id)
    form = _person_form(account)
    loaded = form.load(organization=None)
    if form.version != str(account.version):
        return stale_person(account, form)
    if loaded is not None:
        try:
            with refusals():
                granted = grants().change(account, loaded, principal(), origin(), account.version)
                if granted.secret is not None:
                    return secret_page(granted)
                flash(CHANGED if granted.approval is None else WAITS)
                return redirect(url_for("pages.staff", id=id), 303)
        except Problem as problem:
            if problem.type.name == "precondition-failed":
                return stale_person(find_account(id), form)
            form.refuse(problem)
    return _person_page(account, form), 422


def stale_person(account: Account, form: PageForm) -> tuple[str, int]:
    """The page again where somebody else changed the account, with what was typed."""
    form.notice = stale_notice("account", account.id, "account.")
    form.version = str(account.version)
    return _person_page(account, form), 412


@pages.get("/accounts/roles")
@needs("accounts.read")
def roles() -> AnyResponse:
    """What each role may do and sees."""
    known = authenticator().roles
    return make_response(
        render_template("accounts/roles.html", roles=known.roles, permissions=known.permissions)
    )

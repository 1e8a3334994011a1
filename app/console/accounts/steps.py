"""Steps that need a second look: disable or enable an account, a new one-time password, ending
sessions. Each has a page that says what will happen, with one button.
"""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.answered.responses import Problem
from app.api.http.asked.idempotency import once_under
from app.api.http.asked.schemas import StrictSchema
from app.api.http.service import current_service, origin, principal
from app.api.people.account_schemas import AccountChangesSchema
from app.api.people.accounts import ROUTE, account_with_password, find_account, grants, refusals
from app.api.people.current import people
from app.api.people.second_factors import ResetSchema, propose_reset
from app.console.accounts.people import WAITS, secret_page
from app.console.accounts.stale import stale_notice
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.records.people.accounts import Account


class Step(NamedTuple):
    """A step: its heading, what it does, its button, and whether it wants a reason."""

    heading: str
    says: str
    button: str
    take: Callable[[Account, PageForm], AnyResponse | str | None]
    wants_reason: bool = False
    wants_second_person: bool = False


@pages.get("/accounts/<uuid:id>/<step>")
@needs("accounts.write")
def account_step(id: UUID, step: str) -> str:
    """What a step will do, before it is taken."""
    chosen, account = STEPS.get(step) or abort(404), find_account(id)
    if step == "password":
        account_with_password(id)
    return _step_page(chosen, account, _form(chosen, account))


def _form(step: Step, account: Account) -> PageForm:
    version = str(account.version)
    if step.wants_second_person:
        hint = "For the second administrator. Write no personal data."
        return PageForm(ResetSchema(), [Entry("because", "Reason", hint=hint)], version=version)
    if not step.wants_reason:
        return PageForm(StrictSchema(), [], version=version)
    hint = "For other administrators. Write no personal data."
    return PageForm(AccountChangesSchema(), [Entry("reason", "Reason", hint=hint)], version=version)


@pages.post("/accounts/<uuid:id>/<step>")
@needs("accounts.write")
def take_account_step(id: UUID, step: str) -> AnyResponse | str | tuple[str, int]:
    """Take a step. A stale page comes again and says who changed the account."""
    chosen, account = STEPS.get(step) or abort(404), find_account(id)
    form = _form(chosen, account)
    form.take()
    if form.version != str(account.version) and not _was_taken(account, form):
        return _stale(chosen, account, form)
    try:
        with refusals():
            taken = chosen.take(account, form)
            if taken is not None:
                return taken
    except Problem as problem:
        if problem.type.name == "precondition-failed":
            return _stale(chosen, find_account(id), form)
        form.refuse(problem)
    return _step_page(chosen, account, form), 422


def _was_taken(account: Account, form: PageForm) -> bool:
    """Whether this same form gave the account its one-time password before: a second click."""
    with once_under(current_service(), _PASSWORDS, form.once, b"") as attempt:
        location = attempt.earlier.location if attempt.earlier is not None else None
    return location is not None and location.endswith(f"/{account.id}")


def _stale(step: Step, account: Account, form: PageForm) -> tuple[str, int]:
    form.notice = stale_notice("account", account.id, "account.")
    form.version = str(account.version)
    return _step_page(step, account, form), 412


def _step_page(step: Step, account: Account, form: PageForm) -> str:
    return render_template("accounts/step.html", step=step, account=account, form=form)


def _disable(account: Account, form: PageForm) -> AnyResponse | None:
    loaded = form.load(disabled=True)
    if loaded is None:
        return None
    if "reason" not in loaded:
        form["reason"].errors.append("Write why, so that others can understand it later.")
        return None
    grants().change(account, loaded, principal(), origin(), account.version)
    flash("We disabled the account and ended its sessions.")
    return _back(account)


def _enable(account: Account, form: PageForm) -> AnyResponse:
    wanted = {"disabled": False}
    granted = grants().change(account, wanted, principal(), origin(), account.version)
    flash("We enabled the account." if granted.approval is None else WAITS)
    return _back(account)


_PASSWORDS = f"{ROUTE}/one-time-passwords"


def _give_password(account: Account, form: PageForm) -> AnyResponse | str:
    account_with_password(UUID(account.id))
    with once_under(current_service(), _PASSWORDS, form.once, b"") as attempt:
        if attempt.earlier is not None:
            flash("The account has its new one-time password. We showed it once.")
            return _back(account)
        response = attempt.created("/v1/accounts")
        return secret_page(
            grants().reset_password(account, principal(), origin(), account.version, response)
        )


def _end_sessions(account: Account, form: PageForm) -> AnyResponse:
    ended = people().sessions.end(account.id, origin().did("session.ended", account.id))
    flash("We ended all sessions." if ended else "The person had no open session.")
    return _back(account)


def _propose_reset(account: Account, form: PageForm) -> AnyResponse | None:
    loaded = form.load()
    if loaded is None:
        return None
    found = propose_reset(account, loaded["because"])
    flash("We proposed the reset. A second administrator must approve it.")
    return redirect(url_for("pages.approval", id=found.id), 303)


def _back(account: Account) -> AnyResponse:
    return redirect(url_for("pages.staff", id=account.id), 303)


STEPS = {
    "disable": Step(
        "Disable the account",
        "The person cannot sign in any more. All sessions end now, and drafts are deleted. What "
        "the person decided stays. You can enable the account again.",
        "Disable the account",
        _disable,
        wants_reason=True,
    ),
    "enable": Step(
        "Enable the account",
        "The person can sign in again with the password from before. If the role gives more than "
        "yours, another administrator approves it first.",
        "Enable the account",
        _enable,
    ),
    "password": Step(
        "New one-time password",
        "The old password stops working, all sessions end, and a lockout is over. The next page "
        "shows the new password once. The person has seven days to use it. If the role gives more "
        "than yours, another administrator approves it first and gets the second part.",
        "Give a one-time password",
        _give_password,
    ),
    "second-factor": Step(
        "Reset the second factor",
        "A second administrator must approve this within seven days. Then every second factor and "
        "recovery code of the person is removed, and all sessions end. Make sure that the person "
        "asked for it.",
        "Propose the reset",
        _propose_reset,
        wants_second_person=True,
    ),
    "sessions": Step(
        "End all sessions",
        "All browsers of this person are signed out now. The person can sign in again.",
        "End all sessions",
        _end_sessions,
    ),
}

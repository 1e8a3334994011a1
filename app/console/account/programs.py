"""Programs in the name of a person: the page on which the person agrees, and where it ends."""

import re
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access.principal import PUBLIC
from app.access.programs import Asked
from app.api.http.asked.authentication import authenticator
from app.api.http.asked.requests import CONTENT_SECURITY_POLICY
from app.api.http.service import origin, principal
from app.api.machines.oauth import RESOURCE, resources, server_here
from app.api.machines.oauth_schemas import AUTHORIZE_PATH
from app.console.guard import needs_session, pages, who

PASSED_ON = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
    "code_challenge_method", "response_mode", RESOURCE,
)  # fmt: skip
"""What a program sends that the form of the page sends again."""
STATE_LENGTH = 500
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
NOT_REGISTERED = (
    "A program sent you here, but it is not registered, or asks to send you to an address that is "
    "not. We sent nothing to it. Go back to the program, or ask its maker."
)


class Refused(Exception):
    """The request is none that may be agreed to; the program learns why, if it may be sent there.

    *error* is a code of RFC 6749, *to* where the program's address is registered.
    """

    def __init__(self, error: str, says: str, to: str | None = None) -> None:
        super().__init__(says)
        self.error, self.to = error, to


class Question(NamedTuple):
    """What a person is asked: what the program gets, and what their role does not have of it."""

    asked: Asked
    beyond: tuple[str, ...]


def _question() -> Question:
    """What the present request asks a person to allow.

    Raises:
        Refused: it may not be agreed to.
    """
    try:
        grant = server_here().get_consent_grant(end_user=who())
    except OAuth2Error as error:
        says = error.description or "The request is not valid."
        raise Refused(error.error, says, getattr(error, "redirect_uri", None)) from None
    to, sent = grant.redirect_uri, request.values
    method, challenge = sent.get("code_challenge_method"), sent.get("code_challenge", "")
    if any(len(request.values.getlist(name)) > 1 for name in PASSED_ON if name != RESOURCE):
        raise Refused("invalid_request", "Send each parameter once.", to)
    if method != "S256" or not CHALLENGE.fullmatch(challenge):
        raise Refused("invalid_request", "Send a PKCE challenge of the method S256.", to)
    if sent.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "The only response_mode is query.", to)
    if len(sent.get("state", "")) > STATE_LENGTH:
        raise Refused("invalid_request", f"Send a state of at most {STATE_LENGTH} characters.", to)
    if not set(sent.getlist(RESOURCE)) <= {"", *resources()}:
        raise Refused("invalid_target", "This service issues tokens only for itself.", to)
    wanted = set(sent.get("scope", "").split())
    known = set(authenticator().roles.permissions) - {PUBLIC}
    may = {scope for scope in wanted & known if principal().may(scope)}
    if not wanted or not wanted <= known or not may:
        raise Refused("invalid_scope", "Name permissions that the person's role has.", to)
    asked = Asked(grant.client.program, tuple(sorted(may)), to, challenge)
    return Question(asked, tuple(sorted(wanted - may)))


@pages.get(AUTHORIZE_PATH)
@needs_session
def ask_consent() -> AnyResponse:
    """Ask the person whether a program may act in their name."""
    try:
        question = _question()
    except Refused as refused:
        return _told(refused)
    asked, address = question.asked, urlsplit(question.asked.redirect_uri)
    page = make_response(
        render_template(
            "pages/consent.html",
            program=asked.program,
            host=address.netloc,
            is_own_machine=address.scheme == "http",
            allows=[authenticator().roles.permissions[scope] for scope in asked.scopes],
            beyond=[authenticator().roles.permissions[scope] for scope in question.beyond],
            passed_on=[(name, request.args[name]) for name in PASSED_ON if name in request.args],
        )
    )
    back = f"form-action 'self' {address.scheme}://{address.netloc}"
    page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "form-action 'self'", back
    )
    return page


@pages.post(AUTHORIZE_PATH)
@needs_session
def answer_consent() -> AnyResponse:
    """Send the person back to the program, with a code if they agreed."""
    try:
        asked = _question().asked
        if request.form.get("do") != "allow":
            raise Refused("access_denied", "The person did not agree.", asked.redirect_uri)
    except Refused as refused:
        return _told(refused)
    code = authenticator().programs.allow(asked, who().account, origin())
    return _back(asked.redirect_uri, code=code)


def _told(refused: Refused) -> AnyResponse:
    """Tell the program why not, or the person where the program's address is not to be trusted."""
    if refused.to is None:
        return make_response(
            render_template("pages/message.html", title="We cannot go on", sentence=NOT_REGISTERED),
            400,
        )
    return _back(refused.to, error=refused.error, error_description=str(refused))


def _back(address: str, **told: str) -> AnyResponse:
    """Send the browser to the program's address with what it is told, its own state, and who tells
    it (RFC 9207).
    """
    state = request.values.get("state")
    told |= {"state": state} if state is not None else {}
    told["iss"] = authenticator().tokens.issuer
    return redirect(f"{address}{'&' if '?' in address else '?'}{urlencode(told)}", 303)


@pages.post("/sessions/programs/<uuid:id>/end")
@needs_session
def end_program(id: UUID) -> Response | AnyResponse:
    """End what one lets a program do."""
    ended = authenticator().programs.end(who().account.id, str(id), origin())
    authenticator().bearers.forget()
    flash("The program acts in your name no more." if ended else "That had already ended.")
    return redirect(url_for("pages.sessions"), 303)

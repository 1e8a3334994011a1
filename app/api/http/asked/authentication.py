"""Authentication and authorization, once before every view.

A route without a declared permission rejects everybody. Routes under /v1 accept only an
Authorization header. Browsers send cookies also when another site leads them here, so these routes
ignore cookies.
"""

from functools import lru_cache
from typing import cast
from urllib.parse import parse_qsl

from flask import Flask, Request, current_app, g, request

from app.access.authenticator import Authenticator, PersonsKey
from app.access.origin import REFUSED
from app.access.principal import ANYBODY, PUBLIC, Principal
from app.api.http.answered.responses import Problem
from app.api.http.service import current_service, origin, principal

_AUTHENTICATOR = "authenticator"
REALM = 'Bearer realm="eligibility"'
PAGES = "pages"
UNDECLARED = "a permission that no role has"
"""What a route asks for that declares nothing."""


def authenticate_requests(app: Flask, authenticator: Authenticator) -> None:
    """Reject every request that lacks the permission of its view."""
    app.extensions[_AUTHENTICATOR] = authenticator
    app.before_request(_admit)


def authenticator() -> Authenticator:
    """What recognizes callers of the application that handles the present request."""
    return cast(Authenticator, current_app.extensions[_AUTHENTICATOR])


def permission_needed(asking: Request) -> str:
    """The permission that a request's view declares."""
    view = current_app.view_functions[asking.endpoint or ""]
    needed: str = getattr(view, "permission", UNDECLARED)
    if asking.query_string and asks_not_to_keep(asking.query_string):
        needed = getattr(view, "permission_without_keeping", None) or needed
    return needed


@lru_cache(256)
def asks_not_to_keep(query: bytes) -> bool:
    """Whether a query's first `keep` is `false`.

    One that says something else too is refused by the view.
    """
    members = parse_qsl(query.decode(errors="replace"), keep_blank_values=True)
    return next((value for name, value in members if name == "keep"), None) == "false"


def _admit() -> None:
    """Recognize the caller and hold the view's permission against theirs; then the view may run.

    Raises:
        Problem: unauthenticated, forbidden.
    """
    asking: Request = request._get_current_object()  # type: ignore[attr-defined]
    rule = asking.url_rule
    if rule is None or (
        asking.method == "OPTIONS" and getattr(rule, "provide_automatic_options", False)
    ):
        return  # nothing stands there, or the framework itself tells which methods there are
    if asking.blueprint == PAGES:
        return  # pages see for themselves who is signed in, and lead others to where they can
    if (needed := permission_needed(asking)) == PUBLIC:
        return
    g.principal = _recognized(asking)
    demand(needed)


def demand(permission: str) -> None:
    """Refuse the present request unless its caller has a permission.

    Raises:
        Problem: unauthenticated, forbidden.
    """
    asking = principal()
    if asking.may(permission):
        return
    if asking is ANYBODY:
        raise _unauthenticated("Send a key or an access token: Authorization: Bearer …", REALM)
    current_service().store.note(
        origin().did("access.refuse", permission, REFUSED, kind="permission")
    )
    reason = (
        "no role has access to this address"
        if permission == UNDECLARED
        else f"this request needs the permission {permission}"
    )
    scope = "" if permission == UNDECLARED else f', scope="{permission}"'
    challenge = f'{REALM}, error="insufficient_scope"{scope}'
    raise Problem(
        "forbidden",
        f"Your credential is valid, but {reason}.",
        headers={"WWW-Authenticate": challenge},
        permission=None if scope == "" else permission,
    )


def _recognized(asking: Request) -> Principal:
    """The caller of the Authorization header, or anybody without one.

    The problem gives no reason for a rejected credential, because that would help attackers.

    Raises:
        Problem: unauthenticated; what the header carries is not taken. Why is not told: it would
            help only those who try.
    """
    header = asking.headers.get("Authorization")
    if header is None:
        return ANYBODY
    scheme, _, bearer = header.strip().partition(" ")
    is_bearer = scheme.lower() == "bearer"
    try:
        caller = authenticator().bearers.principal(bearer.strip()) if is_bearer else None
    except PersonsKey as refused:
        raise _unauthenticated(str(refused), f'{REALM}, error="invalid_token"') from None
    if caller is None:
        raise _unauthenticated(
            "The service rejects this key or access token: it is mistyped, expired or revoked.",
            f'{REALM}, error="invalid_token"',
        )
    return caller


def _unauthenticated(detail: str, challenge: str) -> Problem:
    return Problem("unauthenticated", detail, headers={"WWW-Authenticate": challenge})

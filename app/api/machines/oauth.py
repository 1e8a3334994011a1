"""OAuth 2: tokens for systems (client credentials, RFC 6749, section 4.4) and for programs in the
name of a person (authorization code with PKCE), and the keys that tokens are signed with. Errors
have the form of that RFC, which clients of OAuth read.
"""

import base64
import re
from collections.abc import Mapping
from functools import partial
from typing import cast
from urllib.parse import unquote

from flask import Blueprint, Flask, Request, Response, current_app, request
from werkzeug.exceptions import HTTPException

from app.access.principal import PUBLIC
from app.access.tokens import ALGORITHM, NoSigningKey
from app.api.http.answered.faults import (
    RETRY_AFTER_SECONDS,
    log_fault,
    log_unexpected,
    records_unavailable,
)
from app.api.http.answered.responses import (
    Problem,
    json_response,
    problem_of_status,
    problem_response,
)
from app.api.http.asked.authentication import authenticator
from app.api.http.asked.limits import is_to_be_noted, take_refused_token
from app.api.http.asked.parsing import is_packed
from app.api.http.metrics import TOKEN_REFUSALS
from app.api.http.operations import Content, Operation
from app.api.http.service import origin
from app.api.machines.answers import (
    OAuthErrorAnswer,
    OAuthMetadataAnswer,
    SigningKeysAnswer,
    TokenAnswer,
    TokenToRevoke,
    TokenWanted,
)
from app.api.machines.oauth_schemas import (
    AUTHORIZE_PATH,
    FORM,
    GRANT,
    KEYS_PATH,
    METADATA_PATH,
    REVOKE_PATH,
    TOKEN_ERRORS,
    TOKEN_PATH,
)
from app.api.machines.oauth_server import METHODS, Server, note_token
from app.api.machines.person_grants import CODE, REFRESH
from app.records.errors import RecordsUnavailable
from app.records.identity import is_id

RESOURCE = "resource"
GRANTS = (GRANT, CODE, REFRESH)
KEYS_SECONDS = 300
"""How long clients may cache the list of signing keys. A replaced key stays valid for longer."""
PUBLIC_HEADERS = {"Cache-Control": f"public, max-age={KEYS_SECONDS}"}
NO_SUCH_CLIENT = "Unknown client or wrong secret."
CHALLENGE = {"WWW-Authenticate": 'Basic realm="eligibility"'}
_BASIC = re.compile("basic ([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)
_NAME = "oauth"

pages = Blueprint("oauth", __name__)


def install_oauth(app: Flask) -> None:
    """Give an application what its token endpoint asks."""
    app.extensions[_NAME] = Server()


@pages.post(TOKEN_PATH)
@Operation(
    permission=PUBLIC,
    query=None,
    request_body=Content("The request for a token.", {FORM: TokenWanted}),
    returns={200: Content("An access token.", TokenAnswer), **TOKEN_ERRORS},
)
def create_token() -> Response:
    """Issue an access token to a client, or to a program in the name of a person.

    API keys need no token. A client sends its id and secret by HTTP Basic authentication or in the
    form; a program has no secret and sends its client_id in the form. Errors have the format of
    RFC 6749.
    """
    server = server_here()
    if (refused := _unreadable(request)) is not None:
        return refused
    try:
        answer = cast(Response, server.create_token_response())
    except NoSigningKey as error:
        log_fault(str(error))
        return _error(
            503,
            "temporarily_unavailable",
            "The service cannot issue tokens now.",
            {"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    why = answer.get_json().get("error")
    if why == "invalid_client":
        return _refused()
    if why == "invalid_grant":  # somebody may be guessing, and learns no more than the code
        TOKEN_REFUSALS.inc()
        take_refused_token()
        return _error(400, why, "Unknown, used or expired. Ask the person again.")
    return answer


def server_here() -> Server:
    """The authorization server of the present application."""
    return cast(Server, current_app.extensions[_NAME])


@pages.post(REVOKE_PATH)
@Operation(
    permission=PUBLIC,
    query=None,
    request_body=Content("The token to give up.", {FORM: TokenToRevoke}),
    returns={
        200: Content("The token and all others of the same consent work no more."),
        **TOKEN_ERRORS,
    },
)
def revoke_token() -> Response:
    """Give up what a person allowed a program (RFC 7009), with one of its refresh tokens.

    The answer is the same for a token that the service does not know.
    """
    if (refused := _malformed(request)) is not None:
        return refused
    token, client = request.form.get("token"), request.form.get("client_id", "")
    program = authenticator().programs.live(client)
    if program is None or "Authorization" in request.headers:
        return _refused()
    if not token:
        return _error(400, "invalid_request", "Send the refresh token as `token`.")
    authenticator().programs.give_up(token, program, origin("anybody"))
    authenticator().bearers.forget()
    return Response(status=200, headers={"Cache-Control": "no-store"})


def _refused() -> Response:
    """The response to an unknown client or a wrong secret.

    The service counts every rejection but writes only some audit entries. Otherwise anybody could
    fill the audit trail, which stays for years.

    Raises:
        Problem: too-many-requests.
        RecordsUnavailable: it could not be written down.
    """
    TOKEN_REFUSALS.inc()
    take_refused_token()
    given = (
        request.authorization.username if request.authorization else request.form.get("client_id")
    )
    known = given if given and is_id(given) and authenticator().store.find(given) else None
    if is_to_be_noted(known):
        note_token("anybody", known or "unknown", "refused")
    return _error(401, "invalid_client", NO_SUCH_CLIENT, CHALLENGE)


@pages.errorhandler(Problem)
def _in_our_words(problem: Problem) -> Response:
    """A problem as clients of OAuth read it at the token endpoint.

    Elsewhere as everybody reads it.
    """
    if request.path not in (TOKEN_PATH, REVOKE_PATH):
        return problem_response(problem)
    status = problem.type.status
    error = (
        "temporarily_unavailable"
        if status in (429, 503, 507)
        else "server_error"
        if status >= 500
        else "invalid_request"
    )
    return _error(status, error, problem.detail, problem.headers)


@pages.errorhandler(HTTPException)
def _of_the_framework(error: HTTPException) -> Response:
    return _in_our_words(problem_of_status(error.code or 500))


@pages.errorhandler(RecordsUnavailable)
def _of_records(error: RecordsUnavailable) -> Response:
    return _in_our_words(
        records_unavailable(
            error,
            "The service cannot issue tokens now. Try again after the seconds in Retry-After.",
        )
    )


@pages.errorhandler(Exception)
def _of_nobody(error: Exception) -> Response:
    log_unexpected(error)
    return _in_our_words(
        Problem(
            "internal-error",
            "The service issued no token. Send the X-Request-Id of this response to the operator.",
        )
    )


def _malformed(incoming: Request) -> Response | None:
    """The error of a request that has no form, or in which a parameter stands twice."""
    refuse = partial(_error, 400, "invalid_request")
    if incoming.mimetype != FORM or is_packed(incoming):
        return refuse(f"Send the parameters as {FORM}. The only Transfer-Encoding is chunked.")
    if incoming.query_string:
        return refuse("Send the parameters in the body, because servers log addresses.")
    if any(len(values) > 1 for name, values in incoming.form.lists() if name != RESOURCE):
        return refuse("Send each parameter once.")
    return None


def _unreadable(incoming: Request) -> Response | None:
    """The error of a malformed token request that the library would fail on, or wrongly accept."""
    refuse = partial(_error, 400, "invalid_request")
    if (malformed := _malformed(incoming)) is not None:
        return malformed
    if incoming.form.get("grant_type") not in GRANTS:
        return _error(400, "unsupported_grant_type", f"Use a grant type of {', '.join(GRANTS)}.")
    if not set(incoming.form.getlist(RESOURCE)) <= {"", *resources()}:
        return _error(
            400,
            "invalid_target",
            f"This service issues tokens only for {authenticator().tokens.audience}. "
            "Leave resource out.",
        )
    header = incoming.headers.get("Authorization")
    if header is not None and not _is_basic(header):
        return _error(401, "invalid_client", NO_SUCH_CLIENT, CHALLENGE)
    if header is not None and "client_secret" in incoming.form:
        return refuse("Send the client's secret only once: in the header or in the body.")
    if header is not None and incoming.form.get("client_id", _basic_name(incoming)) != _basic_name(
        incoming
    ):
        return refuse("The client_id in the body must match the header, or leave it out.")
    return None


def resources() -> tuple[str, ...]:
    """The addresses of this service as the audience of a token (RFC 8707)."""
    issuer, audience = authenticator().tokens.issuer, authenticator().tokens.audience
    return issuer, f"{issuer}/", audience, f"{audience}/"


def _is_basic(header: str) -> bool:
    """Whether a header carries a name and a password, so that Authlib can read it."""
    if (match := _BASIC.fullmatch(header)) is None:
        return False
    try:
        return ":" in base64.b64decode(match[1], validate=True).decode()
    except ValueError:  # not base64, or not text
        return False


def _basic_name(incoming: Request) -> str:
    """Who a header says is asking, as Authlib reads it."""
    return unquote(str(incoming.authorization.username)) if incoming.authorization else ""


@pages.get(KEYS_PATH)
@Operation(
    permission=PUBLIC,
    query=None,
    returns={200: Content("The keys in the format of RFC 7517.", SigningKeysAnswer)},
)
def read_keys() -> Response:
    """Read the public keys that verify access tokens."""
    return json_response(
        SigningKeysAnswer(keys=[dict(key.public()) for key in authenticator().tokens.keys.live()]),
        headers=PUBLIC_HEADERS,
    )


@pages.get(METADATA_PATH)
@Operation(
    permission=PUBLIC,
    query=None,
    returns={200: Content("The metadata in the format of RFC 8414.", OAuthMetadataAnswer)},
)
def read_metadata() -> Response:
    """Read the metadata of the authorization server."""
    issuer = authenticator().tokens.issuer
    return json_response(
        OAuthMetadataAnswer(
            issuer=issuer,
            authorization_endpoint=f"{issuer}{AUTHORIZE_PATH}",
            token_endpoint=f"{issuer}{TOKEN_PATH}",
            revocation_endpoint=f"{issuer}{REVOKE_PATH}",
            jwks_uri=f"{issuer}{KEYS_PATH}",
            grant_types_supported=GRANTS,
            response_types_supported=("code",),
            response_modes_supported=("query",),
            code_challenge_methods_supported=("S256",),
            authorization_response_iss_parameter_supported=True,
            token_endpoint_auth_methods_supported=(*METHODS, "none"),
            revocation_endpoint_auth_methods_supported=("none",),
            scopes_supported=tuple(
                name for name in authenticator().roles.permissions if name != PUBLIC
            ),
            service_documentation=f"{issuer}/docs",
            access_token_signing_alg_values_supported=(ALGORITHM,),
        ),
        headers=PUBLIC_HEADERS,
    )


def _error(
    status: int, error: str, description: str, headers: Mapping[str, str] | None = None
) -> Response:
    return json_response(
        OAuthErrorAnswer(error=error, error_description=description),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
    )

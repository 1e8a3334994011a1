"""OAuth 2 for systems: client credentials (RFC 6749, section 4.4), and the keys that tokens are
signed with. Errors of the token endpoint have the form of that RFC, which clients of OAuth read.
"""

import base64
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, cast
from urllib.parse import unquote

import msgspec
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload
from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from flask import Blueprint, Flask, Request, Response, current_app, request
from werkzeug.exceptions import HTTPException

from app import clock
from app.access.credentials import CLIENT, is_key
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
from app.api.http.service import current_service, origin
from app.api.machines.answers import (
    OAuthErrorAnswer,
    OAuthMetadataAnswer,
    SigningKeysAnswer,
    TokenAnswer,
    TokenWanted,
)
from app.api.machines.oauth_schemas import (
    FORM,
    GRANT,
    KEYS_PATH,
    METADATA_PATH,
    TOKEN_ERRORS,
    TOKEN_PATH,
)
from app.records.errors import RecordsUnavailable
from app.records.identity import is_id
from app.records.machines.credentials import Credential

RESOURCE = "resource"
METHODS = ("client_secret_basic", "client_secret_post")
KEYS_SECONDS = 300
"""How long clients may cache the list of signing keys. A replaced key stays valid for longer."""
PUBLIC_HEADERS = {"Cache-Control": f"public, max-age={KEYS_SECONDS}"}
NO_SUCH_CLIENT = "Unknown client or wrong secret."
CHALLENGE = {"WWW-Authenticate": 'Basic realm="eligibility"'}
_BASIC = re.compile("basic ([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)
_NAME, _NOBODY = "oauth", bytes(32)

pages = Blueprint("oauth", __name__)


class Client(ClientMixin):  # type: ignore[misc]
    """A client for Authlib. An unknown client has the same methods, but no secret matches."""

    def __init__(self, credential: Credential | None, allowed: frozenset[str]) -> None:
        self.credential, self.allowed = credential, allowed

    def get_client_id(self) -> str:
        """Its id, once it has shown its secret."""
        assert self.credential is not None
        return self.credential.id

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether a text is a valid secret of the client."""
        now = clock.now()
        digests = (
            [s.digest for s in self.credential.secrets if s.is_live(now)] if self.credential else []
        )
        return any(is_key(client_secret, digest) for digest in digests or [_NOBODY])

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether it may show its secret in this way."""
        return method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        """Client credentials and nothing else."""
        return grant_type == GRANT


class Grant(ClientCredentialsGrant):  # type: ignore[misc]
    """Client credentials, with scopes that the client has."""

    TOKEN_ENDPOINT_AUTH_METHODS = list(METHODS)  # noqa: RUF012  (Authlib declares it so)

    def validate_requested_scope(self) -> None:
        """Refuse scopes that the client does not have; without any, it gets all that it has.

        Raises:
            InvalidScopeError: one of them it does not have.
        """
        asked = set((self.request.payload.scope or "").split())
        if not asked <= self.request.client.allowed:
            raise InvalidScopeError("The client does not have one of these scopes.")


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server on our clients and tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.register_grant(Grant)
        self.register_token_generator("default", self._generate)

    def query_client(self, client_id: str) -> Client:
        """The client of an id, or a stand-in for an unknown one, so that both get the same
        response.
        """
        credential = authenticator().store.find(client_id) if is_id(client_id) else None
        if (
            credential is None
            or credential.kind != CLIENT
            or not credential.is_live(clock.now())
            or credential.role not in authenticator().roles.roles
        ):
            return Client(None, frozenset())
        allowed = authenticator().roles[credential.role].permissions
        return Client(
            credential,
            allowed if credential.scopes is None else allowed & frozenset(credential.scopes),
        )

    def create_oauth2_request(self, incoming: object) -> OAuth2Request:
        """The present request under the service's public address, behind any proxies."""
        made = FormRequest(
            "POST", f"{authenticator().tokens.issuer}{TOKEN_PATH}", headers=request.headers
        )
        made.payload = FormPayload(request)
        return made

    def save_token(self, token: Mapping[str, Any], asked: OAuth2Request) -> None:
        """The service stores no tokens; it writes an audit entry."""
        _note(f"client:{asked.client.get_client_id()}", asked.client.get_client_id(), "done")

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Does nothing: no code listens."""

    def _generate(self, client: Client, scope: str | None = None, **_: object) -> dict[str, object]:
        scopes = sorted(set((scope or "").split()) or client.allowed)
        return cast(
            dict[str, object],
            msgspec.to_builtins(
                TokenAnswer(
                    access_token=authenticator().tokens.issue(client.get_client_id(), scopes),
                    token_type="Bearer",  # noqa: S106  (a kind of token)
                    expires_in=authenticator().tokens.seconds,
                    scope=" ".join(scopes),
                )
            ),
        )


class FormPayload(FlaskOAuth2Payload):  # type: ignore[misc]
    """The parameters of the body only, because servers log addresses."""

    @property
    def data(self) -> Any:
        """The form."""
        return self._request.form


class FormRequest(OAuth2Request):  # type: ignore[misc]
    """A token request with its parameters in the body."""

    @property
    def form(self) -> Any:
        """The form."""
        return self.payload.data


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
    """Issue an access token to a client.

    API keys need no token. Send the client's id and secret by HTTP Basic authentication or in the
    form. Errors have the format of RFC 6749.
    """
    server = cast(Server, current_app.extensions[_NAME])
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
    if answer.get_json().get("error") == "invalid_client":
        return _refused()
    return answer


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
        _note("anybody", known or "unknown", "refused")
    return _error(401, "invalid_client", NO_SUCH_CLIENT, CHALLENGE)


@pages.errorhandler(Problem)
def _in_our_words(problem: Problem) -> Response:
    """A problem as clients of OAuth read it at the token endpoint.

    Elsewhere as everybody reads it.
    """
    if request.path != TOKEN_PATH:
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


def _unreadable(incoming: Request) -> Response | None:
    """The error of a malformed token request that the library would fail on, or wrongly accept."""
    refuse = partial(_error, 400, "invalid_request")
    if incoming.mimetype != FORM or is_packed(incoming):
        return refuse(f"Send the parameters as {FORM}. The only Transfer-Encoding is chunked.")
    if incoming.query_string:
        return refuse("Send the parameters in the body, because servers log addresses.")
    if any(len(values) > 1 for name, values in incoming.form.lists() if name != RESOURCE):
        return refuse("Send each parameter once.")
    if incoming.form.get("grant_type") != GRANT:
        return _error(
            400, "unsupported_grant_type", f"Use the grant type {GRANT}. The service has no other."
        )
    if not set(incoming.form.getlist(RESOURCE)) <= {"", *_resources()}:
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


def _resources() -> tuple[str, ...]:
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
    """Read the metadata of the token endpoint."""
    issuer = authenticator().tokens.issuer
    return json_response(
        OAuthMetadataAnswer(
            issuer=issuer,
            token_endpoint=f"{issuer}{TOKEN_PATH}",
            jwks_uri=f"{issuer}{KEYS_PATH}",
            grant_types_supported=(GRANT,),
            response_types_supported=(),
            token_endpoint_auth_methods_supported=METHODS,
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


def _note(actor: str, client: str, outcome: str) -> None:
    current_service().store.note(origin(actor).did("token.issue", client, outcome, kind=CLIENT))

"""Authlib's authorization server on our clients, programs and tokens."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload
from authlib.oauth2.rfc6749 import (
    ClientMixin,
    InvalidGrantError,
    InvalidScopeError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from flask import request
from msgspec import UNSET, UnsetType

from app import clock
from app.access.credentials import CLIENT, is_key
from app.api.http.asked.authentication import authenticator
from app.api.http.service import current_service, origin
from app.api.machines.answers import TokenAnswer
from app.api.machines.oauth_schemas import AUTHORIZE_PATH, GRANT
from app.api.machines.person_grants import CodeGrant, ProgramClient, RefreshGrant, S256Alone
from app.records.identity import is_id
from app.records.machines.credentials import Credential
from app.records.machines.programs import Consent

METHODS = ("client_secret_basic", "client_secret_post")
_NOBODY = bytes(32)


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

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """It is a machine: no person is sent back to it."""
        return False

    def get_default_redirect_uri(self) -> None:
        """None: it is a machine."""

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
        self.register_grant(CodeGrant, [S256Alone(required=True)])
        self.register_grant(RefreshGrant)
        self.register_token_generator("default", self._generate)

    def query_client(self, client_id: str) -> Client | ProgramClient:
        """The client or the program of an id, or a stand-in for an unknown one, so that both get
        the same response.
        """
        credential = authenticator().store.find(client_id) if is_id(client_id) else None
        if credential is None:  # clients ask for tokens far more often than programs
            program = authenticator().programs.live(client_id)
            return Client(None, frozenset()) if program is None else ProgramClient(program)
        if (
            credential.kind != CLIENT
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
        """The present request under the service's public address, behind any proxies. A token
        request has its parameters in the body, a person's browser where it asks to be allowed in
        the address.
        """
        address = f"{authenticator().tokens.issuer}{request.path}"
        made = FormRequest(request.method, address, headers=request.headers)
        asks_person = request.path == AUTHORIZE_PATH
        made.payload = FlaskOAuth2Payload(request) if asks_person else FormPayload(request)
        return made

    def save_token(self, token: Mapping[str, Any], asked: OAuth2Request) -> None:
        """The service stores no access tokens; it writes an audit entry, where the refresh token of
        a person's program brought none.
        """
        if isinstance(asked.client, Client):
            id = asked.client.get_client_id()
            note_token(f"client:{id}", id, "done")

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Does nothing: no code listens."""

    def _generate(
        self,
        client: Client | ProgramClient,
        scope: str | None = None,
        user: Consent | None = None,
        **_: object,
    ) -> dict[str, object]:
        asked = set((scope or "").split())
        refresh: str | UnsetType = UNSET
        if isinstance(client, Client):
            scopes = sorted(asked or client.allowed)
            access = authenticator().tokens.issue(client.get_client_id(), scopes)
        else:
            assert user is not None
            scopes = sorted(asked)
            programs, by = authenticator().programs, origin("anybody")
            access = authenticator().tokens.issue(user.program, scopes, user.account_id, user.id)
            further = programs.refreshing(user, by)
            if further is None:
                raise InvalidGrantError("What the person allowed has ended.")
            refresh = further
        answer = TokenAnswer(
            access_token=access,
            token_type="Bearer",  # noqa: S106  (a kind of token)
            expires_in=authenticator().tokens.seconds,
            scope=" ".join(scopes),
            refresh_token=refresh,
        )
        return cast(dict[str, object], msgspec.to_builtins(answer))


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


def note_token(actor: str, client: str, outcome: str) -> None:
    """Write down that a client got a token, or was refused one.

    Raises:
        RecordsUnavailable: it could not be written down.
    """
    current_service().store.note(origin(actor).did("token.issue", client, outcome, kind=CLIENT))

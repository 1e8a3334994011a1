"""Programs in the name of a person, as Authlib asks for them: authorization code with PKCE, and
refresh tokens that are good for one use (RFC 6749, 7636, 9700).
"""

from typing import ClassVar, Literal

from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from app.access.programs import fits
from app.api.http.asked.authentication import authenticator
from app.api.http.service import origin
from app.records.machines.programs import Consent, ConsentSecret, Program, SecretUsedTwice

CODE, REFRESH = "authorization_code", "refresh_token"


class ProgramClient(ClientMixin):  # type: ignore[misc]
    """A program for Authlib: a public client."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def get_client_id(self) -> str:
        """Its id."""
        return self.program.id

    def get_default_redirect_uri(self) -> None:
        """None: a program names the address in each request."""

    def get_allowed_scope(self, scope: str) -> str:
        """All that it asks for; the person and their role decide what it gets."""
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether the address is registered."""
        return fits(self.program.redirect_uris, redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """It has none."""
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """It has nothing to prove who it is with."""
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        """A code and nothing else."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes, and what they lead to."""
        return grant_type in (CODE, REFRESH)


class Shown:
    """A code or a refresh token that was shown for the first time, as Authlib reads it."""

    def __init__(self, consent: Consent, secret: ConsentSecret) -> None:
        self.consent, self.secret = consent, secret
        self.code_challenge, self.code_challenge_method = secret.challenge, "S256"

    def get_redirect_uri(self) -> str | None:
        """The address that the code went to."""
        return self.secret.redirect_uri

    def get_scope(self) -> str:
        """What the person allowed."""
        return " ".join(self.consent.scopes)

    def check_client(self, client: ProgramClient) -> bool:
        """Whether it was given to this program."""
        return self.consent.program == client.get_client_id()


def _shown(text: str, kind: Literal["code", "refresh"]) -> Shown | None:
    """The first showing of a code or a refresh token; a second one ends the consent."""
    try:
        found = authenticator().programs.use(text, kind, origin("anybody"))
    except SecretUsedTwice:
        authenticator().bearers.forget()
        return None
    return None if found is None else Shown(*found)


def _consent_of(shown: Shown) -> Consent | None:
    """The consent, where the person still has access."""
    alive = authenticator().programs.account_of(shown.consent)
    return None if alive is None else shown.consent


class S256Alone(CodeChallenge):  # type: ignore[misc]
    """PKCE by SHA-256, which every request must use."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar = ["S256"]


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """A code for tokens. Showing a code uses it up, whatever else is wrong with the request."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = ["none"]

    def query_authorization_code(self, code: str, client: ProgramClient) -> Shown | None:
        """The code, if it is this program's and was not shown before."""
        shown = _shown(code, "code")
        return shown if shown is not None and shown.check_client(client) else None

    def delete_authorization_code(self, authorization_code: Shown) -> None:
        """Does nothing: it was used up when it was looked up."""

    def authenticate_user(self, authorization_code: Shown) -> Consent | None:
        """The consent, which tells the person."""
        return _consent_of(authorization_code)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Never called: the page on which a person agrees makes the code."""
        raise NotImplementedError


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """A refresh token for the next tokens, with what the person's role still has."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = ["none"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Shown | None:
        """The token, if it was not shown before."""
        return _shown(refresh_token, "refresh")

    def authenticate_user(self, refresh_token: Shown) -> Consent | None:
        """The consent, which tells the person."""
        return _consent_of(refresh_token)

    def revoke_old_credential(self, refresh_token: Shown) -> None:
        """Does nothing: it was used up when it was looked up."""

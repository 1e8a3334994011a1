"""How callers show who they are, as the OpenAPI document has it."""

from typing import Any

from app.access.roles import Roles
from app.api.http.operations import Content
from app.api.machines.answers import OAuthErrorAnswer

Document = dict[str, Any]

TOKEN_PATH, KEYS_PATH, METADATA_PATH = (
    "/oauth/token",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
)
GRANT = "client_credentials"
FORM = "application/x-www-form-urlencoded"

BEARER: Document = {
    "type": "http",
    "scheme": "bearer",
    "description": (
        "Send `Authorization: Bearer …` with an API key (`elig_…`), which administrators make "
        "with `flask keys create` or POST "
        "/v1/credentials; or with an access token, which a client gets from POST /oauth/token by "
        "client credentials "
        "(/.well-known/oauth-authorization-server); `resource`, where a client sends it, must be "
        "this service. "
        "Each operation lists the permission that it needs."
    ),
}


def client_credentials(issuer: str, roles: Roles, public: str) -> Document:
    """The security scheme of clients: what a token may be limited to is what routes ask for."""
    scopes = {name: meaning for name, meaning in roles.permissions.items() if name != public}
    return {
        "type": "oauth2",
        "description": "Client credentials (RFC 6749, section 4.4) for systems. Scopes are the "
        "permissions that operations need; "
        "without any, a token has all that its client has.",
        "flows": {"clientCredentials": {"tokenUrl": f"{issuer}{TOKEN_PATH}", "scopes": scopes}},
    }


TOKEN_ERRORS = {
    400: Content(
        "The request is not proper, or asks for what is not given: `invalid_request`, "
        "`unsupported_grant_type`, `invalid_scope`, `invalid_target`.",
        OAuthErrorAnswer,
    ),
    401: Content(
        "`invalid_client`: the client is not known, or its secret is not taken.",
        OAuthErrorAnswer,
    ),
    413: Content(
        "`invalid_request`: the body is too large.",
        OAuthErrorAnswer,
    ),
    429: Content(
        "`temporarily_unavailable`: this address asks too often, or too often in vain; Retry-After "
        "names the seconds.",
        OAuthErrorAnswer,
    ),
    500: Content(
        "`server_error`: no token was given.",
        OAuthErrorAnswer,
    ),
    503: Content(
        "`temporarily_unavailable`: no tokens are given at the moment; Retry-After names the "
        "seconds.",
        OAuthErrorAnswer,
    ),
    507: Content(
        "`temporarily_unavailable`: there is no room to note that a token is given; Retry-After "
        "names the seconds.",
        OAuthErrorAnswer,
    ),
}

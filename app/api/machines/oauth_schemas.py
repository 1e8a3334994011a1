"""How callers show who they are, as the OpenAPI document has it."""

from typing import Any

from app.access.roles import Roles
from app.api.http.operations import Content
from app.api.machines.answers import OAuthErrorAnswer

Document = dict[str, Any]

AUTHORIZE_PATH, TOKEN_PATH, REVOKE_PATH, KEYS_PATH, METADATA_PATH = (
    "/oauth/authorize",
    "/oauth/token",
    "/oauth/revoke",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
)
GRANT = "client_credentials"
FORM = "application/x-www-form-urlencoded"

BEARER: Document = {
    "type": "http",
    "scheme": "bearer",
    "description": (
        "Send `Authorization: Bearer …` with an API key (`elig_…`) or an access token. "
        "Administrators create API keys with `flask keys create` or POST /v1/credentials. A "
        "client gets an access token from POST /oauth/token with its client credentials, a program "
        "in the name of a person with a code that /oauth/authorize gives "
        "(/.well-known/oauth-authorization-server). If it sends `resource`, that must be this "
        "service. Each operation lists the permission that it needs."
    ),
}


def client_credentials(issuer: str, roles: Roles, public: str) -> Document:
    """The security scheme of clients: what a token may be limited to is what routes ask for."""
    scopes = {name: meaning for name, meaning in roles.permissions.items() if name != public}
    return {
        "type": "oauth2",
        "description": "Client credentials (RFC 6749, section 4.4) for machine clients: without "
        "scopes a token has all permissions of its client. Authorization code with PKCE for "
        "programs in the name of a person. Scopes are the permissions that operations need.",
        "flows": {
            "clientCredentials": {"tokenUrl": f"{issuer}{TOKEN_PATH}", "scopes": scopes},
            "authorizationCode": {
                "authorizationUrl": f"{issuer}{AUTHORIZE_PATH}",
                "tokenUrl": f"{issuer}{TOKEN_PATH}",
                "refreshUrl": f"{issuer}{TOKEN_PATH}",
                "scopes": scopes,
            },
        },
    }


TOKEN_ERRORS = {
    400: Content(
        "Invalid request: `invalid_request`, `unsupported_grant_type`, `invalid_scope`, "
        "`invalid_target`, `invalid_grant`.",
        OAuthErrorAnswer,
    ),
    401: Content(
        "`invalid_client`: unknown client or wrong secret.",
        OAuthErrorAnswer,
    ),
    413: Content(
        "`invalid_request`: the body is too large.",
        OAuthErrorAnswer,
    ),
    429: Content(
        "`temporarily_unavailable`: too many requests or failures from this address. Retry-After "
        "has the seconds.",
        OAuthErrorAnswer,
    ),
    500: Content(
        "`server_error`: the service issued no token.",
        OAuthErrorAnswer,
    ),
    503: Content(
        "`temporarily_unavailable`: the service cannot issue tokens now. Retry-After has the "
        "seconds.",
        OAuthErrorAnswer,
    ),
    507: Content(
        "`temporarily_unavailable`: the database is full. Retry-After has the seconds.",
        OAuthErrorAnswer,
    ),
}

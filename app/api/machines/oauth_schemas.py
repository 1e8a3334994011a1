"""How callers show who they are, as the OpenAPI document has it."""

from typing import Any

from app.access.roles import Roles
from app.api.determinations.answer_schemas import TEXT, Schema, many, record, told
from app.api.http.operations import Returns

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


OAUTH_COMPONENTS: dict[str, Schema] = {
    "TokenWanted": {
        "type": "object",
        "description": "A form. The client shows its id and secret here or by HTTP Basic "
        "authentication, in one of the two ways.",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": GRANT},
            "scope": told(
                TEXT,
                "The permissions that it is to have, with spaces between; without any all of its "
                "client's.",
            ),
            "client_id": told(TEXT, "The id of the client."),
            "client_secret": told(TEXT, "Its secret."),
            "resource": told(
                TEXT, "What the token is to be for: this service, if anything is sent."
            ),
        },
    },
    "Token": record(
        {
            "access_token": told(TEXT, "Send it as `Authorization: Bearer …`."),
            "token_type": {"const": "Bearer"},
            "expires_in": {"type": "integer", "description": "For so many seconds it is taken."},
            "scope": told(TEXT, "The permissions that it has, with spaces between."),
        }
    ),
    "OAuthError": record(
        {
            "error": told(TEXT, "What is wrong, in the words of RFC 6749."),
            "error_description": TEXT,
        },
    ),
    "SigningKeys": record({"keys": many({"type": "object", "description": "A key (RFC 7517)."})}),
    "OAuthMetadata": {"type": "object", "description": "See RFC 8414."},
}


TOKEN_REQUEST: Document = {
    "required": True,
    "content": {FORM: {"schema": "TokenWanted"}},
}
TOKEN_ERRORS = {
    400: Returns(
        "The request is not proper, or asks for what is not given: `invalid_request`, "
        "`unsupported_grant_type`, `invalid_scope`, `invalid_target`.",
        "OAuthError",
    ),
    401: Returns(
        "`invalid_client`: the client is not known, or its secret is not taken.",
        "OAuthError",
    ),
    413: Returns(
        "`invalid_request`: the body is too large.",
        "OAuthError",
    ),
    429: Returns(
        "`temporarily_unavailable`: this address asks too often, or too often in vain; Retry-After "
        "names the seconds.",
        "OAuthError",
    ),
    500: Returns(
        "`server_error`: no token was given.",
        "OAuthError",
    ),
    503: Returns(
        "`temporarily_unavailable`: no tokens are given at the moment; Retry-After names the "
        "seconds.",
        "OAuthError",
    ),
    507: Returns(
        "`temporarily_unavailable`: there is no room to note that a token is given; Retry-After "
        "names the seconds.",
        "OAuthError",
    ),
}

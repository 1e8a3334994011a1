"""What answers about keys and clients of machines say."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.access.credentials import CLIENT, KEY
from app.api.approvals.answers import WaitsFor
from app.api.http.answered.answers import instant_or_none
from app.determinations.answer import Instant
from app.instants import instant_text
from app.records.machines.credentials import Credential


class SecretAnswer(Struct):
    """The public part of a valid secret."""

    begins: Annotated[
        str, Meta(description=("The first characters of the secret, which are public."))
    ]
    created_at: Instant
    expires_at: Annotated[Instant | None, Meta(description="When a replaced secret expires.")]


class CredentialAnswer(Struct):
    """A key or a client as administrators see it."""

    id: Annotated[str, Meta(description="Its id; for a client also its client_id.")]
    kind: Annotated[str, Meta(extra_json_schema={"enum": [KEY, CLIENT]})]
    name: str
    role: str
    organization: Annotated[str | None, Meta(description="The organization that it acts for.")]
    scopes: Annotated[
        tuple[str, ...] | None,
        Meta(description="The permissions that it is limited to; null for all of its role."),
    ]
    state: Annotated[
        Literal["live", "waiting", "expired", "revoked"],
        Meta(description="`waiting`: new, and waits for a second person."),
    ]
    created_at: Instant
    created_by: str
    expires_at: Instant
    revoked_at: Instant | None
    last_used_on: Annotated[
        date | None, Meta(description="The last day on which a client used it, in Massachusetts.")
    ]
    secrets: Annotated[list[SecretAnswer], Meta(description="The valid secrets, the newest first.")]


class NewSecretAnswer(CredentialAnswer):
    """A key or a client with its new secret."""

    secret: Annotated[
        str | None,
        Meta(
            description="The key, or the client's secret. The service shows it once; a retry "
            "gets null. With an `approval` it is the first of two parts."
        ),
    ]
    approval: WaitsFor = UNSET
    token_endpoint: (
        Annotated[str, Meta(description="Where a client gets its access tokens.")] | UnsetType
    ) = UNSET


class CredentialsAnswer(Struct):
    """Keys and clients in order of creation."""

    credentials: list[CredentialAnswer]
    next: Annotated[str | None, Meta(description="The address of the next page.")]


class TokenWanted(Struct):
    """A form.

    The client sends its id and secret either here or by HTTP Basic authentication.
    """

    grant_type: Literal["client_credentials", "authorization_code", "refresh_token"]
    scope: (
        Annotated[
            str,
            Meta(
                description="The permissions for the token, separated by spaces. Default: all of "
                "the client."
            ),
        ]
        | UnsetType
    ) = UNSET
    client_id: Annotated[str, Meta(description="The id of the client.")] | UnsetType = UNSET
    client_secret: Annotated[str, Meta(description="Its secret.")] | UnsetType = UNSET
    code: (
        Annotated[
            str, Meta(description="`authorization_code`: the code that the program was sent.")
        ]
        | UnsetType
    ) = UNSET
    redirect_uri: (
        Annotated[str, Meta(description="`authorization_code`: the address that the code went to.")]
        | UnsetType
    ) = UNSET
    code_verifier: (
        Annotated[str, Meta(description="`authorization_code`: answers the PKCE challenge.")]
        | UnsetType
    ) = UNSET
    refresh_token: (
        Annotated[str, Meta(description="`refresh_token`: the newest refresh token.")] | UnsetType
    ) = UNSET
    resource: (
        Annotated[
            str,
            Meta(
                description=("The audience of the token. If you send it, it must be this service.")
            ),
        ]
        | UnsetType
    ) = UNSET


class TokenToRevoke(Struct):
    """A form."""

    token: Annotated[str, Meta(description="A refresh token of the program.")]
    client_id: Annotated[str, Meta(description="The id of the program.")]


class TokenAnswer(Struct):
    """An access token."""

    access_token: Annotated[str, Meta(description="Send it as `Authorization: Bearer …`.")]
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Meta(description="The seconds until it expires.")]
    scope: Annotated[str, Meta(description="The permissions of the token, separated by spaces.")]
    refresh_token: (
        Annotated[
            str,
            Meta(
                description="For a program in the name of a person: gets the next tokens, once. "
                "Showing it a second time ends all of them."
            ),
        ]
        | UnsetType
    ) = UNSET


class OAuthErrorAnswer(Struct):
    """An error in a request for a token (RFC 6749)."""

    error: Annotated[str, Meta(description="The error code of RFC 6749.")]
    error_description: str


class SigningKeysAnswer(Struct):
    """The public halves of the keys that sign access tokens (RFC 7517)."""

    keys: list[Annotated[dict[str, Any], Meta(description="A key (RFC 7517).")]]


class OAuthMetadataAnswer(Struct):
    """The metadata of the authorization server (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    grant_types_supported: tuple[str, ...]
    response_types_supported: tuple[str, ...]
    response_modes_supported: tuple[str, ...]
    code_challenge_methods_supported: tuple[str, ...]
    authorization_response_iss_parameter_supported: bool
    token_endpoint_auth_methods_supported: tuple[str, ...]
    revocation_endpoint_auth_methods_supported: tuple[str, ...]
    scopes_supported: tuple[str, ...]
    service_documentation: str
    access_token_signing_alg_values_supported: tuple[str, ...]


def credential_answer(credential: Credential, at: datetime) -> CredentialAnswer:
    """A credential as it is at an instant."""
    live = credential.is_live(at)
    ended = "revoked" if credential.revoked_at else "waiting" if credential.waits else "expired"
    return CredentialAnswer(
        id=credential.id,
        kind=credential.kind,
        name=credential.name,
        role=credential.role,
        organization=credential.organization,
        scopes=credential.scopes,
        state="live" if live else ended,  # type: ignore[arg-type]
        created_at=instant_text(credential.created_at),
        created_by=credential.created_by,
        expires_at=instant_text(credential.expires_at),
        revoked_at=instant_or_none(credential.revoked_at),
        last_used_on=credential.last_used_on,
        secrets=[
            SecretAnswer(
                begins=f"elig_{secret.label}",
                created_at=instant_text(secret.created_at),
                expires_at=instant_or_none(secret.expires_at),
            )
            for secret in credential.secrets
            if secret.is_live(at)
        ],
    )

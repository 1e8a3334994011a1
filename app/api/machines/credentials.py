"""Keys and clients of machine clients, for administrators.

The service shows a secret once, in the response that creates it, and stores only its digest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict
from uuid import UUID

from flask import Blueprint, Response
from msgspec import UNSET
from msgspec.structs import asdict

from app import clock
from app.access.approvals import AlreadyProposed
from app.access.credentials import CLIENT, CredentialRefused, Credentials, Wanted
from app.access.granting.credentials import CredentialGrants, GrantedCredential
from app.api.approvals.answers import GrantProposedAnswer
from app.api.approvals.approvals import already_proposed, approvals, proposed
from app.api.http.answered.responses import (
    Problem,
    Wrong,
    changed_since,
    etag_of,
    json_response,
    require_version,
)
from app.api.http.asked.authentication import authenticator
from app.api.http.asked.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.machines.answers import (
    CredentialAnswer,
    CredentialsAnswer,
    NewSecretAnswer,
    credential_answer,
)
from app.api.machines.credential_schemas import (
    CredentialChangesSchema,
    CredentialsQuery,
    CredentialWantedSchema,
    SecretWantedSchema,
)
from app.records.machines.credentials import Credential, Stale, UnknownCredential

ROUTE, ROUTE_OF_SECRETS = "POST /v1/credentials", "POST /v1/credentials/secrets"
WAITS = Content("Proposed. It waits for a second person.", GrantProposedAnswer)

blp = Blueprint("credentials", __name__, url_prefix="/v1/credentials")


class Page(TypedDict, total=False):
    """A query that the schema has loaded."""

    after: str
    limit: int


@blp.get("")
@Operation(
    permission="credentials.read",
    query=CredentialsQuery,
    returns={
        200: Content(
            "Keys and clients in order of creation, also expired and revoked ones.",
            CredentialsAnswer,
        )
    },
)
def list_credentials(query: Page) -> Response:
    """List keys and clients."""
    page, now = authenticator().store.page(query.get("after"), query["limit"] + 1), clock.now()
    shown = page[: query["limit"]]
    following = (
        f"/v1/credentials?after={shown[-1].id}&limit={query['limit']}"
        if len(page) > len(shown)
        else None
    )
    return json_response(
        CredentialsAnswer(
            credentials=[credential_answer(one, now) for one in shown],
            next=following,
        )
    )


@blp.post("")
@Operation(
    permission="credentials.write",
    body=CredentialWantedSchema,
    returns={
        201: Content(
            "Created. `secret` is the key or the client's secret. The service shows it once. With "
            "an `approval` the service accepts it once a second person approves.",
            NewSecretAnswer,
        )
    },
    idempotent=True,
)
def create_credential(wanted: dict[str, Any]) -> Response:
    """Create a key or a client.

    One that may more than you, or sees what you do not, waits for a second person under
    /v1/approvals. Then you get the first part of its secret, and that person the second.
    """
    scopes = wanted.pop("scopes", None)
    with once(current_service(), ROUTE) as attempt, refusals():
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda id: _new_secret(_as_it_is(id)))
        return _new_secret(
            grants().create(
                Wanted(**wanted, scopes=None if scopes is None else tuple(scopes)),
                principal(),
                origin(),
                attempt.created("/v1/credentials"),
            )
        )


@blp.get("/<uuid:id>")
@Operation(
    permission="credentials.read",
    returns={
        200: Content(
            "The key or client, without its secret. To change it, send its ETag.", CredentialAnswer
        )
    },
    problems=("unknown-credential",),
)
def read_credential(id: UUID) -> Response:
    """Read a key or client."""
    with refusals():
        return _shown(_credentials().find(str(id)))


@blp.patch("/<uuid:id>")
@Operation(
    permission="credentials.write",
    body=CredentialChangesSchema,
    returns={200: Content("The changed key or client.", CredentialAnswer), 202: WAITS},
    problems=("unknown-credential", "grant-proposed"),
    if_match="Its ETag, as you read it.",
)
def change_credential(changes: dict[str, Any], id: UUID) -> Response:
    """Change the name or the expiry of a key or client. Days count from now.

    A later expiry of one above your own reach waits for a second person under /v1/approvals.
    """
    with refusals():
        version = _version_read(id)
        granted = grants().change(str(id), version, principal(), origin(), **changes)
    if granted.approval is not None:
        return proposed(granted.approval, granted.secret)
    return _shown(granted.credential)


@blp.delete("/<uuid:id>")
@Operation(
    permission="credentials.write",
    returns={204: Content("Revoked. All processes reject it within 30 seconds. Its record stays.")},
    problems=("unknown-credential",),
    if_match="Its ETag, as you read it.",
)
def revoke_credential(id: UUID) -> Response:
    """Revoke a key or client with all its access tokens."""
    with refusals():
        _credentials().revoke(str(id), _version_read(id), origin())
    authenticator().bearers.forget()
    return Response(status=204)


@blp.post("/<uuid:id>/secrets")
@Operation(
    permission="credentials.write",
    body=SecretWantedSchema,
    returns={
        201: Content(
            "The new `secret`, which the service shows once. It accepts the previous secret "
            "until the overlap ends, and rejects older ones.",
            NewSecretAnswer,
        ),
        202: WAITS,
    },
    problems=("unknown-credential", "grant-proposed"),
    idempotent=True,
    if_match="Its ETag, as you read it.",
)
def create_secret(wanted: dict[str, Any], id: UUID) -> Response:
    """Create a new secret for a key or client. The old one works until the overlap ends.

    For one above your own reach it waits for a second person under /v1/approvals, and comes in two
    parts.
    """
    with once(current_service(), ROUTE_OF_SECRETS) as attempt, refusals():
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda id: _rotated(_as_it_is(id)))
        granted = grants().rotate(
            str(id),
            _version_read(id),
            principal(),
            origin(),
            wanted["overlap_hours"],
            wanted.get("days"),
            attempt.created("/v1/credentials"),
        )
    authenticator().bearers.forget()
    return _rotated(granted)


def grants() -> CredentialGrants:
    """What makes and changes credentials in the application that handles the present request."""
    return CredentialGrants(_credentials(), approvals(), authenticator().roles)


def _as_it_is(id: str) -> GrantedCredential:
    return GrantedCredential(_credentials().find(id), grants().waiting(id, principal()))


def _rotated(granted: GrantedCredential) -> Response:
    if granted.approval is not None:
        return proposed(granted.approval, granted.secret)
    return _new_secret(granted)


def _credentials() -> Credentials:
    return authenticator().credentials


def _version_read(id: UUID) -> int:
    return require_version(_credentials().find(str(id)).version)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what stands against a change of a key or client into its problem."""
    try:
        yield
    except CredentialRefused as refused:
        pointer = "" if refused.member == "id" else f"/{refused.member}"
        raise Problem(
            "invalid-request", str(refused), [Wrong("json", str(refused), pointer=pointer)]
        ) from None
    except UnknownCredential:
        raise Problem("unknown-credential", "No key or client has this id.") from None
    except Stale:
        raise changed_since() from None
    except AlreadyProposed:
        raise already_proposed() from None


def _shown(credential: Credential) -> Response:
    return json_response(
        credential_answer(credential, clock.now()),
        headers={"ETag": etag_of(credential.version)},
    )


def _new_secret(granted: GrantedCredential) -> Response:
    credential, approval = granted.credential, granted.approval
    endpoint = (
        f"{authenticator().tokens.issuer}/oauth/token" if credential.kind == CLIENT else UNSET
    )
    answer = NewSecretAnswer(
        **asdict(credential_answer(credential, clock.now())),
        secret=granted.secret,
        approval=UNSET if approval is None else approval.id,
        token_endpoint=endpoint,
    )
    return json_response(
        answer,
        201,
        {"Location": f"/v1/credentials/{credential.id}", "ETag": etag_of(credential.version)},
    )

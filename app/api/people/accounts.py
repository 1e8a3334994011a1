"""Administration of accounts. Administrators see no cases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Blueprint, Response
from msgspec.structs import asdict

from app import clock
from app.access.passwords import TooManyAtOnce
from app.access.roster import NewAccount, NoOrganization
from app.api.http.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.responses import (
    Problem,
    Wrong,
    changed_since,
    json_response,
    require_version,
    tagged,
)
from app.api.http.service import current_service, origin
from app.api.people.account_schemas import (
    PAGE,
    AccountChangesSchema,
    AccountsQuery,
    NewAccountSchema,
)
from app.api.people.answers import (
    AccountAnswer,
    AccountsAnswer,
    AccountSessionsAnswer,
    CreatedAccountAnswer,
    account_answer,
    second_text,
    session_answer,
)
from app.api.people.pages.guard import people
from app.records.people.accounts import Account, NameTaken, VersionDiffers

ROUTE = "POST /v1/accounts"

blp = Blueprint("accounts", __name__, url_prefix="/v1/accounts")


@blp.get("")
@Operation(
    permission="accounts.read",
    query=AccountsQuery,
    returns={200: Content(f"Accounts in order of creation, {PAGE} per page.", AccountsAnswer)},
)
def list_accounts(query: dict[str, str]) -> Response:
    """List the accounts."""
    page = people().accounts.page(query.get("after"), PAGE + 1)
    following = f"/v1/accounts?after={page[PAGE - 1].id}" if len(page) > PAGE else None
    return json_response(
        AccountsAnswer(
            accounts=[account_answer(account) for account in page[:PAGE]], next=following
        )
    )


@blp.post("")
@Operation(
    permission="accounts.write",
    body=NewAccountSchema,
    returns={
        201: Content(
            "Created. Give the one-time password to the person. The service shows it once; a "
            "retry gets null.",
            CreatedAccountAnswer,
        )
    },
    problems=("name-taken", "too-many-at-once"),
    idempotent=True,
)
def create_account(asked: dict[str, Any]) -> Response:
    """Create an account with a one-time password or for a person of the identity provider."""
    subject = asked.get("subject")
    provider = current_service().settings.single_sign_on
    if subject is not None and provider is None:
        raise Problem(
            "invalid-request",
            "Each member of `errors` says what to send instead.",
            [
                Wrong(
                    "json",
                    "The service has no identity provider. Leave it out.",
                    pointer="/subject",
                )
            ],
        )
    issuer = provider.issuer if provider is not None and subject is not None else None
    new = NewAccount(asked["name"], asked["role"], asked.get("organization"), issuer, subject)
    with once(current_service(), ROUTE) as attempt, _refusals():
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda id: _new_account(_find(UUID(id)), None))
        account, one_time = people().roster.create(
            new, origin(), response=attempt.created("/v1/accounts")
        )
    return _new_account(account, one_time)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except NoOrganization as refused:
        raise Problem(
            "invalid-request",
            "Each member of `errors` says what to send instead.",
            [Wrong("json", str(refused), pointer="/organization")],
        ) from None
    except NameTaken:
        raise Problem(
            "name-taken",
            "Choose another sign-in name, or check whether the person already has an account.",
        ) from None
    except TooManyAtOnce:
        raise Problem(
            "too-many-at-once", "Try again in a few seconds.", headers={"Retry-After": "3"}
        ) from None
    except VersionDiffers:
        raise changed_since() from None


def _new_account(account: Account, one_time: str | None) -> Response:
    answer = CreatedAccountAnswer(**asdict(account_answer(account)), one_time_password=one_time)
    return tagged(
        json_response(answer, 201, {"Location": f"/v1/accounts/{account.id}"}), account.version
    )


@blp.get("/<uuid:id>")
@Operation(
    permission="accounts.read",
    returns={200: Content("The account. To change it, send its ETag as If-Match.", AccountAnswer)},
    problems=("unknown-account",),
)
def read_account(id: UUID) -> Response:
    """Read one account."""
    account = _find(id)
    return tagged(json_response(account_answer(account)), account.version)


@blp.patch("/<uuid:id>")
@Operation(
    permission="accounts.write",
    body=AccountChangesSchema,
    returns={200: Content("The changed account.", AccountAnswer)},
    problems=("unknown-account",),
    if_match="The ETag of the account as you read it.",
)
def change_account(asked: dict[str, Any], id: UUID) -> Response:
    """Change the role or the organization of an account, disable or enable it.

    The change takes effect at the person's next request.
    """
    account = _find(id)
    require_version(account.version)
    with _refusals():
        account = people().roster.change(account, asked, origin(), account.version)
    return tagged(json_response(account_answer(account)), account.version)


@blp.get("/<uuid:id>/sessions")
@Operation(
    permission="accounts.read",
    returns={200: Content("The person's current sessions.", AccountSessionsAnswer)},
    problems=("unknown-account",),
)
def list_account_sessions(id: UUID) -> Response:
    """List the sessions of an account."""
    account, at = _find(id), clock.now()
    locked = account.locked_until if account.locked_until and account.locked_until > at else None
    last = account.last_sign_in_at
    return json_response(
        AccountSessionsAnswer(
            sessions=[session_answer(one) for one in people().sessions.of(account.id, at)],
            last_signed_in_at=None if last is None else second_text(last),
            locked_until=None if locked is None else second_text(locked),
        )
    )


@blp.delete("/<uuid:id>/sessions")
@Operation(
    permission="accounts.write",
    returns={204: Content("The service ended all sessions.")},
    problems=("unknown-account",),
)
def end_account_sessions(id: UUID) -> Response:
    """End all sessions of an account."""
    account = _find(id)
    people().sessions.end(account.id, origin().did("session.ended", account.id))
    return Response(status=204)


def _find(id: UUID) -> Account:
    account = people().accounts.find(str(id))
    if account is None:
        raise Problem("unknown-account", "No account has this id.")
    return account

"""Administration of accounts. Administrators see no cases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Blueprint, Response
from msgspec import UNSET
from msgspec.structs import asdict

from app import clock
from app.access.approvals import AlreadyProposed
from app.access.granting.accounts import AccountGrants, Granted
from app.access.granting.reach import OwnAccount
from app.access.passwords import TooManyAtOnce
from app.access.roster import NewAccount, NoOrganization
from app.api.approvals.answers import GrantProposedAnswer
from app.api.approvals.approvals import already_proposed, approvals, proposed
from app.api.http.answered.cursors import next_cursor, place_of, searched
from app.api.http.answered.responses import (
    Problem,
    Wrong,
    changed_since,
    json_response,
    require_version,
    tagged,
)
from app.api.http.asked.authentication import authenticator
from app.api.http.asked.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.api.people.account_schemas import (
    PAGE,
    AccountChangesSchema,
    AccountsQuery,
    AccountsSearchSchema,
    NewAccountSchema,
)
from app.api.people.answers import (
    AccountAnswer,
    AccountsAnswer,
    AccountSessionsAnswer,
    CreatedAccountAnswer,
    FoundAccountsAnswer,
    OneTimePasswordAnswer,
    account_answer,
    second_text,
    session_answer,
)
from app.api.people.current import people
from app.records.organizations.organizations import OrganizationNotOpen
from app.records.people.account_changes import NameTaken, VersionDiffers
from app.records.people.account_search import (
    LastAdministrator,
    WantedAccounts,
    find_accounts,
)
from app.records.people.accounts import Account

ROUTE = "POST /v1/accounts"
WAITS = Content("Proposed. It waits for a second person.", GrantProposedAnswer)

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
            "retry gets null. With an `approval` the account is disabled until a second person "
            "approves it.",
            CreatedAccountAnswer,
        )
    },
    problems=("name-taken", "too-many-at-once"),
    idempotent=True,
)
def create_account(asked: dict[str, Any]) -> Response:
    """Create an account with a one-time password or for a person of the identity provider.

    A role that may more than yours, or sees what you do not, waits for a second person under
    /v1/approvals. Then you get the first part of the one-time password, and that person the second.
    """
    new = account_to_create(asked)
    with once(current_service(), ROUTE) as attempt, refusals():
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda id: _new_account(_as_it_is(find_account(UUID(id)))))
        return _new_account(
            grants().create(new, principal(), origin(), attempt.created("/v1/accounts"))
        )


def grants() -> AccountGrants:
    """What makes and changes accounts in the application that handles the present request."""
    return AccountGrants(people().roster, approvals(), authenticator().roles)


def _as_it_is(account: Account) -> Granted:
    return Granted(account, grants().waiting(account, principal()))


def account_to_create(asked: Mapping[str, Any]) -> NewAccount:
    """The account that a request asks for.

    Raises:
        Problem: it is for a person of an identity provider, and the service has none.
    """
    subject = asked.get("subject")
    provider = current_service().settings.single_sign_on
    if subject is not None and provider is None:
        raise _wrong("subject", "The service has no identity provider. Leave it out.")
    issuer = provider.issuer if provider is not None and subject is not None else None
    return NewAccount(asked["name"], asked["role"], asked.get("organization"), issuer, subject)


def _wrong(member: str, detail: str) -> Problem:
    return Problem(
        "invalid-request",
        "Each member of `errors` says what to send instead.",
        [Wrong("json", detail, pointer=f"/{member}")],
    )


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what stands against a change of an account into its problem."""
    try:
        yield
    except (NoOrganization, OrganizationNotOpen) as refused:
        raise _wrong("organization", str(refused)) from None
    except LastAdministrator:
        raise Problem(
            "last-administrator",
            "No other enabled account may change accounts. Give the role to another person first.",
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
    except OwnAccount:
        raise Problem(
            "own-account", "Ask somebody else to change your role or your office."
        ) from None
    except AlreadyProposed:
        raise already_proposed() from None


def _new_account(granted: Granted) -> Response:
    account, approval = granted.account, granted.approval
    answer = CreatedAccountAnswer(
        **asdict(account_answer(account)),
        one_time_password=granted.secret,
        approval=UNSET if approval is None else approval.id,
    )
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
    account = find_account(id)
    return tagged(json_response(account_answer(account)), account.version)


@blp.patch("/<uuid:id>")
@Operation(
    permission="accounts.write",
    body=AccountChangesSchema,
    returns={200: Content("The changed account.", AccountAnswer), 202: WAITS},
    problems=("unknown-account", "last-administrator", "own-account", "grant-proposed"),
    if_match="The ETag of the account as you read it.",
)
def change_account(asked: dict[str, Any], id: UUID) -> Response:
    """Change the role or the organization of an account, disable or enable it.

    The change takes effect at the person's next request. A role or an organization above your own
    reach, and enabling such an account, wait for a second person under /v1/approvals.
    """
    account = find_account(id)
    require_version(account.version)
    with refusals():
        granted = grants().change(account, asked, principal(), origin(), account.version)
    if granted.approval is not None:
        return proposed(granted.approval, granted.secret)
    account = granted.account
    return tagged(json_response(account_answer(account)), account.version)


@blp.get("/<uuid:id>/sessions")
@Operation(
    permission="accounts.read",
    returns={200: Content("The person's current sessions.", AccountSessionsAnswer)},
    problems=("unknown-account",),
)
def list_account_sessions(id: UUID) -> Response:
    """List the sessions of an account."""
    account, at = find_account(id), clock.now()
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
    account = find_account(id)
    people().sessions.end(account.id, origin().did("session.ended", account.id))
    return Response(status=204)


@blp.post("/<uuid:id>/one-time-passwords")
@Operation(
    permission="accounts.write",
    returns={
        201: Content(
            "The new one-time password. The old password no longer works, all sessions have ended, "
            "and a lockout is over.",
            OneTimePasswordAnswer,
        ),
        202: WAITS,
    },
    problems=("unknown-account", "no-password", "too-many-at-once", "grant-proposed"),
    idempotent=True,
    if_match="The ETag of the account as you read it.",
)
def create_one_time_password(id: UUID) -> Response:
    """Give an account a new one-time password.

    For an account above your own reach it waits for a second person under /v1/approvals, and comes
    in two parts. Until then the present password works.
    """
    account = account_with_password(id)
    with once(current_service(), f"{ROUTE}/one-time-passwords") as attempt, refusals():
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda _: _one_time(_as_it_is(account)))
        require_version(account.version)
        response = attempt.created("/v1/accounts")
        return _one_time(
            grants().reset_password(account, principal(), origin(), account.version, response)
        )


def _one_time(granted: Granted) -> Response:
    if granted.approval is not None:
        return proposed(granted.approval, granted.secret)
    return json_response(OneTimePasswordAnswer(one_time_password=granted.secret), 201)


def account_with_password(id: UUID) -> Account:
    """The account of an id.

    Raises:
        Problem: no account has this id, or the person signs in through the identity provider.
    """
    account = find_account(id)
    if account.password_hash is None:
        raise Problem("no-password", "The person signs in through the identity provider.")
    return account


@blp.post("/search")
@Operation(
    permission="accounts.read",
    body=AccountsSearchSchema,
    returns={
        200: Content(
            "The accounts in order of creation. If there are more, next_cursor is set.",
            FoundAccountsAnswer,
        )
    },
)
def search_accounts(wanted: dict[str, Any]) -> Response:
    """Find accounts by a part of the sign-in name, role, organization and how they stand."""
    page = found_accounts(WantedAccounts(**searched(wanted)), wanted["limit"] + 1, place_of(wanted))
    return json_response(
        FoundAccountsAnswer(
            accounts=[account_answer(account) for account in page[: wanted["limit"]]],
            next_cursor=next_cursor(wanted, [account.id for account in page]),
        )
    )


def found_accounts(wanted: WantedAccounts, limit: int, after: str | None = None) -> list[Account]:
    """The accounts that are wanted, at most *limit*, those after an id."""
    return find_accounts(current_service().store, wanted, limit, after)


def find_account(id: UUID) -> Account:
    """The account of an id.

    Raises:
        Problem: no account has this id.
    """
    account = people().accounts.find(str(id))
    if account is None:
        raise Problem("unknown-account", "No account has this id.")
    return account

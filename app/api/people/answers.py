"""What answers about people's accounts say."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from app.access.roster import peoples_roles
from app.determinations.answer import Id, Instant
from app.records.people.account_sessions import Session
from app.records.people.accounts import Account


class AccountAnswer(Struct):
    """An account. The time of the last sign-in is no part of it, because no administrator changes
    it.
    """

    id: Id
    name: str
    role: Annotated[str, Meta(extra_json_schema={"enum": list(peoples_roles())})]
    organization: str | None
    subject: Annotated[
        str | None,
        Meta(
            description="The person's id at the identity provider; null for an account with a "
            "password."
        ),
    ]
    disabled: bool
    disabled_because: Literal["administrator", "unused"] | None
    must_change_password: Annotated[
        bool, Meta(description=("True if the account has a one-time password."))
    ]
    created_at: Instant
    changed_at: Instant


class CreatedAccountAnswer(AccountAnswer):
    """A new account with its one-time password."""

    one_time_password: Annotated[
        str | None,
        Meta(
            description=(
                "The service shows it once and stores only its hash. The person must "
                "change it at sign-in."
            )
        ),
    ]


class AccountsAnswer(Struct):
    """Accounts in order of creation."""

    accounts: list[AccountAnswer]
    next: Annotated[
        str | None, Meta(description="The address of the next page; null on the last page.")
    ]


class AccountSessionAnswer(Struct):
    """A session of an account."""

    id: Id
    created_at: Instant
    seen_at: Instant
    address: Annotated[str, Meta(description="The network address.")]
    browser: Annotated[str, Meta(description="The browser's own description.")]


class AccountSessionsAnswer(Struct):
    """All sessions of an account."""

    sessions: list[AccountSessionAnswer]
    last_signed_in_at: Instant | None
    locked_until: Annotated[
        Instant | None,
        Meta(
            description=(
                "The end of the lockout after failed attempts; null if the account is not locked."
            )
        ),
    ]


def account_answer(account: Account) -> AccountAnswer:
    """An account as administrators see it."""
    return AccountAnswer(
        id=account.id,
        name=account.name,
        role=account.role,
        organization=account.organization,
        subject=account.subject,
        disabled=account.is_disabled,
        disabled_because=account.disabled_because,
        must_change_password=account.must_change,
        created_at=second_text(account.created_at),
        changed_at=second_text(account.changed_at),
    )


def session_answer(session: Session) -> AccountSessionAnswer:
    """A session as administrators see it."""
    return AccountSessionAnswer(
        id=session.id,
        created_at=second_text(session.created_at),
        seen_at=second_text(session.seen_at),
        address=session.address,
        browser=session.browser,
    )


def second_text(instant: datetime) -> str:
    """An instant in UTC to the second."""
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")

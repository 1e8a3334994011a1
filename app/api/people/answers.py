"""What answers about people's accounts say."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from app.access.roster import peoples_roles
from app.determinations.answer import Id, Instant
from app.records.people.account_sessions import Session
from app.records.people.accounts import Account


class AccountAnswer(Struct):
    """An account; when somebody signed in is no part of it, since nobody changes that."""

    id: Id
    name: str
    role: Annotated[str, Meta(extra_json_schema={"enum": list(peoples_roles())})]
    organization: str | None
    subject: Annotated[
        str | None,
        Meta(
            description="Who the person is at the identity provider; null for an account with a "
            "password."
        ),
    ]
    disabled: bool
    disabled_because: Literal["administrator", "unused"] | None
    must_change_password: Annotated[bool, Meta(description="Whether its password is for one time.")]
    created_at: Instant
    changed_at: Instant


class CreatedAccountAnswer(AccountAnswer):
    """A new account with its one-time password."""

    one_time_password: Annotated[
        str | None,
        Meta(description="Shown this once, and kept nowhere. It must be changed at sign-in."),
    ]


class AccountsAnswer(Struct):
    """Accounts in the order they were made."""

    accounts: list[AccountAnswer]
    next: Annotated[
        str | None, Meta(description="Where the following ones are; null after the last.")
    ]


class AccountSessionAnswer(Struct):
    """Where somebody is signed in."""

    id: Id
    created_at: Instant
    seen_at: Instant
    address: Annotated[str, Meta(description="From which network.")]
    browser: Annotated[str, Meta(description="What the browser calls itself.")]


class AccountSessionsAnswer(Struct):
    """Everywhere that somebody is signed in."""

    sessions: list[AccountSessionAnswer]
    last_signed_in_at: Instant | None
    locked_until: Annotated[
        Instant | None,
        Meta(
            description="Until when attempts are refused, since others failed; null where none are."
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

"""What answers about people's accounts say."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.access.roles import Roles
from app.access.roster import peoples_roles
from app.api.approvals.answers import WaitsFor
from app.api.http.answered.answers import NextCursor
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
    disabled_because: Annotated[
        Literal["administrator", "unused", "waiting"] | None,
        Meta(description="`waiting`: new, and waits for a second person."),
    ]
    disabled_reason: Annotated[
        str | None, Meta(description="What the administrator wrote when disabling the account.")
    ]
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
                "change it at sign-in. With an `approval` it is the first of two parts."
            )
        ),
    ]
    approval: WaitsFor = UNSET


class OneTimePasswordAnswer(Struct):
    """A new one-time password."""

    one_time_password: Annotated[
        str | None,
        Meta(
            description="The service shows it once and stores only its hash; a retry gets null. "
            "The person must change it at sign-in."
        ),
    ]


class FoundAccountsAnswer(Struct):
    """Accounts that match a search, in order of creation."""

    accounts: list[AccountAnswer]
    next_cursor: NextCursor | UnsetType = UNSET


class RoleAnswer(Struct):
    """A role: what it may do, and which stored determinations it sees."""

    name: str
    title: str
    person: Annotated[bool, Meta(description="False for machine clients.")]
    sees: Annotated[
        Literal["own", "everything", "nothing"],
        Meta(description="`own`: the determinations of its organization."),
    ]
    and_topics: Annotated[
        list[str],
        Meta(description="Topics whose determinations it sees of all organizations."),
    ]
    may: Annotated[list[str], Meta(description="Its permissions.")]


class PermissionAnswer(Struct):
    """A permission."""

    name: str
    allows: str


class RolesAnswer(Struct):
    """The roles and the permissions."""

    roles: list[RoleAnswer]
    permissions: list[PermissionAnswer]


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


def roles_answer(roles: Roles) -> RolesAnswer:
    """The roles of the service, in the order of their file."""
    return RolesAnswer(
        roles=[
            RoleAnswer(
                name=role.name,
                title=role.title,
                person=role.is_person,
                sees=role.sees,
                and_topics=sorted(role.topics),
                may=[name for name in roles.permissions if name in role.permissions],
            )
            for role in roles.roles.values()
        ],
        permissions=[PermissionAnswer(*each) for each in roles.permissions.items()],
    )


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
        disabled_reason=account.disabled_reason,
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

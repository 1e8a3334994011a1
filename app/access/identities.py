"""People of an identity provider, and their accounts."""

import re
from collections.abc import Mapping
from typing import Any

from environs import EnvValidationError

from app import clock
from app.access.origin import REFUSED, UNKNOWN, Origin
from app.access.people import Browser, People, SignInRefused
from app.access.roster import (
    NAME,
    ORGANIZATION,
    NewAccount,
    NoOrganization,
    may_belong_to,
    peoples_roles,
)
from app.records.organizations.organizations import OrganizationNotOpen
from app.records.people.account_changes import NameTaken
from app.records.people.accounts import Account
from app.single_sign_on import SingleSignOn

NAME_CLAIMS = ("preferred_username", "email")


def check_roles(provider: SingleSignOn) -> None:
    """See that the groups of a provider mean roles that there are.

    Raises:
        EnvValidationError: one means another.
    """
    if not set(provider.roles.values()) <= set(peoples_roles()):
        told = f"must be one of the roles {', '.join(peoples_roles())}"
        raise EnvValidationError(f"ELIGIBILITY_OIDC_ROLES {told}", [told])


class NotPlaced(SignInRefused):
    """The role needs an organization, and the provider names none."""


class NoSecondFactor(SignInRefused):
    """The service requires a second factor, and the provider asserts none."""


PROVIDER = "provider"
"""What a session says proved the second factor, where the provider asserts it."""


class Identities:
    """Signs in people of one identity provider, once their id token was checked."""

    def __init__(self, provider: SingleSignOn, people: People) -> None:
        self._provider, self._people = provider, people

    def sign_in(self, claims: Mapping[str, object], browser: Browser, origin: Origin) -> str:
        """Open a session for the person of verified claims; the secret for the browser.

        If the person has no account and the claims give a role, create one.

        Raises:
            NoSecondFactor: one is required, and the claims assert none.
            NotPlaced: the role needs an organization and there is none.
            SignInRefused: there is no account and the claims give no role, or the account may not
                be used.
            RecordsUnavailable: the database failed.
        """
        subject = claims.get("sub")
        if (
            not isinstance(subject, str)
            or not 0 < len(subject) <= 255
            or not (subject.isascii() and subject.isprintable())
        ):
            self._people.note(origin.did("session.signed_in", UNKNOWN, REFUSED))
            raise SignInRefused
        account = self._people.accounts.known_as(self._provider.issuer, subject)
        by = self._second_factor(claims, account, origin)
        role = self._provider.role_of(claims)
        try:
            if account is None and role is not None:
                account = self._made(claims, subject, role, origin)
            elif account is not None and account.role_is_provided:
                account = self._as_provided(account, role, claims, origin)
        except (NoOrganization, OrganizationNotOpen):
            if account is not None:
                self._people.sessions.end(account.id, origin.did("session.ended", account.id))
            self._people.note(
                origin.did("session.signed_in", account.id if account else UNKNOWN, REFUSED)
            )
            raise NotPlaced from None
        if account is None:
            self._people.note(origin.did("session.signed_in", UNKNOWN, REFUSED))
            raise SignInRefused
        return self._people.sign_in_proven(account, browser, origin, by)

    def _second_factor(
        self, claims: Mapping[str, object], account: Account | None, origin: Origin
    ) -> str | None:
        """What a session says proved the second factor; None where the provider asserts none.

        Raises:
            NoSecondFactor: it asserts none, and one is required.
        """
        if self._provider.asserts_second_factor(claims):
            return PROVIDER
        if self._people.requires_second_factor:
            whose = account.id if account else UNKNOWN
            self._people.note(origin.did("session.signed_in", whose, REFUSED))
            raise NoSecondFactor
        return None

    def _as_provided(
        self, account: Account, role: str | None, claims: Mapping[str, object], origin: Origin
    ) -> Account | None:
        """The account in the role and the organization that the provider gives now; none where it
        gives no role any more.

        Where it may not be used any more, its sessions end.

        Raises:
            NoOrganization: the role needs one, and the provider gives none.
        """
        organization = (
            self._organization(claims)
            if self._provider.organization_claim
            else account.organization
        )
        if role is None or not may_belong_to(role, organization):
            self._people.sessions.end(account.id, origin.did("session.ended", account.id))
            if role is not None:
                raise NoOrganization
            return None
        if (account.role, account.organization) == (role, organization):
            return account
        given: dict[str, Any] = {
            "role": role,
            "organization": organization,
            "changed_at": clock.now(),
        }
        return self._people.accounts.change(
            account.id, given, origin.did("account.changed", account.id)
        )

    def _organization(self, claims: Mapping[str, object]) -> str | None:
        told = claims.get(self._provider.organization_claim or "")
        return told if isinstance(told, str) and ORGANIZATION.fullmatch(told) else None

    def _made(
        self, claims: Mapping[str, object], subject: str, role: str, origin: Origin
    ) -> Account:
        """An account named as the provider calls the person; where that name is somebody else's,
        with a number behind it.

        Raises:
            NoOrganization: the role needs one, and the provider gives none.
        """
        wanted = next(
            (
                name
                for name in map(claims.get, NAME_CLAIMS)
                if isinstance(name, str) and NAME.fullmatch(name)
            ),
            None,
        )
        base = wanted or "person-" + re.sub(r"[^A-Za-z0-9]", "", subject)[:40]
        for number in range(1, 100):
            name = base if number == 1 else f"{base[:90]}-{number}"
            new = NewAccount(
                name,
                role,
                self._organization(claims),
                self._provider.issuer,
                subject,
                role_is_provided=True,
            )
            try:
                return self._people.roster.create(new, origin)[0]
            except NameTaken:
                other = self._people.accounts.known_as(self._provider.issuer, subject)
                if other is not None:  # made by the same person's other browser meanwhile
                    return other
        raise SignInRefused

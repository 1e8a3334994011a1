"""Create, change and revoke credentials of machine clients: API keys and OAuth 2 clients.

An API key is `elig_`, a label to find it by, and 256 random bits. Programs that scan for leaked
secrets find it by `elig_[a-z0-9]{8}_[A-Za-z0-9]{43}`. Nobody can guess 256 bits, so the service
stores a plain SHA-256 instead of a slow hash.
"""

import re
import secrets
import string
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from uuid_utils import uuid7

from app import clock
from app.access.origin import Origin, given
from app.access.roles import (
    ORGANIZATION,
    ORGANIZATION_NEEDED,
    OrganizationNeeded,
    Roles,
    UnknownRole,
)
from app.records.entries import ResponseFor, no_response
from app.records.identity import is_id
from app.records.machines.credentials import Credential, CredentialStore, Secret, UnknownCredential
from app.records.organizations.organizations import OrganizationNotOpen

KEY, CLIENT = "key", "client"
NAME = r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}"
NAME_MUST = "Must be at most 100 letters, digits and . _ -, beginning with a letter or digit."
DAYS = {KEY: 90, CLIENT: 366}
"""The default days until a credential expires."""
MOST_DAYS = 366
OVERLAP_HOURS = 24
"""The default hours for which the service accepts the old secret beside the new one."""
MOST_OVERLAP_HOURS = 720
LABEL_CHARACTERS = string.ascii_lowercase + string.digits
SECRET_CHARACTERS = string.ascii_letters + string.digits
KEY_TEXT = re.compile(r"elig_([a-z0-9]{8})_[A-Za-z0-9]{43}")
"""What every key looks like; its group is the label. 43 letters and digits carry 256 bits."""


def new_key() -> str:
    """A new key."""
    label = "".join(secrets.choice(LABEL_CHARACTERS) for _ in range(8))
    return f"elig_{label}_" + "".join(secrets.choice(SECRET_CHARACTERS) for _ in range(43))


def label_of(text: str) -> str | None:
    """The label of a key; none where the text is not a key."""
    found = KEY_TEXT.fullmatch(text)
    return None if found is None else found[1]


def digest_of(key: str) -> bytes:
    """The digest of a key, which the service stores."""
    return sha256(key.encode()).digest()


def is_key(text: str, digest: bytes) -> bool:
    """Whether a text is the key of a digest, compared in constant time."""
    return compare_digest(sha256(text.encode(errors="replace")).digest(), digest)


def people_sign_in(roles: Roles) -> str:
    """What to do where a key has a role of people, and people sign in."""
    programs = " or ".join(name for name, role in roles.roles.items() if not role.is_person)
    return (
        "Keys have no role of people in production mode. A person signs in to the pages with an "
        f"account. A program needs a key of the role {programs}, or an OAuth client."
    )


class CredentialRefused(Exception):
    """Something asked for cannot be; *member* names it."""

    def __init__(self, member: str, sentence: str) -> None:
        super().__init__(sentence)
        self.member = member


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credential to create. *scopes* limit its permissions; None means all of its role."""

    kind: str
    name: str
    role: str
    organization: str | None = None
    days: int | None = None
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A credential with its new secret, which the service shows once and does not store."""

    credential: Credential
    secret: str


class Credentials:
    """The credentials of the service. With *people_sign_in* no key has a role of people."""

    def __init__(self, store: CredentialStore, roles: Roles, people_sign_in: bool = False) -> None:
        self.store, self._roles, self._people_sign_in = store, roles, people_sign_in

    def create(self, wanted: Wanted, by: Origin, response: ResponseFor = no_response) -> NewSecret:
        """Make a credential; *response* is stored in the same transaction.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            CredentialRefused: something about it cannot be.
            RecordsUnavailable: nothing was stored.
        """
        scopes, now, text = self.check(wanted), clock.now(), new_key()
        made, days = self.unsaved(wanted, scopes, text, by, now)
        credential = replace(made, expires_at=expiry_in(now, days))
        granted = given(credential.role, credential.organization)
        audit = by.did("credential.create", credential.id, kind=credential.kind, granted=granted)
        try:
            self.store.create(credential, audit, response(credential.id))
        except OrganizationNotOpen as refused:
            raise CredentialRefused("organization", str(refused)) from None
        return NewSecret(credential, text)

    def unsaved(
        self,
        wanted: Wanted,
        scopes: tuple[str, ...] | None,
        secret: str,
        by: Origin,
        now: datetime,
    ) -> tuple[Credential, int]:
        """A credential that is checked and not stored, and the days until it expires. It waits: it
        has expired already.

        Raises:
            CredentialRefused: the days are too few or too many.
        """
        days = DAYS[wanted.kind] if wanted.days is None else wanted.days
        expiry_in(now, days)
        credential = Credential(
            id=str(uuid7()),
            kind=wanted.kind,
            name=wanted.name,
            role=wanted.role,
            organization=wanted.organization,
            scopes=scopes,
            created_at=now,
            created_by=by.actor,
            expires_at=now,
            secrets=(secret_of(secret, now),),
        )
        return credential, days

    def find(self, id: str) -> Credential:
        """A credential.

        Raises:
            UnknownCredential: there is none of that id.
            RecordsUnavailable: the database is unavailable.
        """
        found = self.store.find(id) if is_id(id) else None
        if found is None:
            raise UnknownCredential
        return found

    def find_by_label(self, text: str) -> Credential:
        """The credential of a secret, by its label or by its public beginning, such as
        `elig_k3j9x2ab`.

        Raises:
            UnknownCredential: there is none with such a secret, or its secrets have been replaced
                since.
            RecordsUnavailable: the database is unavailable.
        """
        found = self.store.find_by_label(text.removeprefix("elig_")[:8])
        if found is None:
            raise UnknownCredential
        return self.find(found[0].id)

    def change(
        self,
        id: str,
        version: int | None,
        by: Origin,
        name: str | None = None,
        days: int | None = None,
    ) -> Credential:
        """Give a credential another name, or another end, counted from now in days.

        Raises:
            CredentialRefused: it cannot be so, or the credential was revoked.
            UnknownCredential, Stale, RecordsUnavailable: as the store says.
        """
        changes = self.check_change(id, name, days)
        return self.store.change(
            id, version, changes, by.did("credential.change", id, kind=self.find(id).kind)
        )

    def check_change(self, id: str, name: str | None, days: int | None) -> dict[str, Any]:
        """The columns that another name or another end changes.

        Raises:
            CredentialRefused: it cannot be so, or the credential was revoked.
            UnknownCredential, RecordsUnavailable: as the store says.
        """
        self._still(id)
        changes: dict[str, Any] = {}
        if name is not None:
            changes["name"] = matching(NAME, "name", name)
        if days is not None:
            changes["expires_at"] = expiry_in(clock.now(), days)
        return changes

    def revoke(self, id: str, version: int | None, by: Origin) -> Credential:
        """Revoke a credential. Its record stays; revoking it again changes nothing.

        Raises:
            UnknownCredential, Stale, RecordsUnavailable: as the store says.
        """
        found = self.find(id)
        return self.store.change(
            id,
            version,
            {"revoked_at": found.revoked_at or clock.now()},
            by.did("credential.revoke", id, kind=found.kind),
        )

    def rotate(
        self,
        id: str,
        version: int | None,
        by: Origin,
        overlap_hours: int = OVERLAP_HOURS,
        days: int | None = None,
        response: ResponseFor = no_response,
    ) -> NewSecret:
        """Create a new secret for a credential. The old secret stays valid for the overlap. With
        *days* the credential expires so many days from now.

        *response* is stored in the same transaction.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            CredentialRefused: it was revoked or has expired, or the overlap is too long.
            UnknownCredential, Stale, RecordsUnavailable: as the store says.
        """
        found = self.check_rotation(id, overlap_hours, days)
        now, text = clock.now(), new_key()
        changes = {} if days is None else {"expires_at": expiry_in(now, days)}
        granted = given(found.role, found.organization)
        return NewSecret(
            self.store.replace_secret(
                id,
                version,
                secret_of(text, now),
                now + timedelta(hours=overlap_hours),
                changes,
                by.did("credential.rotate", id, kind=found.kind, granted=granted),
                response(id),
            ),
            text,
        )

    def check_rotation(self, id: str, overlap_hours: int, days: int | None) -> Credential:
        """The credential that would get a new secret.

        Raises:
            CredentialRefused: it was revoked or has expired, or the overlap is too long.
            UnknownCredential, RecordsUnavailable: as the store says.
        """
        if not 0 <= overlap_hours <= MOST_OVERLAP_HOURS:
            raise CredentialRefused(
                "overlap_hours", f"Must be a whole number from 0 to {MOST_OVERLAP_HOURS}."
            )
        found, now = self._still(id), clock.now()
        self._require_program(found.kind, found.role)
        if days is not None:
            expiry_in(now, days)
        elif not found.is_live(now):
            raise CredentialRefused("id", "The credential has expired. Change its expiry first.")
        return found

    def _still(self, id: str) -> Credential:
        found = self.find(id)
        if found.revoked_at is not None:
            raise CredentialRefused("id", "The credential is revoked for good. Create another.")
        return found

    def _require_program(self, kind: str, role: str) -> None:
        if kind == KEY and self._people_sign_in and self._roles[role].is_person:
            raise CredentialRefused("role", people_sign_in(self._roles))

    def check(self, wanted: Wanted) -> tuple[str, ...] | None:
        """The scopes in order, once everything asked for is seen to be possible.

        Raises:
            CredentialRefused: something about it cannot be.
        """
        if wanted.kind not in DAYS:
            raise CredentialRefused("kind", f"Must be {KEY} or {CLIENT}.")
        matching(NAME, "name", wanted.name)
        if wanted.organization is not None:
            matching(ORGANIZATION, "organization", wanted.organization)
        try:
            self._roles.reach(wanted.role, wanted.organization)
        except UnknownRole:
            raise CredentialRefused(
                "role", f"Must be one of {', '.join(self._roles.roles)}."
            ) from None
        except OrganizationNeeded:
            raise CredentialRefused("organization", ORGANIZATION_NEEDED) from None
        self._require_program(wanted.kind, wanted.role)
        if wanted.scopes is None:
            return None
        beyond = sorted(set(wanted.scopes) - self._roles[wanted.role].permissions)
        if beyond or not wanted.scopes:
            may = ", ".join(sorted(self._roles[wanted.role].permissions))
            raise CredentialRefused(
                "scopes", f"Must be one or more permissions of the role: {may}."
            )
        return tuple(sorted(set(wanted.scopes)))


def secret_of(text: str, now: datetime) -> Secret:
    """What the service stores of a key that is valid from an instant on."""
    label = label_of(text)
    assert label is not None
    return Secret(label, digest_of(text), now)


def expiry_in(now: datetime, days: int) -> datetime:
    """When a credential expires that many days from now.

    Raises:
        CredentialRefused: they are too few or too many.
    """
    if not 1 <= days <= MOST_DAYS:
        raise CredentialRefused("days", f"Must be a whole number from 1 to {MOST_DAYS}.")
    return now + timedelta(days=days)


def matching(pattern: str, member: str, text: str) -> str:
    """A text that has the form it must have.

    Raises:
        CredentialRefused: it has not; *member* names it.
    """
    if not re.fullmatch(pattern, text):
        raise CredentialRefused(
            member,
            NAME_MUST,
        )
    return text

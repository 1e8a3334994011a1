"""Authentication of callers with a bearer credential: the text after `Authorization: Bearer`."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from app import clock
from app.access.credentials import CLIENT, KEY, Credentials, is_key, label_of, people_sign_in
from app.access.principal import Principal
from app.access.programs import Programs
from app.access.roles import OrganizationNeeded, Roles, UnknownRole
from app.access.tokens import BadToken, NoSigningKey, SigningKeys, Tokens
from app.records.identity import is_id
from app.records.machines.credentials import Credential, CredentialStore
from app.records.machines.programs import ProgramStore
from app.records.store import Store
from app.settings import Settings

log = logging.getLogger(__name__)
CACHE_SECONDS = 30
"""How long the service accepts a credential without asking the database again. A revocation reaches
every process within this time.
"""
CACHE_SIZE = 10_000
"""The size of the cache. When it is full, the service empties it."""
LONGEST = 4096


class PersonsKey(Exception):
    """A valid key has a role of people, who sign in instead; the message says what to do."""


class Bearers:
    """Recognizes API keys and access tokens. At most one look-up, by index, for a request.

    With *people_sign_in* no key has a role of people. Safe to share between threads.
    """

    def __init__(
        self,
        store: CredentialStore,
        roles: Roles,
        tokens: Tokens,
        programs: Programs,
        people_sign_in: bool = False,
    ) -> None:
        self._store, self._roles, self._tokens = store, roles, tokens
        self._programs, self._people_sign_in = programs, people_sign_in
        self._known: dict[bytes, tuple[Principal, datetime, datetime]] = {}

    def principal(self, text: str) -> Principal | None:
        """The caller with this credential, or None if the service rejects it.

        Raises:
            PersonsKey: it is a valid key with a role of people, and people sign in.
            RecordsUnavailable: the database is unavailable.
        """
        if len(text) > LONGEST or not text.isascii():
            return None
        now, digest = clock.now(), sha256(text.encode()).digest()
        known = self._known.get(digest)
        if known is not None and known[1] <= now < known[2]:
            return known[0]
        found = self._by_key(text, now) if label_of(text) else self._by_token(text, now)
        if found is None:
            self._known.pop(digest, None)
            return None
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        principal, ends = found
        self._known[digest] = (principal, now, min(ends, now + timedelta(seconds=CACHE_SECONDS)))
        return principal

    def forget(self) -> None:
        """Empty the cache, after a change by this process."""
        self._known.clear()

    def _by_key(self, text: str, now: datetime) -> tuple[Principal, datetime] | None:
        label = label_of(text)
        found = self._store.find_by_label(label) if label else None
        if found is None:
            return None
        credential, secret = found
        if (
            not is_key(text, secret.digest)
            or credential.kind != KEY
            or not credential.is_live(now)
            or not secret.is_live(now)
        ):
            return None
        if self._people_sign_in and self._is_persons(credential.role):
            raise PersonsKey(people_sign_in(self._roles))
        principal = self._principal(credential, None)
        return (
            None
            if principal is None
            else (principal, min(credential.expires_at, secret.expires_at or credential.expires_at))
        )

    def _is_persons(self, name: str) -> bool:
        role = self._roles.roles.get(name)
        return role is not None and role.is_person

    def _by_token(self, text: str, now: datetime) -> tuple[Principal, datetime] | None:
        try:
            token = self._tokens.read(text)
        except BadToken:
            return None
        except NoSigningKey as error:
            log.error("cannot verify access tokens: %s", error)
            return None
        if token.consent is not None:
            return self._programs.principal(token)
        credential = self._store.find_alone(token.client) if is_id(token.client) else None
        if credential is None or credential.kind != CLIENT or not credential.is_live(now):
            return None
        principal = self._principal(credential, token.scopes)
        return (
            None if principal is None else (principal, min(token.expires_at, credential.expires_at))
        )

    def _principal(
        self, credential: Credential, scopes: tuple[str, ...] | None
    ) -> Principal | None:
        """Somebody with the permissions of the role, as far as neither the credential nor the token
        is limited to fewer.
        """
        only = credential.scopes
        if scopes is not None:
            only = scopes if only is None else tuple(set(only) & set(scopes))
        is_machine = True if credential.kind == CLIENT else None
        try:
            principal = self._roles.principal(
                f"{credential.kind}:{credential.id}",
                credential.role,
                credential.organization,
                only,
                is_machine,
            )
        except (UnknownRole, OrganizationNeeded):  # the roles' file has changed since
            return None
        today = clock.today()
        if credential.last_used_on != today:
            self._store.note_use(credential.id, today)
        return principal


SIGNING_FOLDER = "signing-keys"
"""The folder of the signing keys, inside the folder of the installation."""


@dataclass(frozen=True)
class Authenticator:
    """Roles, credentials, and what recognizes those who show them."""

    roles: Roles
    store: CredentialStore
    credentials: Credentials
    programs: Programs
    tokens: Tokens
    bearers: Bearers


def signing_keys(settings: Settings) -> SigningKeys:
    """The signing keys of an installation."""
    return SigningKeys(settings.instance / SIGNING_FOLDER)


def open_authenticator(settings: Settings, roles: Roles, store: Store) -> Authenticator:
    """The authenticator of an installation. It reads neither the database nor the keys yet."""
    tokens = Tokens(signing_keys(settings), settings.issuer, settings.token_seconds)
    kept, programs = CredentialStore(store), Programs(ProgramStore(store), roles)
    alone = settings.in_production
    bearers = Bearers(kept, roles, tokens, programs, alone)
    return Authenticator(roles, kept, Credentials(kept, roles, alone), programs, tokens, bearers)

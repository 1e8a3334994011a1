"""Programs that act in the name of a person: registered, allowed, and recognized by their tokens.

A person allows a program some of the permissions of their role (OAuth 2 authorization code with
PKCE, RFC 6749 and 9700). What comes of it is the person's own act, with the person as actor, and
ends with the person's sessions, password or account.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from app import clock
from app.access.credentials import NAME, CredentialRefused, matching
from app.access.origin import REFUSED, Origin, actor_of
from app.access.people import LIMITS, TOKEN_BYTES, hash_of
from app.access.principal import Principal
from app.access.roles import OrganizationNeeded, Roles, UnknownRole
from app.access.tokens import Token
from app.records.entries import AuditEntry, ResponseFor, no_response
from app.records.identity import is_id, new_id
from app.records.machines.credentials import UnknownCredential
from app.records.machines.programs import Consent, ConsentSecret, Program, ProgramStore
from app.records.people.accounts import Account

PROGRAM = "program"
CODE_LASTS = timedelta(seconds=60)
REDIRECTS_AT_MOST, REDIRECT_LENGTH = 5, 300
LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
REDIRECT_MUST = (
    "Must be an https address, or http with 127.0.0.1, [::1] or localhost for a program on the "
    "person's own machine; without a fragment, a user name or spaces, at most 300 characters."
)
_URI = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_PORT = re.compile(r"^(http://(?:127\.0\.0\.1|\[::1\]|localhost))(?::\d{1,5})?(?=[/?]|$)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a program asks a person to allow: the code goes to *redirect_uri*, for who can answer
    the *challenge*.
    """

    program: Program
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str


def is_redirect(uri: str) -> bool:
    """Whether a person may be sent back to such an address: https, or a loopback address."""
    try:
        parts = urlsplit(uri)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    own_machine = parts.scheme == "http" and _PORT.match(uri) is not None
    return (
        bool(_URI.fullmatch(uri))
        and len(uri) <= REDIRECT_LENGTH
        and (own_machine or parts.scheme == "https")
        and bool(_HOST.fullmatch(parts.netloc))
        and has_port
        and "#" not in uri
    )


def fits(registered: tuple[str, ...], uri: str) -> bool:
    """Whether an address is one of those registered, letter by letter; on the person's own machine
    the port may be any (RFC 8252, section 7.3).
    """
    if not is_redirect(uri):
        return False
    return uri in registered or any(
        _PORT.match(each) and _PORT.sub(r"\1", each) == _PORT.sub(r"\1", uri) for each in registered
    )


class Programs:
    """The programs of a service. Safe to share between threads."""

    def __init__(self, store: ProgramStore, roles: Roles) -> None:
        self.store, self._roles = store, roles

    def create(
        self,
        name: str,
        redirect_uris: tuple[str, ...],
        by: Origin,
        response: ResponseFor = no_response,
    ) -> Program:
        """Register a program; *response* is stored in the same transaction.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            CredentialRefused: something about it cannot be.
            RecordsUnavailable: nothing was stored.
        """
        matching(NAME, "name", name)
        if not 1 <= len(set(redirect_uris)) <= REDIRECTS_AT_MOST:
            raise CredentialRefused("redirect_uris", f"Send 1 to {REDIRECTS_AT_MOST} addresses.")
        if not all(map(is_redirect, redirect_uris)):
            raise CredentialRefused("redirect_uris", REDIRECT_MUST)
        now = clock.now()
        program = Program(new_id(now), name, tuple(dict.fromkeys(redirect_uris)), now, by.actor)
        audit = by.did("program.created", program.id, kind=PROGRAM)
        self.store.create(program, audit, response(program.id))
        return program

    def find(self, id: str) -> Program:
        """A program, also a revoked one.

        Raises:
            UnknownCredential: there is none of that id.
            RecordsUnavailable: the database is unavailable.
        """
        found = self.store.find(id) if is_id(id) else None
        if found is None:
            raise UnknownCredential
        return found

    def live(self, id: str) -> Program | None:
        """The program of an id, unless it is unknown or revoked.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        found = self.store.find(id) if is_id(id) else None
        return None if found is None or found.revoked_at is not None else found

    def revoke(self, id: str, version: int | None, by: Origin) -> None:
        """Revoke a program for good; what people allowed it ends at once.

        Raises:
            UnknownCredential, Stale, RecordsUnavailable: as the store says.
        """
        audit = by.did("program.revoked", id, kind=PROGRAM)
        self.store.revoke(id, version, clock.now(), audit)

    def allow(self, asked: Asked, account: Account, by: Origin) -> str:
        """Let a program act for a person; the code that the program is sent.

        Raises:
            RecordsUnavailable: nothing was stored.
        """
        now, code = clock.now(), secrets.token_urlsafe(TOKEN_BYTES)
        consent = Consent(
            new_id(now), asked.program.id, account.id, asked.scopes, now, now + LIMITS.absolute
        )
        secret = ConsentSecret(
            hash_of(code), "code", now + CODE_LASTS, asked.redirect_uri, asked.challenge
        )
        audit = by.did("program.allowed", asked.program.id, kind=PROGRAM)
        self.store.begin(consent, secret, audit)
        return code

    def use(
        self, text: str, kind: Literal["code", "refresh"], by: Origin
    ) -> tuple[Consent, ConsentSecret] | None:
        """Use up a code or a refresh token: its consent; None for one that is unknown or has
        expired.

        Raises:
            SecretUsedTwice: it was used before; everything it led to has ended.
            RecordsUnavailable: the database is unavailable.
        """

        def again(consent: Consent) -> AuditEntry:
            return by.did("program.secret_used_twice", consent.program, REFUSED, PROGRAM)

        return self.store.use(hash_of(text), kind, clock.now(), again)

    def refreshing(self, consent: Consent, by: Origin) -> str | None:
        """A new refresh token of a consent; None where the consent has ended meanwhile.

        Raises:
            RecordsUnavailable: nothing was stored.
        """
        text = secrets.token_urlsafe(TOKEN_BYTES)
        secret = ConsentSecret(hash_of(text), "refresh", consent.ends_at)
        audit = by.by(consent.account_id).did("token.issue", consent.program, kind=PROGRAM)
        return text if self.store.give(consent.id, secret, audit) else None

    def account_of(self, consent: Consent) -> Account | None:
        """The person of a consent, where neither they nor the program have lost access.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        found = self.store.whose(consent.id, consent.program, clock.now())
        return None if found is None else found[1]

    def principal(self, token: Token) -> tuple[Principal, datetime] | None:
        """The person in whose name a token acts, limited to what they allowed and their role still
        has; None where that has ended.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        if token.consent is None or not (is_id(token.consent) and is_id(token.client)):
            return None
        found = self.store.whose(token.consent, token.client, clock.now())
        if found is None:
            return None
        consent, account = found
        if account.id != token.subject:
            return None
        allowed = frozenset(consent.scopes) & frozenset(token.scopes)
        try:
            whole = self._roles.principal(
                actor_of(account.id), account.role, account.organization, allowed, False
            )
        except (UnknownRole, OrganizationNeeded):  # the roles' file has changed since
            return None
        return whole, min(token.expires_at, consent.ends_at)

    def end(self, account_id: str, id: str, by: Origin) -> bool:
        """End what a person allows a program; whether there was such a thing.

        Raises:
            RecordsUnavailable: it could not be ended.
        """
        audit = by.did("program.ended", account_id, kind="account")
        return self.store.end(account_id, id, audit)

    def give_up(self, text: str, program: Program, by: Origin) -> None:
        """End what a person allowed a program, at the program's own wish: all tokens of the consent
        that a refresh token belongs to.

        Raises:
            RecordsUnavailable: it could not be ended.
        """
        consent = self.store.consent_of_secret(hash_of(text), clock.now())
        if consent is not None and consent.program == program.id:
            self.end(consent.account_id, consent.id, by.by(consent.account_id))

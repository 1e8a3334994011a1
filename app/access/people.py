"""People signing in and out: with a password or through an identity provider, one session for each
browser; and how long attempts are held back after others have failed.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from uuid_utils import uuid7

from app import clock
from app.access.origin import REFUSED, UNKNOWN, Origin
from app.access.passwords import PasswordRefused, Passwords, check_new
from app.access.roster import NAME, Roster, administering_roles
from app.records.entries import AuditEntry
from app.records.people.account_changes import nothing_to_check
from app.records.people.account_search import LastAdministrator, require_another
from app.records.people.account_sessions import Limits, Session, Sessions
from app.records.people.accounts import Account, Accounts, Lockout, SignInAttempt
from app.records.store import Store

FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS = 4, 29
"""So many failures in a row cost nothing; an address may be a whole office behind one router."""
FIRST_HOLD, LONGEST_HOLD = timedelta(minutes=1), timedelta(hours=1)
ALTOGETHER = 100
"""After so many failures in a row only an administrator opens the account again (NIST SP 800-63B-4,
3.2.2).
"""
FOR_GOOD = timedelta(days=36_500)
UNUSED_DAYS = 60


def _doubling(failures: int) -> timedelta:
    """A minute after the first failure that costs, then twice as long each time, up to an hour."""
    return min(FIRST_HOLD * (1 << min(failures - 1, 10)), LONGEST_HOLD)


def of_account(failures: int) -> timedelta | None:
    """How long an account is locked after so many failures in a row; none where it is not."""
    if failures >= ALTOGETHER:
        return FOR_GOOD
    return None if failures <= FREE_FOR_ACCOUNT else _doubling(failures - FREE_FOR_ACCOUNT)


def of_address(failures: int) -> timedelta | None:
    """How long an address must wait after so many failures on any accounts, or None."""
    return None if failures <= FREE_FOR_ADDRESS else _doubling(failures - FREE_FOR_ADDRESS)


LOCKOUT = Lockout(
    of_account, of_address, quiet=timedelta(hours=1), unused=timedelta(days=UNUSED_DAYS)
)
LIMITS = Limits(idle=timedelta(minutes=15), absolute=timedelta(hours=12))
ONE_TIME_LASTS = timedelta(days=7)
TOKEN_BYTES = 32
BROWSER_LENGTH = 200
NOBODY = ""
"""Stands for a name without an account, which can be anything that somebody typed."""
_TOKEN_LENGTH = len(secrets.token_urlsafe(TOKEN_BYTES))


class SignInRefused(Exception):
    """The name or the password is wrong, or the account is disabled or locked. The page does not
    say which.
    """


class AddressHeld(Exception):
    """Too many attempts from this address failed; it has to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} seconds")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody in a browser of theirs."""

    account: Account
    session: Session


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser of a request: its network address and its own description."""

    address: str
    agent: str


class People:
    """Signs people in and out. Safe to share between threads."""

    def __init__(
        self, store: Store, passwords: Passwords | None = None, unused_days: int = UNUSED_DAYS
    ) -> None:
        self.accounts, self.sessions = Accounts(store), Sessions(store, LIMITS)
        self.lockout = replace(LOCKOUT, unused=timedelta(days=unused_days))
        self.passwords, self.note = passwords or Passwords(), store.note
        self.roster = Roster(self.accounts, self.passwords)

    def sign_in(self, name: str, password: str, browser: Browser, origin: Origin) -> str:
        """Open a session for a name and its password; the secret for the browser, which the service
        does not store.

        Raises:
            SignInRefused: it was not allowed, for whatever reason.
            AddressHeld: too many attempts from this address failed.
            TooManyAtOnce: too many others are signing in just now.
            RecordsUnavailable: the database failed.
        """
        account = self._proven(name, password, browser, origin, "session.signed_in")
        return self._open(account, browser, origin, forgives=True)

    def _proven(
        self, name: str, password: str, browser: Browser, origin: Origin, action: str
    ) -> Account:
        """The account whose password this is.

        Every attempt costs one comparison, whether there is such an account or not.
        """
        at, address = clock.now(), network_of(browser.address)
        with self.passwords.slot():
            known = name if NAME.fullmatch(name) else NOBODY
            attempt = self.accounts.begin_attempt(
                known, address, at, self.lockout, _retiring(origin)
            )
            if (
                attempt.address_held_until is not None
            ):  # what led here was told; more would let anybody fill the trail
                raise AddressHeld(int((attempt.address_held_until - at).total_seconds()) + 1)
            account = attempt.account
            is_right = self.passwords.is_right(account.password_hash if account else None, password)
            if account is None or not is_right or not attempt.may_pass or _has_lapsed(account, at):
                self._refuse(attempt, origin, action)
                raise SignInRefused
            if self.passwords.needs_rehash(account.password_hash or ""):
                audit = origin.did("account.rehashed", account.id)
                again = self.passwords.hash(password)
                account = self.accounts.rehashed(account, again, audit)
        return account

    def _refuse(self, attempt: SignInAttempt, origin: Origin, action: str) -> None:
        """Log a rejected sign-in in the audit trail, and the lockout that it causes."""
        whose = attempt.account.id if attempt.account else UNKNOWN
        locked = [origin.did("account.locked", whose)] if attempt.locks else []
        self.note(origin.did(action, whose, REFUSED), *locked)

    def end_unused(self, origin: Origin) -> tuple[list[Account], list[Account]]:
        """Disable the accounts that nobody signed in to for too long. Somebody must remain who
        administers accounts. Those that were disabled, and those that had to stay.

        Raises:
            RecordsUnavailable: the database failed; those before are disabled.
        """
        at, ended, kept = clock.now(), list[Account](), list[Account]()
        for account in self.accounts.page():
            if not account.lies_unused(at, self.lockout):
                continue
            check = require_another(account.id, administering_roles())
            if account.role not in administering_roles():
                check = nothing_to_check
            try:
                if self.accounts.retire(account, at, _retiring(origin)(account), check):
                    ended.append(account)
            except LastAdministrator:
                kept.append(account)
        return ended, kept

    def sign_in_proven(self, account: Account, browser: Browser, origin: Origin) -> str:
        """Open a session for somebody who showed elsewhere who they are. Gives the secret for the
        browser.

        Raises:
            SignInRefused: the account is disabled, or lay unused for too long.
            RecordsUnavailable: the database failed.
        """
        at = clock.now()
        lies_unused = account.lies_unused(at, self.lockout)
        if lies_unused:
            self.accounts.retire(account, at, _retiring(origin)(account))
        if account.is_disabled or lies_unused:
            self.note(origin.did("session.signed_in", account.id, REFUSED))
            raise SignInRefused
        return self._open(account, browser, origin)

    def _open(
        self, account: Account, browser: Browser, origin: Origin, forgives: bool = False
    ) -> str:
        token, at = secrets.token_urlsafe(TOKEN_BYTES), clock.now()
        session = Session(
            str(uuid7()), account.id, at, at, network_of(browser.address), _printable(browser.agent)
        )
        entry = origin.by(account.id).did("session.signed_in", account.id)
        if not self.sessions.open(session, _hashed(token), entry, account.password_hash, forgives):
            self.note(origin.did("session.signed_in", account.id, REFUSED))
            raise SignInRefused
        self.sessions.sweep(at)
        self.accounts.forget_addresses(at, self.lockout)
        return token

    def of(self, token: str) -> SignedIn | None:
        """Who is signed in with a browser's secret; none where the session has ended.

        Raises:
            RecordsUnavailable: the database failed.
        """
        if len(token) != _TOKEN_LENGTH or not token.isascii():
            return None
        found = self.sessions.find(_hashed(token), clock.now())
        return None if found is None else SignedIn(account=found[1], session=found[0])

    def sign_out(self, who: SignedIn, origin: Origin) -> None:
        """End the session of this browser.

        Raises:
            RecordsUnavailable: the database failed.
        """
        self.sessions.end(
            who.account.id, origin.did("session.signed_out", who.account.id), id=who.session.id
        )

    def end_session(self, who: SignedIn, id: str, origin: Origin) -> int:
        """End one session of somebody's own; how many there were (none or one).

        Raises:
            RecordsUnavailable: the database failed.
        """
        return self.sessions.end(who.account.id, origin.did("session.ended", who.account.id), id=id)

    def end_others(self, who: SignedIn, origin: Origin) -> int:
        """End every session of somebody's own but this one; how many there were.

        Raises:
            RecordsUnavailable: the database failed.
        """
        return self.sessions.end(
            who.account.id, origin.did("session.ended", who.account.id), but=who.session.id
        )

    def change_password(
        self, who: SignedIn, current: str, new: str, browser: Browser, origin: Origin
    ) -> str:
        """Give somebody another password. All their sessions end; gives the secret of a new one for
        this browser.

        Raises:
            SignInRefused: the current password is wrong, or too many attempts were.
            PasswordRefused: the new one is not good enough, or is the current one.
            AddressHeld, TooManyAtOnce, RecordsUnavailable: as for signing in.
        """
        account = self._proven(
            who.account.name, current, browser, origin, "account.password_changed"
        )
        self.accounts.succeeded(account, network_of(browser.address))
        if new == current:
            raise PasswordRefused("Use another password than the current one.")
        with self.passwords.slot():
            check_new(new, account.name)
            password_hash = self.passwords.hash(new)
        at = clock.now()
        values = {
            "password_hash": password_hash,
            "password_set_at": at,
            "must_change": False,
            "changed_at": at,
        }
        changed = self.accounts.change(
            account.id, values, origin.did("account.password_changed", account.id), ends=True
        )
        return self._open(changed, browser, origin)


def network_of(address: str) -> str:
    """What attempts are counted by: an IPv4 address, or the /64 network of an IPv6 address, which
    one customer has to himself.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    whole = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else parsed
    return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64" if whole is None else str(whole)


def _has_lapsed(account: Account, at: datetime) -> bool:
    return (
        account.must_change
        and account.password_set_at is not None
        and account.password_set_at < at - ONE_TIME_LASTS
    )


def _retiring(origin: Origin) -> Callable[[Account], AuditEntry]:
    return lambda account: origin.did("account.disabled", account.id)


def _hashed(token: str) -> str:
    """The digest of a session's secret, which the service stores. The secret is long and random, so
    a fast hash is enough.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def _printable(agent: str) -> str:
    return "".join(c for c in agent if c.isprintable())[:BROWSER_LENGTH]

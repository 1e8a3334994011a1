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
from app.access.roster import NAME, Roster
from app.records.entries import AuditEntry
from app.records.people.account_sessions import WAITING, Limits, Session, Sessions
from app.records.people.accounts import Account, Accounts, Lockout, SignInAttempt
from app.records.people.second_factors import FactorChanged, Proof, factors_of
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
    """Signs people in and out. Safe to share between threads.

    With *requires_second_factor* everybody needs one; otherwise those who have set one up.
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords | None = None,
        requires_second_factor: bool = False,
        unused_days: int = UNUSED_DAYS,
    ) -> None:
        self._store, self.requires_second_factor = store, requires_second_factor
        self.accounts, self.sessions = Accounts(store), Sessions(store, LIMITS)
        self.lockout = replace(LOCKOUT, unused=timedelta(days=unused_days))
        self.passwords, self.note = passwords or Passwords(), store.note
        self.roster = Roster(self.accounts, self.passwords)

    def sign_in(self, name: str, password: str, browser: Browser, origin: Origin) -> str:
        """Open a session for a name and its password; the secret for the browser, which the service
        does not store. Where the account needs a second factor, the session waits for it, and
        nobody is signed in yet.

        Raises:
            SignInRefused: it was not allowed, for whatever reason.
            AddressHeld: too many attempts from this address failed.
            TooManyAtOnce: too many others are signing in just now.
            RecordsUnavailable: the database failed.
        """
        account = self._proven(name, password, browser, origin, "session.signed_in")
        needs = self.requires_second_factor or bool(factors_of(self._store, account.id))
        waits = WAITING if needs else None
        return self._open(account, browser, origin, forgives=True, second_factor=waits)

    def prove_second_factor(
        self,
        waiting: SignedIn,
        proof: Callable[[], Proof | None],
        browser: Browser,
        origin: Origin,
    ) -> str:
        """Make a session that waits a whole one by what *proof* finds; the new secret for the
        browser. Attempts are counted and held back as those at passwords are.

        Raises:
            SignInRefused: the second factor is wrong or was used before, or too many attempts were.
            AddressHeld: too many attempts from this address failed.
            RecordsUnavailable: the database failed.
        """
        account = waiting.account
        attempt = self._attempt(account.name, browser, origin)
        proves = proof() if attempt.may_pass else None
        if proves is None:
            self._refuse(attempt, origin.by(account.id), "second_factor.used")
            raise SignInRefused
        return self.complete(waiting, proves, origin)

    def complete(self, waiting: SignedIn, proves: Proof, origin: Origin) -> str:
        """Make a session that waits a whole one by a second factor that was proved or added; the
        new secret for the browser.

        Raises:
            SignInRefused: another request was first.
            RecordsUnavailable: the database failed.
        """
        token, whose = secrets.token_urlsafe(TOKEN_BYTES), waiting.account.id
        entry = origin.by(whose).did("session.signed_in", whose)
        try:
            completed = self.sessions.complete(waiting.session, hash_of(token), entry, proves)
        except FactorChanged:
            completed = False
        if not completed:
            self.note(origin.by(whose).did("session.signed_in", whose, REFUSED))
            raise SignInRefused
        return token

    def _attempt(self, name: str, browser: Browser, origin: Origin) -> SignInAttempt:
        """Count an attempt as failed, before it is known whether it is.

        Raises:
            AddressHeld: too many attempts from this address failed. What led here was told; more
                would let anybody fill the trail.
        """
        at, address = clock.now(), network_of(browser.address)
        attempt = self.accounts.begin_attempt(name, address, at, self.lockout, retiring(origin))
        if attempt.address_held_until is not None:
            raise AddressHeld(int((attempt.address_held_until - at).total_seconds()) + 1)
        return attempt

    def _proven(
        self, name: str, password: str, browser: Browser, origin: Origin, action: str
    ) -> Account:
        """The account whose password this is.

        Every attempt costs one comparison, whether there is such an account or not.
        """
        with self.passwords.slot():
            at = clock.now()
            attempt = self._attempt(name if NAME.fullmatch(name) else NOBODY, browser, origin)
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

    def sign_in_proven(
        self, account: Account, browser: Browser, origin: Origin, second_factor: str | None = None
    ) -> str:
        """Open a session for somebody who showed elsewhere who they are, and by which
        *second_factor*. Gives the secret for the browser.

        Raises:
            SignInRefused: the account is disabled, or lay unused for too long.
            RecordsUnavailable: the database failed.
        """
        at = clock.now()
        lies_unused = account.lies_unused(at, self.lockout)
        if lies_unused:
            self.accounts.retire(account, at, retiring(origin)(account))
        if account.is_disabled or lies_unused:
            self.note(origin.did("session.signed_in", account.id, REFUSED))
            raise SignInRefused
        return self._open(account, browser, origin, second_factor=second_factor)

    def _open(
        self,
        account: Account,
        browser: Browser,
        origin: Origin,
        forgives: bool = False,
        second_factor: str | None = None,
    ) -> str:
        token, at = secrets.token_urlsafe(TOKEN_BYTES), clock.now()
        session = Session(
            str(uuid7()),
            account.id,
            at,
            at,
            network_of(browser.address),
            _printable(browser.agent),
            second_factor,
        )
        action = "session.began" if second_factor == WAITING else "session.signed_in"
        entry = origin.by(account.id).did(action, account.id)
        if not self.sessions.open(session, hash_of(token), entry, account.password_hash, forgives):
            self.note(origin.did("session.signed_in", account.id, REFUSED))
            raise SignInRefused
        self.sessions.sweep(at)
        self.accounts.forget_addresses(at, self.lockout)
        return token

    def of(self, token: str) -> SignedIn | None:
        """Who is signed in with a browser's secret; none where the session has ended, or waits for
        a second factor.

        Raises:
            RecordsUnavailable: the database failed.
        """
        found = self._with(token)
        return None if found is None or self._waits(found.session) else found

    def waiting(self, token: str) -> SignedIn | None:
        """Whose session waits for a second factor, with a browser's secret. Nobody is signed in by
        it.

        Raises:
            RecordsUnavailable: the database failed.
        """
        found = self._with(token)
        return found if found is not None and self._waits(found.session) else None

    def _waits(self, session: Session) -> bool:
        """Whether a session lacks its second factor; also one that was opened when the service did
        not require any.
        """
        by = session.second_factor
        return by == WAITING or (by is None and self.requires_second_factor)

    def _with(self, token: str) -> SignedIn | None:
        if len(token) != _TOKEN_LENGTH or not token.isascii():
            return None
        found = self.sessions.find(hash_of(token), clock.now())
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

    def confirm_password(
        self, who: SignedIn, password: str, browser: Browser, origin: Origin, action: str
    ) -> None:
        """Check the password of somebody signed in once more, before *action*.

        Raises:
            SignInRefused: it is wrong, or too many attempts were.
            AddressHeld, TooManyAtOnce, RecordsUnavailable: as for signing in.
        """
        account = self._proven(who.account.name, password, browser, origin, action)
        self.accounts.succeeded(account, network_of(browser.address))

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
        return self._open(changed, browser, origin, second_factor=who.session.second_factor)


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


def retiring(origin: Origin) -> Callable[[Account], AuditEntry]:
    """The entry for an account that is disabled because it is unused."""
    return lambda account: origin.did("account.disabled", account.id)


def hash_of(secret: str) -> str:
    """The digest of a secret that the service stores: of a session, a code or a refresh token. The
    secret is long and random, so a fast hash is enough.
    """
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _printable(agent: str) -> str:
    return "".join(c for c in agent if c.isprintable())[:BROWSER_LENGTH]

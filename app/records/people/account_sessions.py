"""Keeps the sessions that people opened by signing in."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from app.records.changing import add, change, locked, sweep, write
from app.records.entries import AuditEntry
from app.records.machines.program_tables import consents
from app.records.people.account_tables import account_sessions, accounts
from app.records.people.accounts import Account
from app.records.people.forgiving import forgive
from app.records.people.second_factors import Proof
from app.records.store import Store, enter

STEP = timedelta(seconds=30)
"""A session's use is written down at most this often.

So it may end that much early, and never late.
"""

WAITING = "waiting"
"""The second factor of a session whose owner has proved the password alone. Nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session in one browser. *id* identifies it to its owner; the database has only a hash of
    the browser's secret. *second_factor* is `WAITING`, what proved one, or None where nothing asked
    for it.
    """

    id: str
    account_id: str
    created_at: datetime
    seen_at: datetime
    address: str
    browser: str
    second_factor: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: without use, and at all.

    One that was made later than now by more than *skew* has ended.
    """

    idle: timedelta
    absolute: timedelta
    skew: timedelta = timedelta(minutes=5)


_READ = [account_sessions.c[field.name] for field in fields(Session)]


class Sessions:
    """The open sessions. Safe to share between threads."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store, self._limits = store, limits

    def open(
        self,
        session: Session,
        token_hash: str,
        audit: AuditEntry,
        password_hash: str | None,
        forgives: bool,
    ) -> bool:
        """Keep a new session and the sign-in that opened it; whether it was kept.

        It is not where the account was disabled, or given another password than that of
        *password_hash*, while somebody signed in. With *forgives* the attempt that
        `Accounts.begin_attempt` counted is taken back, and with it those that failed before. A
        session that waits for a second factor takes back this one attempt alone and is no sign-in.

        Raises:
            RecordsUnavailable: the database failed.
        """
        same = accounts.c.disabled_at.is_(None) & accounts.c.password_hash.is_not_distinct_from(
            password_hash
        )
        still = (accounts.c.id == session.account_id) & same
        with self._store.writing() as connection:
            waits = session.second_factor == WAITING
            if forgives:
                forgive(connection, session.account_id, session.address, this_one_alone=waits)
            signed_in = {} if waits else {"last_sign_in_at": session.created_at}
            if change(connection, accounts, still, signed_in) is None:
                return False
            add(connection, account_sessions, {**asdict(session), "token_hash": token_hash})
            enter(connection, audit)
        return True

    def complete(self, session: Session, token_hash: str, audit: AuditEntry, proves: Proof) -> bool:
        """Make a session that waited for its second factor a whole one, under another secret, with
        what *proves* it in the same transaction; whether it was.

        It is not where the session ended meanwhile, or became whole by another request. The
        attempts that failed before are forgiven.

        Raises:
            FactorChanged: the second factor was used or changed by another request.
            RecordsUnavailable: nothing was changed.
        """
        mine = account_sessions.c.id == session.id
        with self._store.writing() as connection:
            row = locked(connection, account_sessions, mine)
            if row is None or row["second_factor"] != session.second_factor:
                return False
            proves.step(connection)
            forgive(connection, session.account_id, session.address)
            whose = accounts.c.id == session.account_id
            change(connection, accounts, whose, {"last_sign_in_at": proves.at})
            values = {"token_hash": token_hash, "second_factor": proves.by, "seen_at": proves.at}
            write(connection, account_sessions, row, values)
            enter(connection, audit)
        return True

    def find(self, token_hash: str, at: datetime) -> tuple[Session, Account] | None:
        """The session of a browser's secret with its account, where neither has ended; its use is
        written down.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        whose = [accounts.c[field.name].label(f"account_{field.name}") for field in fields(Account)]
        asked = select(*(column.label(f"session_{column.name}") for column in _READ), *whose)
        asked = asked.join_from(account_sessions, accounts).where(
            account_sessions.c.token_hash == token_hash
        )
        asked = asked.where(accounts.c.disabled_at.is_(None), ~self._has_ended(at))
        with self._store.reading() as connection:
            row = connection.execute(asked).one_or_none()
        if row is None:
            return None
        found = row._mapping
        session = Session(
            **{field.name: found[f"session_{field.name}"] for field in fields(Session)}
        )
        if at - session.seen_at >= STEP:
            mine = account_sessions.c.id == session.id
            with self._store.writing() as connection:
                change(connection, account_sessions, mine, {"seen_at": at})
        return session, Account(
            **{field.name: found[f"account_{field.name}"] for field in fields(Account)}
        )

    def of(self, account_id: str, at: datetime) -> list[Session]:
        """The open sessions of an account, the oldest first.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        asked = select(*_READ).where(
            account_sessions.c.account_id == account_id, ~self._has_ended(at)
        )
        with self._store.reading() as connection:
            return [
                Session(**row._mapping)
                for row in connection.execute(asked.order_by(account_sessions.c.id))
            ]

    def end(
        self, account_id: str, audit: AuditEntry, id: str | None = None, but: str | None = None
    ) -> int:
        """End the session *id* of an account, or all of them, or all *but* one. How many there
        were. What the person lets programs do ends with more than one session.

        Raises:
            RecordsUnavailable: they could not be ended.
        """
        asked = delete(account_sessions).where(account_sessions.c.account_id == account_id)
        if id is not None:
            asked = asked.where(account_sessions.c.id == id)
        if but is not None:
            asked = asked.where(account_sessions.c.id != but)
        with self._store.writing() as connection:
            ended = connection.execute(asked).rowcount
            if id is None:
                mine = delete(consents).where(consents.c.account_id == account_id)
                ended += connection.execute(mine).rowcount
            if ended:
                enter(connection, audit)
        return ended

    def sweep(self, at: datetime) -> None:
        """Delete sessions that have ended by themselves.

        Raises:
            RecordsUnavailable: they could not be deleted.
        """
        with self._store.writing() as connection:
            sweep(connection, account_sessions.c.id, self._has_ended(at))

    def _has_ended(self, at: datetime) -> ColumnElement[bool]:
        table = account_sessions.c
        return or_(
            table.seen_at <= at - self._limits.idle,
            table.created_at <= at - self._limits.absolute,
            table.created_at > at + self._limits.skew,
        )

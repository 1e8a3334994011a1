"""Keeps programs that act in the name of a person, and what people allowed them.

It makes no secrets and decides nothing.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, select

from app.records.changing import add, locked, sweep, write
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.machines.credentials import Stale, UnknownCredential
from app.records.machines.program_tables import consent_secrets, consents, programs
from app.records.people.account_tables import accounts
from app.records.people.accounts import Account
from app.records.stating import state_of, stating
from app.records.store import Store, enter, store_response


@dataclass(frozen=True, slots=True)
class Program:
    """A program that people may let act in their name, and the addresses they are sent back to."""

    id: str
    name: str
    redirect_uris: tuple[str, ...]
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person lets a program do, and until when."""

    id: str
    program: str
    account_id: str
    scopes: tuple[str, ...]
    begun_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentSecret:
    """A code or a refresh token, by its SHA-256."""

    secret_hash: str
    kind: Literal["code", "refresh"]
    expires_at: datetime
    redirect_uri: str | None = None
    challenge: str | None = None


class SecretUsedTwice(Exception):
    """A code or a refresh token was shown a second time; the consent and all its tokens ended."""


_CONSENT = [consents.c[field.name].label(f"consent_{field.name}") for field in fields(Consent)]
_ACCOUNT = [accounts.c[field.name].label(f"account_{field.name}") for field in fields(Account)]


class ProgramStore:
    """The stored programs and consents. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(
        self, program: Program, audit: AuditEntry, response: IdempotencyRecord | None = None
    ) -> None:
        """Store a new program with the response to the request for it.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: it could not be stored.
        """
        row = {**asdict(program), "redirect_uris": " ".join(program.redirect_uris)}
        with self._store.writing() as connection:
            store_response(connection, response)
            add(connection, programs, row)
            enter(connection, stating(connection, audit, state_of(programs, row)))

    def find(self, id: str) -> Program | None:
        """The program of an id, also a revoked one.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            row = connection.execute(select(programs).where(programs.c.id == id)).one_or_none()
        return None if row is None else _program(row._mapping)

    def page(self, after: str | None, limit: int) -> list[Program]:
        """At most *limit* programs in the order in which they were created, from after an id.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        asked = select(programs).order_by(programs.c.id).limit(limit)
        asked = asked if after is None else asked.where(programs.c.id > after)
        with self._store.reading() as connection:
            return [_program(row._mapping) for row in connection.execute(asked)]

    def revoke(self, id: str, version: int | None, at: datetime, audit: AuditEntry) -> None:
        """Revoke a program for good; all that people allowed it ends.

        Raises:
            UnknownCredential: there is none of that id.
            Stale: it is of another version.
            RecordsUnavailable: it could not be revoked.
        """
        with self._store.writing() as connection:
            row = locked(connection, programs, programs.c.id == id)
            if row is None:
                raise UnknownCredential
            if version not in (None, row["version"]):
                raise Stale(row["version"])
            values = {"revoked_at": row["revoked_at"] or at, "version": row["version"] + 1}
            after = write(connection, programs, row, values)
            connection.execute(delete(consents).where(consents.c.program == id))
            states = state_of(programs, after), state_of(programs, row)
            enter(connection, stating(connection, audit, *states))

    def begin(self, consent: Consent, code: ConsentSecret, audit: AuditEntry) -> None:
        """Store what a person allows a program, with the code that the program gets for it.

        Raises:
            RecordsUnavailable: it could not be stored.
        """
        row = {**asdict(consent), "scopes": " ".join(consent.scopes)}
        with self._store.writing() as connection:
            sweep(connection, consents.c.id, consents.c.ends_at <= consent.begun_at)
            add(connection, consents, row)
            _add_secret(connection, consent.id, code)
            enter(connection, audit)

    def use(
        self, secret_hash: str, kind: str, at: datetime, again: Callable[[Consent], AuditEntry]
    ) -> tuple[Consent, ConsentSecret] | None:
        """Use up a code or a refresh token: its consent; None for one that is unknown or has
        expired. *again* gives the entry for one that is shown a second time.

        Raises:
            SecretUsedTwice: it was used before; everything it led to has ended.
            RecordsUnavailable: the database is unavailable.
        """
        mine = and_(consent_secrets.c.secret_hash == secret_hash, consent_secrets.c.kind == kind)
        with self._store.writing() as connection:
            row = locked(connection, consent_secrets, mine)
            consent = None if row is None else _consent_of(connection, row["consent"], at)
            if row is None or consent is None:
                return None
            if row["used_at"] is None:
                write(connection, consent_secrets, row, {"used_at": at})
            else:
                connection.execute(delete(consents).where(consents.c.id == consent.id))
                enter(connection, again(consent))
        if row["used_at"] is not None:
            raise SecretUsedTwice
        if row["expires_at"] <= at:
            return None
        return consent, ConsentSecret(*(row[f.name] for f in fields(ConsentSecret)))

    def give(self, consent_id: str, refresh: ConsentSecret, audit: AuditEntry) -> bool:
        """Store a refresh token of a consent; whether the consent was still there.

        Raises:
            RecordsUnavailable: it could not be stored.
        """
        with self._store.writing() as connection:
            there = locked(connection, consents, consents.c.id == consent_id) is not None
            if there:
                _add_secret(connection, consent_id, refresh)
                enter(connection, audit)
        return there

    def whose(self, consent_id: str, program: str, at: datetime) -> tuple[Consent, Account] | None:
        """A consent for a program with the account of its person, where none of them has ended and
        the password is the person's own.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        asked = select(*_CONSENT, *_ACCOUNT).join_from(consents, accounts).join(programs)
        asked = asked.where(
            consents.c.id == consent_id,
            consents.c.program == program,
            consents.c.ends_at > at,
            programs.c.revoked_at.is_(None),
            accounts.c.disabled_at.is_(None),
            accounts.c.must_change.is_(False),
        )
        with self._store.reading() as connection:
            row = connection.execute(asked).one_or_none()
        if row is None:
            return None
        found = row._mapping
        account = Account(**{f.name: found[f"account_{f.name}"] for f in fields(Account)})
        return _consent(found), account

    def of(self, account_id: str, at: datetime) -> list[tuple[Consent, Program]]:
        """What a person allows which programs, the oldest first.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        named = [programs.c[field.name].label(f"program_{field.name}") for field in fields(Program)]
        asked = select(*_CONSENT, *named).join_from(consents, programs)
        asked = asked.where(consents.c.account_id == account_id, consents.c.ends_at > at)
        with self._store.reading() as connection:
            rows = [row._mapping for row in connection.execute(asked.order_by(consents.c.id))]
        return [
            (_consent(row), _program({f.name: row[f"program_{f.name}"] for f in fields(Program)}))
            for row in rows
        ]

    def end(self, account_id: str, id: str, audit: AuditEntry) -> bool:
        """End a consent of a person with all its tokens; whether there was one.

        Raises:
            RecordsUnavailable: it could not be ended.
        """
        mine = and_(consents.c.id == id, consents.c.account_id == account_id)
        with self._store.writing() as connection:
            ended = connection.execute(delete(consents).where(mine)).rowcount > 0
            if ended:
                enter(connection, audit)
        return ended

    def consent_of_secret(self, secret_hash: str, at: datetime) -> Consent | None:
        """The consent of a code or a refresh token, used or not; None where it has ended.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        chosen = select(consent_secrets.c.consent).where(
            consent_secrets.c.secret_hash == secret_hash
        )
        with self._store.reading() as connection:
            id = connection.execute(chosen).scalar_one_or_none()
            return None if id is None else _consent_of(connection, id, at)


def _add_secret(connection: Connection, consent_id: str, secret: ConsentSecret) -> None:
    row = {**asdict(secret), "consent": consent_id, "used_at": None}
    add(connection, consent_secrets, row)


def _consent_of(connection: Connection, id: str, at: datetime) -> Consent | None:
    chosen = select(*_CONSENT).where(consents.c.id == id, consents.c.ends_at > at)
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _consent(row._mapping)


def _consent(row: Any) -> Consent:
    values = {field.name: row[f"consent_{field.name}"] for field in fields(Consent)}
    return Consent(**{**values, "scopes": tuple(values["scopes"].split())})


def _program(row: Any) -> Program:
    values = {field.name: row[field.name] for field in fields(Program)}
    return Program(**{**values, "redirect_uris": tuple(values["redirect_uris"].split())})

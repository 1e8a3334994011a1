"""Keeps credentials and the digests of their secrets, and finds them again.

It makes no secrets and decides nothing.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, delete, select

from app.records.changing import add, change, digest_of, locked, write
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.errors import RecordsUnavailable
from app.records.machines.credential_tables import credential_secrets, credentials
from app.records.organizations.organizations import require_open
from app.records.stating import state_of, stating
from app.records.store import Store, enter, store_response


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret of a credential: the label it is found by, the SHA-256 of its text, and where it
    was replaced, when it ends.
    """

    label: str
    digest: bytes
    created_at: datetime
    expires_at: datetime | None = None

    def is_live(self, at: datetime) -> bool:
        """Whether it is taken at an instant, as far as it depends on the secret alone."""
        return self.expires_at is None or at < self.expires_at


@dataclass(frozen=True, slots=True)
class Credential:
    """An API key or an OAuth 2 client as kept. *scopes*: the permissions it is limited to; none
    means all of its role's.

    *version* rises with every change that somebody asks for; *secrets* are those that were not
    replaced, the newest first.
    """

    id: str
    kind: str
    name: str
    role: str
    organization: str | None
    scopes: tuple[str, ...] | None
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used_on: date | None = None
    version: int = 1
    secrets: tuple[Secret, ...] = ()

    def is_live(self, at: datetime) -> bool:
        """Whether it is taken at an instant: neither revoked nor expired."""
        return self.revoked_at is None and at < self.expires_at

    @property
    def waits(self) -> bool:
        """Whether nobody approved it yet: it expired when it was made."""
        return self.revoked_at is None and self.expires_at <= self.created_at


class Stale(Exception):
    """Somebody else has changed the credential since it was read; nothing was changed.

    *current* is its version now.
    """

    def __init__(self, current: int) -> None:
        super().__init__("the credential changed since the caller read it")
        self.current = current


class UnknownCredential(Exception):
    """There is no such credential."""


class CredentialStore:
    """The stored credentials. Safe to share between threads.

    Every change is one transaction with its audit entry.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(
        self, credential: Credential, audit: AuditEntry, response: IdempotencyRecord | None = None
    ) -> None:
        """Store a new credential, its secrets and the response to the request for it.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            OrganizationNotOpen: its organization is closed or unknown.
            RecordsUnavailable: it could not be stored; so where a label is taken already, which
                chance all but excludes.
        """
        with self._store.writing() as connection:
            store_response(connection, response)
            add_credential(connection, credential, audit)

    def find(self, id: str) -> Credential | None:
        """A credential with its secrets; none where there is none of that id.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            return _one(connection, id)

    def find_alone(self, id: str) -> Credential | None:
        """A credential without its secrets: one look-up by index; none where there is none of that
        id.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            row = (
                connection.execute(select(credentials).where(credentials.c.id == id))
                .mappings()
                .one_or_none()
            )
        return None if row is None else _credential(row)

    def find_by_label(self, label: str) -> tuple[Credential, Secret] | None:
        """The secret with a label, and the credential it belongs to, which comes without its other
        secrets: one look-up by index.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        joined = (
            select(credentials, *_SECRET)
            .join(credential_secrets)
            .where(credential_secrets.c.label == label)
        )
        with self._store.reading() as connection:
            row = connection.execute(joined).mappings().one_or_none()
        return None if row is None else (_credential(row), _secret(row))

    def page(self, after: str | None, limit: int) -> list[Credential]:
        """At most *limit* credentials with their secrets, in the order in which they were made,
        from after an id.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        asked = select(credentials.c.id).order_by(credentials.c.id).limit(limit)
        return self._all(asked if after is None else asked.where(credentials.c.id > after))

    def named(self, kind: str, name: str) -> list[Credential]:
        """The credentials of a kind that bear a name, the newest first; names need not be unique.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._all(
            select(credentials.c.id)
            .where(credentials.c.kind == kind, credentials.c.name == name)
            .order_by(credentials.c.id.desc())
        )

    def ending(self, after: datetime, before: datetime) -> list[Credential]:
        """The credentials that expire between two instants and were not revoked.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._all(
            select(credentials.c.id).where(
                credentials.c.revoked_at.is_(None), credentials.c.expires_at.between(after, before)
            )
        )

    def _all(self, ids: Select[str]) -> list[Credential]:
        with self._store.reading() as connection:
            found = (_one(connection, id) for id in connection.execute(ids).scalars().all())
            return [credential for credential in found if credential is not None]

    def change(
        self, id: str, version: int | None, changes: Mapping[str, Any], audit: AuditEntry
    ) -> Credential:
        """Change some columns of a credential, if it still is of this version; where none is given,
        of whichever.

        Raises:
            UnknownCredential: there is none of that id.
            Stale: it is of another version.
            RecordsUnavailable: the database is unavailable or refuses.
        """
        with self._store.writing() as connection:
            return change_credential(connection, id, version, changes, audit)

    def replace_secret(
        self,
        id: str,
        version: int | None,
        secret: Secret,
        old_ends: datetime,
        changes: Mapping[str, Any],
        audit: AuditEntry,
        response: IdempotencyRecord | None = None,
    ) -> Credential:
        """Give a credential a new secret beside the present one, which ends at an instant; those
        from before it end at once.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            UnknownCredential, Stale, RecordsUnavailable: as for `change`.
        """
        with self._store.writing() as connection:
            store_response(connection, response)
            return replace_secret(connection, id, version, secret, old_ends, changes, audit)

    def note_use(self, id: str, on: date) -> None:
        """Remember the day a credential was used on.

        Nothing depends on it, so a database that refuses is left alone.
        """
        wanted = and_(credentials.c.id == id, credentials.c.last_used_on.is_distinct_from(on))
        with suppress(RecordsUnavailable), self._store.writing() as connection:
            change(connection, credentials, wanted, {"last_used_on": on})


def add_credential(connection: Connection, credential: Credential, audit: AuditEntry) -> None:
    """Store a new credential and its secrets.

    Raises:
        OrganizationNotOpen: its organization is closed or unknown.
    """
    row = asdict(credential)
    secrets = row.pop("secrets")
    require_open(connection, credential.organization)
    add(connection, credentials, {**row, "scopes": _joined(credential.scopes)})
    for secret in secrets:
        add(connection, credential_secrets, {**secret, "credential": credential.id})
    _entered(connection, credential.id, audit, None)


def change_credential(
    connection: Connection,
    id: str,
    version: int | None,
    changes: Mapping[str, Any],
    audit: AuditEntry,
) -> Credential:
    """Change some columns of a credential, if it still is of this version.

    Raises:
        UnknownCredential, Stale: as for `CredentialStore.change`.
    """
    before = _state(connection, id)
    _changed(connection, id, version, changes)
    return _entered(connection, id, audit, before)


def replace_secret(
    connection: Connection,
    id: str,
    version: int | None,
    secret: Secret,
    old_ends: datetime,
    changes: Mapping[str, Any],
    audit: AuditEntry,
) -> Credential:
    """Give a credential a new secret beside the present one, which ends at an instant; those from
    before it end at once.

    Raises:
        UnknownCredential, Stale: as for `CredentialStore.change`.
    """
    before = _state(connection, id)
    changed = _changed(connection, id, version, changes)
    for number, old in enumerate(changed.secrets):
        mine = credential_secrets.c.label == old.label
        if number > 0 or old_ends <= secret.created_at:
            connection.execute(delete(credential_secrets).where(mine))
        elif old.is_live(old_ends):
            change(connection, credential_secrets, mine, {"expires_at": old_ends})
    add(connection, credential_secrets, {**asdict(secret), "credential": id})
    return _entered(connection, id, audit, before)


def credential_within(connection: Connection, id: str) -> Credential | None:
    """A credential, locked until the transaction ends; None for an unknown id."""
    row = locked(connection, credentials, credentials.c.id == id)
    return None if row is None else _one(connection, id)


def _changed(
    connection: Connection, id: str, version: int | None, changes: Mapping[str, Any]
) -> Credential:
    row = locked(connection, credentials, credentials.c.id == id)
    if row is None:
        raise UnknownCredential
    if version not in (None, row["version"]):
        raise Stale(row["version"])
    write(connection, credentials, row, {**changes, "version": row["version"] + 1})
    found = _one(connection, id)
    assert found is not None
    return found


_COLUMNS = tuple(field.name for field in fields(Credential) if field.name != "secrets")
_SECRET = tuple(
    credential_secrets.c[field.name].label(f"secret_{field.name}") for field in fields(Secret)
)


def _one(connection: Connection, id: str) -> Credential | None:
    row = (
        connection.execute(select(credentials).where(credentials.c.id == id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    mine = select(*_SECRET).where(credential_secrets.c.credential == id)
    newest_first = mine.order_by(credential_secrets.c.created_at.desc(), credential_secrets.c.label)
    return replace(
        _credential(row),
        secrets=tuple(_secret(secret) for secret in connection.execute(newest_first).mappings()),
    )


def secrets_text(connection: Connection, id: str) -> str:
    """All secrets of a credential as one text, for the state that the audit trail gives of it."""
    chosen = select(credential_secrets).where(credential_secrets.c.credential == id)
    found = connection.execute(chosen.order_by(credential_secrets.c.label)).mappings()
    return " ".join(digest_of(credential_secrets, dict(row)) for row in found)


def _state(connection: Connection, id: str) -> str | None:
    """The state of a credential, locked until the transaction ends; None for an unknown id."""
    row = locked(connection, credentials, credentials.c.id == id)
    return None if row is None else state_of(credentials, row, secrets_text(connection, id))


def _entered(connection: Connection, id: str, audit: AuditEntry, before: str | None) -> Credential:
    """A credential after a change, which is entered with the state that it left."""
    after, found = _state(connection, id), _one(connection, id)
    assert found is not None and after is not None
    enter(connection, stating(connection, audit, after, before))
    return found


def _credential(row: RowMapping) -> Credential:
    values = {name: row[name] for name in _COLUMNS}
    return Credential(
        **{
            **values,
            "scopes": None if values["scopes"] is None else tuple(values["scopes"].split()),
        }
    )


def _secret(row: RowMapping) -> Secret:
    return Secret(
        row["secret_label"],
        row["secret_digest"],
        row["secret_created_at"],
        row["secret_expires_at"],
    )


def _joined(scopes: tuple[str, ...] | None) -> str | None:
    return None if scopes is None else " ".join(scopes)

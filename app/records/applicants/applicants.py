"""Applicants: names and birth dates under subject references. Everything personal is encrypted
here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Select, select
from sqlalchemy.exc import IntegrityError

from app.records.applicants.applicant_tables import applicants
from app.records.applicants.encryption import KeyRing, Place, Unreadable, normalized
from app.records.changing import add, locked, write
from app.records.entries import AuditEntry, IdempotencyRecord, Row
from app.records.store import Store, enter, store_response

KIND = "applicant"
T = TypeVar("T")
Change = Callable[["Person"], "Person"]


class SubjectTaken(Exception):
    """An applicant already has this subject reference. Nothing was stored."""


class ApplicantChanged(Exception):
    """Somebody else changed the applicant first, or the applicant is gone. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of somebody in person; never shown by being printed."""

    name: str = field(repr=False)
    born_on: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person under a subject reference, within one organization.

    *id* names the row, *version* counts the changes.
    """

    id: str
    subject: str
    organization: str
    person: Person
    created_at: datetime
    created_by: str
    changed_at: datetime
    version: int = 1


class Applicants:
    """The stored applicants. Safe to share between threads."""

    def __init__(self, store: Store, ring: KeyRing) -> None:
        self._store, self._ring = store, ring

    def keep(
        self, applicant: Applicant, audit: AuditEntry, response: IdempotencyRecord | None = None
    ) -> None:
        """Store an applicant with the audit entry and the response to the request for it.

        Raises:
            SubjectTaken: there is one under that reference.
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        with self._store.writing() as connection:
            store_response(connection, response)
            try:
                add(connection, applicants, row_of(applicant, self._ring))
            except IntegrityError:
                raise SubjectTaken from None
            enter(connection, audit)

    def find(self, subject: str) -> Applicant | None:
        """The applicant under a subject reference; none where there is none.

        Raises:
            Unreadable: name or birth date cannot be decrypted.
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            row = (
                connection.execute(select(applicants).where(applicants.c.subject == subject))
                .mappings()
                .one_or_none()
            )
        return None if row is None else applicant_of(row, self._ring)

    def digest(self, text: bytes) -> bytes:
        """A keyed digest of a request. Without the key nobody can try texts against it."""
        return self._ring.index("applicants.request", text.hex()).encode()

    def organization_of(self, subject: str) -> str | None:
        """The organization of an applicant; decrypts nothing.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._column_of(subject, applicants.c.organization)

    def version_of(self, subject: str) -> int | None:
        """The version of what is known of somebody; nothing is decrypted. None where nothing is
        known.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._column_of(subject, applicants.c.version)

    def _column_of(self, subject: str, column: Column[T]) -> T | None:
        with self._store.reading() as connection:
            return connection.execute(
                select(column).where(applicants.c.subject == subject)
            ).scalar_one_or_none()

    def change(
        self, subject: str, version: int, change: Change, now: datetime, audit: AuditEntry
    ) -> Applicant:
        """Change what is known of somebody, where the version is still this one. All of it is
        encrypted anew.

        Raises:
            ApplicantChanged: the version is another by now, or the applicant is gone.
            Unreadable: name or birth date cannot be decrypted.
            RecordsUnavailable: nothing was changed.
        """
        with self._store.writing() as connection:
            row = locked(
                connection,
                applicants,
                (applicants.c.subject == subject) & (applicants.c.version == version),
            )
            if row is None:
                raise ApplicantChanged
            before = applicant_of(row, self._ring)
            after = replace(
                before, person=change(before.person), changed_at=now, version=version + 1
            )
            write(connection, applicants, row, row_of(after, self._ring))
            enter(connection, audit)
        return after

    def search(self, sought: "Sought", limit: int, before: str | None = None) -> list[Applicant]:
        """The applicants of exactly this normalized name, and birth date where one is named, the
        newest first.

        Raises:
            Unreadable: name or birth date of one cannot be decrypted.
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            rows = connection.execute(self._chosen(sought, before).limit(limit)).mappings().all()
        return [applicant_of(row, self._ring) for row in rows]

    def _chosen(self, sought: "Sought", before: str | None) -> Select[Any]:
        if sought.born_on is None:
            chosen = select(applicants).where(
                applicants.c.name_index == _name_index(self._ring, sought.name)
            )
        else:
            chosen = select(applicants).where(
                applicants.c.name_and_birth_index
                == _name_and_birth_index(self._ring, sought.name, sought.born_on)
            )
        if sought.organization is not None:
            chosen = chosen.where(applicants.c.organization == sought.organization)
        if before is not None:
            chosen = chosen.where(applicants.c.id < before)
        return chosen.order_by(applicants.c.id.desc())


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom to search for; *organization* none: in all of them."""

    name: str = field(repr=False)
    born_on: date | None = field(repr=False)
    organization: str | None


def row_of(applicant: Applicant, ring: KeyRing) -> Row:
    """The columns but for the digest; name and birth date encrypted under the current key."""
    person = applicant.person
    return {
        "id": applicant.id,
        "subject": applicant.subject,
        "organization": applicant.organization,
        "name": ring.encrypt(person.name, _place(applicant.id, "name")),
        "born_on": ring.encrypt(person.born_on.isoformat(), _place(applicant.id, "born_on")),
        **indexes(person, ring),
        "created_at": applicant.created_at,
        "created_by": applicant.created_by,
        "changed_at": applicant.changed_at,
        "version": applicant.version,
    }


def indexes(person: Person, ring: KeyRing) -> dict[str, str]:
    """The index values of a person, for searches."""
    return {
        "name_index": _name_index(ring, person.name),
        "name_and_birth_index": _name_and_birth_index(ring, person.name, person.born_on),
    }


def applicant_of(row: Mapping[Any, Any], ring: KeyRing) -> Applicant:
    """The applicant that a row keeps.

    Raises:
        Unreadable: name or birth date cannot be decrypted.
    """
    name, born_on = (
        ring.decrypt(row[column], _place(row["id"], column)) for column in ("name", "born_on")
    )
    try:
        person = Person(name, date.fromisoformat(born_on))
    except ValueError:
        raise Unreadable(f"{_place(row['id'], 'born_on')} is not a date") from None
    plain = ("id", "subject", "organization", "created_at", "created_by", "changed_at", "version")
    return Applicant(person=person, **{column: row[column] for column in plain})


def _place(id: str, column: str) -> Place:
    return Place("applicants", id, column)


def _name_index(ring: KeyRing, name: str) -> str:
    return ring.index("applicants.name", normalized(name))


def _name_and_birth_index(ring: KeyRing, name: str, born_on: date) -> str:
    return ring.index("applicants.name+born_on", normalized(name), born_on.isoformat())

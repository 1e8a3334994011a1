"""Applicants: people under subject references. Everything personal is encrypted here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Select, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from app.records.applicants.applicant_tables import applicants, former_names, name_parts
from app.records.applicants.encryption import KeyRing, Place, Unreadable
from app.records.applicants.indexes import (
    duplicates_of,
    matching,
    matching_in_part,
    part_indexes,
    row_indexes,
)
from app.records.applicants.person import Person, details_of, details_text
from app.records.changing import add, digested, locked, write
from app.records.entries import AuditEntry, IdempotencyRecord, Row
from app.records.store import Store, enter, store_response

KIND = "applicant"
IN_PART_AT_MOST = 50
"""So many people a search by a part of a name finds, however many pages it is read on."""
T = TypeVar("T")
Change = Callable[["Person"], "Person"]


class SubjectTaken(Exception):
    """An applicant already has this subject reference. Nothing was stored."""


class DuplicateApplicant(Exception):
    """Others of the organization have the same name and birth date. Nothing was stored. *subjects*
    are their references.
    """

    def __init__(self, subjects: list[str]) -> None:
        super().__init__(f"{len(subjects)} others")
        self.subjects = subjects


class ApplicantChanged(Exception):
    """Somebody else changed the applicant first, or the applicant is gone. Nothing was changed."""


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
        self,
        applicant: Applicant,
        audit: AuditEntry,
        response: IdempotencyRecord | None = None,
        despite_duplicate: bool = False,
    ) -> None:
        """Store an applicant with the audit entry and the response to the request for it.

        Raises:
            DuplicateApplicant: the organization has others of that name and birth date, and not
                *despite_duplicate*.
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
            if not despite_duplicate:
                others = duplicates_of(
                    connection, self._ring, applicant.person, applicant.organization
                )
                if len(others) > 1:
                    raise DuplicateApplicant([one for one in others if one != applicant.subject])
            write_other_indexes(connection, applicant, self._ring)
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

    def subject_of(self, id: str) -> str | None:
        """The reference of the applicant of a row; decrypts nothing.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            chosen = select(applicants.c.subject).where(applicants.c.id == id)
            return connection.execute(chosen).scalar_one_or_none()

    def id_of(self, subject: str) -> str | None:
        """The id of the row of an applicant; decrypts nothing.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self._column_of(subject, applicants.c.id)

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
            write_other_indexes(connection, after, self._ring)
            enter(connection, audit)
        return after

    def search(self, sought: "Sought", limit: int, before: str | None = None) -> list[Applicant]:
        """The applicants who have this name, or had it, and this birth date where one is named, the
        newest first. Names are compared as `folded`. Where the name may be a part, those who have
        or had all of its words count too, and only the newest `IN_PART_AT_MOST` of all are found.

        Raises:
            Unreadable: what is known of one cannot be decrypted.
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            rows = connection.execute(self._chosen(sought, before).limit(limit)).mappings().all()
        return [applicant_of(row, self._ring) for row in rows]

    def are_too_many(self, sought: "Sought") -> bool:
        """Whether more have a part of a name than a search finds.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        counted = select(func.count()).select_from(
            self._matching(sought, applicants.c.id).limit(IN_PART_AT_MOST + 1).subquery()
        )
        with self._store.reading() as connection:
            found: int = connection.execute(counted).scalar_one()
        return sought.in_part and found > IN_PART_AT_MOST

    def _matching(self, sought: "Sought", *columns: Any) -> Select[Any]:
        fits = matching(self._ring, sought.name, sought.born_on)
        if sought.in_part:
            fits = or_(fits, matching_in_part(self._ring, sought.name, sought.born_on))
        chosen = select(*columns).where(fits)
        if sought.organization is not None:
            chosen = chosen.where(applicants.c.organization == sought.organization)
        return chosen

    def _chosen(self, sought: "Sought", before: str | None) -> Select[Any]:
        if sought.in_part:
            newest = self._matching(sought, applicants.c.id).order_by(applicants.c.id.desc())
            ids = newest.limit(IN_PART_AT_MOST).subquery()
            chosen = select(applicants).where(applicants.c.id.in_(select(ids.c.id)))
        else:
            chosen = self._matching(sought, applicants)
        if before is not None:
            chosen = chosen.where(applicants.c.id < before)
        return chosen.order_by(applicants.c.id.desc())


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom to search for; *organization* none: in all of them. *in_part*: the name may be a part of
    theirs.
    """

    name: str = field(repr=False)
    born_on: date | None = field(repr=False)
    organization: str | None
    in_part: bool = False


def row_of(applicant: Applicant, ring: KeyRing) -> Row:
    """The columns but for the digest; what is personal is encrypted under the current key."""
    person, details = applicant.person, details_text(applicant.person)
    return {
        "id": applicant.id,
        "subject": applicant.subject,
        "organization": applicant.organization,
        "name": ring.encrypt(person.name, _place(applicant.id, "name")),
        "born_on": ring.encrypt(person.born_on.isoformat(), _place(applicant.id, "born_on")),
        **row_indexes(ring, person.name, person.born_on),
        "created_at": applicant.created_at,
        "created_by": applicant.created_by,
        "changed_at": applicant.changed_at,
        "version": applicant.version,
        "details": None
        if details is None
        else ring.encrypt(details, _place(applicant.id, "details")),
    }


def former_rows(applicant: Applicant, ring: KeyRing) -> list[Row]:
    """What an applicant is found by under each former name, and with each digest."""
    born_on = applicant.person.born_on
    found = {
        row["name_index"]: digested(former_names, {"applicant": applicant.id, **row})
        for row in (row_indexes(ring, each.name, born_on) for each in applicant.person.former_names)
    }
    return list(found.values())


def part_rows(applicant: Applicant, ring: KeyRing) -> list[Row]:
    """What an applicant is found by under each part of the names, and with each digest."""
    return [
        digested(name_parts, {"applicant": applicant.id, **row})
        for row in part_indexes(ring, applicant.person)
    ]


def write_other_indexes(connection: Connection, applicant: Applicant, ring: KeyRing) -> None:
    """Let an applicant be found under the former names and the parts of all names, and no longer
    under others.
    """
    for table, rows in (
        (former_names, former_rows(applicant, ring)),
        (name_parts, part_rows(applicant, ring)),
    ):
        connection.execute(delete(table).where(table.c.applicant == applicant.id))
        if rows:
            connection.execute(insert(table), rows)


def applicant_of(row: Mapping[Any, Any], ring: KeyRing) -> Applicant:
    """The applicant that a row keeps.

    Raises:
        Unreadable: something of it cannot be decrypted.
    """
    name, born_on, details = (
        None if row[column] is None else ring.decrypt(row[column], _place(row["id"], column))
        for column in ("name", "born_on", "details")
    )
    try:
        person = Person(str(name), date.fromisoformat(str(born_on)), **details_of(details))
    except ValueError:
        raise Unreadable(f"{_place(row['id'], 'born_on')} is not a date") from None
    plain = ("id", "subject", "organization", "created_at", "created_by", "changed_at", "version")
    return Applicant(person=person, **{column: row[column] for column in plain})


def _place(id: str, column: str) -> Place:
    return Place("applicants", id, column)

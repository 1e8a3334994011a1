"""Keeps organizations: carriers, offices and the others whose people and programs ask.

Every change is one transaction together with its entry in the audit trail.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from app.records.changing import add, locked, write
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.organizations.organization_tables import organizations
from app.records.stating import state_of, stating
from app.records.store import Store, enter, store_response


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization as kept. *since* and *closed* are days, where they are known or past.

    *version* counts its changes. A closed one keeps its records, and nothing new may name it.
    """

    id: str
    name: str
    kind: str
    created_at: datetime
    address: str | None = None
    contact: str | None = None
    since: date | None = None
    closed: date | None = None
    version: int = 1

    @property
    def is_closed(self) -> bool:
        """Whether new accounts and keys may no longer name it."""
        return self.closed is not None

    @property
    def key(self) -> str:
        """The id as ids are compared."""
        return self.id.lower()


class OrganizationTaken(Exception):
    """There is an organization of that id, whatever the case of its letters."""


class OrganizationChanged(Exception):
    """Somebody else changed the organization first, or there is none. Nothing was changed."""


class OrganizationNotOpen(Exception):
    """An account or a credential was to name an organization that is closed, or that nobody
    created. The message says which, and what to do.
    """

    def __init__(self, is_closed: bool) -> None:
        super().__init__(
            "This organization is closed. Name one that is open."
            if is_closed
            else "No organization has this id. Check the id, or create the organization first."
        )


_READ = [organizations.c[field.name] for field in fields(Organization)]


class Organizations:
    """The stored organizations. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(
        self,
        organization: Organization,
        audit: AuditEntry,
        response: IdempotencyRecord | None = None,
    ) -> None:
        """Store a new organization with the response to the request for it.

        Raises:
            OrganizationTaken: there is one of that id, whatever the case of its letters.
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: it could not be stored.
        """
        row = {**asdict(organization), "id_key": organization.key}
        with self._store.writing() as connection:
            store_response(connection, response)
            try:
                add(connection, organizations, row)
            except IntegrityError:
                raise OrganizationTaken(organization.id) from None
            enter(connection, stating(connection, audit, state_of(organizations, row)))

    def find(self, id: str) -> Organization | None:
        """The organization of an id, compared letter by letter.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            row = connection.execute(select(*_READ).where(organizations.c.id == id)).one_or_none()
        return None if row is None else Organization(**row._mapping)

    def page(
        self, after: str | None = None, limit: int | None = None, kind: str | None = None
    ) -> list[Organization]:
        """Organizations in the order of their ids, those after an id, perhaps of one kind.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        asked = select(*_READ).order_by(organizations.c.id).limit(limit)
        if after is not None:
            asked = asked.where(organizations.c.id > after)
        if kind is not None:
            asked = asked.where(organizations.c.kind == kind)
        with self._store.reading() as connection:
            return [Organization(**row._mapping) for row in connection.execute(asked)]

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """The names of organizations by their ids. An unknown id is not among them.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        asked = select(organizations.c.id, organizations.c.name)
        with self._store.reading() as connection:
            found = connection.execute(asked.where(organizations.c.id.in_(set(ids))))
            return {row.id: row.name for row in found}

    def name_of(self, id: str) -> str:
        """What people call an organization: its name; its id where the service knows no name.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return self.names([id]).get(id, id)

    def change(
        self, id: str, values: Mapping[str, Any], audit: AuditEntry, version: int
    ) -> Organization:
        """Change columns of an organization that still is of a version; gives it as it is then.

        Raises:
            OrganizationChanged: it is of another version, or there is none.
            RecordsUnavailable: it could not be changed.
        """
        with self._store.writing() as connection:
            row = locked(connection, organizations, organizations.c.id == id)
            if row is None or row["version"] != version:
                raise OrganizationChanged(id)
            after = write(connection, organizations, row, {**values, "version": version + 1})
            states = state_of(organizations, after), state_of(organizations, row)
            enter(connection, stating(connection, audit, *states))
        return Organization(**{column.name: after[column.name] for column in _READ})


def require_open(connection: Connection, id: str | None) -> None:
    """Within a transaction that stores something of an organization: it must be there and open,
    and stays so until the transaction ends. None stands for no organization.

    Raises:
        OrganizationNotOpen: it is closed, or there is none of that id.
    """
    if id is None:
        return
    asked = select(organizations.c.closed).where(organizations.c.id == id)
    found = connection.execute(asked.with_for_update(read=True)).one_or_none()
    if found is None or found.closed is not None:
        raise OrganizationNotOpen(is_closed=found is not None)

"""Administering organizations: making, changing and closing them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import clock
from app.access.origin import Origin
from app.access.roster import ORGANIZATION, ORGANIZATION_MUST
from app.records.entries import ResponseFor, no_response
from app.records.organizations.organizations import Organization, Organizations
from app.records.store import Store

KINDS = {
    "carrier": "Carrier",
    "connector": "Health Connector",
    "office": "Office that helps applicants",
    "patient_protection": "Office of Patient Protection",
    "division": "Division of Insurance",
    "employer": "Employer",
    "association": "Association or cooperative",
    "partner": "Other partner",
    "other": "Something else",
}
"""What an organization can be, with what people call it."""
ONE_LINE = r"[^\x00-\x20\x7f][^\x00-\x1f\x7f]{0,%d}"
LENGTHS = {"name": 200, "address": 500, "contact": 200}
"""The most characters of each text about an organization."""
PATTERNS = {name: ONE_LINE % (length - 1) for name, length in LENGTHS.items()}
MUST = {
    name: f"Must be one line of 1 to {length} characters, without a space at its start."
    for name, length in LENGTHS.items()
}


class NotAnOrganization(ValueError):
    """Something about an organization cannot be; *member* names it, the message says what it must
    be.
    """

    def __init__(self, member: str, sentence: str) -> None:
        super().__init__(sentence)
        self.member = member


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organization to create."""

    id: str
    name: str
    kind: str
    address: str | None = None
    contact: str | None = None
    since: date | None = None

    def check(self) -> None:
        """Check that there can be such an organization.

        Raises:
            NotAnOrganization: there cannot.
        """
        if not ORGANIZATION.fullmatch(self.id):
            raise NotAnOrganization("id", ORGANIZATION_MUST)
        _check({"name": self.name, "kind": self.kind, **self._optional()})

    def _optional(self) -> dict[str, str | None]:
        return {"address": self.address, "contact": self.contact}


def _check(values: Mapping[str, Any]) -> None:
    if "kind" in values and values["kind"] not in KINDS:
        raise NotAnOrganization("kind", f"Must be one of {', '.join(KINDS)}.")
    for name, pattern in PATTERNS.items():
        given = values.get(name)
        if given is not None and not re.fullmatch(pattern, given):
            raise NotAnOrganization(name, MUST[name])


class OrganizationRegister:
    """The organizations as those see them who administer them. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self.organizations = Organizations(store)

    def create(
        self, new: NewOrganization, origin: Origin, response: ResponseFor = no_response
    ) -> Organization:
        """Create an organization; *response* is stored in the same transaction.

        Raises:
            NotAnOrganization: there can be none such.
            OrganizationTaken: there is one of that id, whatever the case of its letters.
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        new.check()
        organization = Organization(
            id=new.id,
            name=new.name,
            kind=new.kind,
            created_at=clock.now(),
            address=new.address,
            contact=new.contact,
            since=new.since,
        )
        audit = _did(origin, "organization.created", new.id)
        self.organizations.create(organization, audit, response(new.id))
        return organization

    def change(
        self, organization: Organization, wanted: Mapping[str, Any], origin: Origin
    ) -> Organization:
        """Change name, kind, address, contact or the first day. What is so already changes
        nothing.

        Raises:
            NotAnOrganization: it cannot be so.
            OrganizationChanged: somebody else changed it since it was read.
            RecordsUnavailable: nothing was changed.
        """
        _check(wanted)
        values = {
            name: value for name, value in wanted.items() if value != getattr(organization, name)
        }
        if not values:
            return organization
        audit = _did(origin, "organization.changed", organization.id)
        return self.organizations.change(organization.id, values, audit, organization.version)

    def close(self, organization: Organization, on: date | None, origin: Origin) -> Organization:
        """Close an organization as of a day, by default today. Closing it again changes nothing.

        Its accounts and keys stay as they are; new ones can no longer name it.

        Raises:
            NotAnOrganization: the day is in the future, or before its first day.
            OrganizationChanged: somebody else changed it since it was read.
            RecordsUnavailable: nothing was changed.
        """
        if organization.is_closed:
            return organization
        closed = on or clock.today()
        if closed > clock.today():
            raise NotAnOrganization("closed", "Must be today or an earlier day.")
        if organization.since is not None and closed < organization.since:
            raise NotAnOrganization("closed", "Must be its first day or a later one.")
        audit = _did(origin, "organization.closed", organization.id)
        return self.organizations.change(
            organization.id, {"closed": closed}, audit, organization.version
        )

    def reopen(self, organization: Organization, origin: Origin) -> Organization:
        """Open a closed organization again. Opening an open one changes nothing.

        Raises:
            OrganizationChanged: somebody else changed it since it was read.
            RecordsUnavailable: nothing was changed.
        """
        if not organization.is_closed:
            return organization
        audit = _did(origin, "organization.reopened", organization.id)
        return self.organizations.change(
            organization.id, {"closed": None}, audit, organization.version
        )


def _did(origin: Origin, action: str, id: str) -> Any:
    return origin.did(action, id, kind="organization")

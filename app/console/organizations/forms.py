"""The form of an organization, and the form to close one."""

from collections.abc import Mapping
from typing import Any

from app import clock
from app.access.organizations import KINDS
from app.api.organizations.organization_schemas import (
    NewOrganizationSchema,
    OrganizationChangesSchema,
    OrganizationClosedSchema,
)
from app.console.forms import Entry, PageForm
from app.records.organizations.organizations import Organization

UNSAID: Mapping[str, Any] = {"address": None, "contact": None, "since": None}
"""What an empty field means."""
NEEDED = {"name": "", "kind": ""}
"""What can be changed and not left out."""


def new_form() -> PageForm:
    """The form of an organization that is not there yet."""
    id = Entry("id", "Id", "code", "Such as office-12. It never changes.")
    return PageForm(NewOrganizationSchema(), [id, *_entries()])


def change_form(organization: Organization) -> PageForm:
    """The form of an organization as it is."""
    form = PageForm(OrganizationChangesSchema(), _entries(), version=str(organization.version))
    for entry in form.entries:
        entry.show(getattr(organization, entry.name))
    return form


def closing_form(organization: Organization) -> PageForm:
    """The form to close an organization, today unless another day is chosen."""
    day = Entry("closed", "Last day", "date").show(clock.today())
    return PageForm(OrganizationClosedSchema(), [day], version=str(organization.version))


def _entries() -> list[Entry]:
    address = "On one line. Leave it empty if there is none."
    contact = "Of the organization, not of a person."
    return [
        Entry("name", "Name", hint="What people call it."),
        Entry("kind", "Kind", "choice", options=list(KINDS.items())),
        Entry("address", "Postal address", hint=address),
        Entry("contact", "Telephone number or mail address", hint=contact),
        Entry("since", "First day, if you know it", "date"),
    ]

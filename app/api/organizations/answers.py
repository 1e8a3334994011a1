"""What answers about organizations say."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from app.access.organizations import KINDS
from app.determinations.answer import Instant
from app.instants import instant_text
from app.records.organizations.organizations import Organization


class OrganizationAnswer(Struct):
    """An organization that accounts, keys and determinations name."""

    id: str
    name: Annotated[str, Meta(description="What people call it.")]
    kind: Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})]
    address: str | None
    contact: Annotated[str | None, Meta(description="Its telephone number or mail address.")]
    since: Annotated[date | None, Meta(description="Its first day, if known.")]
    closed: Annotated[
        date | None,
        Meta(description="Its last day. New accounts and keys can no longer name it."),
    ]
    created_at: Instant
    version: int


class OrganizationsAnswer(Struct):
    """Organizations in the order of their ids."""

    organizations: list[OrganizationAnswer]
    next: Annotated[
        str | None, Meta(description="The address of the next page; null on the last page.")
    ]


def organization_answer(organization: Organization) -> OrganizationAnswer:
    """An organization as it is now."""
    return OrganizationAnswer(
        **asdict(organization) | {"created_at": instant_text(organization.created_at)}
    )

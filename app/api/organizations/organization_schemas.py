"""What requests about organizations may carry."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from app.access.organizations import KINDS, MUST, PATTERNS
from app.access.roster import ORGANIZATION, ORGANIZATION_MUST
from app.api.http.asked.fields import TextField
from app.api.http.asked.schemas import REQUIRED, NoQuery, StrictSchema, day_field

PAGE = 100
_EXAMPLES = {
    "name": "Worcester Enrollment Office",
    "address": "12 Main Street, Worcester, MA 01608",
    "contact": "508 555 0100",
}
_ABOUT = {
    "name": "What people call it.",
    "address": "Its postal address on one line; null for none.",
    "contact": "Its telephone number or mail address; null for none. Send no person's own.",
}


def _text(name: str, **kwargs: Any) -> TextField:
    return TextField(
        PATTERNS[name],
        MUST[name],
        error_messages=REQUIRED,
        metadata={"description": _ABOUT[name], "example": _EXAMPLES[name]},
        **kwargs,
    )


def _kind(**kwargs: Any) -> TextField:
    return TextField(
        f"(?:{'|'.join(KINDS)})",
        f"Must be one of {', '.join(KINDS)}.",
        error_messages=REQUIRED,
        metadata={"description": f"One of {', '.join(KINDS)}.", "example": "office"},
        **kwargs,
    )


class NewOrganizationSchema(StrictSchema):
    """The organization to create."""

    id = TextField(
        ORGANIZATION.pattern,
        ORGANIZATION_MUST,
        required=True,
        error_messages=REQUIRED,
        metadata={
            "description": "The id that accounts and keys name. It never changes, and no two ids "
            "differ in upper and lower case alone.",
            "example": "office-12",
        },
    )
    name = _text("name", required=True)
    kind = _kind(required=True)
    address = _text("address", allow_none=True)
    contact = _text("contact", allow_none=True)
    since = day_field("Its first day; null if unknown.", allow_none=True)


class OrganizationChangesSchema(StrictSchema):
    """What to change about an organization."""

    name = _text("name")
    kind = _kind()
    address = _text("address", allow_none=True)
    contact = _text("contact", allow_none=True)
    since = day_field("Its first day; null if unknown.", allow_none=True)

    @validates_schema
    def _require_something(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if not data:
            raise ValidationError("Send name, kind, address, contact or since.")


class OrganizationClosedSchema(StrictSchema):
    """When an organization closed."""

    closed = day_field("Its last day, today or earlier. Default: today in Massachusetts.")


class OrganizationsQuery(NoQuery):
    """Which organizations to list."""

    after = TextField(
        ORGANIZATION.pattern,
        "Must be the id of an organization.",
        metadata={"description": "Only organizations after this id."},
    )
    kind = _kind()

"""What requests about accounts may carry."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from app.access.roster import NAME, NAME_MUST, ORGANIZATION, ORGANIZATION_MUST, peoples_roles
from app.api.http.fields import FactField, TextField
from app.api.http.schemas import REQUIRED, NoQuery, StrictSchema
from app.law.facts import FactDefinition

PAGE = 100
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


_ROLES = peoples_roles()


def _role(**kwargs: Any) -> TextField:
    return TextField(
        f"(?:{'|'.join(_ROLES)})",
        f"Must be one of {', '.join(_ROLES)}.",
        error_messages=REQUIRED,
        metadata={
            "description": f"One of {', '.join(_ROLES)}.",
            "example": _ROLES[0],
        },
        **kwargs,
    )


def _organization() -> TextField:
    return TextField(
        ORGANIZATION.pattern,
        ORGANIZATION_MUST,
        allow_none=True,
        metadata={
            "description": "The organization that the person works for, such as an office; null "
            "for none.",
            "example": "office-12",
        },
    )


class NewAccountSchema(StrictSchema):
    """The account to create."""

    name = TextField(
        NAME.pattern,
        NAME_MUST,
        required=True,
        error_messages=REQUIRED,
        metadata={
            "description": "The sign-in name. Upper and lower case are the same.",
            "example": "r.alvarez",
        },
    )
    role = _role(required=True)
    organization = _organization()
    subject = TextField(
        r"[\x21-\x7e]{1,255}",
        "Must be at most 255 printable ASCII characters without spaces.",
        error_messages=REQUIRED,
        metadata={
            "description": "The person's id at the identity provider (`sub`). The account then "
            "has no password."
        },
    )


class AccountChangesSchema(StrictSchema):
    """What to change about an account."""

    role = _role()
    organization = _organization()
    disabled = FactField(
        FactDefinition(
            "disabled",
            "flag",
            asks="True to disable the account and end its sessions, false to enable it.",
        ),
        error_messages=REQUIRED,
    )

    @validates_schema
    def _require_something(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if not data:
            raise ValidationError("Send role, organization or disabled.")


class AccountsQuery(NoQuery):
    """Which accounts to list."""

    after = TextField(
        _UUID,
        "Must be the id of an account.",
        metadata={"description": "Only accounts after this id."},
    )

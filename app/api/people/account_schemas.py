"""What requests about accounts may carry."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from app.access.roster import NAME, NAME_MUST, ORGANIZATION, ORGANIZATION_MUST, peoples_roles
from app.api.http.asked.fields import FactField, ReferenceField, TextField
from app.api.http.asked.schemas import (
    REQUIRED,
    NoQuery,
    StrictSchema,
    cursor_field,
    limit_field,
)
from app.law.facts import FactDefinition
from app.records.people.account_search import STANDINGS

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


REASON = ReferenceField(
    r"[^\x00-\x1f\x7f]{1,500}",
    "Must be a reason of at most 500 characters on one line.",
    error_messages=REQUIRED,
    metadata={
        "description": "The reason for disabling the account. Send no personal data; the service "
        "rejects social security numbers."
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

    reason = REASON

    @validates_schema
    def _require_something(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if "reason" in data and data.get("disabled") is not True:
            raise ValidationError("Send it only with disabled: true.", "reason")
        if not data:
            raise ValidationError("Send role, organization or disabled.")


class AccountsQuery(NoQuery):
    """Which accounts to list."""

    after = TextField(
        _UUID,
        "Must be the id of an account.",
        metadata={"description": "Only accounts after this id."},
    )


class AccountsSearchSchema(StrictSchema):
    """The criteria for accounts; all of them must match."""

    name = TextField(
        r"[A-Za-z0-9._@+-]{1,100}",
        "Must be at most 100 letters, digits and . _ @ + - without spaces.",
        error_messages=REQUIRED,
        metadata={"description": "A part of the sign-in name, in upper or lower case."},
    )
    role = _role()
    organization = TextField(
        ORGANIZATION.pattern,
        ORGANIZATION_MUST,
        error_messages=REQUIRED,
        metadata={"description": "The organization.", "example": "office-12"},
    )
    standing = TextField(
        "|".join(STANDINGS),
        f"Must be one of {', '.join(STANDINGS)}.",
        error_messages=REQUIRED,
        metadata={
            "description": "`one_time` finds enabled accounts whose one-time password has not been "
            "used yet, `unused` those disabled because nobody signed in for too long, `waiting` "
            "new ones that nobody approved yet."
        },
    )
    limit = limit_field(PAGE, PAGE)
    cursor = cursor_field()

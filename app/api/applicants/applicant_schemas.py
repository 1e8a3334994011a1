"""What requests about applicants may carry.

No complaint repeats what was sent, and social security numbers are turned away.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app import clock
from app.api.http.fields import (
    SUBJECT_MUST,
    SUBJECT_PATTERN,
    FactField,
    JsonSchema,
    ReferenceField,
    refuse_number,
)
from app.api.http.schemas import REQUIRED, StrictSchema, cursor_field, limit_field
from app.law.facts import FactDefinition
from app.records.applicants.encryption import normalized

MOST, USUALLY = 50, 20
NAME_AT_MOST = 200
_UNFIT = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that no name has: controls, surrogates, private and unassigned
characters, line ends.
"""


class NameField(fields.Field[str]):
    """A person's name, in any script."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if (
            not isinstance(value, str)
            or not 0 < len(value) <= NAME_AT_MOST
            or not normalized(value)
        ):
            raise ValidationError(f"Must be a name of 1 to {NAME_AT_MOST} characters.")
        if any(unicodedata.category(letter) in _UNFIT for letter in value):
            raise ValidationError("Must be on one line, without control characters.")
        refuse_number(value)
        return " ".join(unicodedata.normalize("NFC", value).split())

    def json_schema(self) -> JsonSchema:
        """Text of some length."""
        return {"type": "string", "minLength": 1, "maxLength": NAME_AT_MOST}


class BirthDayField(FactField):
    """A day that is not after today in Massachusetts."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        day = super()._deserialize(value, attr, data, **kwargs)
        if isinstance(day, date) and day > clock.today():
            raise ValidationError("Must not be after today.")
        return day


def _name(**kwargs: Any) -> NameField:
    return NameField(
        error_messages=REQUIRED,
        metadata={
            "description": "The name as the person writes it. The service encrypts it.",
            "example": "Maria Gonçalves",
        },
        **kwargs,
    )


def _born_on(
    asks: str = "The birth date. The service encrypts it.", **kwargs: Any
) -> BirthDayField:
    return BirthDayField(
        FactDefinition("born_on", "day", asks=asks), error_messages=REQUIRED, **kwargs
    )


class NewApplicantSchema(StrictSchema):
    """The person whom a subject reference identifies."""

    subject = ReferenceField(
        SUBJECT_PATTERN,
        SUBJECT_MUST,
        error_messages=REQUIRED,
        metadata={
            "description": "Your own reference for the person, not a social security number. "
            "Without it the service creates one.",
            "example": "case-2026-0117",
        },
    )
    name = _name(required=True)
    born_on = _born_on(required=True)


class ApplicantChangesSchema(StrictSchema):
    """What to correct."""

    name = _name()
    born_on = _born_on()

    @validates_schema
    def _require_something(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if not data:
            raise ValidationError("Send name, born_on or both.")


class ApplicantSearchSchema(StrictSchema):
    """The exact name to search for, and optionally the birth date."""

    name = _name(required=True)
    born_on = _born_on(
        "The birth date. To search by it you need the permission applicants.unmasked."
    )
    limit = limit_field(MOST, USUALLY)
    cursor = cursor_field()

"""What requests about applicants may carry.

No complaint repeats what was sent, and social security numbers are turned away.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app import clock
from app.api.http.asked.fields import (
    SUBJECT_MUST,
    SUBJECT_PATTERN,
    FactField,
    FlagField,
    JsonSchema,
    LineField,
    ReferenceField,
    TextField,
    refuse_number,
    refuse_unseen,
)
from app.api.http.asked.schemas import REQUIRED, StrictSchema, cursor_field, limit_field
from app.law.facts import FactDefinition
from app.records.applicants.folding import folded
from app.records.applicants.person import Representative

MOST, USUALLY = 50, 20
NAME_AT_MOST = 200
ADDRESS_LINES, LINE_AT_MOST = 6, 100
LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
"""A language tag (BCP 47), as far as letters need one."""


class NameField(fields.Field[str]):
    """A person's name, in any script."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= NAME_AT_MOST or not folded(value):
            raise ValidationError(f"Must be a name of 1 to {NAME_AT_MOST} characters.")
        refuse_unseen(value)
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


class RepresentativeAskedSchema(StrictSchema):
    """Somebody who acts for the person."""

    name = _name(required=True)
    authority = LineField(
        200,
        "Must be at most 200 characters on one line.",
        required=True,
        error_messages=REQUIRED,
        metadata={
            "description": "By what authority, such as guardian or attorney. The service encrypts "
            "it."
        },
    )

    @post_load
    def _as_representative(self, data: Mapping[str, Any], **kwargs: Any) -> Representative:
        return Representative(data["name"], data["authority"])


class LettersSchema(StrictSchema):
    """What letters need beside the name; all of it encrypted."""

    address = fields.List(
        LineField(
            LINE_AT_MOST,
            f"Must be a line of at most {LINE_AT_MOST} characters.",
            may_have_numbers=True,
            error_messages=REQUIRED,
            metadata={"description": "One line of the address."},
        ),
        validate=validate.Length(
            max=ADDRESS_LINES, error=f"Must have at most {ADDRESS_LINES} lines."
        ),
        error_messages={**REQUIRED, "invalid": "Must be a list of lines."},
        metadata={
            "description": "The lines of the postal address, without the name. An empty list "
            "removes it. The service encrypts it."
        },
    )
    language = TextField(
        LANGUAGE,
        "Must be a language tag, such as en or es.",
        allow_none=True,
        error_messages=REQUIRED,
        metadata={"description": "The language of letters, such as `es`; null removes it."},
    )
    large_print = FlagField(
        error_messages=REQUIRED,
        metadata={"description": "Whether letters are in large print. Default: false."},
    )
    representative = fields.Nested(
        RepresentativeAskedSchema,
        allow_none=True,
        metadata={"description": "Who acts for the person; null removes the representative."},
    )

    @post_load
    def _as_lines(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {**data, "address": tuple(data["address"])} if "address" in data else data


class NewApplicantSchema(LettersSchema):
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
    despite_duplicate = FlagField(
        load_default=False,
        error_messages=REQUIRED,
        metadata={
            "description": "True to store this person although your organization has another with "
            "the same name and birth date. Default: false, and the answer is 409."
        },
    )


class ApplicantChangesSchema(LettersSchema):
    """What to correct."""

    name = _name()
    born_on = _born_on()
    forget_old_name = FlagField(
        error_messages=REQUIRED,
        metadata={
            "description": "True to delete the old name, as when it was mistyped. Default: false, "
            "and the person is found under the old name too."
        },
    )

    @validates_schema
    def _require_something(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if not data:
            raise ValidationError("Send at least one member.")
        if "forget_old_name" in data and "name" not in data:
            raise ValidationError("Goes with a new name.", "forget_old_name")


class ApplicantSearchSchema(StrictSchema):
    """The exact name to search for, and optionally the birth date."""

    name = _name(required=True)
    born_on = _born_on(
        "The birth date. To search by it you need the permission applicants.unmasked."
    )
    limit = limit_field(MOST, USUALLY)
    cursor = cursor_field()

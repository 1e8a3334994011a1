"""Fields of requests to the waiver desk: prose, days, files, reasons of the law."""

import base64
import binascii
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from app import clock
from app.api.http.asked.fields import FactField, JsonSchema, TextField, refuse_number
from app.api.http.asked.schemas import REQUIRED
from app.law.facts import FactDefinition
from app.waivers.paper_files import ENDINGS, FILE_BYTES, UnfitFile, media_type_of

PROSE_AT_MOST = 5_000
_UNFIT = ("Cc", "Cs", "Co", "Cn")


class ProseField(fields.Field[str]):
    """What somebody writes, in any script, on several lines."""

    def __init__(self, most: int = PROSE_AT_MOST, **kwargs: Any) -> None:
        super().__init__(error_messages=REQUIRED, **kwargs)
        self._most = most

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > self._most:
            raise ValidationError(f"Must be a text of 1 to {self._most} characters.")
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
        if any(unicodedata.category(letter) in _UNFIT for letter in text if letter not in "\n\t"):
            raise ValidationError("Must have no control characters.")
        refuse_number(text)
        return text

    def json_schema(self) -> JsonSchema:
        """Text of some length."""
        return {"type": "string", "minLength": 1, "maxLength": self._most}


class PastDayField(FactField):
    """A day that is not after today in Massachusetts."""

    def __init__(self, asks: str, **kwargs: Any) -> None:
        super().__init__(FactDefinition("day", "day", asks=asks), error_messages=REQUIRED, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        day = super()._deserialize(value, attr, data, **kwargs)
        if isinstance(day, date) and day > clock.today():
            raise ValidationError("Must not be after today.")
        return day


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came, with the media type that its content shows."""

    media_type: str
    content: bytes = member(repr=False)


class FileField(fields.Field[UploadedFile]):
    """A file in base64, told by its content."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> UploadedFile:
        try:
            content = base64.b64decode(value, validate=True) if isinstance(value, str) else None
        except (binascii.Error, ValueError):
            content = None
        if content is None:
            raise ValidationError("Must be the file in base64.")
        try:
            return UploadedFile(media_type_of(content), content)
        except UnfitFile as error:
            raise ValidationError(str(error)) from None

    def json_schema(self) -> JsonSchema:
        """Text in base64."""
        return {
            "type": "string",
            "contentEncoding": "base64",
            "maxLength": 4 * -(-FILE_BYTES // 3),
            "description": f"In base64: {', '.join(ENDINGS)}. The content must show which.",
        }


def code_field(choices: tuple[str, ...], meaning: str, **kwargs: Any) -> TextField:
    """One of some codes."""
    return TextField(
        "|".join(choices),
        f"Must be one of {', '.join(choices)}.",
        error_messages=REQUIRED,
        metadata={"description": meaning},
        **kwargs,
    )

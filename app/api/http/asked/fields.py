"""Marshmallow fields for requests.

`app.law.fact_types` alone decides which values of a fact are valid; its field adds errors and
documentation. Callers' references and reasons must not contain a social security number, because
the service stores them unencrypted for years and returns them. No error repeats what the caller
sent.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import ValidationError, fields

from app.law.fact_types import NotThatFact
from app.law.facts import FactDefinition, Value

JsonSchema = dict[str, Any]
SUBJECT_PATTERN, SUBJECT_MUST = (
    r"[A-Za-z0-9._:-]{1,100}",
    "Must be at most 100 letters, digits and . _ : - without spaces.",
)
SUBJECT = re.compile(SUBJECT_PATTERN, re.ASCII)
NO_NUMBER = "This looks like a social security number. Send your own reference instead."
_NINE_DIGITS = re.compile(r"(?<!\d)\d{3}[\W_]{0,3}\d{2}[\W_]{0,3}\d{4}(?!\d)")


class FactField(fields.Field[Value]):
    """A value of one fact."""

    def __init__(self, definition: FactDefinition, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.definition = definition

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Value:
        try:
            return self.definition.read(value)
        except NotThatFact as error:
            raise ValidationError(str(error)) from None

    def json_schema(self) -> JsonSchema:
        """The JSON Schema of the fact: its type, the question to ask, its unit, what the law
        presumes of it, and the question that it follows from if nobody states it.
        """
        fact = self.definition
        schema = {**fact.kind.json_schema(fact), "description": fact.label}
        if fact.unit:
            schema["x-unit"] = fact.unit
        if fact.presumed is not None:
            schema["x-presumed"] = {"value": fact.presumed.value, "because": fact.presumed.because}
        if fact.follows_from is not None:
            schema["x-follows-from"] = fact.follows_from
        return schema


class TextField(fields.Field[str]):
    """Short text of a fixed alphabet: names of questions and editions, references of
    the caller's.
    """

    def __init__(self, pattern: str, must: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._pattern, self._must = re.compile(pattern, re.ASCII), must

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or not self._pattern.fullmatch(value):
            raise ValidationError(self._must)
        return value

    def json_schema(self) -> JsonSchema:
        """Text with its pattern."""
        return {"type": "string", "pattern": f"^{self._pattern.pattern}$"}


class FactsField(fields.Field[dict[str, object]]):
    """The facts of a case, not yet typed: which facts there are depends on the question."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, object]:
        if not isinstance(value, dict):
            raise ValidationError("Must be an object of facts.")
        return value

    def json_schema(self) -> JsonSchema:
        """An object; each question's own schema says what is in it."""
        return {"type": "object"}


class QueryFlagField(fields.Field[bool]):
    """`true` or `false` in a query."""

    known: ClassVar[dict[str, bool]] = {"true": True, "false": False}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if value not in self.known:
            raise ValidationError("Must be true or false.")
        return self.known[value]

    def json_schema(self) -> JsonSchema:
        """A boolean."""
        return {"type": "boolean"}


class FlagField(fields.Field[bool]):
    """`true` or `false` in JSON, and nothing that is like it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Must be true or false.")
        return value

    def json_schema(self) -> JsonSchema:
        """A boolean."""
        return {"type": "boolean"}


class WholeNumberField(fields.Field[int]):
    """A whole number between two bounds: a number in JSON, digits in a query; *called* what it
    counts or names.
    """

    def __init__(
        self,
        least: int,
        most: int,
        *,
        in_query: bool = False,
        called: str = "whole number",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._least, self._most, self._in_query, self._called = least, most, in_query, called

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if self._in_query:
            value = int(value) if re.fullmatch("[0-9]{1,16}", value, re.ASCII) else None
        elif isinstance(value, Decimal) and value == int(value):
            value = int(value)  # JSON Schema calls 50.0 an integer
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not self._least <= value <= self._most
        ):
            raise ValidationError(
                f"Must be a {self._called} between {self._least} and {self._most}."
            )
        return value

    def json_schema(self) -> JsonSchema:
        """A bounded integer."""
        return {"type": "integer", "minimum": self._least, "maximum": self._most}


def refuse_number(text: str) -> None:
    """Nothing, where a text holds no nine digits grouped as a social security number may be.

    Raises:
        marshmallow.ValidationError: it does.
    """
    if not _is_uuid(text) and _NINE_DIGITS.search(unicodedata.normalize("NFKC", text)):
        raise ValidationError(NO_NUMBER)


def _is_uuid(text: str) -> bool:
    """A UUID may hold nine digits in a row by chance."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


UNFIT = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that no line of text has: controls, surrogates, private and unassigned
characters, line ends.
"""
DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What overrides or embeds a direction of writing: with it a text shows as another one."""


def refuse_unseen(text: str) -> None:
    """Nothing, where a text is one line and shows as what it is.

    Raises:
        marshmallow.ValidationError: it has control characters, or marks that turn its direction.
    """
    if any(letter in DIRECTIONS for letter in text):
        raise ValidationError("Must be without characters that override the writing direction.")
    if any(unicodedata.category(letter) in UNFIT for letter in text):
        raise ValidationError("Must be on one line, without control characters.")


class LineField(fields.Field[str]):
    """A line of a person's own words, in any script, that shows as what it is. It holds no social
    security number, unless it *may_have_numbers*, as a ZIP code of nine digits.
    """

    def __init__(
        self, longest: int, must: str, may_have_numbers: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._longest, self._must, self._may_have_numbers = longest, must, may_have_numbers

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > self._longest:
            raise ValidationError(self._must)
        refuse_unseen(value)
        if not self._may_have_numbers:
            refuse_number(value)
        return unicodedata.normalize("NFC", value).strip()

    def json_schema(self) -> JsonSchema:
        """Text of some length."""
        return {"type": "string", "minLength": 1, "maxLength": self._longest}


class ReferenceField(TextField):
    """Text of a caller's own that is none of the numbers people are known by elsewhere."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        refuse_number(text)
        return text

"""References that callers give to what they ask about, and reasons that they write. No complaint
repeats what was sent.

None may hold a social security number, wherever it is taken: what is kept here is kept in clear,
for years, and told again.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from app.api.http.fields import TextField

SUBJECT_PATTERN, SUBJECT_MUST = (
    r"[A-Za-z0-9._:-]{1,100}",
    "Must be at most 100 letters, digits and . _ : - without spaces.",
)
SUBJECT = re.compile(SUBJECT_PATTERN, re.ASCII)
NO_NUMBER = (
    "This looks like a social security number. Send none: a reference of your own making "
    "and the name are enough."
)
_NINE_DIGITS = re.compile(r"(?<!\d)\d{3}[\W_]{0,3}\d{2}[\W_]{0,3}\d{4}(?!\d)")


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


class ReferenceField(TextField):
    """Text of a caller's own that is none of the numbers people are known by elsewhere."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        refuse_number(text)
        return text

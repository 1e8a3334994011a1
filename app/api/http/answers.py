"""What every answer is made of.

An answer is a class: views build and encode it, and the OpenAPI document describes it from the same
members.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from app.instants import instant_text

Id = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
NextCursor = Annotated[
    str,
    Meta(description="Send it with the same search for the next page; left out on the last one."),
]
Damaged = Annotated[
    list[str],
    Meta(
        description="The ids of those of this page that cannot be read any more; left out where "
        "there are none."
    ),
]


class Answer(msgspec.Struct):
    """A JSON object that the API returns, with its members in this order.

    The OpenAPI document leaves the word Answer out of the names of the classes.
    """


class LawAnswer(Answer):
    """The law that was applied."""

    digest: Annotated[
        str,
        Meta(description="Digest of the whole text of the law: the same text, the same digest."),
    ]


def instant_or_none(instant: datetime | None) -> str | None:
    """An instant as text, or none."""
    return None if instant is None else instant_text(instant)

"""Ids of stored records."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(instant: datetime) -> str:
    """A UUID of version 7, so that ids sort by creation time."""
    microseconds = (instant - EPOCH) // timedelta(microseconds=1)
    return str(uuid7(nanoseconds=microseconds * 1000))


def first_id(instant: datetime) -> str:
    """Before every id of an instant, to the millisecond, and after every one of those before."""
    return str(UUID(int=(instant - EPOCH) // timedelta(milliseconds=1) << 80))


def is_id(text: str) -> bool:
    """Whether a text is an id in canonical form."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False

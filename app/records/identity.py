"""Ids of what is kept."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(instant: datetime) -> str:
    """A UUID of version 7: ids sort by the instant they were made at."""
    microseconds = (instant - EPOCH) // timedelta(microseconds=1)
    return str(uuid7(nanoseconds=microseconds * 1000))


def is_id(text: str) -> bool:
    """Whether a text is an id in the form in which ids are told."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False

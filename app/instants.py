"""Instants as text and as days, the same everywhere in the service. Standard library only."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

MASSACHUSETTS = ZoneInfo("America/New_York")


def instant_text(instant: datetime) -> str:
    """An instant in UTC to the microsecond, in the form of RFC 3339:
    `2026-01-02T03:04:05.678901Z`.
    """
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")


def day_of(instant: datetime) -> date:
    """The calendar day in Massachusetts on which an instant falls."""
    return instant.astimezone(MASSACHUSETTS).date()

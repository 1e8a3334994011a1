"""The only reader of the clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

MASSACHUSETTS = ZoneInfo("America/New_York")


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day it is in Massachusetts, where the law counts its days."""
    return datetime.now(MASSACHUSETTS).date()


def day_of(instant: datetime) -> date:
    """The calendar day in Massachusetts on which an instant falls."""
    return instant.astimezone(MASSACHUSETTS).date()


def start_of(day: date) -> datetime:
    """The instant at which a calendar day begins in Massachusetts."""
    return datetime.combine(day, time(), MASSACHUSETTS)

"""The only reader of the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

MASSACHUSETTS = ZoneInfo("America/New_York")


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day it is in Massachusetts, where the law counts its days."""
    return datetime.now(MASSACHUSETTS).date()

"""The only reader of the clock."""

from datetime import UTC, date, datetime, time

from app.instants import MASSACHUSETTS as MASSACHUSETTS
from app.instants import day_of as day_of


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day it is in Massachusetts, where the law counts its days."""
    return day_of(now())


def start_of(day: date) -> datetime:
    """The instant at which a calendar day begins in Massachusetts."""
    return datetime.combine(day, time(), MASSACHUSETTS)

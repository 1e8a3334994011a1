"""The only reader of the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time

from app.instants import MASSACHUSETTS as MASSACHUSETTS
from app.instants import day_of as day_of

_PLAYED: ContextVar[datetime | None] = ContextVar("played", default=None)


def now() -> datetime:
    """This instant, in UTC."""
    return _PLAYED.get() or datetime.now(UTC)


@contextmanager
def played_at(instant: datetime) -> Iterator[None]:
    """What happens within is of an earlier instant: for invented records of a time that passed."""
    before = _PLAYED.set(instant)
    try:
        yield
    finally:
        _PLAYED.reset(before)


def today() -> date:
    """The calendar day it is in Massachusetts, where the law counts its days."""
    return day_of(now())


def start_of(day: date) -> datetime:
    """The instant at which a calendar day begins in Massachusetts."""
    return datetime.combine(day, time(), MASSACHUSETTS)

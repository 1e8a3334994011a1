"""What holds from a day on, until the next value's day: numbers, citations and evidence of the
law.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Since(Protocol):
    """A value with its first day, and when it was enacted where that is later than its
    provision.
    """

    @property
    def starts(self) -> date:
        """The first day on which it holds."""

    @property
    def enacted(self) -> date | None:
        """When it was signed or issued; none where that is when its provision was."""


S = TypeVar("S", bound=Since)


def latest_of(values: Sequence[S], day: date, enacted_through: date | None) -> S | None:
    """The value in force on a day among those enacted in time.

    None where none is encoded.
    """
    known = [
        v
        for v in values
        if v.starts <= day
        and (v.enacted is None or enacted_through is None or v.enacted <= enacted_through)
    ]
    return max(known, key=lambda v: v.starts, default=None)


@dataclass(frozen=True)
class DatedPart(Generic[T]):
    """A citation, or how well it was read, from a day on."""

    starts: date
    value: T
    enacted: date | None = None


@dataclass(frozen=True)
class Dated(Generic[T]):
    """A citation, or how well it was read, day by day; the days rise."""

    values: tuple[DatedPart[T], ...]

    def on(self, day: date, enacted_through: date | None = None) -> T:
        """What it is on a day in an edition; before the first day, the first."""
        return (latest_of(self.values, day, enacted_through) or self.values[0]).value

    @property
    def latest(self) -> T:
        """What it is from its last day on."""
        return self.values[-1].value


def undated(value: T, starts: date) -> Dated[T]:
    """What never changes, from a provision's first day on."""
    return Dated((DatedPart(starts, value),))

"""The figures of the desk: by month, of what is open, and what is ahead at the present pace.

Days count from the first receipt to the first decision, whatever was incomplete between, so that
nothing is gained by asking for papers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from app.instants import day_of
from app.records.errors import RecordDamaged
from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep
from app.waivers.states import State

OUTCOMES = tuple(state for state in State if not state.is_open)
"""The states in which a request ends."""
DECIDED = frozenset({State.GRANTED, State.DENIED, State.RETURNED, State.NOT_NEEDED})
"""The ends that the Office decides; who withdraws decides for themselves."""
AGES = ((0, 7), (8, 14), (15, 30), (31, 60), (61, None))
"""Ages of open requests in days, from and to."""
PACE_OVER, AHEAD = timedelta(days=28), timedelta(days=14)
"""Over which days the pace is measured, and how far ahead the forecast looks."""
Desk = Iterable[tuple[WaiverRequest, Sequence[WaiverStep]]]


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month of a day."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    def later(self, months: int) -> "Month":
        """The month some months later, or earlier."""
        years, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, number + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month: how many requests came in, how many ended and how, after how many days the Office
    decided, how often it departed from the advice, and how often it decided after the last day.
    """

    month: Month
    received: int
    ended: Mapping[str, int]
    median_days: float | None
    ninetieth_days: int | None
    departures: int
    late: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Requests that wait: how many of each age, and the day on which the oldest came in."""

    count: int
    ages: tuple[int, ...]
    oldest_received_on: date | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many requests are overdue on a day if the Office decides as many a day as of late."""

    on: date
    overdue: int
    decided_of_late: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the desk as of a day; *incomplete* is part of *open*."""

    as_of: date
    months: tuple[MonthFigures, ...]
    open: Waiting
    incomplete: Waiting
    overdue: int
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a request ended: *outcome* is the end that stands, the days are those to the first end,
    which was *late* if it came after the day to decide by.
    """

    outcome: str
    on: date
    days: int
    departed: bool
    late: bool


def figures_of(desk: Desk, first: Month, last: Month, today: date) -> Figures:
    """The figures of the desk from one month to another, as of today.

    Raises:
        RecordDamaged: a request says that it ended, and its steps do not.
    """
    received: Counter[Month] = Counter()
    ended: list[_Ended] = []
    waiting: list[WaiverRequest] = []
    for request, steps in desk:
        received[Month.of(request.received_on)] += 1
        if State(request.state).is_open:
            waiting.append(request)
        else:
            ended.append(_ended(request, steps))
    months = list[MonthFigures]()
    month = first
    while month <= last:
        months.append(_month(month, received[month], ended))
        month = month.later(1)
    incomplete = [each for each in waiting if each.state == State.INCOMPLETE]
    due = [each.decide_by for each in waiting if each.decide_by is not None]
    return Figures(
        today,
        tuple(months),
        _waiting(waiting, today),
        _waiting(incomplete, today),
        sum(day < today for day in due),
        _forecast(due, ended, today),
    )


def nearest_rank(days: Sequence[int], percent: int) -> int | None:
    """The smallest of some numbers that at least so many percent of them do not exceed."""
    return sorted(days)[-(-len(days) * percent // 100) - 1] if days else None


def _ended(request: WaiverRequest, steps: Sequence[WaiverStep]) -> _Ended:
    end = next((step for step in steps if not State(step.state).is_open), None)
    if end is None:
        raise RecordDamaged("waiver request", request.id)
    on = day_of(end.at)
    days = (on - request.received_on).days
    late = request.state in DECIDED and request.decide_by is not None and on > request.decide_by
    return _Ended(request.state, on, days, "departs_from" in end.content, late)


def _month(month: Month, received: int, ended: Sequence[_Ended]) -> MonthFigures:
    here = [each for each in ended if Month.of(each.on) == month]
    days = [each.days for each in here if each.outcome in DECIDED]
    counts = Counter(each.outcome for each in here)
    return MonthFigures(
        month,
        received,
        {str(outcome): counts[outcome] for outcome in OUTCOMES},
        float(median(days)) if days else None,
        nearest_rank(days, 90),
        sum(each.departed for each in here),
        sum(each.late for each in here),
    )


def _waiting(requests: Sequence[WaiverRequest], today: date) -> Waiting:
    ages = [(today - each.received_on).days for each in requests]
    return Waiting(
        len(requests),
        tuple(
            sum(low <= age and (high is None or age <= high) for age in ages) for low, high in AGES
        ),
        min((each.received_on for each in requests), default=None),
    )


def _forecast(due: Sequence[date], ended: Sequence[_Ended], today: date) -> Forecast:
    """Who decides what is due first reaches as many as the pace allows; what is due before the day
    ahead and is not reached is overdue then.
    """
    on = today + AHEAD
    of_late = sum(
        each.outcome in DECIDED and today - PACE_OVER < each.on <= today for each in ended
    )
    reached = of_late * AHEAD // PACE_OVER
    return Forecast(on, max(0, sum(day < on for day in due) - reached), of_late)

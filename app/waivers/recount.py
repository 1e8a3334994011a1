"""The figures counted a second time, from the sealed steps alone and by another way.

It looks at no request: where one stands, and by when it is to be decided, it takes from what the
steps say. So it tells whether the stored requests say the same as what is sealed.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.instants import day_of
from app.records.waivers.waiver_requests import WaiverStep
from app.waivers.figures import (
    AGES,
    AHEAD,
    DECIDED,
    OUTCOMES,
    PACE_OVER,
    Figures,
    Forecast,
    Month,
    MonthFigures,
    Waiting,
)
from app.waivers.states import State


@dataclass(slots=True)
class _Story:
    """What the steps of one request say."""

    number: int = 0
    came: date = date.max
    stands: str = State.RECEIVED
    due: date | None = None
    closed: date | None = None
    departed: bool = False

    def hear(self, step: WaiverStep) -> None:
        """Go on by one step."""
        assert step.number == self.number + 1
        self.number, self.stands = step.number, step.state
        told = step.content
        if step.number == 1:
            self.came = date.fromisoformat(told["received_on"])
        if "decide_by" in told:
            self.due = None if told["decide_by"] is None else date.fromisoformat(told["decide_by"])
        elif step.step == "ask-for-missing":
            self.due = None
        if self.closed is None and not State(step.state).is_open:
            self.closed, self.departed = day_of(step.at), "departs_from" in told


def recount(steps: Iterable[WaiverStep], first: Month, last: Month, today: date) -> Figures:
    """The figures of `app.waivers.figures`, from the steps of all requests in any order."""
    stories: dict[str, _Story] = {}
    for step in sorted(steps, key=lambda step: (step.request, step.number)):
        stories.setdefault(step.request, _Story()).hear(step)
    told = list(stories.values())
    table = {
        (year, number): _Tally()
        for year in range(first.year, last.year + 1)
        for number in range(1, 13)
        if first <= Month(year, number) <= last
    }
    nowhere = _Tally()
    for story in told:
        table.get((story.came.year, story.came.month), nowhere).received += 1
        if story.closed is not None:
            table.get((story.closed.year, story.closed.month), nowhere).close(story)
    open_still = [story for story in told if story.closed is None]
    due = sorted(story.due for story in open_still if story.due is not None)
    return Figures(
        today,
        tuple(tally.figures(Month(*month)) for month, tally in sorted(table.items())),
        _profile(open_still, today),
        _profile([story for story in open_still if story.stands == State.INCOMPLETE], today),
        len([day for day in due if (today - day).days > 0]),
        _ahead(due, told, today),
    )


class _Tally:
    """What falls into one month."""

    def __init__(self) -> None:
        self.received = self.departures = self.late = 0
        self.ended: dict[str, int] = {str(outcome): 0 for outcome in OUTCOMES}
        self.by_days: dict[int, int] = {}

    def close(self, story: _Story) -> None:
        """Count a request that ended in this month."""
        assert story.closed is not None
        self.ended[story.stands] += 1
        self.departures += story.departed
        if story.stands in DECIDED:
            days = (story.closed - story.came).days
            self.by_days[days] = self.by_days.get(days, 0) + 1
            self.late += story.due is not None and (story.closed - story.due).days > 0

    def figures(self, month: Month) -> MonthFigures:
        """The figures of the month."""
        total = sum(self.by_days.values())
        middle: float | None = None
        if total:
            middle = (self._at((total + 1) // 2) + self._at(total // 2 + 1)) / 2
        ninetieth = self._at((9 * total + 9) // 10) if total else None
        return MonthFigures(
            month, self.received, self.ended, middle, ninetieth, self.departures, self.late
        )

    def _at(self, place: int) -> int:
        """The number of days at a place, counted from 1, if all stood in a row."""
        passed = 0
        for days in sorted(self.by_days):
            passed += self.by_days[days]
            if passed >= place:
                return days
        raise AssertionError("no such place")


def _profile(stories: list[_Story], today: date) -> Waiting:
    starts, counts = [low for low, _ in AGES], [0] * len(AGES)
    oldest: date | None = None
    for story in stories:
        counts[bisect_right(starts, today.toordinal() - story.came.toordinal()) - 1] += 1
        oldest = story.came if oldest is None or story.came < oldest else oldest
    return Waiting(len(stories), tuple(counts), oldest)


def _ahead(due: list[date], told: list[_Story], today: date) -> Forecast:
    pace = 0
    for story in told:
        if story.closed is not None and story.stands in DECIDED:
            pace += 0 <= (today - story.closed).days < PACE_OVER.days
    left = due[pace * AHEAD.days // PACE_OVER.days :]
    return Forecast(today + AHEAD, len([day for day in left if day < today + AHEAD]), pace)

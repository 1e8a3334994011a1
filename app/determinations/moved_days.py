"""Limits whose last day was a Sunday or a legal holiday, and what an answer says of them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from app.law.calendars import StandingCalendar
from app.law.facts import Value
from app.law.holidays import LegalHolidays, Moved
from app.law.provision import ParameterName
from app.law.sentences import Sentence
from app.law.standing import StandingCondition, StandingProvision
from app.law.words import day_in_words

PERIOD = "period"
"""What sets the last day of an enrollment period, among those who set limits."""
_PAST_LIMIT = {"at_most": 0, "more_than": 0, "less_than": -1, "at_least": -1}


class MovedLimit(NamedTuple):
    """A last day that moved to the day of an act or later, and who set the limit."""

    moved: Moved
    set_by: str


class Limit:
    """A condition that an act meets up to a last day, which moves past Sundays and holidays."""

    def __init__(self, holidays: LegalHolidays, condition: StandingCondition, set_by: str) -> None:
        self._holidays, self._set_by = holidays, set_by
        required, computed = condition.required, condition.fact.computed
        self._calendar = required if isinstance(required, StandingCalendar) else None
        self._start, self._act = computed.fact_names if computed else ("", condition.fact.name)
        offset = _PAST_LIMIT.get(condition.condition.operator, 0)
        self._days = required + offset if isinstance(required, int) else 0

    def last_day(self, values: Mapping[str, Value]) -> date | None:
        """The last day for the act, moved where it moves; None where its start is unknown."""
        start = values.get(self._start)
        if not isinstance(start, date):
            return None
        return self._holidays.last_day(start + timedelta(self._days))

    def moved(self, values: Mapping[str, Value]) -> MovedLimit | None:
        """The last day that moved, where the act is in time only because it did."""
        act = values.get(self._act)
        if not isinstance(act, date):
            return None
        if self._calendar is not None:
            end = self._calendar.moved_ends.get(act.toordinal())
            if end is None:
                return None
            return MovedLimit(self._holidays.moved(date.fromordinal(end)), PERIOD)
        last_day = self._last_day_itself(values)
        if last_day is None or not last_day < act <= self._holidays.last_day(last_day):
            return None
        return MovedLimit(self._holidays.moved(last_day), self._set_by)

    def moved_locally(self, values: Mapping[str, Value]) -> Moved | None:
        """The same where only a holiday of a part of the state would have moved it."""
        act, last_day = values.get(self._act), self._last_day_itself(values)
        if last_day is None or not isinstance(act, date):
            return None
        local = self._holidays.with_local
        if not self._holidays.last_day(last_day) < act <= local.last_day(last_day):
            return None
        return local.moved(last_day)

    def _last_day_itself(self, values: Mapping[str, Value]) -> date | None:
        start = values.get(self._start)
        return start + timedelta(self._days) if isinstance(start, date) else None


def limit_of(
    holidays: LegalHolidays, provision: StandingProvision, condition: StandingCondition
) -> Limit | None:
    """The limit that a condition sets to an act; None where it sets none that moves."""
    if holidays.law is None:
        return None
    required, computed = condition.required, condition.fact.computed
    if isinstance(required, StandingCalendar):
        return Limit(holidays, condition, PERIOD) if required.moved_ends and not computed else None
    operand = condition.condition.operand
    if computed is None or computed.function != "days_counted":
        return None
    if not isinstance(operand, ParameterName):
        return None
    set_by = provision.provision.parameters[operand.name].set_by
    return Limit(holidays, condition, set_by) if set_by else None


def moved_in_words(limit: MovedLimit, holidays: LegalHolidays) -> str:
    """That the last day moved, as a finding says it."""
    assert holidays.law is not None
    return _fill(holidays.law.moves, limit.moved)


def caution_of(limit: Limit, values: Mapping[str, Value], holidays: LegalHolidays) -> str | None:
    """What to beware of where an act is in time only because the last day moved."""
    assert holidays.law is not None
    found = limit.moved(values)
    caution = holidays.law.cautions.get(found.set_by) if found else None
    return _fill(caution, found.moved) if caution and found else None


def local_caution_of(
    limit: Limit, values: Mapping[str, Value], holidays: LegalHolidays
) -> str | None:
    """What to beware of where the last day may have moved in a part of the state only."""
    assert holidays.law is not None
    moved = limit.moved_locally(values)
    return None if moved is None else _fill(holidays.law.local, moved)


def _fill(sentence: Sentence, moved: Moved) -> str:
    words = {
        "last_day": day_in_words(moved.last_day),
        "holiday": moved.because,
        "moved_to": day_in_words(moved.moved_to),
        "part": (moved.holiday.only_in if moved.holiday else None) or "",
    }
    gaps = [words[name] for name in sentence.names]
    return "".join(part for pair in zip(sentence.texts, [*gaps, ""], strict=True) for part in pair)

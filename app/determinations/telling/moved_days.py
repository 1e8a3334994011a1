"""Limits whose last day was a Sunday or a legal holiday, and what an answer says of them."""

from collections.abc import Mapping
from datetime import date, timedelta

from app.law.calendars import StandingCalendar
from app.law.facts import Value
from app.law.holidays import HolidayLaw, LegalHolidays, Moved
from app.law.provision import ParameterName
from app.law.sentences import Sentence
from app.law.standing import StandingCondition, StandingProvision
from app.law.words import day_in_words

PERIOD = "period"
"""What sets the last day of an enrollment period, among those who set limits."""
_PAST_LIMIT = {"at_most": 0, "more_than": 0, "less_than": -1, "at_least": -1}


class Limit:
    """A condition that an act meets up to a last day, which moves past Sundays and holidays."""

    def __init__(
        self, holidays: LegalHolidays, law: HolidayLaw, condition: StandingCondition, set_by: str
    ) -> None:
        self._holidays, self._law, self._set_by = holidays, law, set_by
        required, computed = condition.required, condition.fact.computed
        self._calendar = required if isinstance(required, StandingCalendar) else None
        self._start, self._act = computed.fact_names if computed else ("", condition.fact.name)
        offset = _PAST_LIMIT.get(condition.condition.operator, 0)
        self._days = required + offset if isinstance(required, int) else 0

    def last_day(self, values: Mapping[str, Value]) -> date | None:
        """The last day for the act, moved where it moves; None where its start is unknown."""
        unmoved = self._unmoved(values)
        return None if unmoved is None else self._holidays.last_day(unmoved)

    def moved_in_words(self, values: Mapping[str, Value]) -> str | None:
        """That the act is in time because the last day moved, as a finding says it."""
        return _said(self._law.moves, self._moved(values))

    def caution(self, values: Mapping[str, Value]) -> str | None:
        """What to beware of where the act is in time only because the last day moved."""
        return _said(self._law.cautions.get(self._set_by), self._moved(values))

    def local_caution(self, values: Mapping[str, Value]) -> str | None:
        """What to beware of where the last day may have moved in a part of the state only."""
        act, unmoved = values.get(self._act), self._unmoved(values)
        local = self._holidays.with_local
        if unmoved is None or not isinstance(act, date):
            return None
        if not self._holidays.last_day(unmoved) < act <= local.last_day(unmoved):
            return None
        return _said(self._law.local, local.moved(unmoved))

    def _moved(self, values: Mapping[str, Value]) -> Moved | None:
        """The last day that moved, where the act is in time only because it did."""
        act, last = values.get(self._act), self._unmoved(values)
        if not isinstance(act, date):
            return None
        if self._calendar is not None:
            end = self._calendar.moved_ends.get(act.toordinal())
            return None if end is None else self._holidays.moved(date.fromordinal(end))
        if last is None or not last < act <= self._holidays.last_day(last):
            return None
        return self._holidays.moved(last)

    def _unmoved(self, values: Mapping[str, Value]) -> date | None:
        start = values.get(self._start)
        return start + timedelta(self._days) if isinstance(start, date) else None


def limit_of(
    holidays: LegalHolidays, provision: StandingProvision, condition: StandingCondition
) -> Limit | None:
    """The limit that a condition sets to an act; None where it sets none that moves."""
    law, required, computed = holidays.law, condition.required, condition.fact.computed
    if law is None:
        return None
    if isinstance(required, StandingCalendar):
        moves = required.moved_ends and not computed
        return Limit(holidays, law, condition, PERIOD) if moves else None
    operand = condition.condition.operand
    if computed is None or computed.function != "days_counted":
        return None
    if not isinstance(operand, ParameterName):
        return None
    set_by = provision.provision.parameters[operand.name].set_by
    return Limit(holidays, law, condition, set_by) if set_by else None


def _said(sentence: Sentence | None, moved: Moved | None) -> str | None:
    if sentence is None or moved is None:
        return None
    words = {
        "last_day": day_in_words(moved.last_day),
        "holiday": moved.because,
        "moved_to": day_in_words(moved.moved_to),
        "part": (moved.holiday.only_in if moved.holiday else None) or "",
    }
    return sentence.fill(words.__getitem__)

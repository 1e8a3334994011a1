"""Each conclusion stays as it is through its last day, and not on the day after."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from msgspec import UNSET

from app.determinations.decide import Decider
from tests.determinations.any_case import can_be, decided_case
from tests.determinations.test_decide import ask
from tests.determinations.test_what_would_change import asked_on

DAYS_TRIED = 70


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_conclusion_is_the_same_through_its_last_day_and_not_after(
    decider: Decider, data: st.DataObject
) -> None:
    case, decided = decided_case(decider, data)
    note(str(case))

    def on(day: date) -> dict[str, object] | None:
        """What is concluded on another day, where the outcome holds there."""
        if decided.valid_until is not None and day > decided.valid_until:
            return None
        later = asked_on(decider, case, day)
        return dict(decider.decide(later).concludes) if can_be(decider.lawbook, later.facts) else {}

    assert set(decided.concludes) == set(decided.concludes_until)
    for name, until in decided.concludes_until.items():
        value = decided.concludes[name]
        if until.last is None and until.says is not UNSET:  # counted from the day of the request
            one, other = (on(case.as_of + timedelta(days=n)) for n in (1, 2))
            assert one and other and len({value, one.get(name), other.get(name)}) == 3
            continue
        farthest = case.as_of + timedelta(days=DAYS_TRIED)
        last = min(until.last or farthest, farthest)
        day = case.as_of
        while day < last:
            day += timedelta(days=1)
            found = on(day)
            assert found is not None and found.get(name) == value, (name, day)
        if until.last is not None and until.last < farthest:
            after = on(until.last + timedelta(days=1))
            assert after is None or after.get(name) != value, (name, until.last)


def test_coverage_starts_a_month_later_from_the_next_month_on(decider: Decider) -> None:
    approved = ask(decider, date(2011, 7, 20))

    start = approved.concludes_until["coverage.effective_on"]
    assert date(2011, 8, 15) == approved.valid_until
    assert date(2011, 7, 31) == start.last
    assert "Until July 31, 2011, the first day of coverage stays August 1, 2011." == start.says
    assert approved.valid_until == approved.concludes_until["enrollment.route"].last


def test_what_is_counted_from_the_request_has_no_last_day(decider: Decider) -> None:
    approved = ask(
        decider,
        date(2011, 4, 1),
        prior_coverage__ended=True,
        prior_coverage__ended_on=date(2011, 2, 10),
        prior_coverage__creditable=True,
        prior_coverage__end_reason="lost",
    )

    start = approved.concludes_until["coverage.effective_by"]
    assert start.last is None
    assert "is counted from the day of the request." in str(start.says)

"""Coverage starts after the request: random people, days, channels and events."""

from datetime import date, timedelta

from hypothesis import given, note, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from tests.determinations.any_case import days
from tests.determinations.test_calendar import ORDINARY

QUESTION = "enrollment.permitted"
BIRTH = "new_child"
HAPPENED = ("none", "marriage", BIRTH, "loss_of_coverage", "aged_off", "moved")
ENDS = ("lost", "continuation_exhausted", "given_up")


def person(data: st.DataObject, day: date) -> dict[str, object]:
    """Somebody who asks on a day, with a plan paid for then or later."""
    near = st.integers(-70, 70).map(lambda n: day + timedelta(days=n))
    return {
        **ORDINARY,
        "enrollment.requested_on": day,
        "enrollment.completed_on": day + timedelta(days=data.draw(st.integers(0, 70))),
        "enrollment.channel": data.draw(st.sampled_from(("carrier", "connector"))),
        "prior_coverage.ended": True,
        "prior_coverage.ended_on": data.draw(near),
        "prior_coverage.end_reason": data.draw(st.sampled_from(ENDS)),
        "prior_coverage.creditable": True,
        "prior_coverage.minimum_essential": True,
        "event.kind": data.draw(st.sampled_from(HAPPENED)),
        "event.occurred_on": data.draw(near),
        "tribe.member": data.draw(st.booleans()),
        "extension.uninsured": data.draw(st.booleans()),
        "extension.connector_member": False,
        "extension.subsidized": False,
        "extension.blocked": False,
        "bridge.renews": False,
    }


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_coverage_never_starts_before_the_request_but_for_a_child(
    decider: Decider, data: st.DataObject
) -> None:
    edition = data.draw(st.sampled_from(sorted(decider.lawbook.editions)))
    day = data.draw(days(decider.lawbook, QUESTION, edition))
    facts = person(data, day)
    case = Case(QUESTION, facts, day, edition)
    if day < decider.lawbook.question(QUESTION).encoded_from:
        return
    note(str(case))

    decided = decider.decide(case)

    starts = decided.concludes.get("coverage.effective_on")
    if isinstance(starts, date):
        is_birth = facts["event.kind"] == BIRTH and starts == facts["event.occurred_on"]
        assert starts > day or is_birth


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_an_autumn_period_alone_sells_the_plans_of_the_next_year(
    decider: Decider, data: st.DataObject
) -> None:
    periods = [
        (p.first, p.last)
        for c in decider.lawbook.edition("current").series["open-enrollment"].calendars
        if c.calendar.id == "calendars/open-enrollment-designated"
        for p in c.periods
    ]
    first, last = data.draw(st.sampled_from(periods))
    day = first + timedelta(days=data.draw(st.integers(0, (last - first).days)))
    facts = person(data, day) | {
        "enrollment.channel": "connector",
        "event.kind": "none",
        "prior_coverage.ended": False,
        "tribe.member": False,
    }
    del facts["prior_coverage.ended_on"], facts["event.occurred_on"]
    if day.year == 2013:
        facts["enrollment.completed_on"] = max(day, date(2014, 1, 1))
    completed = facts["enrollment.completed_on"]
    assert isinstance(completed, date)

    starts = decider.decide(Case(QUESTION, facts, day, "current")).concludes[
        "coverage.effective_on"
    ]

    assert isinstance(starts, date)
    assert 1 == starts.day
    assert starts > completed
    assert day.month < 10 or starts >= date(day.year + 1, 1, 1)
    assert starts <= max(completed + timedelta(days=39), date(day.year + 1, 1, 1))

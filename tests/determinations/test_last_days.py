"""Last days that are Sundays or legal holidays: the act is in time on the next business day, and
the answer says how surely.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.facts import Value
from tests.determinations.test_calendar import ORDINARY

LOST: dict[str, Value] = {
    **ORDINARY,
    "prior_coverage.ended": True,
    "prior_coverage.end_reason": "lost",
    "prior_coverage.creditable": True,
}
REQUEST: dict[str, Value] = {
    **ORDINARY,
    "waiver.denied": True,
    "waiver.form_complete": True,
    "waiver.notice_attached": True,
    "waiver.group_coverage_sought": False,
}
closed_days = st.dates(date(2011, 9, 1), date(2013, 6, 30))


def decide(decider: Decider, question: str, day: date, facts: dict[str, Value]) -> Any:
    return decider.decide(Case(question, facts, day, "chapter-288"))


def test_sixty_three_days_of_the_statute_move_without_a_caution(decider: Decider) -> None:
    ended, asked = date(2011, 7, 31), date(2011, 10, 3)
    facts = {**LOST, "prior_coverage.ended_on": ended, "enrollment.requested_on": asked}

    found = decide(decider, "enrollment.permitted", asked, facts).answer()

    assert "eligible" == found.outcome
    says = [f.says for r in found.reasons for f in r.findings if f.condition == "in-time"]
    assert any("October 2, 2011, was a Sunday, so the limit moved to October 3" in s for s in says)
    assert not any("moves a statute's limit" in caution for caution in found.cautions)


@pytest.mark.parametrize(
    ("question", "asked", "facts"),
    [
        (
            "enrollment.permitted",
            date(2011, 10, 3),
            {"event.kind": "marriage", "event.occurred_on": date(2011, 9, 2)},
        ),
        (
            "waiver.reviewable",
            date(2012, 9, 10),
            {
                "waiver.received_on": date(2012, 9, 10),
                "waiver.denial_received_on": date(2012, 8, 10),
                "enrollment.requested_on": date(2012, 8, 1),
            },
        ),
        (
            "waiver.binding",
            date(2016, 6, 10),
            {
                "waiver.granted": True,
                "waiver.approval_received_on": date(2016, 5, 6),
                "waiver.carrier_told_on": date(2016, 6, 6),
            },
        ),
    ],
)
def test_limits_that_no_statute_set_move_with_a_caution(
    decider: Decider, question: str, asked: date, facts: dict[str, Value]
) -> None:
    known = {f.name for f in decider.lawbook.facts_of(question)}
    case = {
        n: v
        for n, v in {**REQUEST, "enrollment.requested_on": asked, **facts}.items()
        if n in known
    }

    found = decide(decider, question, asked, case).answer()

    assert "eligible" == found.outcome
    assert any("was a Sunday" in caution for caution in found.cautions)


@given(last=closed_days)
def test_a_request_to_the_office_is_in_time_through_the_day_to_which_the_last_one_moves(
    decider: Decider, last: date
) -> None:
    moved = decider.lawbook.holidays.last_day(last)
    denied = last - timedelta(30)

    def on(day: date) -> Any:
        days: dict[str, Value] = {"waiver.received_on": day, "waiver.denial_received_on": denied}
        known = {f.name for f in decider.lawbook.facts_of("waiver.reviewable")}
        facts = {n: v for n, v in {**REQUEST, **days}.items() if n in known}
        found = decide(decider, "waiver.reviewable", day, facts).answer()
        (grant,) = (r for r in found.reasons if r.effect == "grants")
        return grant, found.cautions

    in_time, cautions = on(moved)
    late, _ = on(moved + timedelta(1))

    assert "applies" == in_time.status
    assert (last != moved) == any("moves a statute's limit" in caution for caution in cautions)
    assert "does_not_apply" == late.status


def test_a_holiday_of_one_county_brings_a_caution_and_no_more_time(decider: Decider) -> None:
    received, denied = date(2011, 3, 18), date(2011, 2, 15)
    facts = {**REQUEST, "waiver.received_on": received, "waiver.denial_received_on": denied}
    known = {f.name for f in decider.lawbook.facts_of("waiver.reviewable")}

    found = decide(
        decider, "waiver.reviewable", received, {n: v for n, v in facts.items() if n in known}
    ).answer()

    assert "ineligible" == found.outcome
    assert any("Suffolk County" in caution for caution in found.cautions)

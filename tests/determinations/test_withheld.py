"""Papers that can still be sent, and answers that follow from others that were stated."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.facts import Value
from tests.determinations.test_calendar import ORDINARY

QUESTION = "waiver.reviewable"
REQUEST: dict[str, Value] = {
    **{n: v for n, v in ORDINARY.items() if n not in ("enrollment.product", "waiver.granted")},
    "waiver.denied": True,
    "waiver.group_coverage_sought": False,
    "waiver.form_complete": True,
    "waiver.notice_attached": True,
}
received_days = st.dates(date(2011, 9, 1), date(2012, 5, 1))
papers = pytest.mark.parametrize("paper", ["waiver.form_complete", "waiver.notice_attached"])


def decide(decider: Decider, day: date, facts: dict[str, Value], decided_on: date) -> Any:
    case = Case(QUESTION, facts, day, "chapter-288", decided_on)
    return decider.decide(case)


@papers
@given(received=received_days, before=st.integers(0, 20), later=st.integers(0, 60))
def test_a_missing_paper_is_a_denial_once_it_cannot_be_sent_any_more(
    decider: Decider, paper: str, received: date, before: int, later: int
) -> None:
    denied = received - timedelta(before)
    facts = {
        **REQUEST,
        "waiver.received_on": received,
        "waiver.denial_received_on": denied,
        paper: False,
    }
    last = decider.lawbook.holidays.last_day(denied + timedelta(30))
    decided_on = received + timedelta(later)

    found = decide(decider, received, facts, decided_on)

    answer = found.answer()
    assert answer.facts[paper] is False
    if decided_on > last:
        assert "ineligible" == found.outcome
    else:
        assert "undetermined" == found.outcome
        assert [paper] == [need.fact for need in answer.needs]
        assert f"by {last:%B} {last.day}, {last.year}" in answer.next_steps[0].says
        assert not any(
            change.fact == paper and change.to is False
            for would in answer.would_change
            for change in would.changes
        )


@given(received=received_days, later=st.integers(0, 60))
def test_a_paper_that_came_is_an_ordinary_yes(decider: Decider, received: date, later: int) -> None:
    facts = {
        **REQUEST,
        "waiver.received_on": received,
        "waiver.denial_received_on": received - timedelta(5),
    }

    found = decide(decider, received, facts, received + timedelta(later))

    assert found.outcome in ("eligible", "ineligible", "referred")
    assert () == found.withheld.cures


@given(
    asked=st.dates(date(2011, 2, 20), date(2011, 6, 25)),
    approved=st.integers(-5, 90),
    told=st.integers(0, 30),
)
def test_a_waiver_counts_for_the_request_it_was_asked_for(
    decider: Decider, asked: date, approved: int, told: int
) -> None:
    approval = asked - timedelta(approved)
    facts: dict[str, Value] = {
        **{n: v for n, v in ORDINARY.items() if n != "waiver.granted"},
        "enrollment.requested_on": asked,
        "bridge.renews": False,
        "waiver.approval_received_on": approval,
        "waiver.carrier_told_on": approval + timedelta(told),
    }

    found = decider.decide(Case("enrollment.permitted", facts, asked, "chapter-288"))

    expected = "ineligible" if approved < 0 else "eligible" if approved <= 60 else "referred"
    assert expected == found.outcome
    assert () == found.needs  # nobody is asked whether a waiver was granted that was approved

"""Exclusions and waiting periods: what people brought, on both sides of every edge."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.decide import Decider
from app.law.errors import LawNotEncoded
from app.law.functions import months_after
from tests.determinations.answered import answer, steps

PATIENT: dict[str, object] = {
    "exclusion.enrolled_on": "2011-09-01",
    "exclusion.insured": "individual",
    "exclusion.condition_treated": True,
    "exclusion.last_treated_on": "2011-06-01",
    "exclusion.pregnancy": False,
    "exclusion.emergency": False,
    "exclusion.trade_act": False,
    "exclusion.creditable_days": 0,
    "exclusion.had_coverage": True,
    "exclusion.coverage_ended_on": "2010-09-01",
}
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def excluded(decider: Decider, on: str, **facts: object) -> dict[str, Any]:
    """The answer for a day, with some facts of the patient changed."""
    changed = {f"exclusion.{name}": value for name, value in facts.items()}
    return answer(decider, "exclusion.permitted", {**PATIENT, **changed, "exclusion.care_on": on})


@pytest.mark.parametrize(
    ("on", "outcome", "concludes"),
    [
        ("2011-09-01", "eligible", {"exclusion.ends_on", "exclusion.waiting_ends_on"}),
        ("2011-12-31", "eligible", {"exclusion.ends_on", "exclusion.waiting_ends_on"}),
        ("2012-01-01", "eligible", {"exclusion.ends_on"}),
        ("2012-02-29", "eligible", {"exclusion.ends_on"}),
        ("2012-03-01", "ineligible", set()),
    ],
)
def test_waiting_ends_after_four_months_and_an_exclusion_after_six(
    decider: Decider, on: str, outcome: str, concludes: set[str]
) -> None:
    decided = excluded(decider, on)

    assert outcome == decided["outcome"]
    ends = {"exclusion.ends_on": "2012-02-29", "exclusion.waiting_ends_on": "2011-12-31"}
    assert {name: ends[name] for name in concludes} == decided["concludes"]


@pytest.mark.parametrize(
    ("last_treated", "outcome"), [("2011-03-01", "eligible"), ("2011-02-28", "ineligible")]
)
def test_only_care_in_the_six_months_before_enrollment_counts(
    decider: Decider, last_treated: str, outcome: str
) -> None:
    assert outcome == excluded(decider, "2012-01-15", last_treated_on=last_treated)["outcome"]


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"coverage_ended_on": "2010-03-01"}, "eligible"),
        ({"coverage_ended_on": "2010-02-28"}, "ineligible"),
        ({"had_coverage": False, "coverage_ended_on": None}, "ineligible"),
        ({"emergency": True}, "ineligible"),
        ({"trade_act": True}, "ineligible"),
        ({"insured": "employee", "covered_until_hired": True}, "ineligible"),
        ({"insured": "employee", "covered_until_hired": False}, "eligible"),
        ({"insured": "dependent"}, "eligible"),
    ],
)
def test_who_can_be_made_to_wait(
    decider: Decider, changed: dict[str, object], outcome: str
) -> None:
    """A pregnancy, so that no exclusion is possible beside the waiting period."""
    facts = {f"exclusion.{name}": value for name, value in changed.items()}
    patient = {**PATIENT, "exclusion.pregnancy": True, **facts, "exclusion.care_on": "2011-10-01"}
    stated = {name: value for name, value in patient.items() if value is not None}

    assert outcome == answer(decider, "exclusion.permitted", stated)["outcome"]


@pytest.mark.parametrize(
    ("enrolled", "outcome"), [("2007-07-31", "ineligible"), ("2007-08-01", "eligible")]
)
def test_who_enrolled_in_the_first_period_of_2007_is_free_of_both(
    decider: Decider, enrolled: str, outcome: str
) -> None:
    facts = {"enrolled_on": enrolled, "last_treated_on": "2007-06-01"}
    facts["coverage_ended_on"] = "2007-01-01"

    assert outcome == excluded(decider, "2007-09-01", **facts)["outcome"]


def test_the_section_ends_with_2013(decider: Decider) -> None:
    facts = {"enrolled_on": "2013-11-01", "last_treated_on": "2013-10-01"}
    decided = excluded(decider, "2013-12-31", **facts, coverage_ended_on="2013-01-01")

    assert {"exclusion.ends_on": "2013-12-31", "exclusion.waiting_ends_on": "2013-12-31"} == (
        decided["concludes"]
    )
    with pytest.raises(LawNotEncoded):
        excluded(decider, "2014-01-01", **facts)


def test_what_helps_against_an_exclusion_is_said(decider: Decider) -> None:
    said = steps(excluded(decider, "2011-10-01"))

    assert any("proof of your earlier creditable coverage" in step for step in said)
    assert any("no law that lets you appeal" in step for step in said)


@SLOW
@given(
    enrolled=st.dates(date(2007, 8, 1), date(2013, 12, 31)),
    after=st.integers(0, 250),
    credit=st.integers(0, 400),
)
def test_credit_shortens_both_day_by_day(
    decider: Decider, enrolled: date, after: int, credit: int
) -> None:
    on = min(enrolled + timedelta(days=after), date(2013, 12, 31))
    decided = excluded(
        decider,
        on.isoformat(),
        enrolled_on=enrolled.isoformat(),
        last_treated_on=(enrolled - timedelta(days=1)).isoformat(),
        coverage_ended_on=(enrolled - timedelta(days=30)).isoformat(),
        creditable_days=credit,
    )
    months = {"exclusion.ends_on": 6, "exclusion.waiting_ends_on": 4}
    last = {n: months_after(enrolled, m) - timedelta(days=1 + credit) for n, m in months.items()}
    running = {name: day for name, day in last.items() if day >= on}

    assert ("eligible" if running else "ineligible") == decided["outcome"]
    assert {
        name: min(day, date(2013, 12, 31)).isoformat() for name, day in running.items()
    } == decided["concludes"]

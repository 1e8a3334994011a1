"""Eligibility calendars: every day of the year is in one interval, and the interval says of it what
asking on that day says.
"""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.again.calendar import (
    NotADayQuestion,
    eligibility_calendar,
    eligibility_intervals,
)
from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.facts import Value
from tests.determinations.any_case import cases, plain_outcome

ORDINARY: dict[str, Value] = {
    "applicant.resident": True,
    "applicant.has_medicare": False,
    "employer_plan.available": False,
    "enrollment.product": "individual_plan",
    "enrollment.channel": "carrier",
    "prior_coverage.ended": False,
    "event.kind": "none",
    "waiver.granted": False,
}


def eligible_spans(
    decider: Decider, facts: dict[str, Value], year: int, edition: str = "chapter-288"
) -> list[list[object]]:
    document = eligibility_calendar(decider, "enrollment.permitted", facts, year, edition)
    return [[interval["first"], interval["last"]] for interval in document["eligible"]]  # type: ignore[attr-defined,index]


def test_two_periods_in_2011(decider: Decider) -> None:
    assert [["2011-01-01", "2011-02-15"], ["2011-07-01", "2011-08-15"]] == eligible_spans(
        decider, ORDINARY, 2011
    )


@pytest.mark.parametrize("year", [2012, 2013, 2024])
def test_one_period_a_year_from_2012_on(decider: Decider, year: int) -> None:
    assert [[f"{year}-07-01", f"{year}-08-15"]] == eligible_spans(decider, ORDINARY, year)


def test_later_law_moves_the_period_to_the_autumn_of_2013(decider: Decider) -> None:
    spans = eligible_spans(decider, ORDINARY, 2013, "current")

    assert [["2013-07-01", "2013-08-15"], ["2013-10-01", "2013-12-31"]] == spans


def test_enrollment_is_continuous_until_the_last_of_november_2010(decider: Decider) -> None:
    assert [["2010-01-01", "2010-11-30"]] == eligible_spans(
        decider, {**ORDINARY, "bridge.renews": False}, 2010
    )


def test_an_event_opens_enrollment_beside_the_periods_and_each_interval_names_its_ground(
    decider: Decider,
) -> None:
    facts = {**ORDINARY, "event.kind": "marriage", "event.occurred_on": date(2011, 4, 2)}

    document = eligibility_calendar(decider, "enrollment.permitted", facts, 2011, "chapter-288")

    spring = next(
        i for i in document["eligible"] if "2011-04-20" <= i["last"] and i["first"] <= "2011-04-20"
    )  # type: ignore[attr-defined,index]
    assert "2011-05-02" == spring["last"]
    assert ["enrollment/qualifying-event"] == [ground["provision"] for ground in spring["grounds"]]


def test_a_question_without_a_governing_day_has_no_calendar(decider: Decider) -> None:
    with pytest.raises(NotADayQuestion):
        eligibility_calendar(decider, "group.eligible", {}, 2011, "chapter-288")


@pytest.mark.parametrize(
    "waiver",
    [
        {"waiver.granted": True},
        {"waiver.granted": False, "waiver.approval_received_on": date(2022, 10, 20)},
    ],
    ids=["day of the approval not stated", "approved and not granted"],
)
def test_an_unknown_day_between_two_known_ones_has_intervals_of_its_own(
    decider: Decider, waiver: dict[str, Value]
) -> None:
    """The carrier was told on November 1, and the day of the approval is not known, or not
    believed: no approval helps a request made long before, and one may help a request made soon
    before.
    """
    facts = {**ORDINARY, "waiver.carrier_told_on": date(2022, 11, 1), **waiver}

    found = eligibility_intervals(decider, "enrollment.permitted", facts, 2022, "chapter-288")

    assert [
        ("01-01", "ineligible"),
        ("07-01", "eligible"),
        ("08-16", "ineligible"),
        ("10-02", "undetermined"),
    ] == [
        (f"{each.span.first:%m-%d}", each.determination and each.determination.outcome)
        for each in found
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_day_of_a_year_is_told_as_asking_on_it_tells(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook, "enrollment.permitted"))
    year = case.as_of.year
    intervals = eligibility_intervals(decider, case.question, case.facts, year, case.edition)
    day, governing = date(year, 1, 1), "enrollment.requested_on"

    for interval in intervals:
        assert day == interval.span.first
        assert interval.span.last is not None
        outcome = interval.determination.outcome if interval.determination else None
        while day <= interval.span.last:
            asked = Case(case.question, {**case.facts, governing: day}, day, case.edition)
            assert outcome == plain_outcome(decider, asked), day
            day += timedelta(days=1)
    assert date(year + 1, 1, 1) == day


@pytest.mark.parametrize(
    ("facts", "year", "edition", "told"),
    [
        ({}, 2011, "chapter-288", "Not known from these facts"),
        (ORDINARY, 2006, "chapter-288", "The law is not encoded"),
        (ORDINARY, 2027, "current", "The law is not encoded"),
        (
            {**ORDINARY, "applicant.resident": False},
            2012,
            "chapter-288",
            "On no day of 2012 would these facts be eligible.",
        ),
    ],
)
def test_no_is_told_only_of_days_on_which_it_is_no(
    decider: Decider, facts: dict[str, Value], year: int, edition: str, told: str
) -> None:
    says = str(eligibility_calendar(decider, "enrollment.permitted", facts, year, edition)["says"])

    assert told in says
    assert ("On no day" in told) == ("On no day" in says)

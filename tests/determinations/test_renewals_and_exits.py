"""Renewals, catastrophic plans, filings with the Connector, exits: what people brought,
on both sides of every edge.
"""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.decide import Decider
from app.law.errors import LawNotEncoded
from app.law.functions import anniversary
from tests.determinations.answered import answer, steps

HOLDER: dict[str, object] = {
    "bridge.renews": True,
    "renewal.member": "individual",
    "renewal.premium_unpaid": False,
    "renewal.provisions_broken": False,
    "applicant.resident": True,
    "applicant.has_medicare": False,
    "employer_plan.available": False,
}
LEAVING: dict[str, object] = {
    "exit.all_coverage_ends": True,
    "exit.state_told_on": "2011-07-04",
    "exit.people_told_on": "2011-07-04",
    "exit.first_end_on": "2011-12-31",
    "exit.last_end_on": "2012-06-30",
}
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# --- renewal.permitted ---


def test_who_renews_in_april_2012_may_renew_though_enrollment_is_closed(decider: Decider) -> None:
    renewing = {"enrollment.requested_on": "2012-04-01", "enrollment.product": "individual_plan"}
    enrolling = {
        name: value
        for name, value in HOLDER.items()
        if not name.startswith("renewal") and name != "bridge.renews"
    }
    may_renew = answer(decider, "renewal.permitted", {**HOLDER, "renewal.starts_on": "2012-04-01"})
    none = {"prior_coverage.ended": False, "event.kind": "none", "waiver.granted": False}
    may_enroll = answer(
        decider, "enrollment.permitted", {**enrolling, **renewing, **none, "bridge.renews": True}
    )

    assert ("eligible", "2013-03-31") == (
        may_renew["outcome"],
        may_renew["concludes"]["renewal.term_ends_on"],
    )
    assert "ineligible" == may_enroll["outcome"]
    assert "Ask whether you may renew the plan you hold, and for what term." in steps(may_enroll)


@pytest.mark.parametrize(
    ("starts", "edition", "ends"),
    [
        ("2010-12-01", "chapter-288", "2011-11-30"),
        ("2010-12-02", "chapter-288", "2010-12-31"),
        ("2010-12-31", "chapter-288", "2010-12-31"),
        ("2011-01-01", "chapter-288", "2011-12-31"),
        ("2014-12-31", "current", "2015-12-30"),
        ("2015-01-01", "current", "2015-12-31"),
        ("2015-12-31", "current", "2015-12-31"),
        ("2015-01-02", "chapter-288", "2016-01-01"),
    ],
)
def test_the_term_of_a_renewal_follows_the_law_of_its_first_day(
    decider: Decider, starts: str, edition: str, ends: str
) -> None:
    decided = answer(
        decider, "renewal.permitted", {**HOLDER, "renewal.starts_on": starts}, edition=edition
    )

    assert ("eligible", ends) == (decided["outcome"], decided["concludes"]["renewal.term_ends_on"])


def test_a_renewal_in_the_closed_month_names_the_other_reading_and_what_to_do(
    decider: Decider,
) -> None:
    decided = answer(decider, "renewal.permitted", {**HOLDER, "renewal.starts_on": "2010-12-16"})

    assert "2011-06-30" == decided["concludes"]["renewal.term_ends_on_otherwise"]
    assert any("the term ends on June 30, 2011" in caution for caution in decided["cautions"])
    assert ["2011-02-15"] == [deadline["on"] for deadline in decided["deadlines"]]


@pytest.mark.parametrize(
    ("ground", "why"),
    [
        ({"renewal.premium_unpaid": True}, "The member has unpaid premiums."),
        ({"renewal.misstated": True}, "The member committed fraud or misstated facts."),
        ({"renewal.provisions_broken": True}, "The member broke the plan's provisions"),
        (
            {"applicant.resident": False, "renewal.information_collected": True},
            "At renewal the member is not an eligible individual.",
        ),
    ],
)
def test_each_listed_ground_takes_the_right_to_renew_and_is_named(
    decider: Decider, ground: dict[str, object], why: str
) -> None:
    facts = {**HOLDER, **ground, "renewal.starts_on": "2012-04-01"}
    decided = answer(decider, "renewal.permitted", facts)

    assert "ineligible" == decided["outcome"]
    assert any(why in sentence for sentence in decided["because"])
    assert any("on which ground the carrier may decline" in step for step in steps(decided))
    assert any("no law that lets you appeal" in step for step in steps(decided))


def test_a_plan_that_ends_for_all_cannot_be_renewed_whatever_the_member_did(
    decider: Decider,
) -> None:
    facts = {**HOLDER, "renewal.starts_on": "2018-04-01", "renewal.plan_ends_for_all": True}
    decided = answer(decider, "renewal.permitted", facts)

    assert "ineligible" == decided["outcome"]
    assert any("it must offer you all of them" in step for step in steps(decided))
    assert not any("on which ground" in step for step in steps(decided))


@SLOW
@given(facts=st.fixed_dictionaries({}, optional={
    "renewal.premium_unpaid": st.booleans(),
    "renewal.misstated": st.booleans(),
    "renewal.provisions_broken": st.booleans(),
    "renewal.information_collected": st.booleans(),
    "applicant.resident": st.booleans(),
    "applicant.has_medicare": st.booleans(),
    "employer_plan.available": st.booleans(),
}))  # fmt: skip
def test_an_individual_may_renew_exactly_where_the_carrier_may_not_decline(
    decider: Decider, facts: dict[str, object]
) -> None:
    member = {"renewal.member": "individual", **facts}
    refusal = answer(decider, "renewal.refusal", member, "2012-04-01")["outcome"]
    renewing = {**member, "bridge.renews": True, "renewal.starts_on": "2012-04-01"}
    permitted = answer(decider, "renewal.permitted", renewing)["outcome"]

    opposite = {"eligible": "ineligible", "ineligible": "eligible"}
    assert opposite.get(refusal, refusal) == permitted


# --- catastrophic.eligible ---


@pytest.mark.parametrize(
    ("born", "exempt", "outcome"),
    [
        ("1985-01-01", False, "eligible"),
        ("1984-12-31", False, "ineligible"),
        ("1984-12-31", None, "undetermined"),
        ("1984-12-31", True, "eligible"),
        ("1985-01-01", None, "eligible"),
    ],
)
def test_a_catastrophic_plan_is_for_the_young_and_the_exempt(
    decider: Decider, born: str, exempt: bool | None, outcome: str
) -> None:
    facts: dict[str, object] = {"catastrophic.born_on": born}
    if exempt is not None:
        facts["catastrophic.exempt"] = exempt
    facts["catastrophic.plan_year_starts_on"] = "2015-01-01"

    assert outcome == answer(decider, "catastrophic.eligible", facts)["outcome"]


def test_the_law_of_the_act_has_no_catastrophic_plans(decider: Decider) -> None:
    facts: dict[str, object] = {"catastrophic.plan_year_starts_on": "2015-01-01"}

    with pytest.raises(LawNotEncoded):
        answer(decider, "catastrophic.eligible", facts, edition="chapter-288")


@SLOW
@given(born=st.dates(date(1940, 1, 1), date(2013, 12, 31)), year=st.integers(2014, 2026))
def test_the_young_are_those_whose_thirtieth_birthday_is_not_before_the_plan_year(
    decider: Decider, born: date, year: int
) -> None:
    facts: dict[str, object] = {
        "catastrophic.born_on": born.isoformat(),
        "catastrophic.exempt": False,
        "catastrophic.plan_year_starts_on": f"{year}-01-01",
    }
    is_young = anniversary(born, 30) >= date(year, 1, 1)

    outcome = answer(decider, "catastrophic.eligible", facts)["outcome"]
    assert ("eligible" if is_young else "ineligible") == outcome


# --- carrier.must_file_with_connector ---


@pytest.mark.parametrize(
    ("day", "members", "edition", "by"),
    [
        ("2010-08-10", 5000, "chapter-288", "2010-10-01"),
        ("2012-02-01", 4999, "chapter-288", None),
        ("2023-01-19", 5000, "current", "2023-10-01"),
        ("2023-01-20", 5000, "current", "2023-12-31"),
        ("2024-12-31", 4999, "current", None),
        ("2024-12-31", 5000, "chapter-288", "2024-10-01"),
    ],
)
def test_a_carrier_with_five_thousand_members_files_with_the_connector(
    decider: Decider, day: str, members: int, edition: str, by: str | None
) -> None:
    facts: dict[str, object] = {
        "carrier.filing_duty_on": day,
        "carrier.members_at_year_end": members,
    }
    decided = answer(decider, "carrier.must_file_with_connector", facts, edition=edition)

    assert ("ineligible" if by is None else "eligible") == decided["outcome"]
    assert by == decided["concludes"].get("carrier.file_by")
    assert steps(decided)


# --- market.exit ---


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({}, "eligible"),
        ({"exit.state_told_on": "2011-07-05"}, "ineligible"),
        ({"exit.people_told_on": "2011-07-05"}, "ineligible"),
        ({"exit.all_coverage_ends": False}, "ineligible"),
    ],
)
def test_leaving_the_market_takes_all_coverage_and_two_notices(
    decider: Decider, told: dict[str, object], outcome: str
) -> None:
    decided = answer(decider, "market.exit", {**LEAVING, **told}, "2011-07-10")

    assert outcome == decided["outcome"]
    assert ("market.return_not_before" in decided["concludes"]) == (outcome == "eligible")


def test_a_late_notice_names_the_first_day_on_which_coverage_may_end(decider: Decider) -> None:
    late = {**LEAVING, "exit.people_told_on": "2011-08-04"}
    decided = answer(decider, "market.exit", late, "2011-08-10")

    assert "2012-01-31" == decided["concludes"]["market.exit_on"]
    assert "coverage may end from January 31, 2012 on" in " ".join(decided["because"])
    assert any("notice 180 days or more" in step for step in steps(decided))
    moved = {**late, "exit.first_end_on": "2012-01-31"}
    assert "eligible" == answer(decider, "market.exit", moved, "2011-08-10")["outcome"]


@SLOW
@given(state=st.integers(-60, 60), people=st.integers(-60, 60), later=st.integers(0, 400))
def test_the_later_notice_and_the_last_end_set_the_two_days(
    decider: Decider, state: int, people: int, later: int
) -> None:
    first, last = date(2012, 6, 30), date(2012, 6, 30) + timedelta(days=later)
    told = [first - timedelta(days=180 + days) for days in (state, people)]
    facts: dict[str, object] = {
        "exit.all_coverage_ends": True,
        "exit.state_told_on": told[0].isoformat(),
        "exit.people_told_on": told[1].isoformat(),
        "exit.first_end_on": first.isoformat(),
        "exit.last_end_on": last.isoformat(),
    }
    decided = answer(decider, "market.exit", facts, "2012-01-01")
    may_leave = min(state, people) >= 0

    assert ("eligible" if may_leave else "ineligible") == decided["outcome"]
    expected = {"market.exit_on": (max(told) + timedelta(days=180)).isoformat()}
    if may_leave:
        expected["market.return_not_before"] = anniversary(last, 5).isoformat()
    assert expected == decided["concludes"]

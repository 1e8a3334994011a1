"""What people brought: groups, closed plans, refusals and dependents, as they were found wrong."""

import re
from datetime import date
from typing import Any

import orjson
import pytest

from app.determinations.decide import Decider
from tests.determinations import answered

GROUP: dict[str, object] = {
    "group.entity": "corporation",
    "group.active": True,
    "group.affiliated_employees": 0,
    "group.size_varied": False,
    "group.in_small_group_rating_period": False,
    "group.participation_required": True,
    "group.offered_to_all": True,
    "group.smaller_share_for_lower_paid": False,
    "group.applied_on": "2011-03-01",
    "group.eligible_employees": 5,
    "group.massachusetts_employees": 5,
}
CLOSED: dict[str, object] = {"plan.closed_to_all": True, "plan.bought_through_connector": False}
CHILD: dict[str, object] = {
    "dependent.relationship": "child",
    "dependent.subscriber_eligible": True,
    "dependent.coverage_kind": "health",
    "dependent.plan_year_starts_on": "2012-01-01",
}


def answer(
    decider: Decider,
    question: str,
    facts: dict[str, object],
    as_of: str | None = None,
    edition: str = "chapter-288",
) -> dict[str, Any]:
    return answered.answer(decider, question, facts, as_of, edition, date(2026, 1, 1))


def cautions(decided: dict[str, Any]) -> str:
    return " ".join(decided["cautions"])


@pytest.mark.parametrize("size", [3, 5, 6, 50])
def test_where_nobody_is_left_who_could_join_nobody_is_missing(decider: Decider, size: int) -> None:
    facts = {
        **GROUP,
        "group.eligible_employees": size,
        "group.massachusetts_employees": size,
        "group.joining_employees": 0,
        "group.employees_without_waiver": 0,
    }
    decided = answer(decider, "group.enrollment", facts)

    assert "eligible" == decided["outcome"]
    assert "No employee would join" in cautions(decided)


@pytest.mark.parametrize(
    ("size", "joining", "able"), [(5, 2, 3), (1, 0, 1), (6, 2, 3), (50, 30, 49)]
)
def test_the_share_that_a_finding_names_is_that_of_groups_of_its_size(
    decider: Decider, size: int, joining: int, able: int
) -> None:
    facts = {
        **GROUP,
        "group.independent_evidence": "license",
        "group.eligible_employees": size,
        "group.massachusetts_employees": size,
        "group.joining_employees": joining,
        "group.employees_without_waiver": able,
    }
    decided = answer(decider, "group.enrollment", facts)
    said = orjson.dumps(decided).decode()

    assert "ineligible" == decided["outcome"]
    assert not re.search("of a group of this size", said)
    for says in (f["says"] for r in decided["reasons"] for f in r["findings"]):
        assert "66666" not in says
        assert ("at most 5 employees, carriers commonly require 100" in says) == ("100" in says)
        assert ("more than 5 employees, carriers commonly require 75" in says) == (
            "require 75" in says
        )


def test_equal_pay_counts_too(decider: Decider) -> None:
    """The fact asks for the same pay and for higher pay, since the statute does."""
    asks = decider.lawbook.fact("group.smaller_share_for_lower_paid").label

    assert "same or higher pay" in asks
    facts = {**GROUP, "group.smaller_share_for_lower_paid": True, "group.joining_employees": 5}
    assert (
        "ineligible"
        == answer(decider, "group.enrollment", {**facts, "group.employees_without_waiver": 5})[
            "outcome"
        ]
    )


def test_the_last_covered_day_of_a_closed_plan_is_the_day_before_the_anniversary(
    decider: Decider,
) -> None:
    facts = {
        **CLOSED,
        "plan.closed_on": "2011-06-01",
        "plan.approved_on": "2012-05-01",
        "plan.notice_given_on": "2012-05-02",
        "plan.coverage_effective_on": "2011-04-01",
    }
    decided = answer(decider, "plan.discontinuance", facts, "2012-06-01")

    assert {"plan.ends_on": "2013-04-01", "plan.last_covered_on": "2013-03-31"} == decided[
        "concludes"
    ]
    assert "last covered day in it is March 31, 2013" in decided["says"]


@pytest.mark.parametrize(
    ("began", "asked", "ends", "is_told"),
    [
        ("2012-02-29", "2013-01-20", "2013-03-01", True),
        ("2012-02-29", "2016-01-20", "2016-02-29", False),
        ("2012-02-28", "2013-01-20", "2013-02-28", False),
        ("2012-03-01", "2013-01-20", "2013-03-01", False),
        ("2012-01-31", "2013-01-20", "2013-01-31", False),
        ("2011-12-31", "2013-01-20", "2013-12-31", False),
    ],
)
def test_of_a_leap_day_the_answer_says_that_the_act_is_silent(
    decider: Decider, began: str, asked: str, ends: str, is_told: bool
) -> None:
    facts = {
        **CLOSED,
        "plan.closed_on": "2012-06-01",
        "plan.approved_on": asked[:5] + "01-15",
        "plan.notice_given_on": asked[:5] + "01-02",
        "plan.coverage_effective_on": began,
    }
    decided = answer(decider, "plan.discontinuance", facts, asked)

    assert ends == decided["concludes"]["plan.ends_on"]
    assert is_told == ("February 29" in cautions(decided))


@pytest.mark.parametrize(
    ("day", "section"), [("2012-06-04", "300gg-12(c)(1)"), ("2014-06-04", "300gg-2(c)(1)")]
)
def test_ninety_days_of_notice_are_cited_for_groups_and_individuals(
    decider: Decider, day: str, section: str
) -> None:
    facts = {
        **CLOSED,
        "plan.closed_on": "2011-06-01",
        "plan.approved_on": "2012-02-15",
        "plan.notice_given_on": day,
        "plan.coverage_effective_on": "2010-09-01",
    }
    decided = answer(decider, "plan.discontinuance", facts, day)
    cited = next(r for r in decided["reasons"] if "short-notice" in r["provision"])

    assert section in cited["citation"]["instrument"]
    assert "300gg-42(c)(1)" in cited["citation"]["instrument"]
    assert "primary" == cited["evidence"]
    assert any("Ask the carrier for its other plans" in s["says"] for s in decided["next_steps"])


def test_a_child_past_the_age_limit_hears_of_the_rule_for_disabled_children(
    decider: Decider,
) -> None:
    facts = {**CHILD, "dependent.covered_on": "2012-03-01", "dependent.born_on": "1985-03-01"}
    decided = answer(decider, "dependent.eligible", facts)

    assert "ineligible" == decided["outcome"]
    assert any("disability" in step["says"] for step in decided["next_steps"])


def test_a_child_within_the_age_limit_does_not(decider: Decider) -> None:
    facts = {**CHILD, "dependent.covered_on": "2012-03-01", "dependent.born_on": "1986-03-02"}
    decided = answer(decider, "dependent.eligible", facts)

    assert ("eligible", "2012-03-01") == (
        decided["outcome"],
        decided["concludes"]["dependent.eligible_through"],
    )
    assert not any("disability" in step["says"] for step in decided["next_steps"])


@pytest.mark.parametrize(
    ("day", "evidence", "instrument"),
    [
        ("2010-11-30", "recollected", "St. 2006, c. 58"),
        ("2010-12-01", "primary", "St. 2010, c. 288, § 20"),
    ],
)
def test_residence_is_primary_law_from_the_day_of_its_section(
    decider: Decider, day: str, evidence: str, instrument: str
) -> None:
    decided = answer(decider, "individual.eligible", {"applicant.resident": True}, day)
    resident = next(r for r in decided["reasons"] if r["provision"] == "eligibility/resident")

    assert (evidence, instrument) == (resident["evidence"], resident["citation"]["instrument"])


@pytest.mark.parametrize(
    ("day", "edition", "instrument"),
    [
        ("2013-12-31", "current", "211 CMR 66.06 (now 66.05)"),
        ("2014-01-01", "current", "211 CMR 66.05"),
        ("2014-01-01", "chapter-288", "211 CMR 66.06 (now 66.05)"),
    ],
)
def test_the_regulation_is_cited_by_the_section_numbers_of_the_year(
    decider: Decider, day: str, edition: str, instrument: str
) -> None:
    decided = answer(decider, "renewal.refusal", {"renewal.premium_unpaid": True}, day, edition)
    unpaid = next(r for r in decided["reasons"] if "common-grounds" in r["provision"])

    assert instrument == unpaid["citation"]["instrument"]


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("renewal.refusal", {"renewal.premium_unpaid": True}),
        ("issue.refusal", {"issue.requests_unanswered": True}),
        (
            "plan.discontinuance",
            {
                **CLOSED,
                "plan.closed_on": "2011-06-01",
                "plan.approved_on": "2012-02-15",
                "plan.notice_given_on": "2012-02-15",
                "plan.coverage_effective_on": "2010-09-01",
            },
        ),
    ],
)
def test_who_loses_coverage_hears_who_oversees_the_carrier(
    decider: Decider, question: str, facts: dict[str, object]
) -> None:
    decided = answer(decider, question, facts, "2012-06-01")
    said = " ".join(step["says"] for step in decided["next_steps"])

    assert "eligible" == decided["outcome"]
    assert "ask the Division of Insurance" in said
    assert "We found no law that lets you appeal" in said


@pytest.mark.parametrize(("size", "is_told"), [(5, True), (6, False)])
def test_the_smallest_groups_hear_that_they_may_need_an_intermediary(
    decider: Decider, size: int, is_told: bool
) -> None:
    facts = {**GROUP, "group.eligible_employees": size, "group.massachusetts_employees": size}
    decided = answer(decider, "group.enrollment", facts)

    assert is_told == ("through an intermediary" in cautions(decided))


def test_a_group_that_is_no_business_is_sent_to_the_connector(decider: Decider) -> None:
    facts: dict[str, object] = {"group.entity": "other", "group.active": True}
    decided = answer(decider, "group.eligible", facts, "2011-03-01")
    steps = [step["says"] for step in decided["next_steps"]]

    assert "ineligible" == decided["outcome"]
    assert any(step.startswith("Ask the Connector whether it accepts the group") for step in steps)


@pytest.mark.parametrize(
    ("question", "facts", "says"),
    [
        (
            "employee.eligible",
            {
                "employee.standing": "regular",
                "employee.full_time": True,
                "employee.weekly_hours": 25,
                "employee.months_hired_for": 12,
            },
            "if the employee normally worked 30 hours a week.",
        ),
        (
            "group.eligible",
            {
                **{name: GROUP[name] for name in ("group.entity", "group.active")},
                "group.affiliated_employees": 0,
                "group.size_varied": False,
                "group.in_small_group_rating_period": False,
                "group.eligible_employees": 1,
                "group.massachusetts_employees": 1,
                "group.independent_evidence": "none",
            },
            "if you gave independent evidence of the business.",
        ),
        (
            "renewal.refusal",
            {
                "renewal.member": "individual",
                "renewal.premium_unpaid": True,
                "renewal.provisions_broken": False,
                "individual.eligible": "eligible",
            },
            "if the member had paid the premiums.",
        ),
    ],
)
def test_what_would_change_is_said_without_quoting_the_question(
    decider: Decider, question: str, facts: dict[str, object], says: str
) -> None:
    decided = answer(decider, question, facts, "2012-03-01")

    assert any(change["says"].endswith(says) for change in decided["would_change"])

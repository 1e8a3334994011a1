"""Whether earlier coverage counts: creditable coverage, and who is federally eligible."""

from datetime import date

import pytest

from app.determinations.decide import Decider
from app.determinations.determination import Determination
from tests.determinations.answered import determination_of

UNLISTED = {"vaccines_only", "other"}


def decide(
    decider: Decider, question: str, day: date, edition: str = "chapter-288", **facts: object
) -> Determination:
    """Facts are written with two underscores for the dot."""
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return determination_of(decider, question, named, day, edition, day)


def creditable(decider: Decider, day: date, kind: str, gap: int) -> Determination:
    return decide(
        decider,
        "coverage.creditable",
        day,
        "current",
        coverage__kind=kind,
        coverage__longest_gap=gap,
    )


@pytest.mark.parametrize("day", [date(2007, 7, 1), date(2013, 12, 31), date(2014, 1, 1)])
def test_listed_coverage_counts_up_to_a_gap_of_63_days(decider: Decider, day: date) -> None:
    kinds = {str(value) for value in decider.lawbook.vocabulary["coverage.kind"].choices}
    later = {"minimum_essential"} if day < date(2014, 1, 1) else set()
    counted = {
        gap: {kind for kind in kinds if creditable(decider, day, kind, gap).outcome == "eligible"}
        for gap in (0, 63, 64, 400)
    }

    assert {0: kinds - UNLISTED - later, 63: kinds - UNLISTED - later, 64: set(), 400: set()} == (
        counted
    )


def test_coverage_on_no_list_is_decided_without_asking_for_gaps(decider: Decider) -> None:
    decided = decide(
        decider, "coverage.creditable", date(2011, 3, 1), coverage__kind="vaccines_only"
    )

    assert "ineligible" == decided.outcome
    assert not decided.needs


def test_a_denial_of_creditable_coverage_says_what_to_check(decider: Decider) -> None:
    by_gap = creditable(decider, date(2011, 3, 1), "employer_plan", 64)
    by_kind = creditable(decider, date(2011, 3, 1), "other", 0)
    steps = [" ".join(step.says for step in each.next_steps) for each in (by_gap, by_kind)]

    assert "first and last day" in steps[0] and "which kind" not in steps[0]
    assert "which kind" in steps[1] and "first and last day" not in steps[1]
    assert all("no law that lets you appeal" in words for words in steps)


def test_the_kind_is_asked_before_the_gap(decider: Decider) -> None:
    decided = decide(decider, "coverage.creditable", date(2011, 3, 1))

    assert ["coverage.kind", "coverage.longest_gap"] == [need.name for need in decided.needs]


GROUP_MEMBER: dict[str, object] = {
    "coverage__kind": "employer_plan",
    "coverage__longest_gap": 0,
    "federally__months_covered": 18,
    "federally__eligible_for": "none",
    "federally__continuation": "used_up",
    "prior_coverage__end_reason": "continuation_exhausted",
    "extension__uninsured": True,
}


@pytest.mark.parametrize(
    ("changed", "outcome", "step"),
    [
        ({}, "eligible", "until when you may enroll"),
        ({"federally__continuation": "not_offered"}, "eligible", "until when you may enroll"),
        ({"federally__months_covered": 17}, "ineligible", "proof of the months"),
        ({"coverage__longest_gap": 63}, "eligible", "until when you may enroll"),
        ({"coverage__longest_gap": 64}, "ineligible", "on another ground"),
        ({"coverage__kind": "individual_plan"}, "ineligible", "on another ground"),
        ({"federally__eligible_for": "group_plan"}, "ineligible", "join the other coverage"),
        ({"federally__continuation": "declined"}, "ineligible", "still choose continuation"),
        ({"prior_coverage__end_reason": "fraud"}, "ineligible", "on another ground"),
        ({"extension__uninsured": False}, "ineligible", "on another ground"),
    ],
)
def test_who_is_federally_eligible_and_what_helps_who_is_not(
    decider: Decider, changed: dict[str, object], outcome: str, step: str
) -> None:
    decided = decide(decider, "federally.eligible", date(2011, 3, 1), **{**GROUP_MEMBER, **changed})

    assert outcome == decided.outcome
    assert step in " ".join(each.says for each in decided.next_steps)


@pytest.mark.parametrize("left_out", sorted(GROUP_MEMBER))
def test_every_limb_of_federally_eligible_is_asked_for(decider: Decider, left_out: str) -> None:
    facts = {name: value for name, value in GROUP_MEMBER.items() if name != left_out}
    decided = decide(decider, "federally.eligible", date(2011, 3, 1), **facts)

    assert "undetermined" == decided.outcome
    assert [left_out.replace("__", ".")] == [need.name for need in decided.needs]

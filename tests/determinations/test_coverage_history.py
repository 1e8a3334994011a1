"""Whether earlier coverage counts: creditable coverage, and who is federally eligible."""

from datetime import date

import pytest

from app.determinations.case import make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.determination import Determination

UNLISTED = {"vaccines_only", "other"}


def decide(
    decider: Decider, question: str, day: date, edition: str = "chapter-288", **facts: object
) -> Determination:
    """Facts are written with two underscores for the dot."""
    named = {name.replace("__", "."): value for name, value in facts.items()}
    stated = read_facts(decider.lawbook, question, named)
    return decider.decide(make_case(decider.lawbook, question, stated, day, edition, day))


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
    assert all("no appeal in the law" in words for words in steps)


def test_the_kind_is_asked_before_the_gap(decider: Decider) -> None:
    decided = decide(decider, "coverage.creditable", date(2011, 3, 1))

    assert ["coverage.kind", "coverage.longest_gap"] == [need.name for need in decided.needs]

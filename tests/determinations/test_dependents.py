"""Dependents beside spouses and young children: disabled, adopted, newborn, divorced."""

from datetime import date, timedelta

import pytest

from app.determinations.decide import Decider
from app.determinations.determination import Determination
from tests.determinations.answered import determination_of

BEHIND: dict[str, object] = {
    "dependent.subscriber_eligible": True,
    "dependent.coverage_kind": "health",
    "dependent.plan_year_starts_on": "2012-01-01",
}
DISABLED: dict[str, object] = {
    "dependent.relationship": "child",
    "dependent.born_on": "1986-03-02",
    "dependent.unable_to_earn": True,
}
DIVORCED: dict[str, object] = {
    "dependent.relationship": "former_spouse",
    "dependent.under_group_plan": True,
    "dependent.judgment_ends_coverage": False,
    "dependent.remarried": "nobody",
}


def covered(
    decider: Decider, facts: dict[str, object], on: date = date(2012, 6, 1)
) -> Determination:
    named = {**BEHIND, **facts, "dependent.covered_on": on.isoformat()}
    return determination_of(decider, "dependent.eligible", named, today=on)


def steps(decided: Determination) -> str:
    return " ".join(step.says for step in decided.next_steps)


def test_proof_of_a_disability_counts_through_the_last_day(decider: Decider) -> None:
    """The thirty-first day, April 1, 2012, is a Sunday."""
    first, outcomes = date(2012, 3, 28), []
    for days in range(8):
        proof = {"dependent.proof_received_on": (first + timedelta(days=days)).isoformat()}
        outcomes.append(covered(decider, {**DISABLED, **proof}).outcome)

    assert ["eligible"] * 6 + ["ineligible"] * 2 == outcomes


def test_while_proof_can_still_come_its_day_is_told(decider: Decider) -> None:
    waiting = covered(decider, DISABLED, date(2012, 3, 15))

    assert ["dependent.proof_received_on"] == [need.name for need in waiting.needs]
    assert ["2012-04-02"] == [str(deadline.on) for deadline in waiting.deadlines]


def test_a_child_past_the_age_is_told_of_disabilities_and_nobody_else_is(decider: Decider) -> None:
    grown = {**DISABLED, "dependent.unable_to_earn": False}
    unstated = {name: v for name, v in DISABLED.items() if name != "dependent.unable_to_earn"}
    others = [{"dependent.relationship": "other"}, {**DIVORCED, "dependent.remarried": "holder"}]

    assert all("disability" in steps(covered(decider, facts)) for facts in (grown, unstated))
    assert not any("disability" in steps(covered(decider, facts)) for facts in others)
    assert "ineligible" == covered(decider, unstated).outcome


def test_in_an_older_plan_year_the_earlier_limit_starts_the_clock(decider: Decider) -> None:
    facts = {
        **DISABLED,
        "dependent.plan_year_starts_on": "2010-01-01",
        "dependent.last_tax_dependent_on": "2007-12-31",
    }
    proofs = ("2010-02-01", "2010-02-02")
    outcomes = [
        covered(decider, {**facts, "dependent.proof_received_on": proof}, date(2010, 3, 1)).outcome
        for proof in proofs
    ]

    assert ["eligible", "ineligible"] == outcomes


@pytest.mark.parametrize(
    ("changed", "outcome", "step"),
    [
        ({}, "eligible", ""),
        ({"dependent.judgment_ends_coverage": True}, "ineligible", "continuation coverage"),
        ({"dependent.remarried": "holder"}, "ineligible", "a rider or an individual plan"),
        ({"dependent.remarried": "spouse"}, "ineligible", "continuation coverage"),
        ({"dependent.under_group_plan": False}, "referred", "Ask the carrier"),
        ({"dependent.subscriber_eligible": False}, "ineligible", "a plan of his or her own"),
    ],
)
def test_a_former_spouse_stays_covered_until_one_of_the_two_marries_again(
    decider: Decider, changed: dict[str, object], outcome: str, step: str
) -> None:
    decided = covered(decider, {**DIVORCED, **changed})

    assert outcome == decided.outcome
    assert step in steps(decided)


def test_a_child_to_be_adopted_is_covered_from_the_placement(decider: Decider) -> None:
    facts: dict[str, object] = {
        "dependent.relationship": "adoptive_child",
        "dependent.born_on": "2010-02-01",
        "dependent.placed_on": "2012-06-01",
    }
    before, on = (covered(decider, facts, day) for day in (date(2012, 5, 31), date(2012, 6, 1)))

    assert ("ineligible", "eligible") == (before.outcome, on.outcome)
    assert "day of the placement" in steps(before)
    assert "Tell the carrier of the child at once" in steps(on)


def test_a_grandchild_is_covered_with_its_parent(decider: Decider) -> None:
    facts: dict[str, object] = {"dependent.relationship": "grandchild"}
    outcomes = [
        covered(decider, {**facts, "dependent.parent_is_covered": is_covered}).outcome
        for is_covered in (True, False)
    ]

    assert ["eligible", "ineligible"] == outcomes


def test_a_spouse_is_asked_nothing_about_children_or_judgments(decider: Decider) -> None:
    decided = covered(decider, {"dependent.relationship": "spouse"})

    assert "eligible" == decided.outcome
    assert not decided.needs

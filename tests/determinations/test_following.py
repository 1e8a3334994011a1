"""Flags that follow from a question: prior coverage is creditable where its kind and longest gap
say so, and the flag is asked for where they were not told.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.determinations.again.calendar import eligibility_calendar
from app.determinations.decide import Decider
from tests.determinations.answered import answer, steps
from tests.law.small_law import FILES
from tests.law.test_following import FLAG as VISITOR
from tests.law.test_following import law_with_flag
from tests.ordinary import applying

FLAG = "prior_coverage.creditable"
KIND, GAP = "coverage.kind", "coverage.longest_gap"
BEHIND = {KIND, GAP, "federally.months_covered", "federally.eligible_for", "federally.continuation"}
OUTCOMES = ("eligible", "ineligible", "referred")
LISTED = {"kind": "employer_plan", "longest_gap": 10}


def enrolling(decider: Decider, day: str = "2011-10-01", **more: Any) -> dict[str, Any]:
    """The answer to somebody who lost coverage on September 1 before, with these facts."""
    lost = {"ended": True, "ended_on": f"{day[:4]}-09-01", "end_reason": "lost"}
    prior = {"prior_coverage": {**lost, **more.pop("prior_coverage", {})}}
    facts = applying(day, event={"kind": "none"}, **{**more, **prior})
    return answer(decider, "enrollment.permitted", facts, edition="chapter-288")


def findings(decided: Mapping[str, Any], fact: str) -> list[dict[str, Any]]:
    return [f for reason in decided["reasons"] for f in reason["findings"] if f["fact"] == fact]


def changes(decided: Mapping[str, Any], becomes: str) -> dict[str, dict[str, Any]]:
    """The changes of one fact that lead to an outcome, by fact."""
    return {
        change["if"][0]["fact"]: change["if"][0]
        for change in decided["would_change"]
        if change["becomes"] == becomes and len(change["if"]) == 1
    }


# --- the flag follows ---


@pytest.mark.parametrize(
    ("kind", "gap", "outcome"),
    [
        ("employer_plan", 63, "eligible"),
        ("employer_plan", 64, "ineligible"),
        ("vaccines_only", 0, "ineligible"),
        ("minimum_essential", 0, "ineligible"),
    ],
)
def test_the_kind_of_coverage_and_its_longest_gap_decide_enrollment(
    decider: Decider, kind: str, gap: int, outcome: str
) -> None:
    decided = enrolling(decider, coverage={"kind": kind, "longest_gap": gap})

    assert (outcome, []) == (decided["outcome"], decided["needs"])
    [finding] = findings(decided, FLAG)
    is_creditable = outcome == "eligible"
    assert (is_creditable, "determined") == (finding["value"], finding["source"])
    assert ("met" if is_creditable else "not_met") == finding["status"]
    nested = finding["determination"]
    assert ("coverage.creditable", outcome) == (nested["question"], nested["outcome"])
    assert {KIND, GAP} == {f["fact"] for r in nested["reasons"] for f in r["findings"]}
    assert "eligibility/creditable-coverage" in decided["law"]["in_force"]


def test_one_fact_is_enough_where_it_alone_decides(decider: Decider) -> None:
    decided = enrolling(decider, coverage={"longest_gap": 64})

    assert "ineligible" == decided["outcome"]
    assert [
        "The coverage that ended was not creditable coverage.",
        "The longest gap in your coverage was 64 days. The law allows no more than 63 days.",
    ] == decided["because"][:2]


def test_a_denial_tells_what_to_do_about_what_the_flag_follows_from(decider: Decider) -> None:
    decided = enrolling(decider, coverage={"kind": "other", "longest_gap": 0})

    assert any(
        step.startswith("Check whether your coverage was creditable") for step in steps(decided)
    )
    assert "Ask the carrier or program that covered you which kind of coverage it was." in steps(
        decided
    )


def test_an_unneeded_waiver_is_found_from_the_kind_of_coverage(decider: Decider) -> None:
    facts = {
        "waiver": {"received_on": "2011-03-01"},
        "prior_coverage": {"ended": True, "end_reason": "lost", "ended_on": "2011-02-01"},
        "event": {"kind": "none"},
        "coverage": LISTED,
    }

    decided = answer(decider, "waiver.reviewable", facts, "2011-03-01", "chapter-288")

    assert "ineligible" == decided["outcome"]
    assert ["determined"] == [f["source"] for f in findings(decided, FLAG)]


def test_a_flag_may_follow_from_a_question_that_uses_another(decider: Decider) -> None:
    """The caution that only federally eligible people have the longer time."""
    group = {"months_covered": 20, "eligible_for": "none", "continuation": "used_up"}
    known = {"coverage": LISTED, "extension": {"uninsured": True}}
    federally, others = (
        enrolling(decider, "2011-10-15", federally={**group, "months_covered": months}, **known)
        for months in (20, 17)
    )

    [finding] = findings(others, "prior_coverage.federally_eligible")
    assert (False, "determined", "met") == (finding["value"], finding["source"], finding["status"])
    assert [] == findings(federally, "prior_coverage.federally_eligible")
    told = [
        any("federally eligible people alone" in c for c in d["cautions"])
        for d in (federally, others)
    ]
    assert [False, True] == told
    assert ["eligible", "eligible"] == [federally["outcome"], others["outcome"]]


# --- stated, and unknown ---


@pytest.mark.parametrize("kind", ["employer_plan", "other"])
@pytest.mark.parametrize("stated", [True, False])
def test_a_stated_flag_counts_whatever_it_would_follow_from(
    decider: Decider, kind: str, stated: bool
) -> None:
    decided = enrolling(
        decider,
        prior_coverage={"creditable": stated},
        coverage={"kind": kind, "longest_gap": 0},
    )

    assert ("eligible" if stated else "ineligible") == decided["outcome"]
    [finding] = findings(decided, FLAG)
    assert (stated, "stated") == (finding["value"], finding["source"])
    assert "determination" not in finding
    told = [caution for caution in decided["cautions"] if "By other answers" in caution]
    assert (stated != (kind == "employer_plan")) == bool(told)
    assert not BEHIND & {f for becomes in OUTCOMES for f in changes(decided, becomes)}


def test_what_is_answered_otherwise_than_it_would_follow_is_told(decider: Decider) -> None:
    decided = enrolling(decider, prior_coverage={"creditable": False}, coverage=LISTED)

    assert decided["cautions"][0] == (
        "“Was the coverage that ended creditable coverage?” is answered with no. By other answers "
        "it would be yes. The answer that was given counts."
    )


@pytest.mark.parametrize("coverage", [{}, {"longest_gap": 10}, {"kind": "employer_plan"}])
def test_where_what_was_stated_does_not_decide_it_the_flag_alone_is_needed(
    decider: Decider, coverage: dict[str, Any]
) -> None:
    decided = enrolling(decider, coverage=coverage)

    assert "undetermined" == decided["outcome"]
    assert [FLAG] == [need["fact"] for need in decided["needs"]]
    [finding] = findings(decided, FLAG)
    assert (None, None, "unknown") == (finding["value"], finding["source"], finding["status"])
    assert finding["says"].startswith("Not stated: ")
    assert "determination" not in finding
    assert {"fact": FLAG, "to": True}.items() <= changes(decided, "eligible")[FLAG].items()


# --- what would change it ---


def test_a_change_is_of_what_the_flag_follows_from_and_not_of_the_flag(decider: Decider) -> None:
    denied = enrolling(decider, coverage={"kind": "other", "longest_gap": 10})
    granted = enrolling(decider, coverage=LISTED)

    helps, harms = changes(denied, "eligible"), changes(granted, "ineligible")
    assert FLAG not in {*helps, *harms}
    assert "other" == helps[KIND]["from"]
    assert "employer_plan" in [helps[KIND]["to"], *helps[KIND]["or_to"]]
    assert (10, 64) == (harms[GAP]["from"], harms[GAP]["to"])
    assert GAP not in helps


def test_a_change_of_what_the_flag_follows_from_comes_out_as_promised(decider: Decider) -> None:
    coverage = {"kind": "other", "longest_gap": 10}
    change = changes(enrolling(decider, coverage=coverage), "eligible")[KIND]

    for kind in (change["to"], *change["or_to"]):
        assert "eligible" == enrolling(decider, coverage={**coverage, "kind": kind})["outcome"]


# --- days, with a small law whose question behind the flag moves with the day ---


@pytest.fixture
def doors(tmp_path: Path) -> Decider:
    """From July 15, 2014, people of twelve years are grown up, before that those of eighteen."""
    return Decider(law_with_flag(tmp_path))


def visiting(doors: Decider, day: str, **person: Any) -> dict[str, Any]:
    own = {"height": "1.70", "known": True, **person}
    facts = {"visit": {"asked_on": day}, "person": own}
    return answer(doors, "person.admitted", facts)


def test_the_outcome_turns_on_the_day_on_which_the_question_behind_the_flag_does(
    doors: Decider,
) -> None:
    young = visiting(doors, "2013-07-10", born_on="1995-07-20")
    grown = visiting(doors, "2013-07-20", born_on="1995-07-20")

    assert ("ineligible", "2013-07-19") == (young["outcome"], young["valid_until"])
    assert ("eligible", "2013-08-15") == (grown["outcome"], grown["valid_until"])
    assert "2013-07-20" in [c["if"][0]["to"] for c in young["would_change"]]


def test_the_outcome_turns_on_the_day_on_which_the_law_behind_the_flag_does(doors: Decider) -> None:
    young = visiting(doors, "2014-07-10", born_on="2000-01-01")

    assert ("ineligible", "2014-07-14") == (young["outcome"], young["valid_until"])
    facts = {"person.height": 2, "person.known": True, "person.born_on": date(2000, 1, 1)}
    calendar = eligibility_calendar(doors, "person.admitted", facts, 2014, "current")
    assert [("2014-07-15", "2014-08-15")] == [(i["first"], i["last"]) for i in calendar["eligible"]]


def test_an_unknown_flag_is_open_on_the_days_on_which_it_does_not_follow(doors: Decider) -> None:
    """Whether the keeper knows the person is not told: a child is not grown up in any case."""
    facts = {
        "visit": {"asked_on": "2013-07-10"},
        "person": {"height": "1.70", "born_on": "1995-07-20"},
    }

    young = answer(doors, "person.admitted", facts)

    assert "ineligible" == young["outcome"]
    assert "2013-07-19" == young["valid_until"]
    facts["visit"] = {"asked_on": "2013-07-20"}
    grown = answer(doors, "person.admitted", facts)
    assert ("undetermined", "2013-08-15") == (grown["outcome"], grown["valid_until"])
    assert ["visitor.is_grown"] == [need["fact"] for need in grown["needs"]]


def test_the_other_edition_looks_behind_the_flag_too(doors: Decider) -> None:
    facts = {"visit": {"asked_on": "2014-07-20"}, "person": {"height": "1.70", "known": True}}
    facts["person"]["born_on"] = "2000-01-01"

    decided = answer(doors, "person.admitted", facts, edition="early")

    assert "eligible" == decided["outcome"]


def test_acts_together_reach_behind_a_flag_that_follows(tmp_path: Path) -> None:
    """The keeper can still come to know the person, and the person can still grow."""
    grown, facts = (FILES[name] for name in ("people/grown.yaml", "facts.yaml"))
    keeper = law_with_flag(
        tmp_path,
        people__grown=grown.replace("{type: flag,", "{type: flag, changes: act, by: office,"),
        facts=facts.replace("maximum: 3,", "maximum: 3, changes: act, by: applicant,") + VISITOR,
    )

    decided = visiting(Decider(keeper), "2013-07-10", born_on="1990-01-01", known=False, height=1)

    together = [change for change in decided["would_change"] if len(change["if"]) > 1]
    assert [{"person.known": True, "person.height": "1.5"}] == [
        {each["fact"]: each["to"] for each in change["if"]} for change in together
    ]


# --- left to a person ---

KEEPER = """\
title: Very tall people
citation: {instrument: The keeper's act}
evidence: primary
gist: Of somebody [taller than two meters](#tall) the keeper decides who is grown up.
enacted: 2010-06-01
in_force: 2011-01-01
refers: person.grown
may: either
when:
  - tall: person.height more_than 2
    met: You are {value} meters tall.
    not_met: You are {value} meters tall.
next_steps:
  - Ask the keeper.
"""


@pytest.mark.parametrize(
    ("day", "outcome"), [("2013-08-15", "referred"), ("2013-08-16", "ineligible")]
)
def test_what_is_left_to_a_person_behind_a_flag_is_tried_both_ways(
    tmp_path: Path, day: str, outcome: str
) -> None:
    keeper = Decider(law_with_flag(tmp_path, people__keeper=KEEPER))

    decided = visiting(keeper, day, born_on="1990-01-01", height="2.10")

    assert (outcome, []) == (decided["outcome"], decided["needs"])
    [finding] = findings(decided, "visitor.is_grown")
    assert ("unknown", None, "determined") == (
        finding["status"], finding["value"], finding["source"]
    )  # fmt: skip
    assert finding["says"].startswith("Left to a person to decide: ")
    assert "referred" == finding["determination"]["outcome"]
    if outcome == "referred":
        assert "Ask the keeper." in steps(decided)
        assert "You are 2.1 meters tall." in decided["because"]


def test_a_stated_flag_takes_the_place_of_what_is_left_to_a_person(tmp_path: Path) -> None:
    keeper = Decider(law_with_flag(tmp_path, people__keeper=KEEPER))
    facts = {"visit": {"asked_on": "2013-08-15"}, "person": {"height": "2.10"}}

    for stated, outcome in ((True, "eligible"), (False, "ineligible")):
        decided = answer(keeper, "person.admitted", {**facts, "visitor": {"is_grown": stated}})
        assert outcome == decided["outcome"]
        assert not [caution for caution in decided["cautions"] if "By other answers" in caution]

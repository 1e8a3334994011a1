"""Next steps that belong to one path of a provision."""

from datetime import date
from pathlib import Path

import pytest

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.reading.library import open_lawbook
from tests.law.small_law import FILES, write_law

DAY = date(2012, 3, 1)
GROUNDS: dict[str, object] = {
    "renewal.member": "individual",
    "renewal.premium_unpaid": False,
    "renewal.misstated": False,
    "renewal.provisions_broken": False,
    "renewal.information_collected": True,
    "individual.eligible": "eligible",
}
TWO_WAYS = """\
when_any:
  by-age:
    - eighteen: person.age at_least 18
      says: You are {value} years old.
    - known: person.known is true
      says: The keeper was asked.
  by-height:
    - tall: person.height at_least 1.50
      says: You are {value} meters tall.
next_steps:
  - {says: Wait until you are older., path: by-age}
  - {says: Grow taller., path: by-height}
  - {says: Tell the keeper your age., on: undetermined, path: by-age}
  - {says: Tell the keeper your height., on: undetermined, path: by-height}
introduces:
"""
GIST = "gist: Who is [eighteen](#eighteen) and [known](#known) or [tall](#tall) is grown up."


def steps(decider: Decider, question: str, facts: dict[str, object], day: date = DAY) -> list[str]:
    case = Case(question, facts, day, decider.lawbook.default_edition)  # type: ignore[arg-type]
    return [step.says for step in decider.decide(case).next_steps]


@pytest.mark.parametrize(
    ("ground", "tells", "not_tells"),
    [
        ("renewal.premium_unpaid", "Pay the unpaid premiums", "moved out"),
        ("renewal.misstated", "Ask the carrier for its reason", "Pay"),
        ("renewal.provisions_broken", "If you moved out of the service area", "Pay"),
    ],
)
def test_next_steps_are_those_of_the_ground_that_applied(
    decider: Decider, ground: str, tells: str, not_tells: str
) -> None:
    said = " ".join(steps(decider, "renewal.refusal", {**GROUNDS, ground: True}))

    assert tells in said
    assert not_tells not in said


def test_of_several_grounds_that_apply_all_next_steps_are_told(decider: Decider) -> None:
    both = {**GROUNDS, "renewal.premium_unpaid": True, "renewal.provisions_broken": True}
    said = " ".join(steps(decider, "renewal.refusal", both))

    assert "Pay the unpaid premiums" in said
    assert "If you moved out of the service area" in said


def test_the_next_steps_of_every_provision_that_bars_are_told(decider: Decider) -> None:
    group: dict[str, object] = {
        "group.eligible": "eligible",
        "group.applied_on": DAY,
        "group.offered_to_all": False,
        "group.smaller_share_for_lower_paid": False,
        "group.participation_required": True,
        "group.eligible_employees": 5,
        "group.affiliated_employees": 0,
        "group.joining_employees": 1,
        "group.employees_without_waiver": 5,
    }
    said = " ".join(steps(decider, "group.enrollment", group))

    assert "Offer the plan to every full-time employee" in said
    assert "Enroll more employees" in said


@pytest.fixture
def two_ways(tmp_path: Path) -> Decider:
    """The small law, in which people may be grown up by age or by height."""
    grown = FILES["people/grown.yaml"]
    start, end = grown.index("when:"), grown.index("introduces:")
    text = grown[:start] + TWO_WAYS + grown[end + len("introduces:\n") :]
    line = next(line for line in text.splitlines() if line.startswith("gist:"))
    return Decider(open_lawbook(write_law(tmp_path, people__grown=text.replace(line, GIST))))


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (  # one condition failed on each path: the first in the file is as near as any
            {"born": date(2000, 1, 1), "known": True, "height": 1},
            ["Wait until you are older."],
        ),
        (  # two against one
            {"born": date(2000, 1, 1), "known": False, "height": 1},
            ["Grow taller."],
        ),
        (  # as many failed, one more unknown
            {"born": date(2000, 1, 1), "height": 1},
            ["Grow taller."],
        ),
        (  # open on one path alone
            {"born": date(2000, 1, 1), "known": True},
            ["Tell the keeper your height."],
        ),
        (
            {"known": True},
            ["Tell the keeper your age.", "Tell the keeper your height."],
        ),
    ],
)
def test_of_a_grant_that_does_not_apply_the_steps_of_the_nearest_path_are_told(
    two_ways: Decider, facts: dict[str, object], told: list[str]
) -> None:
    names = {"born": "person.born_on", "known": "person.known", "height": "person.height"}
    stated = {names[name]: value for name, value in facts.items()}

    assert told == steps(two_ways, "person.grown", {"visit.asked_on": DAY, **stated})

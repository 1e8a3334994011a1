"""Flags that follow from questions: which questions stand because of them, on which days the law
turns, and what a caller may state.
"""

from datetime import date
from pathlib import Path

import pytest

from app.law.errors import UnsoundLaw
from app.law.lawbook import Lawbook
from app.law.reading.library import open_lawbook
from tests.law.small_law import FILES, write_law

SEASON, GROWN = FILES["doors/season.yaml"], FILES["people/grown.yaml"]
THROUGH_FLAG = SEASON.replace(
    "fact: person.grown\n    is: eligible", "fact: visitor.is_grown\n    is: true"
)
FLAG = (
    "visitor.is_grown: {type: flag, asks: Is the visitor grown up?, follows_from: person.grown}\n"
)
YOUNGER = """\
title: Grown people of twelve years
citation: {instrument: The people's second act}
evidence: primary
gist: Whoever has [lived twelve years](#twelve) is grown up.
enacted: 2010-06-01
in_force: 2014-07-15
grants: person.grown
when:
  - twelve: person.age at_least 12
    met: You are {value}.
    not_met: You are {value}.
"""
ANYBODY = """\
title: Admission of anybody
citation: {instrument: The doors' act}
evidence: primary
gist: Whoever is [tall](#tall) may come in.
enacted: 2010-06-01
in_force: 2016-01-01
supersedes: doors/season
grants: person.admitted
when:
  - tall: person.height at_least 1
    met: You are tall.
    not_met: You are not tall.
"""


def law_with_flag(folder: Path, **more: str) -> Lawbook:
    """The small law, whose doors look at a flag in the place of the question; with *more* files."""
    rulesets = write_law(
        folder,
        **{
            "doors__season": THROUGH_FLAG,
            "doors__anybody": ANYBODY,
            "people__younger": YOUNGER,
            "facts": FILES["facts.yaml"] + FLAG,
            **more,
        },
    )
    return open_lawbook(rulesets)


@pytest.fixture
def lawbook(tmp_path: Path) -> Lawbook:
    """The same, in a folder of its own."""
    return law_with_flag(tmp_path)


def test_the_question_behind_a_flag_stands_before_the_one_that_looks_at_it(
    lawbook: Lawbook,
) -> None:
    law = lawbook.standing("person.admitted", date(2013, 1, 1), "current")

    assert ["person.grown", "person.admitted"] == list(law.by_question)
    assert [0, 1] == [question.depth for question in law.questions]
    assert {"visitor.is_grown": "person.grown"} == law.flags
    assert {"person.grown"} == law.behind_flags
    [look] = law.looks["person.grown"]
    assert (1, 0) == (look.eligible, look.ineligible)
    assert ("person.grown",) == law.used
    assert ["visitor.is_grown"] == [c.fact.name for c in law.used_in["person.grown"]]


def test_a_question_that_is_named_is_not_behind_a_flag(tmp_path: Path) -> None:
    law = open_lawbook(write_law(tmp_path)).standing("person.admitted", date(2013, 1, 1), "current")

    assert ({}, frozenset()) == (law.flags, law.behind_flags)
    assert ("person.grown",) == law.used


def test_where_no_condition_in_force_looks_at_the_flag_the_question_does_not_stand(
    lawbook: Lawbook,
) -> None:
    law = lawbook.standing("person.admitted", date(2016, 1, 1), "current")

    assert ["person.admitted"] == list(law.by_question)


def test_a_day_on_which_the_law_behind_a_flag_changes_is_one_on_which_the_law_changes(
    lawbook: Lawbook,
) -> None:
    assert date(2014, 7, 15) in lawbook.boundaries("person.admitted", "current")
    before, after = (
        lawbook.standing("person.admitted", day, "current").provision_ids
        for day in (date(2014, 7, 14), date(2014, 7, 15))
    )
    assert {"people/younger"} == set(after) - set(before)


def test_what_bears_on_a_flag_can_be_stated_and_the_outcome_behind_it_cannot(
    lawbook: Lawbook,
) -> None:
    names = [fact.name for fact in lawbook.facts_of("person.admitted")]

    assert {"visitor.is_grown", "person.born_on", "person.known"} <= set(names)
    assert "person.grown" not in names
    assert names.index("visitor.is_grown") < names.index("person.born_on")  # the flag is asked for


def test_laws_that_differ_only_in_what_a_flag_follows_from_differ(
    lawbook: Lawbook, tmp_path: Path
) -> None:
    plain = write_law(
        tmp_path / "plain",
        doors__season=THROUGH_FLAG,
        facts=FILES["facts.yaml"] + FLAG.replace(", follows_from: person.grown", ""),
    )
    day = date(2013, 1, 1)

    one, other = (
        each.standing("person.admitted", day, "current") for each in (lawbook, open_lawbook(plain))
    )

    assert one.key != other.key
    assert one.asked.provisions[0].provision.id == other.asked.provisions[0].provision.id


def test_questions_that_look_at_each_other_through_a_flag_are_refused(tmp_path: Path) -> None:
    known = GROWN.replace("{type: flag, asks", "{type: flag, follows_from: person.admitted, asks")

    with pytest.raises(UnsoundLaw) as refused:
        open_lawbook(write_law(tmp_path, people__grown=known))

    circle = "person.admitted → person.grown → person.admitted"
    assert any(
        f"the questions use each other in a circle: {circle}" in str(fault)
        for fault in refused.value.faults
    )

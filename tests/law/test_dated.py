"""Citations and evidence that change while the provision stays as it is."""

from datetime import date
from pathlib import Path

import pytest
from msgspec import UnsetType

from app.api.law.provision_answers import change_answer, provision_answer, provision_summary
from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.facts import Citation
from app.law.lawbook import Lawbook
from app.law.reading.library import faults_in, open_lawbook
from tests.law.small_law import FILES, write_law

SEASON = FILES["doors/season.yaml"]
CITED = "citation: {instrument: The season's act, under: Section 1}"
GRADED = "evidence: primary"
OLD, NEW = Citation("The old rules, § 4"), Citation("The new rules, § 3")
CITATIONS = """\
citation:
  values:
    - {from: 2011-01-01, value: {instrument: "The old rules, § 4"}}
    - {from: 2013-04-26, enacted: 2013-04-01, value: {instrument: "The new rules, § 3"}}"""
GRADES = """\
evidence:
  values: [{from: 2011-01-01, value: secondary}, {from: 2011-05-27, value: primary}]"""


@pytest.fixture
def law(tmp_path: Path) -> Lawbook:
    season = SEASON.replace(CITED, CITATIONS).replace(GRADED, GRADES)
    return open_lawbook(write_law(tmp_path, doors__season=season))


def reason(law: Lawbook, day: date, edition: str) -> tuple[str, str, str | UnsetType]:
    facts = {"visit.asked_on": day, "person.height": 2, "person.grown": "eligible"}
    decided = Decider(law).decide(Case("person.admitted", facts, day, edition))
    [found] = (r for r in decided.reasons if r.provision == "doors/season")
    return found.citation.instrument, found.evidence, found.unverified


@pytest.mark.parametrize(
    ("day", "edition", "cited", "evidence"),
    [
        (date(2011, 1, 1), "current", OLD, "secondary"),
        (date(2011, 5, 26), "current", OLD, "secondary"),
        (date(2011, 5, 27), "current", OLD, "primary"),
        (date(2013, 4, 25), "current", OLD, "primary"),
        (date(2013, 4, 26), "current", NEW, "primary"),
        (date(2013, 4, 26), "early", OLD, "primary"),
    ],
)
def test_the_answer_cites_as_of_the_day_and_the_edition(
    law: Lawbook, day: date, edition: str, cited: Citation, evidence: str
) -> None:
    instrument, found, unverified = reason(law, day, edition)

    assert (cited.instrument, evidence) == (instrument, found)
    assert bool(unverified) == (evidence == "secondary")


def test_its_days_are_boundaries_and_nothing_is_decided_otherwise(law: Lawbook) -> None:
    days = [date(2011, 5, 26), date(2011, 5, 27), date(2013, 4, 26)]
    first, second, third = (law.standing("person.admitted", day, "current") for day in days)

    assert set(days[1:]) <= set(law.boundaries("person.admitted", "current"))
    assert first.span.last == days[0]
    assert first.key == second.key == third.key


def test_lists_give_the_source_of_their_day_and_the_provision_gives_all(law: Lawbook) -> None:
    edition, season = law.edition("current"), law.provisions["doors/season"]
    listed = provision_summary(season, edition, date(2011, 2, 1))
    whole = provision_answer(law, season, edition, date(2012, 2, 1))

    assert (OLD.instrument, "secondary") == (listed.citation.instrument, listed.evidence)
    assert "primary" == provision_summary(season, edition).evidence
    assert (OLD.instrument, "primary") == (whole.citation.instrument, whole.evidence)
    assert [(date(2011, 1, 1), OLD.instrument), (date(2013, 4, 26), NEW.instrument)] == [
        (each.starts, each.citation.instrument) for each in whole.citations
    ]
    assert [(date(2011, 1, 1), "secondary"), (date(2011, 5, 27), "primary")] == [
        (each.starts, each.evidence) for each in whole.evidence_by_day
    ]


def test_a_change_of_the_law_cites_as_of_its_day(law: Lawbook) -> None:
    edition = law.edition("current")
    [change] = (
        change_answer(c, edition)
        for c in law.changes(date(2011, 1, 1), date(2011, 1, 1), "current")
        if c.provision.id == "doors/season"
    )

    assert (OLD.instrument, "secondary") == (change.citation.instrument, change.evidence)


@pytest.mark.parametrize(
    ("values", "line", "says"),
    [
        ("[]", 4, "the first value must hold from 2011-01-01, the first day in force"),
        ("[{from: 2011-01-02, value: primary}]", 4, "the first value must hold from 2011-01-01"),
        ("[{from: 2011-01-01, value: good}]", 4, "must be one of brief, primary"),
        ("[{value: primary}]", 4, "the key from is missing"),
        (
            "[{from: 2011-01-01, value: primary},\n  {from: 2011-01-01, value: brief}]",
            5,
            "the days of the values must rise",
        ),
        (
            "[{from: 2011-01-01, value: primary},\n  {from: 2013-01-01, value: brief}]",
            5,
            "the provision is not in force on 2013-01-01",
        ),
    ],
)
def test_a_wrong_value_is_told_at_its_line(
    tmp_path: Path, values: str, line: int, says: str
) -> None:
    ended = SEASON.replace(
        "in_force: {from: 2011-01-01}", "in_force: {from: 2011-01-01, to: 2012-12-31}"
    )
    rulesets = write_law(
        tmp_path, doors__season=ended.replace(GRADED, f"evidence: {{values: {values}}}")
    )

    found = [str(fault) for fault in faults_in(rulesets)]

    assert any(f.startswith(f"rulesets/doors/season.yaml:{line}: {says}") for f in found), found


def test_a_first_value_that_an_edition_does_not_contain_is_refused(tmp_path: Path) -> None:
    late = "{values: [{from: 2011-01-01, enacted: 2013-01-01, value: primary}]}"
    rulesets = write_law(tmp_path, doors__season=SEASON.replace(GRADED, f"evidence: {late}"))

    found = [str(fault) for fault in faults_in(rulesets)]

    assert "rulesets/doors/season.yaml:4: the first value is as old as the provision" in found

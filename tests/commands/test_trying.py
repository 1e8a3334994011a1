"""`flask law test`, on a law of two provisions with their cases."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from app.commands import command_line
from app.settings import Settings
from tests.commands.conftest import Flask
from tests.law.small_law import FILES, write_law

GROWN = """\
provision: people/grown
cases:
  - name: eighteen and known
    as_of: 2011-01-01
    given: {person.born_on: 1993-02-01, visit.asked_on: 2011-02-01, person.known: true}
    expect: {status: applies, eighteen: met, known: met}
  - name: a day too young
    as_of: 2011-01-01
    given: {person.born_on: 1993-02-02, visit.asked_on: 2011-02-01, person.known: false}
    expect: {status: does_not_apply, eighteen: not_met, known: not_met}
  - name: nothing stated
    as_of: 2011-01-01
    given: {}
    expect: {status: undetermined, eighteen: unknown, known: unknown}
  - name: the day before
    as_of: 2010-12-31
    given: {}
    expect: {status: not_encoded}
"""
SEASON = """\
provision: doors/season
cases:
  - name: the first day of the season, tall enough
    as_of: 2011-07-01
    given: {visit.asked_on: 2011-07-01, person.grown: eligible, person.height: 1.50}
    expect: {status: applies, in-season: met, grown-up: met, tall-enough: met}
    concludes: {visit.ground: season, visit.starts_on: 2011-07-02}
  - name: the day before, too small
    as_of: 2011-06-30
    given: {visit.asked_on: 2011-06-30, person.grown: ineligible, person.height: 1.49}
    expect: {status: does_not_apply, in-season: not_met, grown-up: not_met, tall-enough: not_met}
  - name: the last day
    as_of: 2011-08-15
    given: {visit.asked_on: 2011-08-15}
    expect: {status: undetermined, in-season: met, grown-up: unknown, tall-enough: unknown}
  - name: the day after
    as_of: 2011-08-16
    given: {visit.asked_on: 2011-08-16}
    expect: {status: does_not_apply, in-season: not_met}
  - {name: the first day in force, as_of: 2011-01-01, given: {}, expect: {status: does_not_apply}}
  - {name: the day before it, as_of: 2010-12-31, given: {}, expect: {status: not_encoded}}
"""


def run(folder: Path, *arguments: str, grown: str | None = GROWN, season: str = SEASON) -> Result:
    """`flask law test` on the small law with these cases."""
    rulesets = write_law(folder)
    for id, text in (("people/grown", grown), ("doors/season", season)):
        path = folder / "tests" / "cases" / f"{id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")
    app = command_line(Settings(rulesets=rulesets, instance=folder / "instance"))
    return app.test_cli_runner().invoke(args=["law", "test", *arguments])


def complaints(result: Result) -> list[str]:
    assert (1, "") == (result.exit_code, result.stdout), result.stderr
    return result.stderr.splitlines()[:-1]


def test_all_cases_of_a_sound_law_pass(tmp_path: Path) -> None:
    result = run(tmp_path)

    assert (0, "10 cases of 2 provisions passed.\n") == (result.exit_code, result.stdout)


@pytest.mark.parametrize(
    "written",
    ["people/grown", "rulesets/people/grown.yaml", "tests/cases/people/grown.yaml"],
)
def test_one_provision_is_named_by_its_id_or_either_of_its_files(
    tmp_path: Path, written: str
) -> None:
    result = run(tmp_path, written, season="cases: []\n")

    assert (0, "4 cases of 1 provision passed.\n") == (result.exit_code, result.stdout)


def test_several_provisions_of_the_laws_own_pass(flask: Flask) -> None:
    result = flask("law", "test", "enrollment/tribe-members", "groups/outgrown")

    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.endswith(" cases of 2 provisions passed.\n")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("status: applies,", "status: undetermined,", "expected undetermined, found applies"),
        ("eighteen: met", "eighteen: not_met", "expected eighteen not_met, found met"),
        ("known: met}", "knwn: met}", "expected knwn met, found no such condition"),
        ("status: applies", "status: not_in_force", "expected not_in_force, found applies"),
        ("person.known: true", "person.know: true", "person.know: There is no such fact."),
        ("person.known: true", "person.known: 5", "person.known: Must be true or false."),
    ],
)
def test_a_case_that_comes_out_otherwise_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    result = run(tmp_path, "people/grown", grown=GROWN.replace(old, new, 1))

    assert [f"tests/cases/people/grown.yaml:6: eighteen and known: {complaint}"] == complaints(
        result
    )
    assert "1 complaint about 4 cases of 1 provision." == result.stderr.splitlines()[-1]


def test_other_conclusions_are_told(tmp_path: Path) -> None:
    season = SEASON.replace("visit.starts_on: 2011-07-02", "visit.starts_on: 2011-07-01")

    [complaint] = complaints(run(tmp_path, "doors/season", season=season))

    assert complaint.endswith("expected visit.starts_on 2011-07-01, found 2011-07-02")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("    as_of: 2010-12-31\n", "", "15: the key as_of is missing"),
        ("expect: {status: not_encoded}", "expect: {}", "18: the key status is missing"),
        ("known: unknown", "known: perhaps", "14: must be one of met, not_met, unknown"),
        ("people/grown", "people/old", "1: the cases of people/grown must name it"),
        ("cases:", "cases: {", "3: the YAML cannot be read"),
        ("name: a day too", "names: a day too", "7: nobody knows the key names"),
    ],
)
def test_what_is_written_wrongly_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    found = complaints(run(tmp_path, "people/grown", grown=GROWN.replace(old, new, 1)))

    assert any(f.startswith(f"tests/cases/people/grown.yaml:{complaint}") for f in found), found


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (", eighteen: unknown", "", "11: no case has eighteen unknown"),
        (", known: not_met", "", "17: no case has known not met"),
        ("1993-02-02", "1993-02-03", "11: no case has eighteen one step below 18"),
        ("2010-12-31", "2010-12-30", "7: no case on 2010-12-31, where it is not in force"),
    ],
)
def test_what_no_case_shows_is_told_at_the_line_of_the_law(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    found = complaints(run(tmp_path, "people/grown", grown=GROWN.replace(old, new, 1)))

    assert [f for f in found if f.startswith(f"rulesets/people/grown.yaml:{complaint}")], found


def test_a_turn_that_cannot_be_crossed_needs_no_case(tmp_path: Path) -> None:
    unreached = GROWN.replace("1993-02-02", "1993-02-03").replace("1993-02-01", "1993-01-31")
    named = unreached.replace("cases:", "out_of_reach: {eighteen: [18]}\ncases:")

    assert 2 == len(complaints(run(tmp_path / "unnamed", "people/grown", grown=unreached)))
    assert 0 == run(tmp_path / "named", "people/grown", grown=named).exit_code


def test_a_provision_without_cases_and_cases_without_provision_are_told(tmp_path: Path) -> None:
    stray = tmp_path / "tests" / "cases" / "people" / "small.yaml"
    stray.parent.mkdir(parents=True)
    stray.write_text(GROWN, encoding="utf-8")

    assert [
        "tests/cases/people/grown.yaml:1: the cases of people/grown are missing",
        "tests/cases/people/small.yaml:1: there is no provision people/small",
    ] == complaints(run(tmp_path, grown=None))


def test_an_unknown_provision_is_told_with_the_nearest(tmp_path: Path) -> None:
    result = run(tmp_path, "people/grow")

    assert 2 == result.exit_code
    assert "Unknown provision people/grow. Did you mean people/grown?\n" == result.stderr


def test_unsound_law_is_not_tried(tmp_path: Path) -> None:
    rulesets = write_law(tmp_path, people__grown=FILES["people/grown.yaml"].replace("18", "old"))
    app = command_line(Settings(rulesets=rulesets, instance=tmp_path / "instance"))

    result = app.test_cli_runner().invoke(args=["law", "test"])

    assert 3 == result.exit_code
    assert "rulesets/people/grown.yaml:" in result.stderr


def test_programs_read_the_same(tmp_path: Path) -> None:
    passed = json.loads(run(tmp_path / "passed", "--json").stdout)
    grown = GROWN.replace("eighteen: met", "eighteen: not_met")
    failed = run(tmp_path / "failed", "--json", grown=grown)

    assert {"passed": True, "cases": 10, "complaints": []} == passed
    assert 1 == failed.exit_code
    document = json.loads(failed.stdout)
    assert "cases-failed" == document["refused"]
    assert ["tests/cases/people/grown.yaml:6"] == [c["place"] for c in document["complaints"]]

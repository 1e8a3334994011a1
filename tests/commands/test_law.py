"""`flask law …`."""

import json
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.commands import command_line
from app.law.lawbook import Lawbook
from app.settings import ROOT, Settings
from tests.commands.conftest import Flask


def unsound_rulesets(folder: Path) -> Path:
    """A copy of the law with two things wrong in two files."""
    copy = folder / "rulesets"
    shutil.copytree(ROOT / "rulesets", copy)
    for file, old, new in (
        ("eligibility/resident.yaml", "grants: individual.eligible", "allows: individual.eligible"),
        (
            "enrollment/open-periods-2011.yaml",
            ": enrollment.requested_on within",
            ": enrollment.asked_on within",
        ),
    ):
        path = copy / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return copy


def runner_of_unsound_law(folder: Path) -> FlaskCliRunner:
    """The command line on that law."""
    settings = Settings(rulesets=unsound_rulesets(folder), instance=folder)
    return command_line(settings).test_cli_runner()


def test_the_law_is_sound(flask: Flask) -> None:
    result = flask("law", "check")

    assert (0, "The law is sound.\n", "") == (result.exit_code, result.stdout, result.stderr)


def test_every_complaint_about_unsound_law_is_listed_with_its_place(tmp_path: Path) -> None:
    runner = runner_of_unsound_law(tmp_path)

    result = runner.invoke(args=["law", "check"])

    assert 3 == result.exit_code
    assert "" == result.stdout
    assert "rulesets/eligibility/resident.yaml:" in result.stderr
    assert "rulesets/enrollment/open-periods-2011.yaml:" in result.stderr
    assert "The law has" in result.stderr.splitlines()[-1]


def test_complaints_are_told_to_programs_too(tmp_path: Path) -> None:
    runner = runner_of_unsound_law(tmp_path)

    result = runner.invoke(args=["law", "check", "--json"])

    refusal = json.loads(result.stdout)
    assert "law-unsound" == refusal["refused"]
    assert {"place", "sentence"} == set(refusal["complaints"][0])


@pytest.mark.parametrize(
    "arguments",
    [
        ["decide", "individual.eligible", "-"],
        ["questions"],
        ["open-enrollment", "2011"],
        ["law", "coverage"],
    ],
)
def test_no_command_answers_from_unsound_law(tmp_path: Path, arguments: list[str]) -> None:
    runner = runner_of_unsound_law(tmp_path)

    result = runner.invoke(args=arguments, input="{}")

    assert (3, "") == (result.exit_code, result.stdout)
    assert "rulesets/eligibility/resident.yaml:" in result.stderr


def test_in_force_lists_what_governs_on_a_day(flask: Flask) -> None:
    result = flask("law", "in-force", "2011-02-16", "--question", "enrollment.permitted")

    assert 0 == result.exit_code
    assert "enrollment/open-periods-2011" in result.stdout
    assert "2010-12-01 – 2011-12-31" in result.stdout
    assert "enrollment/open-period-yearly" not in result.stdout


def test_in_force_agrees_with_the_lawbook(flask: Flask, lawbook: Lawbook) -> None:
    result = flask("law", "in-force", "2014-04-10", "--edition", "current", "--json")

    document = json.loads(result.stdout)
    calendars = {c["id"] for c in document["calendars"]}
    assert "calendars/extension-2014-blocked" in calendars
    assert "calendars/open-enrollment-yearly" not in calendars
    listed = {p["id"] for p in document["provisions"]}
    law = lawbook.edition("current")
    assert {
        id for id, span in law.in_force.items() if span.first.year <= 2014 and _governs(span)
    } == listed


def _governs(span: object) -> bool:
    from datetime import date

    return date(2014, 4, 10) in span  # type: ignore[operator]


def test_a_day_after_the_last_look_is_refused(flask: Flask) -> None:
    result = flask("law", "in-force", "2027-01-01", "--edition", "current")

    assert 3 == result.exit_code
    assert "the encoded law was checked only through" in result.stderr


def test_in_force_knows_its_questions(flask: Flask) -> None:
    result = flask("law", "in-force", "2011-02-16", "--question", "enrollment.allowed")

    assert 2 == result.exit_code
    assert "Unknown question enrollment.allowed." in result.stderr


def test_changes_tell_what_was_superseded_by_what(flask: Flask) -> None:
    result = flask("law", "changes", "2013-09-30", "2013-10-01", "--edition", "current", "--json")

    changes = {(c["on"], c["id"]): c for c in json.loads(result.stdout)["changes"]}
    ended = changes["2013-09-30", "calendars/open-enrollment-yearly"]
    assert ("superseded", "calendars/open-enrollment-designated") == (
        ended["what"],
        ended["superseded_by"],
    )
    assert (
        "came into force" == changes["2013-10-01", "calendars/open-enrollment-designated"]["what"]
    )


def test_changes_read_as_a_table(flask: Flask) -> None:
    result = flask("law", "changes", "2010-12-01", "2010-12-01")

    assert 0 == result.exit_code
    assert "2010-12-01  came into force  calendars/open-enrollment-2011" in result.stdout
    assert "in the edition chapter-288" in result.stderr


def test_changes_run_forward(flask: Flask) -> None:
    assert 2 == flask("law", "changes", "2012-01-01", "2011-01-01").exit_code


def test_coverage_counts_what_is_encoded(flask: Flask, lawbook: Lawbook) -> None:
    document = json.loads(flask("law", "coverage", "--json").stdout)

    assert list(lawbook.questions) == [q["question"] for q in document["questions"]]
    assert len(lawbook.provisions) == sum(q["provisions"] for q in document["questions"])
    assert all(
        sum(q["evidence"].values()) == q["provisions"] and q["cases"] > 0
        for q in document["questions"]
    )
    assert {"chapter-288", "current"} == set(document["encoded"])


def test_coverage_shows_years_and_what_no_condition_claims(flask: Flask) -> None:
    result = flask("law", "coverage")

    assert 0 == result.exit_code
    assert "Days encoded, 2007 to 2026, edition current" in result.stdout
    assert re.search("^enrollment.permitted +▒██████████████████▒$", result.stdout, re.MULTILINE)
    assert "Parts of each gist without a condition" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "about"),
    [((), ""), (("--question", "rate.permitted"), " for rate.permitted")],
)
def test_a_day_without_any_encoded_law_is_refused(
    flask: Flask, arguments: tuple[str, ...], about: str
) -> None:
    result = flask("law", "in-force", "1800-01-01", *arguments)

    assert 3 == result.exit_code
    assert "" == result.stdout
    assert f"The edition chapter-288 has no law of 1800-01-01{about}.\n" == result.stderr

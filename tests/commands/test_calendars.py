"""`flask open-enrollment` and `flask eligibility-calendar`."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.commands.conftest import ORDINARY, Flask

Facts = Callable[[Any], str]


def marks(text: str) -> str:
    """The row of marks under the row of months."""
    lines = text.splitlines()
    months = next(n for n, line in enumerate(lines) if line.strip().startswith("Jan"))
    return lines[months + 1][2:]


def test_the_two_periods_of_2011_are_drawn(flask: Flask) -> None:
    result = flask("open-enrollment", "2011")

    assert 0 == result.exit_code
    assert "█" * 9 + "·" * 27 + "█" * 9 + "·" * 27 == marks(result.stdout)


def test_marks_stand_under_their_months(flask: Flask) -> None:
    lines = flask("open-enrollment", "2012").stdout.splitlines()

    months = next(line for line in lines if line.strip().startswith("Jan"))
    row = lines[lines.index(months) + 1]
    assert months.index("Jul") == row.index("█")


def test_periods_name_authority_source_and_evidence(flask: Flask) -> None:
    result = flask("open-enrollment", "2011")

    assert "█ January 1 through February 15, 2011: open" in result.stdout
    assert "Authority: St. 2010, c. 288, § 26. Evidence: guidance." in result.stdout
    assert "Source: http://www.mass.gov/" in result.stdout


def test_continuous_enrollment_is_told_apart(flask: Flask) -> None:
    assert "▓" * 66 + "·" * 6 == marks(flask("open-enrollment", "2010").stdout)


def test_days_nobody_read_are_neither_open_nor_closed(flask: Flask) -> None:
    result = flask("open-enrollment", "2015", "--edition", "current")

    assert marks(result.stdout).endswith("·" * 10 + "██" + "?" * 10)
    assert "do not read this as closed" in result.stdout


def test_periods_for_some_only_say_for_whom(flask: Flask) -> None:
    result = flask("open-enrollment", "2020", "--edition", "current")

    assert "▒ March 12 through April 25, 2020: limited" in result.stdout
    assert "For people who were not enrolled through the Connector yet" in result.stdout
    assert "Recalled from memory, not read again." in result.stdout


def test_days_outside_the_encoded_law_are_marked(flask: Flask) -> None:
    assert marks(flask("open-enrollment", "2007").stdout).startswith("x" * 24 + "█")


@pytest.mark.parametrize(("year", "edition"), [("2006", "chapter-288"), ("2027", "current")])
def test_a_year_nobody_encoded_is_refused(flask: Flask, year: str, edition: str) -> None:
    result = flask("open-enrollment", year, "--edition", edition)

    assert (3, "") == (result.exit_code, result.stdout)
    assert f"The edition {edition} has no calendar for {year}." in result.stderr


def test_another_edition_that_differs_is_mentioned(flask: Flask) -> None:
    assert (
        "The edition current lists other periods in 2021."
        in flask("open-enrollment", "2021").stderr
    )


def test_editions_that_agree_are_not_mentioned(flask: Flask) -> None:
    assert "" == flask("open-enrollment", "2011").stderr


def test_open_enrollment_for_programs(flask: Flask) -> None:
    document = json.loads(flask("open-enrollment", "2011", "--json").stdout)

    assert [("2011-01-01", "2011-02-15"), ("2011-07-01", "2011-08-15")] == [
        (p["first"], p["last"]) for p in document["periods"]
    ]
    assert {"open"} == {p["kind"] for p in document["periods"]}
    assert all(p["authority"] and p["evidence"] for p in document["periods"])


@pytest.mark.parametrize("year", ["11", "2101", "next"])
def test_a_year_out_of_range_is_a_wrong_use(flask: Flask, year: str) -> None:
    assert 2 == flask("open-enrollment", year).exit_code


def test_the_eligibility_calendar_finds_each_interval_and_its_ground(
    flask: Flask, facts: Facts
) -> None:
    result = flask("eligibility-calendar", facts(ORDINARY), "2011")

    assert 0 == result.exit_code
    assert result.stdout.startswith(
        "Eligible in 2011: January 1 through February 15, 2011; July 1 through August 15, 2011.\n"
    )
    assert "█" * 9 + "·" * 27 + "█" * 9 + "·" * 27 == marks(result.stdout)
    assert "Open enrollment periods of 2011 (enrollment/open-periods-2011)" in result.stdout


def test_the_eligibility_calendar_for_programs(flask: Flask, facts: Facts) -> None:
    document = json.loads(flask("eligibility-calendar", facts(ORDINARY), "2012", "--json").stdout)

    assert [("2012-07-01", "2012-08-15")] == [(i["first"], i["last"]) for i in document["eligible"]]


def test_a_question_without_a_governing_day_has_no_calendar(flask: Flask, facts: Facts) -> None:
    result = flask("eligibility-calendar", facts({}), "2011", "--question", "individual.eligible")

    assert 3 == result.exit_code
    assert "there is no calendar of it" in result.stderr


def test_the_calendar_of_an_unknown_question_is_a_wrong_use(flask: Flask, facts: Facts) -> None:
    assert (
        2
        == flask(
            "eligibility-calendar", facts({}), "2011", "--question", "enrollment.allowed"
        ).exit_code
    )


def test_the_calendar_refuses_facts_by_name(flask: Flask, facts: Facts) -> None:
    result = flask("eligibility-calendar", facts({"applicant.resident": "no"}), "2011")

    assert 3 == result.exit_code
    assert "applicant.resident: Must be true or false." in result.stderr

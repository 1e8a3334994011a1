"""Numbers of the law with one value, written with their unit."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.law.provision import DatedValue, Parameter
from app.law.reading.library import faults_in, open_lawbook
from tests.law.small_law import FILES, write_law

SEASON = FILES["doors/season.yaml"]
DATED = "{unit: meters, values: [{from: 2011-01-01, value: 1.50}]}"
FIRST = date(2011, 1, 1)
LINE = 11
"""The line of the parameter."""


def parameter(folder: Path, written: str) -> Parameter:
    rulesets = write_law(folder, doors__season=SEASON.replace(DATED, written))
    return open_lawbook(rulesets).provisions["doors/season"].parameters["height"]


def test_a_number_with_its_unit_holds_from_the_first_day_in_force(tmp_path: Path) -> None:
    short = parameter(tmp_path / "short", "1.50 meters above the floor")

    assert replace(parameter(tmp_path / "long", DATED), unit="meters above the floor") == short
    assert (DatedValue(FIRST, Decimal("1.50")),) == short.values


def test_a_value_may_carry_its_evidence_and_its_note(tmp_path: Path) -> None:
    found = parameter(tmp_path, "{value: 2 meters, evidence: secondary, note: Measured once.}")

    value = DatedValue(FIRST, 2, evidence="secondary", note="Measured once.")
    assert Parameter("height", "meters", (value,)) == found


def test_a_day_has_no_unit(tmp_path: Path) -> None:
    rulesets = write_law(
        tmp_path,
        doors__season=SEASON.replace(
            f"height: {DATED}", "height: 1.5 meters\n  opens: 2011-07-01"
        ).replace("{value} is in the season.", "{value} is in the season from {opens}."),
    )

    found = open_lawbook(rulesets).provisions["doors/season"].parameters["opens"]

    assert Parameter("opens", "day", (DatedValue(FIRST, date(2011, 7, 1)),)) == found


@pytest.mark.parametrize(
    "written", ["1.50", "meters", "tall meters", "true meters", "{value: 1.50}", "[1.50, meters]"]
)
def test_a_value_without_number_or_unit_is_told_at_its_line(tmp_path: Path, written: str) -> None:
    rulesets = write_law(tmp_path, doors__season=SEASON.replace(DATED, written))

    found = [str(fault) for fault in faults_in(rulesets)]

    assert any(f.startswith(f"rulesets/doors/season.yaml:{LINE}: must be a") for f in found), found


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ("Come back in the season.", None),
        ("You need {height} meters.", None),
        ("You need 1.5 meters.", "1.5 is the value of height; write {height}"),
        ("You need {width} meters.", "there is no parameter width, which a step names"),
    ],
)
def test_a_next_step_takes_its_numbers_from_parameters(
    tmp_path: Path, step: str, complaint: str | None
) -> None:
    season = SEASON.replace("says: Come back in the season.,", f'says: "{step}",')
    assert step in season

    found = faults_in(write_law(tmp_path, doors__season=season))

    assert [complaint] * (complaint is not None) == [fault.sentence for fault in found]

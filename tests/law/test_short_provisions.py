"""What a provision need not say: its own path, when it was enacted where that is the day from which
it holds, and the type of what a function gives. Older texts say it; both are read alike.
"""

from datetime import date
from pathlib import Path

import pytest

from app.law.reading.library import faults_in, open_lawbook
from app.law.spans import Span
from tests.law.small_law import FILES, write_law

SEASON, CALENDAR, FACTS = (
    FILES[name] for name in ("doors/season.yaml", "calendars/season.yaml", "facts.yaml")
)
LONG_EFFECT = "answers: person.admitted\neffect: grants\n"


def short(text: str) -> str:
    for old, new in (
        ("provision: doors/season\n", ""),
        ("calendar: calendars/season\n", ""),
        ("in_force: {from: 2011-01-01}", "in_force: 2011-01-01"),
        (LONG_EFFECT, "grants: person.admitted\n"),
        ("- {says: Come back in the season.}", "- Come back in the season."),
    ):
        text = text.replace(old, new)
    return text


def test_the_short_form_says_the_same(tmp_path: Path) -> None:
    step = "- {says: Come back in the season.}"
    season = SEASON.replace("- {says: Come back in the season., question: person.admitted}", step)
    long = open_lawbook(write_law(tmp_path / "long", doors__season=season))
    brief = open_lawbook(
        write_law(
            tmp_path / "short", doors__season=short(season), calendars__season=short(CALENDAR)
        )
    )

    assert step in season and step not in short(season)
    assert long.provisions == brief.provisions
    assert long.calendars == brief.calendars


def test_what_says_no_other_day_was_enacted_on_the_day_from_which_it_holds(tmp_path: Path) -> None:
    season = SEASON.replace("enacted: 2010-06-01\n", "")
    calendar = CALENDAR.replace("enacted: 2010-06-01\n", "")
    law = open_lawbook(write_law(tmp_path, doors__season=season, calendars__season=calendar))

    first = date(2011, 1, 1)
    for each in (law.provisions["doors/season"], law.calendars["calendars/season"]):
        assert (first, Span(first)) == (each.enacted, each.in_force)


@pytest.mark.parametrize(
    ("function", "type", "unit"),
    [
        ("days_between(person.born_on, visit.asked_on)", "integer", "days"),
        ("whole_years_between(person.born_on, visit.asked_on)", "integer", "years"),
        ("whole_months_between(person.born_on, visit.asked_on)", "integer", "months"),
        ("days_after(person.born_on, 5)", "day", None),
    ],
)
def test_a_computed_fact_has_the_type_and_the_unit_of_its_function(
    tmp_path: Path, function: str, type: str, unit: str | None
) -> None:
    fact = f'person.span: {{describes: something, computed: "{function}"}}\n'
    law = open_lawbook(write_law(tmp_path, facts=FACTS + fact))

    found = law.vocabulary["person.span"]
    assert (type, unit) == (found.type, found.unit)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        (LONG_EFFECT, "", 1, "a provision has one of grants, bars, refers, cautions"),
        (LONG_EFFECT, "answers: person.admitted\n", 1, "a provision has one of grants, bars"),
        (LONG_EFFECT, f"{LONG_EFFECT}bars: person.admitted\n", 1, "a provision has one of grants"),
        (LONG_EFFECT, "grants: person.admitted\nbars: person.grown\n", 1, "a provision has one of"),
        (LONG_EFFECT, "grants: person.admited\n", 8, "there is no question person.admited"),
        ("{from: 2011-01-01}\n", "soon\n", 7, "must be a day as YYYY-MM-DD"),
    ],
)
def test_a_wrong_short_form_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    found = [
        str(fault)
        for fault in faults_in(write_law(tmp_path, doors__season=SEASON.replace(old, new, 1)))
    ]

    assert any(f.startswith(f"rulesets/doors/season.yaml:{line}: {says}") for f in found), found


@pytest.mark.parametrize(
    "fact",
    [
        "person.span: {asks: How many?, unit: days}\n",
        'person.span: {describes: something, unit: days, computed: "sum(person.height, 1)"}\n',
        'person.span: {describes: something, computed: "nothing(person.height)"}\n',
    ],
)
def test_a_fact_whose_type_does_not_follow_needs_it(tmp_path: Path, fact: str) -> None:
    found = [str(fault) for fault in faults_in(write_law(tmp_path, facts=FACTS + fact))]

    assert "rulesets/facts.yaml:5: the key type is missing" in found

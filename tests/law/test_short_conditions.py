"""Conditions in one line, what facts and questions say of their tests, and each wrong use at its
line.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.law.provision import CalendarName, Condition, ParameterName
from app.law.reading.library import faults_in, open_lawbook
from tests.law.small_law import FILES, write_law

PROVISION = """\
provision: doors/late
title: Admission of late people
citation: {instrument: The act}
evidence: primary
gist: "[Late](#late) people may come in."
enacted: 2010-06-01
in_force: {from: 2011-01-01}
answers: person.admitted
effect: grants
parameters: {clock: {unit: years, values: [{from: 2011-01-01, value: 3}]}}
when:
"""
INTRODUCED = """\
introduces:
  person.late:
    type: flag
    asks: Is the person late?
    says: {true: You are late., false: You are in time.}
  person.way:
    type: choice
    choices: {foot: On foot, bus: By bus}
    asks: How did the person come?
    says: {foot: You came on foot., bus: You came by bus.}
  person.gate:
    type: choice
    choices: {north: North, east: East, south: South}
    asks: By which gate did the person come?
    says:
      is north: {met: You came from the north., not_met: You did not come from the north.}
      one_of [east, south]: {met: You came by another gate., not_met: You came as all do.}
  person.years:
    type: integer
    unit: years
    asks: For how many years does the person come?
    says:
      at_most: {met: "{value} years are enough.", not_met: "{value} are more than {required}."}
      is 7: Seven years.
"""
LINE = 12
"""The line of the condition."""
OTHERS = "  - any: person.years at_most $clock\n    words: people\n"
FILE = "rulesets/doors/late.yaml"


def write(folder: Path, condition: str, introduced: str = INTRODUCED, **changes: str) -> Path:
    return write_law(folder, doors__late=f"{PROVISION}{condition}\n{OTHERS}{introduced}", **changes)


def read(folder: Path, condition: str) -> Condition:
    return open_lawbook(write(folder, condition)).provisions["doors/late"].conditions[0]


def complaints(rulesets: Path) -> list[str]:
    return [str(fault) for fault in faults_in(rulesets)]


@pytest.mark.parametrize(
    ("test", "met", "not_met"),
    [
        ("person.late is true", "You are late.", "You are in time."),
        ("person.late is false", "You are in time.", "You are late."),
        ("person.way is foot", "You came on foot.", "You came by bus."),
        ("person.way is_not foot", "You came by bus.", "You came on foot."),
        (
            "person.gate is north",
            "You came from the north.",
            "You did not come from the north.",
        ),
        (
            "person.gate is_not north",
            "You did not come from the north.",
            "You came from the north.",
        ),
        (
            "person.gate one_of [east,south]",
            "You came by another gate.",
            "You came as all do.",
        ),
        (
            "person.years at_most 9",
            "{value} years are enough.",
            "{value} are more than {required}.",
        ),
        ("person.years is 7", "Seven years.", "Seven years."),
    ],
)
def test_a_condition_in_one_line_says_what_its_fact_says(
    tmp_path: Path, test: str, met: str, not_met: str
) -> None:
    condition = read(tmp_path, f"  - late: {test}")

    assert ("late", "Late", met, not_met) == (
        condition.id,
        condition.words,
        str(condition.met),
        str(condition.not_met),
    )


@pytest.mark.parametrize(
    ("test", "operand"),
    [
        ("person.years is 7", 7),
        ("person.years at_most $clock", ParameterName("clock")),
        ("person.years within [[1, 2], [4, 9]]", ((1, 2), (4, 9))),
        ("person.height is 1.50", Decimal("1.50")),
        ("person.late is true", True),
        ("person.gate one_of [north, south]", ("north", "south")),
        ("visit.asked_on within calendars/season", CalendarName("calendars/season")),
        (
            "visit.asked_on within [[2011-01-01, 2011-02-15]]",
            ((date(2011, 1, 1), date(2011, 2, 15)),),
        ),
    ],
)
def test_values_in_one_line_are_read_like_values_of_their_own(
    tmp_path: Path, test: str, operand: object
) -> None:
    assert operand == read(tmp_path, f"  - late: {test}\n    says: So it is.").operand


def test_a_condition_may_say_one_half_its_own_way(tmp_path: Path) -> None:
    condition = read(tmp_path, "  - late: person.late is true\n    not_met: Not late at all.")

    assert ("You are late.", "Not late at all.") == (str(condition.met), str(condition.not_met))


def test_a_question_says_what_conditions_on_its_outcome_say(tmp_path: Path) -> None:
    questions = FILES["questions.yaml"] + (
        "  as_fact:\n    is eligible: {met: You have grown up., not_met: You have not.}\n"
    )
    rulesets = write(tmp_path, "  - late: person.grown is eligible", questions=questions)

    condition = open_lawbook(rulesets).provisions["doors/late"].conditions[0]

    assert ("You have grown up.", "You have not.") == (str(condition.met), str(condition.not_met))


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("  - late: person.late", "a condition in one line is `id: fact operator value`"),
        ("  - late: person.late is", "is compares with nothing; write is and a value"),
        ("  - late: person.late equals true", "nobody knows the operator equals; known are is, "),
        ("  - late: person.gate one_of [north", "the list [north is not closed"),
        ("  - late: person.years within [[1, 2, 3]]", "must be a pair of a first and a last"),
        ("  - late: person.gate one_of [north, ]", "must be a list of values"),
        ("  - late: person.gate is east", "late needs met and not_met: its fact says nothing of"),
        ("  - late: person.years at_least 7\n    met: So.", "late needs not_met: its fact says"),
        ("  - Late: person.late is true", "a condition's id is lower-case words"),
        ("  - late: person.late is yes\n    says: So.", "person.late is of type flag, which yes"),
        ("  - late: person.later is true", "nobody defined the fact person.later"),
        (
            "  - late: person.late is true\n    met: So.\n    says: So.",
            "`says` stands for `met` and `not_met`, not beside them",
        ),
        (
            "  - late: person.late is true\n    mett: So.",
            "a condition is written `id: fact operator value`, beside it at most words, met, ",
        ),
    ],
)
def test_a_wrong_condition_in_one_line_is_told_at_its_line(
    tmp_path: Path, condition: str, says: str
) -> None:
    found = complaints(write(tmp_path, condition))
    line = LINE + (2 if "says: So.\n" in f"{condition}\n" and "met:" in condition else 0)

    assert any(c.startswith(f"{FILE}:{line}: {says}") for c in found), found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{true: You are late., false", "{yes: You are late., false", "nobody knows the key yes"),
        (", bus: You came by bus.}", "}", "the key bus is missing"),
        ("is north:", "equals north:", "nobody knows the operator equals"),
        ("is 7:", "is:", "nobody knows {valu}"),
        (", not_met: You came as all do.}", "}", "the key not_met is missing"),
    ],
)
def test_what_a_fact_says_wrongly_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    introduced = INTRODUCED.replace(old, new)
    if "valu}" in says:
        introduced = INTRODUCED.replace("{value} years are enough.", "{valu} years.")

    found = complaints(write(tmp_path, "  - late: visit.asked_on is 2011-01-01", introduced))

    assert any(c.startswith(FILE) and says in c for c in found), found

"""`flask decide`: what it prints, what it refuses, how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import ORDINARY, Flask

ROOT = Path(__file__).resolve().parents[2]
Facts = Callable[[Any], str]


def test_the_outcome_is_the_first_thing_said(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts(ORDINARY))

    assert 0 == result.exit_code
    assert result.stdout.startswith(
        "You may not enroll on February 16, 2011.\nOutcome: ✗ ineligible"
    )


def test_reasons_carry_marks_and_words(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts(ORDINARY))

    assert (
        "✗ not met  You applied on February 16, 2011. Enrollment was open in these days"
        in result.stdout
    )
    assert "✓ met  You live in Massachusetts." in result.stdout
    assert "? unknown  Not stated: " in result.stdout


def test_the_explanation_goes_on_to_changes_steps_and_validity(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts(ORDINARY))

    headings = ("Reasons", "What would change the outcome", "Next steps", "Valid until")
    assert sorted(headings, key=result.stdout.index) == list(headings)
    assert "eligible (later): You could enroll on July 1, 2011." in result.stdout
    assert "(waiver.reviewable)" in result.stdout
    assert "June 30, 2011." in result.stdout


def test_what_is_needed_is_asked_in_order(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "individual.eligible", facts({"applicant": {"resident": True}}))

    assert "Outcome: ? undetermined" in result.stdout
    assert "  1. Is an employer's health plan open to the person now" in result.stdout


def test_a_question_used_twice_is_explained_once(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "cooperative.membership", facts(ORDINARY))

    assert 1 == result.stdout.count("eligibility/resident:")
    assert "individual.eligible: ✓ eligible, for the reasons above" in result.stdout


def test_json_is_the_determination_as_over_http(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts(ORDINARY), "--json")

    document = json.loads(result.stdout)
    assert ("ineligible", "2011-02-16") == (document["outcome"], document["as_of"])
    assert {
        "reasons",
        "needs",
        "would_change",
        "next_steps",
        "cautions",
        "valid_until",
        "law",
    } <= set(document)


def test_facts_may_be_dotted_and_come_from_standard_input(flask: Flask) -> None:
    result = flask(
        "decide", "individual.eligible", "-", "--json", stdin='{"applicant.resident": false}'
    )

    assert "ineligible" == json.loads(result.stdout)["outcome"]


def test_decimals_stay_exact(flask: Flask, facts: Facts) -> None:
    given = (
        '{"rate": {"unlisted_factor": false, "compared_with": "nothing", "uniform": true, '
        '"age_by_single_years": true,'
        ' "basis_types": 4, "regions": 5, "age_factor": 0.65999}}'
    )

    result = flask("decide", "rate.permitted", facts(given), "--as-of", "2011-06-01")

    assert 3 == result.exit_code
    assert "rate.age_factor: Must have at most 4 decimal places." in result.stderr


def test_the_day_asked_about_chooses_the_law(flask: Flask, facts: Facts) -> None:
    group = {
        "group": {
            "entity": "corporation",
            "active": True,
            "size_varied": False,
            "eligible_employees": 50,
        }
    }

    result = flask("decide", "group.eligible", facts(group), "--as-of", "2011-02-15", "--json")

    assert "2011-02-15" == json.loads(result.stdout)["as_of"]


def test_a_denial_is_no_failure(flask: Flask, facts: Facts) -> None:
    assert 0 == flask("decide", "enrollment.permitted", facts(ORDINARY)).exit_code


def test_a_denial_is_told_by_the_exit_code_where_asked(flask: Flask, facts: Facts) -> None:
    assert 1 == flask("decide", "enrollment.permitted", facts(ORDINARY), "--exit-code").exit_code


def test_an_approval_ends_well_where_the_exit_code_is_asked(flask: Flask, facts: Facts) -> None:
    on_time = {**ORDINARY, "enrollment": {**ORDINARY["enrollment"], "requested_on": "2011-02-15"}}

    assert 0 == flask("decide", "enrollment.permitted", facts(on_time), "--exit-code").exit_code


def test_every_refused_fact_is_named(flask: Flask, facts: Facts) -> None:
    given = {
        "enrollment.requested_on": "2011-2-16",
        "applicant.resident": "yes",
        "applicant.shoe_size": 9,
    }

    result = flask("decide", "enrollment.permitted", facts(given))

    assert 3 == result.exit_code
    assert "" == result.stdout
    assert [
        "enrollment.requested_on: Must be a day as YYYY-MM-DD.",
        "applicant.resident: Must be true or false.",
        "applicant.shoe_size: There is no such fact.",
        "Decided nothing: 3 facts rejected.",
    ] == result.stderr.splitlines()


def test_refused_facts_are_told_to_programs_too(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts({"applicant.resident": 1}), "--json")

    refusal = json.loads(result.stdout)
    assert "facts-refused" == refusal["refused"]
    assert [{"fact": "applicant.resident", "detail": "Must be true or false."}] == refusal[
        "complaints"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        '{"a": NaN}',
        '{"a.b": 1, "a.b": 2}',
        '{"a": "\\ud800"}',
        "[" * 100_000,
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_not_strict_json_is_rejected(flask: Flask, facts: Facts, text: str) -> None:
    result = flask("decide", "enrollment.permitted", facts(text))

    assert 3 == result.exit_code
    assert result.stderr.startswith("facts.json ")


def test_bytes_that_are_no_text_are_rejected(flask: Flask) -> None:
    result = flask("decide", "enrollment.permitted", "-", stdin=b"\xff\xfe{}")

    assert 3 == result.exit_code
    assert result.stderr.startswith("standard input is not valid JSON")


def test_an_unknown_question_is_a_wrong_use_and_the_nearest_is_named(
    flask: Flask, facts: Facts
) -> None:
    result = flask("decide", "enrollment.permited", facts({}))

    assert 2 == result.exit_code
    assert "Did you mean enrollment.permitted" in result.stderr


def test_a_missing_file_is_a_wrong_use(flask: Flask) -> None:
    assert 2 == flask("decide", "enrollment.permitted", "/nowhere/facts.json").exit_code


def test_an_unknown_edition_is_a_wrong_use(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts(ORDINARY), "--edition", "chapter-58")

    assert 2 == result.exit_code
    assert "There is no edition chapter-58; there are chapter-288, current." in result.stderr


def test_a_day_nobody_encoded_is_refused_and_never_answered_with_no(
    flask: Flask, facts: Facts
) -> None:
    result = flask(
        "decide",
        "individual.eligible",
        facts({"applicant.resident": False}),
        "--as-of",
        "2001-01-01",
    )

    assert 3 == result.exit_code
    assert result.stderr.startswith("Individual.eligible cannot be decided as of 2001-01-01")


def test_another_day_than_the_governing_one_is_refused(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts(ORDINARY), "--as-of", "2011-02-17")

    assert 3 == result.exit_code
    assert "enrollment.requested_on (2011-02-16) governs" in result.stderr


@pytest.mark.parametrize("day", ["2011-2-16", "20110216", "2011-02-30", "yesterday"])
def test_a_loose_day_is_a_wrong_use(flask: Flask, facts: Facts, day: str) -> None:
    assert 2 == flask("decide", "individual.eligible", facts({}), "--as-of", day).exit_code


def _decide_outside(*options: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "flask", "decide", "individual.eligible", "-", *options]
    text = b'{"applicant.resident": false}'
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        input=text,
        capture_output=True,
        timeout=120,
    )


def test_no_color_is_respected_even_where_color_is_forced() -> None:
    result = _decide_outside(FORCE_COLOR="1", NO_COLOR="1")

    assert 0 == result.returncode
    assert b"\x1b[3" not in result.stdout


def test_a_terminal_without_these_characters_gets_others() -> None:
    result = _decide_outside(PYTHONIOENCODING="ascii")

    assert 0 == result.returncode
    assert b"Outcome: x ineligible" in result.stdout


def test_json_is_escaped_where_the_stream_carries_no_more() -> None:
    result = _decide_outside("--json", PYTHONIOENCODING="ascii")

    assert 0 == result.returncode
    assert "M.G.L. c. 176J, § 1" in [
        r["citation"].get("under") for r in json.loads(result.stdout)["reasons"]
    ]


def test_what_contradicts_is_shown_before_the_reasons(flask: Flask, facts: Facts) -> None:
    told = {**ORDINARY, "prior_coverage": {"ended": False, "ended_on": "2011-01-31"}}

    result = flask("decide", "enrollment.permitted", facts(told))

    contradictions, reasons = "Contradictions: the service counted none", "Reasons"
    assert contradictions in result.stdout
    assert result.stdout.index(contradictions) < result.stdout.index(reasons)
    assert "Both cannot be right." in " ".join(result.stdout.split())


LATE = {"kind": "marriage", "occurred_on": "2012-01-01"}
CHILD = {"kind": "new_child", "occurred_on": "2012-02-01"}


def with_events(*events: dict[str, str]) -> dict[str, Any]:
    """The ordinary person of February 16, 2012 with a list of events."""
    asked = {**ORDINARY["enrollment"], "requested_on": "2012-02-16"}
    rest = {name: value for name, value in ORDINARY.items() if name != "event"}
    return {**rest, "enrollment": asked, "events": list(events)}


def test_several_events_are_decided_together(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts(with_events(LATE, CHILD)))

    assert 0 == result.exit_code
    assert result.stdout.startswith("You may enroll on February 16, 2012.")
    assert "\nEvents\n" in result.stdout
    assert "Event 2 (new_child, 2012-02-01): decided as above." in result.stdout
    assert "Event 1 (marriage, 2012-01-01): ✗ ineligible" in result.stdout


def test_what_is_missing_of_one_of_several_events_names_it(flask: Flask, facts: Facts) -> None:
    result = flask("decide", "enrollment.permitted", facts(with_events(LATE, {"kind": "divorce"})))

    assert "Event 2: On which day did it happen" in result.stdout


def test_several_events_as_json_are_as_over_http(flask: Flask, facts: Facts) -> None:
    file = facts(with_events(LATE, CHILD))
    document = json.loads(flask("decide", "enrollment.permitted", file, "--json").stdout)

    assert {"number": 2, "event": CHILD} == document["leading_event"]
    assert [(1, "ineligible")] == [(e["number"], e["outcome"]) for e in document["events"]]


def test_one_event_beside_a_list_is_refused(flask: Flask, facts: Facts) -> None:
    both = {**with_events(CHILD), "event": LATE}
    result = flask("decide", "enrollment.permitted", facts(both))

    assert 3 == result.exit_code
    assert "event: Send either event or events." in result.stderr


def test_a_calendar_takes_several_events(flask: Flask, facts: Facts) -> None:
    spring = {"kind": "divorce", "occurred_on": "2012-04-02"}
    file = facts(with_events(spring, CHILD))
    result = flask("eligibility-calendar", file, "2012", "--json")
    spans = [(each["first"], each["last"]) for each in json.loads(result.stdout)["eligible"]]

    assert 3 == len(spans)
    assert ("2012-07-01", "2012-08-15") == spans[-1]


def test_the_facts_of_a_question_name_the_list(flask: Flask) -> None:
    told = flask("questions", "enrollment.permitted").stdout

    assert "events" in told
    assert "events" not in flask("questions", "individual.eligible").stdout

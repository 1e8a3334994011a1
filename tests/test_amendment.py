"""An amendment is one YAML file and one case file: the API, its document, the explanation and the
tests follow, without Python.

Each folder of tests/amendments is laid over a copy of the law and its cases.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.factory import create_app
from app.law.lawbook import Lawbook
from app.law.reading.library import open_lawbook
from app.law.spans import Span
from app.law.words import spelled
from app.records.migrate import upgrade
from app.settings import Settings
from tests.callers import client_of
from tests.case_files import ROOT, load, nested

AMENDMENTS = Path(__file__).parent / "amendments"
QUESTION, NEW_FACT = "enrollment.permitted", "firefighter.call_days"
ORDINARY: dict[str, Any] = {
    "applicant.resident": True,
    "applicant.has_medicare": False,
    "employer_plan.available": False,
    "enrollment.channel": "carrier",
    "enrollment.product": "individual_plan",
    "enrollment.sent_by_post": False,
    "event.kind": "none",
    "prior_coverage.ended": False,
    "tribe.member": False,
    "waiver.granted": False,
}


def amended(name: str, folder: Path) -> Path:
    """A house with the same program, and the law and cases of the repository with an amendment laid
    over them.
    """
    shutil.copytree(ROOT / "rulesets", folder / "rulesets")
    shutil.copytree(ROOT / "tests" / "cases", folder / "tests" / "cases")
    shutil.copytree(AMENDMENTS / name / "rulesets", folder / "rulesets", dirs_exist_ok=True)
    shutil.copytree(AMENDMENTS / name / "cases", folder / "tests" / "cases", dirs_exist_ok=True)
    for path in (ROOT / "tests").glob("*.py"):
        shutil.copy(path, folder / "tests")
    (folder / "app").symlink_to(ROOT / "app", target_is_directory=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@contextmanager
def serving(house: Path) -> Iterator[FlaskClient]:
    """The service on the law of a house."""
    address = f"sqlite:///{house / 'determinations.sqlite'}"
    settings = Settings(rulesets=house / "rulesets", database_url=address, instance=house)
    upgrade(settings)
    yield client_of(create_app(settings))


@pytest.fixture(scope="module")
def with_new_fact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return amended("new-fact", tmp_path_factory.mktemp("new-fact"))


@pytest.fixture(scope="module")
def with_new_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return amended("new-words", tmp_path_factory.mktemp("new-words"))


@pytest.fixture(scope="module")
def with_new_value(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return amended("new-value", tmp_path_factory.mktemp("new-value"))


@pytest.fixture(scope="module")
def of_two_values(with_new_value: Path) -> Iterator[FlaskClient]:
    with serving(with_new_value) as client:
        yield client


@pytest.fixture(scope="module")
def after(with_new_fact: Path) -> Iterator[FlaskClient]:
    with serving(with_new_fact) as client:
        yield client


def facts_schema(client: FlaskClient) -> dict[str, Any]:
    schema = client.get(f"/v1/questions/{QUESTION}").get_json()["facts"]
    assert isinstance(schema, dict)
    return schema


def openapi_facts(client: FlaskClient) -> dict[str, Any]:
    schema = client.get("/openapi.json").get_json()["components"]["schemas"][f"Facts.{QUESTION}"]
    assert isinstance(schema, dict)
    return schema


def decide(client: FlaskClient, requested_on: str = "2026-06-15", **facts: Any) -> Any:
    given = {
        **ORDINARY,
        "enrollment.requested_on": requested_on,
        **{name.replace("__", "."): v for name, v in facts.items()},
    }
    return client.post(
        "/v1/determinations?keep=false",
        json={"question": QUESTION, "facts": nested(given), "edition": "current"},
    )


def reason(document: dict[str, Any], provision: str) -> dict[str, Any]:
    return next(r for r in document["reasons"] if r["provision"] == provision)


def run_tests(house: Path, *select: str) -> str:
    """What pytest prints at the end of running the tests of a house."""
    command = [sys.executable, "-m", "pytest", *select]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=house, env=alone, capture_output=True, text=True).stdout


# --- a provision that asks for a new fact ---


def test_the_new_fact_is_unknown_before_the_amendment(client: FlaskClient) -> None:
    answer = decide(client, firefighter__call_days=30)

    assert 422 == answer.status_code
    assert "firefighter" not in facts_schema(client)["properties"]
    assert "firefighter" not in openapi_facts(client)["properties"]


def test_the_question_asks_for_the_new_fact(after: FlaskClient) -> None:
    fact = facts_schema(after)["properties"]["firefighter"]["properties"]["call_days"]

    assert ("integer", 0, 366) == (fact["type"], fact["minimum"], fact["maximum"])
    assert "On how many days of the last twelve months" in str(fact)


def test_the_openapi_document_has_the_new_fact(after: FlaskClient) -> None:
    fact = openapi_facts(after)["properties"]["firefighter"]["properties"]["call_days"]

    assert ("integer", 0, 366) == (fact["type"], fact["minimum"], fact["maximum"])


def test_the_new_fact_is_held_to_its_type(after: FlaskClient) -> None:
    answer = decide(after, firefighter__call_days="thirty")

    assert 422 == answer.status_code
    assert "/facts/firefighter/call_days" in [
        error["pointer"] for error in answer.get_json()["errors"]
    ]


def test_the_new_provision_decides_and_explains(after: FlaskClient) -> None:
    document = decide(after, firefighter__call_days=30).get_json()

    why = reason(document, "enrollment/volunteer-firefighters")
    assert ("eligible", "applies", True) == (document["outcome"], why["status"], why["decisive"])
    assert (
        "You answered calls on 30 days; 30 are enough."
        == why["findings"][0]["says"].removesuffix(".") + "."
    )
    assert "exempt" == document["concludes"]["enrollment.route"]


def test_one_day_too_few_is_told_with_what_would_change_it(after: FlaskClient) -> None:
    document = decide(after, firefighter__call_days=29).get_json()

    changes = [
        change["if"] for change in document["would_change"] if change["becomes"] == "eligible"
    ]
    assert ("ineligible", "does_not_apply") == (
        document["outcome"],
        reason(document, "enrollment/volunteer-firefighters")["status"],
    )
    assert any([(NEW_FACT, 30)] == [(c["fact"], c["to"]) for c in change] for change in changes)


def test_left_out_the_new_fact_is_needed(after: FlaskClient) -> None:
    document = decide(after).get_json()

    assert "undetermined" == document["outcome"]
    assert NEW_FACT in [need["fact"] for need in document["needs"]]


def test_the_day_before_the_amendment_nothing_is_different(
    client: FlaskClient, after: FlaskClient
) -> None:
    before, now = (decide(c, requested_on="2026-05-31").get_json() for c in (client, after))

    assert before["outcome"] == now["outcome"]
    assert before["reasons"] == now["reasons"]


def test_the_text_of_the_new_provision_is_served_and_its_coming_told(after: FlaskClient) -> None:
    provision = after.get("/v1/provisions/enrollment/volunteer-firefighters").get_json()
    changes = after.get("/v1/law/changes?from=2026-06-01&to=2026-06-01&edition=current").get_json()

    written = (
        AMENDMENTS / "new-fact" / "rulesets" / "enrollment" / "volunteer-firefighters.yaml"
    ).read_text(encoding="utf-8")
    assert written == provision["text"]
    assert "enrollment/volunteer-firefighters" in str(changes)


@pytest.mark.slow
def test_the_new_cases_are_tests_and_pass(with_new_fact: Path) -> None:
    printed = run_tests(with_new_fact, "tests/test_cases.py", "-k", "volunteer-firefighters")

    assert "4 passed" in printed, printed


@pytest.mark.slow
def test_the_habits_hold_of_the_amended_law(with_new_fact: Path) -> None:
    printed = run_tests(
        with_new_fact,
        "tests/test_habits.py",
        "-k",
        "provision or condition or cases or fact or gist",
    )

    assert " passed" in printed and "failed" not in printed, printed


# --- new words for an old provision ---


@pytest.fixture(scope="module")
def reworded(with_new_words: Path) -> Lawbook:
    return open_lawbook(with_new_words / "rulesets")


def test_the_older_provision_ends_on_the_day_before(reworded: Lawbook) -> None:
    law = reworded.edition("current")

    assert Span(date(2014, 1, 1), date(2026, 5, 31)) == law.in_force["enrollment/tribe-members"]
    assert Span(date(2026, 6, 1)) == law.in_force["enrollment/tribe-members-and-families"]


def test_on_every_day_one_of_the_two_is_in_force(reworded: Lawbook) -> None:
    both = {"enrollment/tribe-members", "enrollment/tribe-members-and-families"}
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(-60, 60)]

    assert {1} == {
        len(both & {p.id for p in reworded.in_force(day, "current", QUESTION)}) for day in days
    }


@pytest.mark.slow
def test_old_and_new_cases_pass_side_by_side(with_new_words: Path) -> None:
    files = (with_new_words / "tests" / "cases" / "enrollment").glob("*.yaml")
    count = sum(len(load(file)["cases"]) for file in files)

    printed = run_tests(with_new_words, "tests/test_cases.py", "-k", "enrollment/")

    assert f"{count} passed" in printed and "failed" not in printed, printed


# --- another number under the same words ---


def test_a_parameter_has_its_value_of_the_day(
    of_two_values: FlaskClient, with_new_value: Path
) -> None:
    lawbook = open_lawbook(with_new_value / "rulesets")
    dated = [
        (p.id, name, v)
        for p in lawbook.provisions.values()
        for name, q in p.parameters.items()
        for v in q.values
        if len(q.values) > 1
    ]

    assert 2 <= len(dated)
    for id, name, value in dated:
        told = of_two_values.get(
            f"/v1/provisions/{id}?as_of={value.starts}&edition=current"
        ).get_json()
        assert str(value.value) == str(told["parameters"][name]["on_day"])
        assert f"{spelled(value.value)} days" in told["gist"]


def test_a_parameter_keeps_its_older_value_through_the_day_before(
    of_two_values: FlaskClient,
) -> None:
    told = of_two_values.get(
        "/v1/provisions/enrollment/volunteer-firefighters?as_of=2026-06-30&edition=current"
    ).get_json()

    assert 30 == told["parameters"]["call_days"]["on_day"]


def test_a_parameter_that_takes_another_value_is_a_change_of_the_law(
    of_two_values: FlaskClient,
) -> None:
    answered = of_two_values.get(
        "/v1/law/changes?from=2026-06-02&to=2026-07-01&edition=current"
    ).get_json()

    new = [
        c
        for c in answered["changes"]
        if c["what"] == "new value" and c["id"] == "enrollment/volunteer-firefighters"
    ]
    assert [("2026-07-01", "call_days", 20)] == [(c["on"], c["parameter"], c["value"]) for c in new]


def test_each_day_is_decided_by_its_own_value(of_two_values: FlaskClient) -> None:
    outcomes = [
        decide(of_two_values, requested_on=day, firefighter__call_days=20).get_json()["outcome"]
        for day in ("2026-06-30", "2026-07-01")
    ]

    assert ["ineligible", "eligible"] == outcomes


@pytest.mark.slow
def test_the_cases_of_both_values_pass(with_new_value: Path) -> None:
    printed = run_tests(with_new_value, "tests/test_cases.py", "-k", "volunteer-firefighters")

    assert "6 passed" in printed, printed

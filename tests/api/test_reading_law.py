"""Provisions found by words, read in words, with versions and cases; two editions compared."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.api.law.wanted_words import has_words
from app.law.lawbook import Lawbook
from tests.api.asking import problem
from tests.case_files import case_files


def read(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert 200 == answer.status_code, answer.get_json()
    return answer.get_json()


def found_by(client: FlaskClient, words: str) -> set[str]:
    listed = client.get("/v1/provisions", query_string={"words": words, "edition": "current"})
    assert 200 == listed.status_code
    return {each["id"] for kind in ("provisions", "calendars") for each in listed.get_json()[kind]}


def test_provisions_are_found_by_words_of_their_text(client: FlaskClient) -> None:
    found = found_by(client, "continuation coverage")

    assert "enrollment/continuation-coverage-ended" in found
    assert found < found_by(client, "coverage")
    assert found == found_by(client, "COVERAGE, Continuatión")


def test_a_number_of_the_law_is_found_as_it_is_written(client: FlaskClient) -> None:
    listed = read(client, "/v1/provisions?edition=current")["provisions"]
    written = {each["id"] for each in listed if "sixty-three" in each["gist"]}

    assert written
    assert written <= found_by(client, "sixty-three")


def test_calendars_are_found_by_their_authority(client: FlaskClient, lawbook: Lawbook) -> None:
    authority = lawbook.calendars["calendars/open-enrollment-2011"].periods[0].authority

    assert "calendars/open-enrollment-2011" in found_by(client, authority)


@pytest.mark.parametrize("words", ["zyzzyva", "...", "coverage zyzzyva"])
def test_words_that_stand_nowhere_find_nothing(client: FlaskClient, words: str) -> None:
    assert set() == found_by(client, words)


@pytest.mark.parametrize("words", ["", "x" * 101, "two\nlines"])
def test_words_that_are_none_are_refused(client: FlaskClient, words: str) -> None:
    answer = client.get("/v1/provisions", query_string={"words": words})

    assert (422, "invalid-request") == problem(answer)
    assert ["words"] == [error["name"] for error in answer.get_json()["errors"]]


def test_a_word_is_found_by_its_beginning_and_never_in_the_middle() -> None:
    assert has_words("enroll", "Open enrollment")
    assert not has_words("rollment", "Open enrollment")


def test_a_condition_says_what_it_requires_in_words(client: FlaskClient) -> None:
    document = read(client, "/v1/provisions/enrollment/continuation-coverage-ended")
    found = {each["id"]: each for path in document["when"].values() for each in path}

    assert "at least 60 days" == found["paid-long-enough"]["requires"]
    assert "yes" == found["election-period-expired"]["requires"]
    assert found["paid-long-enough"]["asks"].startswith("For how many days")


def test_every_condition_says_what_it_asks_and_requires(
    client: FlaskClient, lawbook: Lawbook
) -> None:
    for edition in lawbook.editions:
        for id in lawbook.provisions:
            document = read(client, f"/v1/provisions/{id}?edition={edition}")
            for each in (each for path in document["when"].values() for each in path):
                assert each["asks"] and each["requires"], f"{id} {each['id']}"
                assert "{" not in each["requires"]


def test_a_provision_names_its_calendars_and_the_questions_it_bears_on(
    client: FlaskClient,
) -> None:
    periods = read(client, "/v1/provisions/enrollment/open-periods-2011")
    event = read(client, "/v1/provisions/enrollment/continuation-coverage-ended")

    assert ["calendars/open-enrollment-2011"] == periods["calendars"]
    assert {"enrollment.qualifying_event", "enrollment.permitted"} <= set(event["bears_on"])


def test_the_versions_of_a_provision_follow_each_other(client: FlaskClient) -> None:
    document = read(client, "/v1/provisions/enrollment/event-to-come?edition=current")

    days = [version["values"]["ahead"] for version in document["versions"]]
    changes = read(client, "/v1/law/changes?from=2000-01-01&to=2100-12-31&edition=current")
    (change,) = [
        each
        for each in changes["changes"]
        if each["id"] == document["id"] and each["what"] == "new value"
    ]
    assert len(days) == 2
    assert days == [change["value_before"], change["value"]]
    assert change["on"] == document["versions"][1]["from"]


def test_the_worked_cases_of_every_provision_are_read_as_they_are_written(
    client: FlaskClient,
) -> None:
    for id, file in case_files().items():
        cases = read(client, f"/v1/provisions/{id}/cases")["cases"]
        assert [(c.name, c.as_of.isoformat(), c.status) for c in file.cases] == [
            (c["name"], c["as_of"], c["status"]) for c in cases
        ]


@pytest.mark.parametrize("path", ["enrollment/nothing", "calendars/open-enrollment-2011"])
def test_what_is_no_provision_has_no_cases(client: FlaskClient, path: str) -> None:
    assert (404, "unknown-provision") == problem(client.get(f"/v1/provisions/{path}/cases"))


def test_the_editions_are_listed_with_their_ends(client: FlaskClient, lawbook: Lawbook) -> None:
    listed = {each["name"]: each for each in read(client, "/v1/law/editions")["editions"]}

    assert set(lawbook.editions) == set(listed)
    assert [lawbook.default_edition] == [n for n, each in listed.items() if each["is_default"]]
    assert "2026-10-14" == listed["current"]["checked_through"]


def test_what_two_editions_say_differently_is_listed_with_its_sources(
    client: FlaskClient,
) -> None:
    query = "/v1/law/differences?as_of=2014-07-05&edition=chapter-288&other=current"
    found = {each["id"]: each for each in read(client, query)["differences"]}

    yearly = found["enrollment/open-period-yearly"]
    assert ("only here", None) == (yearly["what"], yearly["there"])
    assert yearly["here"]["citation"]["instrument"]
    assert {"provision", "calendar"} == {each["kind"] for each in found.values()}


def test_a_day_before_the_editions_part_has_no_difference(client: FlaskClient) -> None:
    query = "/v1/law/differences?as_of=2007-08-01&other=current"

    assert [] == read(client, query)["differences"]


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("as_of=2014-07-05", "invalid-request"),
        ("other=current", "invalid-request"),
        ("as_of=2014-07-05&other=1630", "unknown-edition"),
        ("as_of=2014-07-05&other=current&edition=1630", "unknown-edition"),
        ("as_of=2026-10-15&other=current", "law-not-encoded"),
    ],
)
def test_editions_that_cannot_be_compared_are_refused(
    client: FlaskClient, query: str, refused: str
) -> None:
    assert (422, refused) == problem(client.get(f"/v1/law/differences?{query}"))

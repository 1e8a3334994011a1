"""GET /v1/open-enrollment as JSON and as iCalendar; POST /v1/eligibility-calendars."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from freezegun import freeze_time
from icalendar import Calendar

from tests.api.asking import CLOSED, pointers, problem

ICS = "text/calendar"
LEFT_OUT = (
    "Answered by the edition chapter-288, which leaves out what was enacted after July 31, 2012. "
)


def read(client: FlaskClient, query: str) -> Any:
    answer = client.get(f"/v1/open-enrollment{query}")
    assert 200 == answer.status_code, answer.get_json()
    return answer.get_json()


def test_a_year_lists_its_periods_with_authority_and_evidence(client: FlaskClient) -> None:
    document = read(client, "?year=2011")

    assert [("2011-01-01", "2011-02-15"), ("2011-07-01", "2011-08-15")] == [
        (p["first"], p["last"]) for p in document["periods"]
    ]
    assert all(
        {"authority", "evidence", "kind", "calendar"} <= set(period)
        for period in document["periods"]
    )
    assert "is_open" not in document


@pytest.mark.parametrize(
    ("on", "is_open", "status"),
    [
        ("2010-11-30", True, "continuous"),
        ("2010-12-01", False, "closed"),
        ("2011-01-01", True, "open"),
        ("2011-02-15", True, "open"),
        ("2011-02-16", False, "closed"),
        ("2012-07-01", True, "open"),
        ("2012-08-16", False, "closed"),
    ],
)
def test_a_day_says_whether_enrollment_is_open(
    client: FlaskClient, on: str, is_open: bool, status: str
) -> None:
    document = read(client, f"?on={on}")

    assert (is_open, status) == (document["is_open"], document["status"])


def test_a_closed_day_says_when_it_opens(client: FlaskClient) -> None:
    following = read(client, "?on=2011-02-16")["next"]

    assert ("2011-07-01", "2011-08-15") == (following["first"], following["last"])


def test_the_editions_part_where_the_law_did(client: FlaskClient) -> None:
    assert not read(client, "?on=2013-10-02&edition=chapter-288")["is_open"]
    assert read(client, "?on=2013-10-02&edition=current")["is_open"]


@freeze_time("2011-02-16T04:59:00Z")
def test_today_is_the_day_in_massachusetts(client: FlaskClient) -> None:
    assert "2011-02-15" == read(client, "")["on"]


@freeze_time("2011-02-16T05:00:00Z")
def test_and_changes_at_midnight_there(client: FlaskClient) -> None:
    assert "2011-02-16" == read(client, "")["on"]


@pytest.mark.parametrize(
    "how", ["?year={year}&edition=current&format=ics", "?year={year}&edition=current"]
)
@pytest.mark.parametrize("year", [2010, 2011, 2012, 2016, 2021])
def test_icalendar_says_the_same_days(client: FlaskClient, how: str, year: int) -> None:
    told = read(client, f"?year={year}&edition=current")["periods"]

    answer = client.get("/v1/open-enrollment" + how.format(year=year), headers={"Accept": ICS})

    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert answer.content_type.startswith(ICS)
    assert sorted((p["first"], p["last"]) for p in told) == sorted(
        (e["DTSTART"].dt.isoformat(), (e["DTEND"].dt - timedelta(days=1)).isoformat())
        for e in events
    )
    assert all(type(e["DTSTART"].dt) is date for e in events)


def test_events_keep_their_ids(client: FlaskClient) -> None:
    first = client.get("/v1/open-enrollment?year=2011&format=ics").data
    again = client.get("/v1/open-enrollment?year=2011&format=ics").data

    ids = [str(event["UID"]) for event in Calendar.from_ical(first).walk("VEVENT")]
    assert first == again
    assert len(set(ids)) == len(ids) == 2


def test_an_event_around_the_turn_of_a_year_is_one_and_the_same(client: FlaskClient) -> None:
    def ids(year: int) -> set[str]:
        data = client.get(f"/v1/open-enrollment?year={year}&edition=current&format=ics").data
        return {str(event["UID"]) for event in Calendar.from_ical(data).walk("VEVENT")}

    assert ids(2017) & ids(2018)


def test_json_is_what_a_browser_gets(client: FlaskClient) -> None:
    answer = client.get("/v1/open-enrollment?year=2011", headers={"Accept": "text/html,*/*;q=0.8"})

    assert "application/json" == answer.content_type


def test_the_format_asked_for_goes_before_the_header(client: FlaskClient) -> None:
    answer = client.get("/v1/open-enrollment?year=2011&format=json", headers={"Accept": ICS})

    assert "application/json" == answer.content_type


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("?year=2011&on=2011-01-01", {"on"}),
        ("?year=11", {"year"}),
        ("?year=1899", {"year"}),
        ("?year=2101", {"year"}),
        ("?year=２０１１", {"year"}),
        ("?year=2011.0", {"year"}),
        ("?on=2011-02-29", {"on"}),
        ("?format=pdf", {"format"}),
        ("?when=now", {"when"}),
    ],
)
def test_a_wrong_query_is_pointed_at(client: FlaskClient, query: str, wrong: set[str]) -> None:
    answer = client.get(f"/v1/open-enrollment{query}")

    assert (422, "invalid-request") == problem(answer)
    assert wrong == {error["name"] for error in answer.get_json()["errors"]}


def test_an_eligibility_calendar_lists_the_days_of_a_year(client: FlaskClient) -> None:
    facts = CLOSED["facts"]

    document = client.post(
        "/v1/eligibility-calendars", json={"facts": facts, "year": 2011}
    ).get_json()

    assert [("2011-01-01", "2011-02-15"), ("2011-07-01", "2011-08-15")] == [
        (i["first"], i["last"]) for i in document["eligible"]
    ]
    assert ("2011-01-01", "2011-12-31") == (
        document["intervals"][0]["first"],
        document["intervals"][-1]["last"],
    )


def test_an_eligibility_calendar_says_that_the_day_sent_is_not_used(client: FlaskClient) -> None:
    without = {
        **CLOSED["facts"],
        "enrollment": {
            k: v for k, v in CLOSED["facts"]["enrollment"].items() if k != "requested_on"
        },
    }

    def set_aside(facts: Any) -> Any:
        return client.post(
            "/v1/eligibility-calendars", json={"facts": facts, "year": 2011}
        ).get_json()["set_aside"]

    assert [["enrollment.requested_on"], []] == [set_aside(CLOSED["facts"]), set_aside(without)]


def test_an_eligibility_calendar_takes_whole_names_and_other_questions(client: FlaskClient) -> None:
    asked = {
        "question": "dependent.eligible",
        "facts": {"dependent.born_on": "1990-05-01"},
        "year": 2012,
        "edition": "current",
    }

    answer = client.post("/v1/eligibility-calendars", json=asked)

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"facts": {}}, (422, "invalid-request")),
        ({"year": "2011"}, (422, "invalid-request")),
        ({"year": 1899}, (422, "invalid-request")),
        ({"year": True}, (422, "invalid-request")),
        ({"year": 2011.5}, (422, "invalid-request")),
        ({"year": 2011, "as_of": "2011-01-01"}, (422, "invalid-request")),
        ({"year": 2011, "question": "nobody.asked"}, (404, "unknown-question")),
        ({"year": 2011, "question": "individual.eligible"}, (422, "no-calendar")),
        ({"year": 2011, "edition": "none"}, (422, "unknown-edition")),
    ],
)
def test_a_calendar_asked_for_wrongly_is_refused(
    client: FlaskClient, asked: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert expected == problem(client.post("/v1/eligibility-calendars", json=asked))


def test_a_wrong_fact_of_a_calendar_is_pointed_at(client: FlaskClient) -> None:
    answer = client.post(
        "/v1/eligibility-calendars",
        json={"year": 2011, "facts": {"applicant": {"resident": "yes"}}},
    )

    assert (422, "facts-refused") == problem(answer)
    assert {"/facts/applicant/resident"} == pointers(answer)


@pytest.mark.parametrize(
    "query",
    ["on=2027-03-01&edition=current", "on=2007-04-30", "year=2027&edition=current", "year=1900"],
)
def test_days_nobody_encoded_are_refused_and_never_called_closed(
    client: FlaskClient, query: str
) -> None:
    answered = client.get(f"/v1/open-enrollment?{query}")

    assert (422, "/problems/law-not-encoded") == (answered.status_code, answered.get_json()["type"])


def test_a_year_encoded_in_part_says_which_days_are_not(client: FlaskClient) -> None:
    answered = client.get("/v1/open-enrollment?year=2007").get_json()

    assert [["2007-01-01", "2007-04-30"]] == answered["not_encoded"]


@pytest.mark.parametrize(
    ("query", "caution"),
    [
        (
            "on=2026-11-21",
            LEFT_OUT + "The edition current has no encoded law for November 21, 2026.",
        ),
        ("year=2021", LEFT_OUT + "The edition current lists other periods in 2021."),
        ("year=2021&edition=current", "The edition chapter-288 lists other periods in 2021."),
    ],
)
def test_where_another_edition_says_otherwise_it_is_told(
    client: FlaskClient, query: str, caution: str
) -> None:
    assert [caution] == client.get(f"/v1/open-enrollment?{query}").get_json()["cautions"]


def test_where_the_editions_agree_nothing_is_told(client: FlaskClient) -> None:
    assert [] == client.get("/v1/open-enrollment?year=2012").get_json()["cautions"]

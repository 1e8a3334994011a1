"""The law on pages: browsed, read provision by provision, compared, and as a calendar."""

import itertools
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.console.answers.telling import EVIDENCE
from app.console.law.telling import KINDS
from app.determinations.decide import Decider
from app.law.lawbook import Lawbook
from app.law.spans import FIRST_DAY, LAST_DAY
from app.law.words import day_in_words, span_in_words
from tests.people.conftest import Browser, serving, settings_in, text
from tests.people.one_database import served
from tests.people.test_asking import begin

__all__ = ["served"]

CONTINUATION = "/law/provisions/enrollment/continuation-coverage-ended"
_TAG = re.compile(r"<[^>]*>")


@pytest.fixture(scope="module")
def reader(decider: Decider, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Somebody who is not signed in, at a service whose database is out of reach: pages about the
    law need neither.
    """
    folder: Path = tmp_path_factory.mktemp("law")
    return serving(decider, settings_in(folder)).test_client()


def read(reader: FlaskClient, path: str) -> TestResponse:
    answer = reader.get(path, headers={"Accept": "text/html"})
    assert 200 == answer.status_code, f"{path}: {text(answer)[:500]}"
    return answer


def document(reader: FlaskClient, path: str) -> Any:
    answer = reader.get(f"/v1{path}")
    assert 200 == answer.status_code
    return answer.get_json()


def links(answer: TestResponse) -> set[str]:
    """The addresses of pages about the law that a page leads to."""
    found = re.findall(r'href="(/law[^"#]*)', answer.get_data(as_text=True))
    return {unescape(each) for each in found}


def cells(answer: TestResponse) -> Iterator[list[str]]:
    """The rows of a page's only table, below its head."""
    body = answer.get_data(as_text=True).partition("<tbody>")[2].partition("</tbody>")[0]
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL):
        found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        yield [" ".join(unescape(_TAG.sub(" ", each)).split()) for each in found]


# --- browsing ---


def test_every_provision_in_force_is_listed_with_its_days(
    reader: FlaskClient, lawbook: Lawbook
) -> None:
    for edition in lawbook.editions:
        page = read(reader, f"/law?as_of=2012-03-01&edition={edition}").get_data(as_text=True)
        listed = document(reader, f"/provisions?as_of=2012-03-01&edition={edition}")
        in_force = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
        shown = set(re.findall(r'href="/law/provisions/([^"?]+)', in_force))

        assert {p["id"] for kind in ("provisions", "calendars") for p in listed[kind]} == shown


def test_what_begins_later_and_what_has_ended_is_said(reader: FlaskClient) -> None:
    page = text(read(reader, "/law?as_of=2011-06-01"))

    assert "Yearly open enrollment period begins on January 1, 2012" in page
    assert "Continuous enrollment in the merged market ended on November 30, 2010" in page


def test_a_day_of_change_says_that_something_begins(reader: FlaskClient) -> None:
    page = text(read(reader, "/law?as_of=2011-02-24"))

    assert "in force February 24, 2011 on · begins on this day" in page


def test_a_search_finds_what_the_interface_finds(reader: FlaskClient) -> None:
    page = read(reader, "/law?as_of=2012-05-03&words=waiver+review")
    found = document(reader, "/provisions?words=waiver+review")

    shown = {address.partition("?")[0].removeprefix("/law/provisions/") for address in links(page)}
    ids = {each["id"] for kind in ("provisions", "calendars") for each in found[kind]}
    assert ids
    assert ids == {each for each in shown if "/" in each and not each.startswith("/law")}


def test_a_search_that_finds_nothing_says_what_to_do(reader: FlaskClient) -> None:
    assert "Try fewer words" in text(read(reader, "/law?words=zyzzyva"))


def test_words_of_any_kind_are_shown_and_never_executed(reader: FlaskClient) -> None:
    words = "<script>alert(1)</script>"
    page = reader.get("/law", query_string={"words": words}).get_data(as_text=True)

    assert "<script>alert" not in page
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in page


def test_more_words_than_fit_are_cut(reader: FlaskClient) -> None:
    page = reader.get("/law", query_string={"words": "waiver " * 1000})

    assert 200 == page.status_code
    assert "waiver " * 14 in page.get_data(as_text=True)
    assert "waiver " * 15 not in page.get_data(as_text=True)


def test_a_form_leads_to_an_address_with_the_whole_day(reader: FlaskClient) -> None:
    query = "as_of.month=2&as_of.day=3&as_of.year=2011&edition=current&words=waiver"
    answer = reader.get(f"/law?{query}")

    assert 303 == answer.status_code
    assert "/law?edition=current&as_of=2011-02-03&words=waiver" == answer.headers["Location"]


@pytest.mark.parametrize("path", ["/law", CONTINUATION, "/law/differences"])
@pytest.mark.parametrize(
    ("query", "sentence", "field"),
    [
        ("as_of=yesterday", "Give the month, the day and the year", "as_of"),
        ("as_of=2011-02-30", "Give the month, the day and the year", "as_of"),
        ("as_of=1850-01-01", "Give the month, the day and the year", "as_of"),
        (
            "as_of.month=2&as_of.day=30&as_of.year=2011",
            "There is no February 30 in 2011.",
            "as_of",
        ),
        (
            "as_of=2026-10-15&edition=current",
            "was checked only through October 14, 2026. Choose that day or an earlier one.",
            "as_of",
        ),
        ("edition=1630", "Choose one of the editions.", "edition"),
    ],
)
def test_what_cannot_be_comes_again_with_a_sentence(
    reader: FlaskClient, path: str, query: str, sentence: str, field: str
) -> None:
    answer = reader.get(f"{path}?{query}")
    page = answer.get_data(as_text=True)

    assert 422 == answer.status_code
    assert "<title>Error: " in page
    assert 2 == page.count(sentence), "in the summary and at the field"
    assert f'href="#{field}"' in page and f'id="{field}"' in page


def test_what_was_typed_stays_in_the_form(reader: FlaskClient) -> None:
    answer = reader.get("/law?as_of.month=2&as_of.day=30&as_of.year=2011")
    page = answer.get_data(as_text=True)

    assert (
        'name="as_of.day" inputmode="numeric" maxlength="2" autocomplete="off" value="30"' in page
    )
    assert 'value="2" selected' in page and 'value="2011"' in page


# --- one provision ---


def test_every_provision_in_every_edition_can_be_read(
    reader: FlaskClient, lawbook: Lawbook
) -> None:
    for edition in lawbook.editions:
        law = lawbook.edition(edition)
        for id, provision in lawbook.provisions.items():
            day = provision.in_force.first
            page = text(read(reader, f"/law/provisions/{id}?as_of={day}&edition={edition}"))
            told = document(reader, f"/provisions/{id}?as_of={day}&edition={edition}")

            assert provision.title in page
            assert " ".join(told["gist"].split()) in page
            assert told["citation"]["instrument"] in page
            assert EVIDENCE[told["evidence"]].capitalize() in page
            for each in (each for path in told["when"].values() for each in path):
                assert " ".join(each["words"].split())[1:] in page and each["requires"][1:] in page
            for version in told["versions"]:
                days = span_in_words(
                    date.fromisoformat(version["from"]),
                    version["to"] and date.fromisoformat(version["to"]),
                )
                assert days in page
            assert ("does not contain this provision" in page) == (id not in law.provisions)
            assert not re.search(r"\{[a-z_.]+\}", page.partition("Text of the file")[0]), id


def test_every_calendar_in_every_edition_can_be_read(reader: FlaskClient, lawbook: Lawbook) -> None:
    for edition in lawbook.editions:
        law = lawbook.edition(edition)
        for id, calendar in lawbook.calendars.items():
            path = f"{id}?as_of={calendar.in_force.first}&edition={edition}"
            page = text(read(reader, f"/law/provisions/{path}"))

            assert calendar.title in page
            if id not in law.calendars:
                assert "does not contain this calendar" in page
                continue
            for each in document(reader, f"/provisions/{path}")["periods"]:
                days = [date.fromisoformat(each[end]) for end in ("first", "last")]
                assert span_in_words(*days) in page and each["authority"] in page


def test_every_worked_case_is_shown_with_its_facts(reader: FlaskClient, lawbook: Lawbook) -> None:
    for id in lawbook.provisions:
        page = text(read(reader, f"/law/provisions/{id}?as_of=2012-03-01"))
        for case in document(reader, f"/provisions/{id}/cases")["cases"]:
            assert case["name"][1:] in page
            assert day_in_words(date.fromisoformat(case["as_of"])) in page
            for name in case["given"]:
                assert lawbook.fact(name).label[1:] in page


def test_a_provision_says_its_conditions_and_numbers_in_words(reader: FlaskClient) -> None:
    page = text(read(reader, f"{CONTINUATION}?as_of=2011-03-05"))

    assert "At least 60 days" in page
    assert "You paid for [value] days before canceling; at least 60 days are needed." in page
    assert "Paid days 60 days" in page
    assert "Where it applies Says yes: “Your event opens enrollment" in page
    assert "One of these groups is enough." in page


def test_a_provision_that_is_not_in_force_leads_to_the_days_on_which_it_is(
    reader: FlaskClient,
) -> None:
    early = read(reader, f"{CONTINUATION}?as_of=2011-02-23")
    late = read(reader, "/law/provisions/enrollment/open-periods-2011?as_of=2012-01-01")

    assert "this provision begins on February 24, 2011" in text(early)
    assert f"{CONTINUATION}?as_of=2011-02-24&edition=chapter-288" in links(early)
    assert "this provision ended on December 31, 2011" in text(late)
    assert any("open-periods-2011?as_of=2011-12-31" in address for address in links(late))


def test_a_provision_of_another_edition_leads_there(reader: FlaskClient) -> None:
    page = read(reader, "/law/provisions/enrollment/qualifying-event-carrier")

    assert "The edition chapter-288 does not contain this provision." in text(page)
    assert (
        "/law/provisions/enrollment/qualifying-event-carrier?as_of=2014-01-01&edition=current"
        in links(page)
    )


def test_a_provision_names_what_came_before_and_after(reader: FlaskClient) -> None:
    later = text(
        read(reader, "/law/provisions/enrollment/qualifying-event-carrier?edition=current")
    )
    earlier = text(read(reader, "/law/provisions/enrollment/qualifying-event?edition=current"))

    assert "It takes the place of:" in later and "It was replaced by:" in earlier


@pytest.mark.parametrize(
    "path",
    [
        "/law/provisions/enrollment/nothing",
        "/law/provisions/calendars/nothing",
        "/law/provisions/enrollment",
        "/law/provisions/enrollment/open-periods-2011/cases",
        "/law/provisions/..%2f../etc/passwd",
        "/law/questions/nothing.permitted",
        "/law/calendar/1899",
        "/law/calendar/2101",
        "/law/calendar/-1",
        "/law/calendar/year",
    ],
)
def test_unknown_names_are_not_found(reader: FlaskClient, path: str) -> None:
    assert 404 == reader.get(path, headers={"Accept": "text/html"}).status_code


def test_every_link_of_the_law_leads_to_a_page(reader: FlaskClient, lawbook: Lawbook) -> None:
    pages = ["/law", "/law/questions", "/law/changes?from=2007-01-01&to=2026-10-14&edition=current"]
    pages += [f"/law/provisions/{id}?edition=current" for id in lawbook.provisions]
    pages += [f"/law/provisions/{id}?edition=current" for id in lawbook.calendars]
    pages += [f"{CONTINUATION}?as_of={day}" for day in ("2012-05-03", "2030-01-01")]
    pages += [f"/law/questions/{id}" for id in lawbook.questions]
    pages += ["/law/differences", "/law/calendar/2014?edition=current"]
    found = set().union(*(links(read(reader, page)) for page in pages))
    seen = {address.partition("?")[0]: address for address in found}
    seen |= {address: address for address in found if "/differences?" in address}

    assert {f"/law/provisions/{id}" for id in lawbook.provisions} <= set(seen)
    wrong = [a for a in seen.values() if reader.get(a).status_code not in (200, 303)]
    assert [] == wrong


# --- changes and editions ---


def test_changes_are_listed_by_provision_as_the_interface_has_them(
    reader: FlaskClient, lawbook: Lawbook
) -> None:
    for edition in lawbook.editions:
        query = f"from=2007-01-01&to=2016-12-31&edition={edition}"
        answer = read(reader, f"/law/changes?{query}")
        page = answer.get_data(as_text=True)
        changes = document(reader, f"/law/changes?{query}")["changes"]
        shown = re.findall(r"<li><strong>([^<]+)</strong>: ", page)

        assert sorted(day_in_words(date.fromisoformat(c["on"])) for c in changes) == sorted(shown)
        assert f"{len(changes)} changes of {len({c['id'] for c in changes})} provisions" in page
        assert len({c["id"] for c in changes}) == page.count('class="change"')
        for each in changes:
            assert each["title"] in unescape(page)


def test_a_changed_value_is_told_from_and_to_with_its_citation(reader: FlaskClient) -> None:
    everything = "from=2000-01-01&to=2100-12-31&edition=current"
    (change,) = [
        each
        for each in document(reader, f"/law/changes?{everything}")["changes"]
        if each["what"] == "new value"
    ]
    page = text(read(reader, f"/law/changes?{everything}"))

    before, after = change["value_before"], change["value"]
    assert f"ahead changes from {before} days to {after} days" in page
    assert change["citation"]["instrument"] in page


def test_without_days_the_years_with_changes_are_offered(reader: FlaskClient) -> None:
    page = read(reader, "/law/changes")
    years = re.findall(r"from=(\d{4})-01-01&to=\1-12-31", " ".join(links(page)))

    told = document(reader, "/law/changes?from=1900-01-01&to=2100-12-31")["changes"]
    assert {each["on"][:4] for each in told} == set(years)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2011-01-02&to=2011-01-01", "Give a day that is not before the first one."),
        ("from=2011-01-02", "Give both days, or leave both out."),
        ("to=2011-01-02", "Give both days, or leave both out."),
        ("from=x&to=2011-01-02", "Give the month, the day and the year"),
    ],
)
def test_days_that_do_not_fit_come_again_with_a_sentence(
    reader: FlaskClient, query: str, sentence: str
) -> None:
    answer = reader.get(f"/law/changes?{query}")

    assert 422 == answer.status_code
    assert 2 == answer.get_data(as_text=True).count(sentence)


@pytest.mark.parametrize("day", ["2007-08-01", "2012-08-10", "2014-07-05", "2020-03-01"])
def test_two_editions_are_compared_as_the_interface_does(reader: FlaskClient, day: str) -> None:
    query = f"as_of={day}&edition=chapter-288&other=current"
    found = document(reader, f"/law/differences?{query}")["differences"]
    page = read(reader, f"/law/differences?{query}")
    shown = re.findall(r"/law/provisions/([^?]+)\?", " ".join(links(page)))

    assert {each["id"] for each in found} == set(shown)
    assert ("They say the same of this day." in text(page)) == (not found)


# --- the calendar ---


@pytest.mark.parametrize("edition", ["chapter-288", "current"])
def test_the_table_of_every_year_is_what_the_interface_says(
    reader: FlaskClient, edition: str
) -> None:
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        page = read(reader, f"/law/calendar/{year}?edition={edition}")
        rows = list(cells(page))
        told = reader.get(f"/v1/open-enrollment?year={year}&edition={edition}")
        if told.status_code == 422:
            whole = span_in_words(date(year, 1, 1), date(year, 12, 31))
            assert [[whole, "The law is not encoded", "none", "none"]] == rows
            continue
        periods = told.get_json()["periods"]
        shown = [row for row in rows if row[1] not in ("Closed", "The law is not encoded")]
        assert len(periods) == len(shown)
        for period, row in zip(periods, shown, strict=True):
            first, last = (date.fromisoformat(period[end]) for end in ("first", "last"))
            assert span_in_words(first, last) == row[0]
            assert row[1].startswith(KINDS[period["kind"]])
            assert row[2].startswith(period["authority"]) and period["title"] in row[2]
            assert EVIDENCE[period["evidence"]].capitalize() == row[3]
        missing = [row[0] for row in rows if row[1] == "The law is not encoded"]
        assert missing == [
            span_in_words(*map(date.fromisoformat, days)) for days in told.get_json()["not_encoded"]
        ]


def test_the_picture_covers_each_day_of_a_year(reader: FlaskClient) -> None:
    for year in (2007, 2010, 2011, 2014, 2020, 2026):
        page = read(reader, f"/law/calendar/{year}?edition=current").get_data(as_text=True)
        drawn = [
            (float(left), float(width))
            for left, width in re.findall(r'<rect [^>]*x="([\d.]+)"[^>]*width="([\d.]+)"', page)
        ]
        assert 10 == drawn[0][0]
        assert 750 == pytest.approx(sum(drawn[-1]), abs=0.2)
        for (left, width), (following, _) in itertools.pairwise(drawn):
            assert left + width == pytest.approx(following, abs=0.2)


def test_the_picture_has_a_title_and_says_the_year_in_words(reader: FlaskClient) -> None:
    page = read(reader, "/law/calendar/2011").get_data(as_text=True)

    assert '<title id="year-title">Enrollment in 2011</title>' in page
    assert (
        "Open enrollment: January 1 through February 15, 2011; July 1 through August 15, 2011."
        in page
    )


def test_a_year_leads_to_the_one_before_and_after(reader: FlaskClient) -> None:
    def years(year: int) -> set[str]:
        found = links(read(reader, f"/law/calendar/{year}?edition=current"))
        return {a for a in found if a.startswith("/law/calendar/")}

    of = "/law/calendar/{}?edition=current".format
    assert {of(2010), of(2012)} == years(2011)
    assert {of(1901)} == years(1900)
    assert {of(2099)} == years(2100)


def test_a_year_that_was_typed_leads_to_its_page(reader: FlaskClient) -> None:
    answer = reader.get("/law/calendar?year=2014&edition=current")

    assert (303, "/law/calendar/2014?edition=current") == (
        answer.status_code,
        answer.headers["Location"],
    )
    assert 303 == reader.get("/law/calendar").status_code


@pytest.mark.parametrize("year", ["x", "1899", "2101", "-1", "2011.5", "²⁰¹¹"])
def test_a_year_that_is_none_comes_again_with_a_sentence(reader: FlaskClient, year: str) -> None:
    answer = reader.get("/law/calendar", query_string={"year": year})

    assert 422 == answer.status_code
    assert "Give a year from 1900 through 2100." in text(answer)
    assert f'value="{year}"' in answer.get_data(as_text=True)


# --- questions ---


def test_every_question_says_what_it_decides_and_which_facts_it_looks_at(
    reader: FlaskClient, lawbook: Lawbook
) -> None:
    overview = text(read(reader, "/law/questions"))
    for id, question in lawbook.questions.items():
        page = text(read(reader, f"/law/questions/{id}"))

        assert question.asks in overview and question.asks in page
        for fact in lawbook.facts_of(id):
            assert fact.label[1:] in page
        for provision in document(reader, f"/questions/{id}")["provisions"]:
            assert lawbook.provisions[provision].title in page


def test_those_who_may_ask_are_led_to_asking_and_others_to_signing_in(
    reader: FlaskClient, browser: Browser
) -> None:
    path = "/law/questions/enrollment.permitted"
    signed_out = read(reader, path).get_data(as_text=True)
    browser.sign_in()
    signed_in = browser.get(path).get_data(as_text=True)

    assert 'href="/ask/new?question=enrollment.permitted"' in signed_in
    assert 'href="/ask/new' not in signed_out
    assert "/sign-in?next=/ask/new?question%3Denrollment.permitted" in signed_out


def test_the_reasons_of_an_answer_lead_to_the_provisions_on_its_day(browser: Browser) -> None:
    browser.sign_in()
    page = browser.get(f"{begin(browser)}/answer")
    found = {address for address in links(page) if address.startswith("/law/provisions/")}

    assert "/law/provisions/enrollment/open-period-yearly?as_of=2012-05-03&edition=chapter-288" in (
        found
    )
    assert {200} == {browser.get(address).status_code for address in found}


def test_the_law_is_a_place_of_the_bar_for_everybody(reader: FlaskClient) -> None:
    assert '<a class="usa-nav-link usa-current" href="/law" aria-current="page">' in read(
        reader, "/law/questions"
    ).get_data(as_text=True)


def test_pages_about_the_law_set_no_cookie(reader: FlaskClient) -> None:
    for path in ("/law", CONTINUATION, "/law/changes", "/law/calendar/2011", "/law/questions"):
        assert "Set-Cookie" not in read(reader, path).headers

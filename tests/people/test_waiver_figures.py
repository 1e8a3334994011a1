"""The figures of the desk on a page: a picture, the same as a table, and a file to save."""

import csv
import io
import re

import pytest
from flask import Flask

from app import clock
from app.access.roster import Roster
from tests.people.conftest import Browser, text
from tests.people.test_waiver_desk import denial, entered, office, reviewer, subject

__all__ = ["denial", "entered", "reviewer", "subject"]


def test_the_picture_and_the_table_say_the_same(reviewer: Browser, entered: str) -> None:
    page = reviewer.get("/waivers/figures?from=2012-05&to=2012-06")

    html = page.get_data(as_text=True)
    assert 200 == page.status_code
    said = re.search(r"From 2012-05 to 2012-06 the Office received (\d+) requests", html)
    rows = re.findall(r'<tr><th scope="row">(2012-\d\d)</th><td>(\d+)</td>', html)
    assert said and ["2012-05", "2012-06"] == [month for month, _ in rows]
    assert int(said[1]) == sum(int(count) for _, count in rows) >= 1
    assert [f"{month}: {count} received" in html for month, count in rows] == [True, True]
    assert "<title id=" in html and "<desc id=" in html
    assert "At that pace" in text(page)
    late = re.findall(r"<td>(\d+)</td></tr>", html.partition("Requests by month</caption>")[2])
    assert f"Decided late in the months below: {sum(map(int, late))}." in text(page)


def test_the_table_can_be_saved(reviewer: Browser, entered: str) -> None:
    answer = reviewer.get("/waivers/figures.csv?from=2012-05&to=2012-05")

    assert "attachment" in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True)))
    assert "2012-05" == row["Month"] and int(row["Received"]) >= 1


def test_the_queue_leads_to_the_last_twelve_months(reviewer: Browser) -> None:
    assert "/waivers/figures" in reviewer.get("/waivers").get_data(as_text=True)

    html = reviewer.get("/waivers/figures").get_data(as_text=True)
    assert 12 == len(re.findall(r'<tr><th scope="row">\d{4}-\d\d</th>', html))
    assert f"{clock.today():%Y-%m}" in html


@pytest.mark.parametrize("query", ["from=2012", "from=2012-05&to=2012-04"])
def test_months_that_are_none_are_refused(reviewer: Browser, query: str) -> None:
    assert 422 == reviewer.get(f"/waivers/figures?{query}").status_code


def test_who_may_see_them(app: Flask, roster: Roster, browser: Browser) -> None:
    browser.sign_in()
    assert 403 == browser.get("/waivers/figures").status_code
    assert "/waivers/figures" not in browser.get("/waivers").get_data(as_text=True)
    chief = office(app, roster, "carla", "opp_supervisor")
    assert 200 == chief.get("/waivers/figures").status_code

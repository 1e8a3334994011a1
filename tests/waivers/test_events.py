"""What the feed tells of waiver requests, and to whom."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.api.http.service import Service
from app.records.ledger.seals import seal_everything
from app.records.store import Store
from app.records.waivers.waiver_tables import waiver_requests
from app.waivers.states import CORRECTED
from tests.callers import client_of
from tests.waivers.granting import enter, follow, grant

AT = datetime(2011, 8, 20, 15, tzinfo=UTC)
FROM = {"own": ("case-1", "county-office"), "denial": ("member-1", "carrier-1")}


@pytest.fixture
def store(app: Flask) -> Store:
    service: Service = app.extensions["eligibility"]
    return service.store


def told(app: Flask, role: str, organization: str | None, after: str) -> list[dict[str, Any]]:
    """The events of waiver requests that somebody gets, from a place on."""
    found, path = [], f"/v1/events?after={after}&limit=100"
    while True:
        answer = client_of(app, role, organization).get(path)
        events: list[dict[str, Any]] = answer.get_json()
        found += [event for event in events if event["type"].startswith(("waiver.", "record."))]
        if not events:
            return found
        path = answer.headers["Link"].split(">")[0].lstrip("<")


@pytest.fixture
def place(app: Flask, store: Store) -> str:
    """Where the feed stands before the test."""
    list(seal_everything(store, clock.now()))
    path = "/v1/events?after=0&limit=100"
    client = client_of(app, "auditor", None)
    while (answer := client.get(path)).get_json():
        path = answer.headers["Link"].split(">")[0].lstrip("<")
    return path.split("after=")[1].split("&")[0]


def test_each_end_of_a_request_is_an_event(app: Flask, store: Store, place: str) -> None:
    for step in ("grant", "deny", "return", "not-needed", "withdraw"):
        follow(store, enter(store, AT, **FROM), AT, step)
        list(seal_everything(store, clock.now()))
    types = [event["type"] for event in told(app, "supervisor", "county-office", place)]
    ends = ("granted", "denied", "returned", "not_needed", "withdrawn")
    assert [f"waiver.{end}" for end in ends] == types


def test_the_carrier_whose_denial_is_named_gets_its_own_reference(
    app: Flask, store: Store, place: str
) -> None:
    request = grant(store, AT, FROM["own"], FROM["denial"], "2011-08-25")
    list(seal_everything(store, clock.now()))
    follow(store, request, AT, "carrier-told", on="2011-08-30", in_time=True)
    list(seal_everything(store, clock.now()))
    granted, carrier_told = told(app, "carrier_system", "carrier-1", place)
    assert "waiver.granted" == granted["type"] and request.id == granted["subject"]
    assert {
        "id": request.id,
        "state": "granted",
        "subject": "member-1",
        "organization": "carrier-1",
        "denial": request.denial,
        "href": f"/v1/waiver-requests/{request.id}",
    } == granted["data"]
    assert ("waiver.carrier_told", "2011-08-30", True) == (
        carrier_told["type"],
        carrier_told["data"]["on"],
        carrier_told["data"]["in_time"],
    )
    office = told(app, "opp_reviewer", "opp", place)
    ours = told(app, "supervisor", "county-office", place)
    assert office == ours and "case-1" == ours[0]["data"]["subject"]
    assert "member-1" not in str(ours)
    for role, organization in (
        ("carrier_system", "carrier-2"),
        ("supervisor", "other-office"),
        ("division_staff", "county-office"),
    ):
        assert [] == told(app, role, organization, place), role


def test_a_corrected_decision_says_so(app: Flask, store: Store, place: str) -> None:
    request = follow(store, enter(store, AT, **FROM), AT, "grant")
    list(seal_everything(store, clock.now()))
    follow(store, request, AT, CORRECTED)
    list(seal_everything(store, clock.now()))
    first, second = told(app, "auditor", None, place)
    assert "corrected" not in first["data"] and second["data"]["corrected"]


def test_a_damaged_request_is_told_to_those_who_see_everything(
    app: Flask, store: Store, place: str
) -> None:
    request = follow(store, enter(store, AT, **FROM), AT, "deny")
    list(seal_everything(store, clock.now()))
    its_own = waiver_requests.c.id == request.id
    with store.writing() as connection:
        row = connection.execute(select(waiver_requests).where(its_own)).mappings().one()
        connection.execute(waiver_requests.delete().where(its_own))
    assert {"waiver.damaged"} == {event["type"] for event in told(app, "auditor", None, place)}
    assert [] == told(app, "opp_reviewer", "opp", place)
    with store.writing() as connection:
        connection.execute(waiver_requests.insert().values(dict(row)))

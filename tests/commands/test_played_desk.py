"""`flask demo load` plays a year of the waiver desk, once."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app import clock
from app.access.demonstration import account_name
from app.access.people import People
from app.commands import command_line
from app.commands.accounts.played_requests import CHIEF, REVIEWER, played_requests
from app.determinations.decide import Decider
from app.records.changing import locked, write
from app.records.database import open_database
from app.records.store import Store
from app.records.waivers.waiver_tables import waiver_requests
from app.records.waivers.whole_desk import every_request
from app.settings import Settings
from app.waivers.desk import Desk, Taking
from app.waivers.states import State
from tests.commands.conftest import Flask
from tests.waivers.conftest import RECEIVED_ON, RING, received


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(open_database(settings.database_url))
    yield store
    store.close()


def test_the_year_is_played_once(flask: Flask, store: Store) -> None:
    flask("db", "upgrade")

    first = json.loads(flask("demo", "load", "--json").stdout)
    desk = list(every_request(store))
    again = flask("demo", "load")

    assert 60 == first["waiver_requests"] == len(desk)
    assert {"received": 60}.items() <= json.loads(
        flask("waivers", "recount", "--json").stdout
    ).items()
    assert "Already played: the year at the waiver desk." in again.stdout
    assert [id for id, _ in desk] == [id for id, _ in every_request(store)]
    states = Counter(request.state for request, _ in desk)
    assert set(State) == set(states)
    today = clock.today()
    late = [it for it, _ in desk if State(it.state).is_open and it.decide_by]
    assert any(it.decide_by is not None and it.decide_by < today for it in late)
    people = People(store, None)
    for role in (REVIEWER, CHIEF):
        account = people.accounts.named(account_name(role))
        assert account is not None
        assert any(it.claimed_by == f"account:{account.id}" for it, _ in desk)


def test_a_recount_that_differs_is_told(flask: Flask, store: Store) -> None:
    flask("db", "upgrade")
    assert 0 == flask("waivers", "recount").exit_code
    request = received(Desk(store, RING), taking=Taking({"received_on": str(RECEIVED_ON)}))
    table = waiver_requests
    with store.writing() as connection:
        row = locked(connection, table, table.c.id == request.id)
        assert row is not None
        write(connection, table, row, {"received_on": clock.today()})

    told = flask("waivers", "recount")

    assert 3 == told.exit_code
    assert "differ from the recount" in told.stderr


def test_no_year_is_played_where_others_can_reach_the_service(
    settings: Settings, decider: Decider
) -> None:
    app = command_line(replace(settings, host="0.0.0.0"))
    app.extensions["decider"] = decider
    elsewhere = app.test_cli_runner()
    elsewhere.invoke(args=["db", "upgrade"])

    told = json.loads(elsewhere.invoke(args=["demo", "load", "--json"]).stdout)

    assert 0 == told["waiver_requests"]


def test_people_write_in_both_languages_and_nothing_happens_in_the_future() -> None:
    today = clock.today()
    requests = list(played_requests(today))

    assert all(request.came < today for request in requests)
    assert 2 == len({request.body()["circumstances"]["text"] for request in requests})
    assert 60 == len({request.subject for request in requests})

"""A batch leaves others their turn, and one credential leaves others their batches."""

import threading
import time

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access.principal import Principal
from app.api.http.answered.responses import Problem
from app.api.http.asked.bulkheads import GIVE_WAY_SECONDS, Bulkheads, bulkheads_of
from tests.acting import acting
from tests.api.asking import CLOSED, lines, post, problem
from tests.api.conftest import Serve

PATH = "/v1/determinations/batch?keep=false"


def send(client: FlaskClient, actor: str) -> TestResponse:
    """A batch of somebody."""
    acting(client.application, Principal(actor, "carrier_system", frozenset({"law.decide"})))
    return post(client, lines(*[CLOSED] * 3), PATH, "application/jsonl")


def test_one_credential_runs_one_batch_at_a_time_and_others_theirs(serve: Serve) -> None:
    client = serve(batches=2, batches_per_credential=1)
    lane = bulkheads_of(client.application)

    with lane.batch("key:one"):
        second = send(client, "key:one")
        another = send(client, "key:another").data
        with lane.batch("key:another"):
            third = send(client, "key:third")

    for refused in (second, third):
        assert (429, "too-many-requests") == problem(refused)
        assert "5" == refused.headers["Retry-After"]
    assert "your credential" in second.get_json(force=True)["detail"]
    assert "of others" in third.get_json(force=True)["detail"]
    assert 3 == another.count(b"\n")
    for actor in ("key:one", "key:third"):
        assert 3 == send(client, actor).data.count(b"\n")


def test_a_batch_that_nobody_reads_any_more_leaves_the_lane(serve: Serve) -> None:
    client = serve(batches=1, batches_per_credential=1)
    unread = send(client, "key:one")

    assert 429 == send(client, "key:one").status_code
    unread.close()

    assert 200 == send(client, "key:one").status_code


def test_a_batch_waits_while_single_requests_are_answered_and_not_for_ever() -> None:
    bulkheads = Bulkheads(1, 1)
    bulkheads.give_way()
    waited = list[float]()

    def line() -> None:
        begun = time.monotonic()
        bulkheads.give_way()
        waited.append(time.monotonic() - begun)

    with bulkheads.single():
        line()
        batch = threading.Thread(target=line)
        batch.start()
    batch.join()

    assert waited[0] >= GIVE_WAY_SECONDS
    assert waited[1] < waited[0]


def test_a_batch_that_fails_leaves_the_lane() -> None:
    bulkheads = Bulkheads(1, 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), bulkheads.batch("key:one"):
            raise ZeroDivisionError

    with bulkheads.batch("key:one"), pytest.raises(Problem), bulkheads.batch("key:two"):
        pass


def test_each_response_says_what_is_left_of_the_limit(serve: Serve) -> None:
    client = serve(rate_per_credential=5)
    acting(client.application, Principal("key:one", "carrier_system", frozenset()))

    told = [client.get("/v1/questions").headers["RateLimit"].split(";") for _ in range(6)]

    assert ["r=4", "r=3", "r=2", "r=1", "r=0", "r=0"] == [left for _, left, _ in told]
    assert all(1 <= int(seconds.removeprefix("t=")) <= 60 for _, _, seconds in told)
    policy = client.get("/v1/questions").headers["RateLimit-Policy"]
    assert '"credential";q=5;w=60' == policy


def test_a_limit_that_is_off_tells_nothing(serve: Serve) -> None:
    client = serve(rate_per_credential=0)
    acting(client.application, Principal("key:one", "carrier_system", frozenset()))

    assert "RateLimit" not in client.get("/v1/questions").headers

"""The figures of the real server: what all its processes counted, also those that ended."""

import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import clock
from app.api.http.metrics import observe_sealing, read_metrics
from app.commands.lawbook.sources import command_origin
from app.records.identity import new_id
from app.records.verifications.reports import Verification, begin, note
from tests.api.asking import CLOSED, asked
from tests.callers import client_of
from tests.servers import Served, served, wait_until

FAULTY = asked(
    facts={
        **CLOSED["facts"],
        "enrollment": {"requested_on": "2012-04-01", "product": "individual_plan"},
    }
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    more = {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "figures"),
        "ELIGIBILITY_FAULTS_AT_MOST": "2",
    }
    with served(
        tmp_path, "--workers", "2", application="tests.faulty:app", PYTHONPATH=".", **more
    ) as running:
        wait_until(lambda: len(_workers(running)) == 2)
        yield running


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and its labels' values in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text) for sample in family.samples
    }  # fmt: skip


def _asked(server: Served) -> dict[tuple[str, ...], float]:
    return figures(server.send("GET", "/metrics", role="auditor")[2].decode())


def _workers(server: Served) -> list[int]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def test_determinations_and_requests_are_counted_over_all_processes_and_beyond_their_end(
    server: Served, tmp_path: Path
) -> None:
    for _ in range(20):
        assert 201 == server.send("POST", "/v1/determinations", CLOSED)[0]
    before = set(_workers(server))
    counted = _asked(server)

    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not before & set(_workers(server)) and len(_workers(server)) == 2)

    after = _asked(server)
    route = ("POST", "/v1/determinations", "201")
    for told in (counted, after):
        assert 20 == told["eligibility_determinations_total", "ineligible", "enrollment.permitted"]
        assert 20 == told["eligibility_request_seconds_count", *route]
        assert 20 == told["eligibility_request_seconds_bucket", "+Inf", *route]
    assert 1 == after["eligibility_requests_in_work",]  # the one that asks
    assert not before & set(_workers(server))


def test_engine_faults_are_counted_and_a_worker_with_too_many_is_replaced(server: Served) -> None:
    before = set(_workers(server))

    answers = [server.send("POST", "/v1/determinations", FAULTY) for _ in range(4)]

    assert [500] * 4 == [status for status, _, _ in answers]
    assert all(b"engine-fault" in body for _, _, body in answers)
    wait_until(lambda: before - set(_workers(server)) and len(_workers(server)) == 2)
    assert 4 == _asked(server)["eligibility_engine_faults_total",]
    assert 201 == server.send("POST", "/v1/determinations", CLOSED)[0]
    wait_until(lambda: any("starting a new one" in line["event"] for line in server.lines()))
    assert "2012-04-01" not in server.log.read_text(encoding="utf-8")


def test_how_far_sealing_is_behind_is_told(client: FlaskClient) -> None:
    observe_sealing(12.5, 3)

    told = figures(client_of(client.application, "auditor").get("/metrics").get_data(as_text=True))

    assert (12.5, 3) == (
        told["eligibility_sealing_lag_seconds",],
        told["eligibility_unsealed_records",],
    )


def test_the_figures_ask_for_a_permission() -> None:
    assert "metrics.read" == read_metrics.permission  # type: ignore[attr-defined]


def test_labels_hold_routes_and_never_paths(client: FlaskClient) -> None:
    client.get("/v1/questions/nothing-of-the-kind", buffered=True)
    client.get("/nothing-of-the-kind", buffered=True)

    text = client_of(client.application, "auditor").get("/metrics").get_data(as_text=True)

    assert 'route="/v1/questions/<id>"' in text
    assert not re.search("nothing-of-the-kind", text)


def test_how_the_last_verification_ended_is_told_whichever_process_ran_it(
    app: Flask, client: FlaskClient
) -> None:
    store, now = app.extensions["eligibility"].store, clock.now()
    ended = now + timedelta(seconds=2)
    new = Verification(new_id(now), now, "account:night", now, 3)
    found = replace(new, state="damaged", ended_at=ended, complaints=2)
    begin(
        store,
        new,
        command_origin().did("verification.started", new.id, kind="verification"),
        alone=False,
    )

    auditor = client_of(app, "auditor")
    auditor.get("/metrics")  # one that is running says nothing yet
    note(store, found)
    told = figures(auditor.get("/metrics").text)

    assert told["eligibility_verification_ended_timestamp_seconds",] == ended.timestamp()
    assert told["eligibility_verification_complaints",] == 2

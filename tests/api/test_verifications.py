"""Verifications over HTTP, and the export of the audit trail."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.access.origin import Origin
from app.api.http.answered.tables import csv_text
from app.records.identity import new_id
from app.records.ledger.seals import seal_everything
from app.records.log.folder import LogFolder
from app.records.log.growing import grow
from app.records.tables import holds, verifications
from app.records.verifications.reports import SILENCE, Verification, begin, note
from app.transparency.keys import ED25519
from tests.api.asking import problem
from tests.api.conftest import Serve
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.servers import wait_until
from tests.transparency.grown import fixed_key

LOG = fixed_key("127.0.0.1:8000/v1/log", ED25519)
OFFICE = Origin("command:tests")


@pytest.fixture
def auditor(serve: Serve) -> FlaskClient:
    """An auditor of a service with a database of its own."""
    return client_of(serve().application, "auditor")


def ended(client: FlaskClient, address: str) -> dict[str, Any]:
    """A verification once it has ended."""
    wait_until(lambda: client.get(address).get_json()["ended_at"] is not None)
    document: dict[str, Any] = client.get(address).get_json()
    return document


def running(app: Flask, silent: timedelta = timedelta()) -> Verification:
    """A verification of another process, of which nothing was noted for a while."""
    store, now = app.extensions["eligibility"].store, clock.now()
    new = Verification(new_id(now), now - silent, "account:1", now - silent, expected=7)
    begin(store, new, OFFICE.did("verification.started", new.id, kind="verification"))
    return new


def test_a_verification_is_started_followed_and_kept(auditor: FlaskClient) -> None:
    trail = AuditTrail(auditor.application.extensions["eligibility"].store)
    started = auditor.post("/v1/verifications", headers={"Idempotency-Key": "v-1"})
    document = ended(auditor, started.headers["Location"])

    assert 202 == started.status_code
    assert ("intact", 0, []) == (
        document["state"],
        document["complaints"],
        document["first_complaints"],
    )
    assert document["records"] > 0
    assert document["proved"] == {
        "against": "inside",
        "through_seal": 0,
        "log": None,
        "through_record": 0,
        "witnesses": 0,
        "witnessed_through_record": 0,
        "enough": False,
        "lacking": ["No checkpoints were compared: ELIGIBILITY_CHECKPOINTS names no file."],
    }
    assert [document] == auditor.get("/v1/verifications").get_json()["verifications"]
    assert [("verification.started", "done"), ("verification.ended", "done")] == trail.outcomes()


def test_a_retry_starts_no_second_one(auditor: FlaskClient) -> None:
    first, second = (
        auditor.post("/v1/verifications", headers={"Idempotency-Key": "v-1"}) for _ in range(2)
    )

    assert first.headers["Location"] == second.headers["Location"]
    ended(auditor, first.headers["Location"])
    assert 1 == len(auditor.get("/v1/verifications").get_json()["verifications"])


def test_one_runs_at_a_time_and_a_silent_one_counts_as_interrupted(auditor: FlaskClient) -> None:
    other = running(auditor.application)
    refused = auditor.post("/v1/verifications", headers={"Idempotency-Key": "v-1"})
    assert (409, "verification-running") == problem(refused)

    store = auditor.application.extensions["eligibility"].store
    note(store, replace(other, seen_at=clock.now() - SILENCE - timedelta(seconds=1)))
    address = f"/v1/verifications/{other.id}"
    assert "interrupted" == auditor.get(address).get_json()["state"]
    started = auditor.post("/v1/verifications", headers={"Idempotency-Key": "v-2"})
    assert 202 == started.status_code
    ended(auditor, started.headers["Location"])


@pytest.mark.parametrize("setting", ["checkpoints", "policy"])
def test_what_cannot_be_read_ends_as_failed(serve: Serve, tmp_path: Any, setting: str) -> None:
    file = tmp_path / setting
    file.mkdir()
    client = client_of(serve(**{setting: file}).application, "auditor")

    started = client.post("/v1/verifications", headers={"Idempotency-Key": "v-1"})

    assert "failed" == ended(client, started.headers["Location"])["state"]


def test_checkpoints_that_are_none_are_a_complaint(serve: Serve, tmp_path: Any) -> None:
    checkpoints = tmp_path / "checkpoints"
    checkpoints.write_text("nothing of the kind\n")
    client = client_of(serve(checkpoints=checkpoints).application, "auditor")

    started = client.post("/v1/verifications", headers={"Idempotency-Key": "v-1"})

    told = ended(client, started.headers["Location"])
    assert "damaged" == told["state"]
    assert ("checkpoints", "line 1") in {
        (each["kind"], each["id"]) for each in told["first_complaints"]
    }


def test_a_report_compares_the_log_under_the_policy(serve: Serve, tmp_path: Any) -> None:
    policy, files = tmp_path / "policy", LogFolder(tmp_path / "log")
    policy.write_text(f"log {LOG.public}\nquorum none\n")
    checkpoints = tmp_path / "checkpoints"
    client = client_of(
        serve(checkpoints=checkpoints, policy=policy, log=files.path).application, "auditor"
    )
    store = client.application.extensions["eligibility"].store
    list(seal_everything(store, clock.now(), checkpoints))
    list(grow(store, files, LOG))

    def report(key: str) -> Any:
        started = client.post("/v1/verifications", headers={"Idempotency-Key": key})
        return ended(client, started.headers["Location"])

    intact = report("v-1")
    assert ("intact", [], True) == (
        intact["state"],
        intact["first_complaints"],
        intact["proved"]["enough"],
    )
    assert LOG.name == intact["proved"]["log"]
    assert intact["proved"]["through_record"] > 0

    (files.path / "checkpoint").write_bytes(b"")
    assert ["log checkpoint"] == [
        f"{each['kind']} {each['id']}" for each in report("v-2")["first_complaints"]
    ]


def test_a_report_names_what_was_changed(auditor: FlaskClient) -> None:
    asked = auditor.get("/v1/questions/enrollment.permitted").get_json()["example"]
    worker = client_of(auditor.application)
    hold = client_of(auditor.application, "supervisor").post(
        "/v1/holds",
        json={
            "kind": "determination",
            "object_id": worker.post("/v1/determinations", json=asked).get_json()["id"],
            "because": "matter 12",
        },
    )
    with auditor.application.extensions["eligibility"].store.writing() as connection:
        connection.execute(holds.update().values(because="none"))

    started = auditor.post("/v1/verifications", headers={"Idempotency-Key": "v-1"})
    report = ended(auditor, started.headers["Location"])

    what = "was changed after it was stored"
    assert ("damaged", 1) == (report["state"], report["complaints"])
    assert [{"kind": "hold", "id": hold.get_json()["id"], "what": what}] == report[
        "first_complaints"
    ]


def test_a_damaged_report_is_named_and_not_shown(auditor: FlaskClient) -> None:
    other = running(auditor.application)
    with auditor.application.extensions["eligibility"].store.writing() as connection:
        connection.execute(verifications.update().values(records=99))

    listed = auditor.get("/v1/verifications").get_json()
    assert ([], [other.id]) == (listed["verifications"], listed["damaged"])
    assert (500, "record-damaged") == problem(auditor.get(f"/v1/verifications/{other.id}"))


def test_an_unknown_one_is_not_found(auditor: FlaskClient) -> None:
    unknown = auditor.get("/v1/verifications/01925b1e-7e3f-7000-8000-000000000000")

    assert (404, "unknown-verification") == problem(unknown)


def test_nothing_starts_without_its_entry(
    auditor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = auditor.application.extensions["eligibility"].store

    def fail(*given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("app.records.verifications.reports.enter", fail)
    auditor.post("/v1/verifications", headers={"Idempotency-Key": "v-1"})

    with store.reading() as connection:
        assert [] == connection.execute(select(verifications)).all()


def test_cells_that_could_be_formulas_become_text() -> None:
    cells = ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "a=1", None, 7]
    header, row, _ = csv_text([str(n) for n in range(9)], [cells]).split("\r\n", 2)

    assert "0,1,2,3,4,5,6,7,8" == header
    assert ["'=1+1", "'+1", "'-1", "'@a", "'\ta"] == row.split(",")[:5]
    assert csv_text(["a"], [["a=1"], [None], [7]]).split("\r\n")[1:4] == ["a=1", '""', "7"]


def test_the_trail_is_searched_by_person_and_by_day(auditor: FlaskClient) -> None:
    worker = client_of(auditor.application)
    asked = worker.get("/v1/questions/enrollment.permitted").get_json()["example"]
    ids = [
        worker.post(
            "/v1/determinations", json={**asked, "subject": subject}, headers={}
        ).get_json()["id"]
        for subject in ("person-1", "person-2", "person-1")
    ]
    worker.get(f"/v1/determinations/{ids[0]}")

    def found(**wanted: object) -> list[tuple[str, str]]:
        entries = auditor.post("/v1/audit/search", json=wanted).get_json()["entries"]
        return [(entry["action"], entry["object_id"]) for entry in entries]

    assert [
        ("determination.read", ids[0]),
        ("determination.made", ids[2]),
        ("determination.made", ids[0]),
    ] == found(subject="person-1")
    today = clock.today()
    days = {"from": today.isoformat(), "to": today.isoformat()}
    assert 3 == len(found(action="determination.made", at=days))
    earlier = {"to": (today - timedelta(days=1)).isoformat()}
    assert [] == found(action="determination.made", at=earlier)


def test_an_export_has_every_entry_of_the_search(
    auditor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.records.audit_trail.TOGETHER", 3)
    for _ in range(8):
        auditor.post("/v1/audit/search", json={})
    wanted = {"action": "audit.searched"}

    answer = auditor.post("/v1/audit/exports", json=wanted)
    table = auditor.post("/v1/audit/exports", json={**wanted, "format": "csv"})

    assert 8 == len({entry["id"] for entry in answer.get_json()["entries"]})
    assert 9 == len(table.get_data(as_text=True).splitlines())
    monkeypatch.setattr("app.api.records.audit_trail.EXPORTED_AT_MOST", 7)
    refused = auditor.post("/v1/audit/exports", json=wanted)
    assert (409, "too-much-to-export") == problem(refused)

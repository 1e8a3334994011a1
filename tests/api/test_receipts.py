"""Receipts: signed at once, the same each time, and of the record that the log then has."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.api.http.service import Service
from app.determinations.decide import Decider
from app.records.log.folder import LogFolder
from app.records.log.growing import grow
from app.transparency.encoding import Malformed
from app.transparency.key_files import read_key
from app.transparency.keys import ED25519
from app.transparency.notes import read_note, trusted
from app.transparency.receipts import Receipt, read_receipt
from tests.api.asking import CLOSED
from tests.callers import client_of
from tests.logged import logged_app
from tests.sealing import seal_everything
from tests.transparency.grown import fixed_key

LOG = fixed_key("127.0.0.1:8000/v1/log", ED25519)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, decider: Decider) -> tuple[Flask, Service]:
    """A service with a log that is not signed yet."""
    app = logged_app(tmp_path_factory.mktemp("receipts"), decider)
    return app, app.extensions["eligibility"]


def made(client: FlaskClient) -> tuple[str, str | None]:
    answer = client.post("/v1/determinations", json=CLOSED)
    assert answer.status_code == 201
    return answer.get_json()["id"], answer.headers.get("Eligibility-Receipt")


def test_a_receipt_is_of_the_record_that_the_log_then_has(
    service: tuple[Flask, Service],
) -> None:
    app, here = service
    client = client_of(app)
    id, none = made(client)
    assert none is None  # nobody signs the log yet: nothing is promised
    refused = client.get(f"/v1/determinations/{id}/receipt")
    assert (refused.status_code, refused.get_json()["type"]) == (404, "/problems/not-in-log")
    seal_everything(here.store)
    assert here.settings.log is not None and here.settings.receipt_key is not None
    list(grow(here.store, LogFolder(here.settings.log), LOG))

    id, header = made(client)
    assert header is not None
    written = base64.b64decode(header)
    assert client.get(f"/v1/determinations/{id}/receipt").data == written
    key = read_key(here.settings.receipt_key).public
    assert here.settings.receipt_key.stat().st_mode & 0o777 == 0o600
    note = read_note(written)
    assert trusted(note, [key]) and key.name == "127.0.0.1:8000/v1/log/receipt"
    receipt = read_receipt(note.text)
    assert receipt.logged_by - receipt.stored_at == timedelta(minutes=1)

    seal_everything(here.store)
    list(grow(here.store, LogFolder(here.settings.log), LOG))
    record = client.get(f"/v1/determinations/{id}/packet").get_json()["record"]
    assert (receipt.origin, receipt.kind, receipt.id) == (LOG.name, "determination", id)
    assert receipt.digest == record["digest"]


def test_a_receipt_with_any_byte_changed_fails(service: tuple[Flask, Service]) -> None:
    app, here = service
    _, header = made(client_of(app))
    assert header is not None and here.settings.receipt_key is not None
    note, key = read_note(base64.b64decode(header)), read_key(here.settings.receipt_key).public
    for at in range(len(note.text)):
        changed = note.text[:at] + chr(ord(note.text[at]) ^ 1) + note.text[at + 1 :]
        assert not key.holds(changed, note.signatures[0].signature)


@pytest.mark.parametrize(
    "change",
    [
        ("/receipt", ""),
        ("determination ", "determination"),
        ("determination", "DETERMINATION"),
        ("in the log by ", ""),
        ("+00:00\n", "\n"),
        ("2026-", "2026"),
    ],
)
def test_what_is_no_receipt_is_refused(
    service: tuple[Flask, Service], change: tuple[str, str]
) -> None:
    _, header = made(client_of(service[0]))
    assert header is not None
    receipt: Receipt = read_receipt(read_note(base64.b64decode(header)).text)
    text = replace(receipt, stored_at=receipt.stored_at.replace(year=2026)).text()
    assert read_receipt(text).id == receipt.id
    with pytest.raises(Malformed):
        read_receipt(text.replace(*change, 1))


def test_a_retry_gets_its_receipt_again(service: tuple[Flask, Service]) -> None:
    client = client_of(service[0])

    def sent(address: str, body: object, **more: str) -> TestResponse:
        headers = {"Idempotency-Key": "again", **more}
        return client.post(address, json=body, headers=headers)

    first, again = (sent("/v1/determinations", CLOSED) for _ in range(2))
    assert (first.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert first.headers["Eligibility-Receipt"] == again.headers["Eligibility-Receipt"]
    id = first.get_json()["id"]
    match = {"If-Match": first.headers["ETag"]}
    new, again = (sent(f"/v1/determinations/{id}/redetermine", {}, **match) for _ in range(2))
    assert new.status_code == 201, new.get_json()
    assert new.headers["Eligibility-Receipt"] == again.headers["Eligibility-Receipt"]
    assert new.headers["Eligibility-Receipt"] != first.headers["Eligibility-Receipt"]


def test_each_stored_line_of_a_batch_has_its_receipt(service: tuple[Flask, Service]) -> None:
    client, lines = client_of(service[0]), f"{json.dumps(CLOSED)}\n" * 2 + "{}\n"

    def sent(query: str = "") -> list[dict[str, Any]]:
        answer = client.post(
            f"/v1/determinations/batch{query}",
            data=lines,
            content_type="application/jsonl",
            headers={"Idempotency-Key": "batch"},
        )
        return [json.loads(line) for line in answer.data.splitlines()]

    first = sent()
    assert [True, True, False] == ["receipt" in line for line in first]
    for line in first[:2]:
        written = base64.b64decode(line["receipt"])
        assert read_receipt(read_note(written).text).id == line["determination"]["id"]
        address = f"/v1/determinations/{line['determination']['id']}/receipt"
        assert client.get(address).data == written
    assert first == sent()
    assert not any("receipt" in line for line in sent("?keep=false"))

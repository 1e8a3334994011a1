"""The log over HTTP: its head and tiles, from which anybody computes a proof of a record."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.http.service import Service
from app.determinations.decide import Decider
from app.records.digests import leaf_hash
from app.records.log.folder import LogFolder
from app.records.log.growing import grow
from app.transparency.checkpoints import Checkpoint, read_checkpoint
from app.transparency.keys import ED25519
from app.transparency.notes import read_note, trusted
from app.transparency.tiles import Tile, subtrees
from app.transparency.tree import inclusion_proof, is_included
from tests.callers import client_of
from tests.logged import logged_app
from tests.sealing import seal_everything
from tests.transparency.grown import fixed_key

KEY = fixed_key("eligibility.example/v1/log", ED25519)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory, decider: Decider) -> Flask:
    return logged_app(tmp_path_factory.mktemp("logged"), decider)


@pytest.fixture
def client(logged: Flask) -> FlaskClient:
    return client_of(logged)


def sign(app: Flask) -> LogFolder:
    """Seal what waits, and sign the log's head."""
    service: Service = app.extensions["eligibility"]
    seal_everything(service.store)
    assert service.settings.log is not None
    folder = LogFolder(service.settings.log)
    list(grow(service.store, folder, KEY))
    return folder


def head(client: FlaskClient) -> Checkpoint:
    answer = client.get("/v1/log/checkpoint")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    note = read_note(answer.data)
    assert trusted(note, [KEY.public])
    return read_checkpoint(note.text)


def test_without_a_head_there_is_nothing(app: Flask, client: FlaskClient) -> None:
    for asked in (client, client_of(app)):
        for path in ("checkpoint", "tile/0/000.p/1", "tile/0/000", "tile/../checkpoint"):
            refused = asked.get(f"/v1/log/{path}")
            assert (refused.status_code, refused.mimetype) == (404, "application/problem+json")


def test_anybody_computes_the_proof_of_a_record_from_tiles(
    logged: Flask, client: FlaskClient
) -> None:
    made = client.post(
        "/v1/determinations",
        json={"question": "enrollment.permitted", "facts": {}, "subject": "case-1"},
        headers={"Idempotency-Key": "1"},
    )
    assert made.status_code == 201
    sign(logged)
    stranger = logged.test_client()
    found = client.get(f"/v1/determinations/{made.get_json()['id']}/packet").get_json()
    record, index = found["record"], found["inclusion"]["sequence"] - 1

    def fetched(tile: Tile) -> bytes:
        answer = stranger.get(f"/v1/log/{tile.path()}")
        assert (answer.status_code, answer.mimetype) == (200, "application/octet-stream")
        assert "immutable" in answer.headers["Cache-Control"]
        return answer.data

    last = head(stranger)
    path = inclusion_proof(subtrees(fetched, last.size), index, last.size)
    leaf = leaf_hash(record["kind"], record["columns"]["id"], record["digest"])
    assert is_included(leaf, index, last.size, last.root, path)


def test_a_damaged_head_is_not_served(logged: Flask, client: FlaskClient) -> None:
    service: Service = logged.extensions["eligibility"]
    assert service.settings.log is not None
    file = service.settings.log / "checkpoint"
    kept = file.read_bytes()
    file.write_bytes(b"damaged")
    assert client.get("/v1/log/checkpoint").status_code == 404
    file.write_bytes(kept)
    assert head(client).size > 0

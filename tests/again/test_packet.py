"""A packet holds everything about one determination, and whoever has it needs nothing else to check
it.
"""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.determinations.decide import Decider
from app.records.digests import leaf_hash, root_of_proof
from app.records.store import Store
from app.verify import main
from tests.again.conftest import Serving, Tamper
from tests.again.keeping import made, trail
from tests.api.asking import problem
from tests.sealing import seal_everything
from tests.stored import document_of


def test_a_packet_is_checked_without_the_service(
    serving: Serving,
    longer_winter: Decider,
    store: Store,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client = serving()
    id = made(client, subject="case:7")
    for _ in range(4):
        made(client)
    root = seal_everything(store)

    answer = serving(longer_winter).get(f"/v1/determinations/{id}/packet")

    assert (200, f'attachment; filename="determination-{id}.json"') == (
        answer.status_code,
        answer.headers["Content-Disposition"],
    )
    file = tmp_path / "packet.json"
    file.write_bytes(answer.data)
    assert 5 == main([str(file), "--root", root])
    assert 7 == capsys.readouterr().out.count("holds    ")


def test_a_packet_holds_what_was_issued_the_law_of_then_and_the_proof(
    client: FlaskClient, store: Store
) -> None:
    first = made(client)
    seal_everything(store)
    id = made(client)
    root = seal_everything(store)

    packet = client.get(f"/v1/determinations/{id}/packet").get_json()

    columns = packet["record"]["columns"]
    assert document_of(store, id) == columns["document"]
    assert "enrollment.permitted" == json.loads(columns["request"])["question"]
    assert "enrollment/open-periods-2011.yaml" in packet["law"]["texts"]
    assert (2, root) == (packet["seal"]["number"], packet["seal"]["root"])
    assert root == root_of_proof(
        leaf_hash("determination", id, packet["record"]["digest"]), packet["inclusion"]["path"]
    )
    assert (
        packet["seal"]["previous"]
        == client.get(f"/v1/determinations/{first}/packet").get_json()["seal"]["chain"]
    )


def test_before_the_record_is_sealed_there_is_no_packet_yet(client: FlaskClient) -> None:
    answer = client.get(f"/v1/determinations/{made(client)}/packet")

    assert (409, "not-sealed") == problem(answer)
    assert int(answer.headers["Retry-After"])


def test_without_the_text_of_the_law_there_is_no_packet(
    client: FlaskClient, store: Store, tamper: Tamper
) -> None:
    id = made(client)
    seal_everything(store)
    tamper("laws.digest", "sha256:", "sha512:")

    assert (409, "law-not-kept") == problem(client.get(f"/v1/determinations/{id}/packet"))


def test_of_a_record_changed_after_sealing_there_is_no_packet_but_an_alarm(
    client: FlaskClient, store: Store, tamper: Tamper, caplog: pytest.LogCaptureFixture
) -> None:
    id = made(client)
    seal_everything(store)
    tamper(
        "determinations.document", '"outcome":"ineligible","says"', '"outcome":"eligible","says"'
    )

    answer = client.get(f"/v1/determinations/{id}/packet")

    assert (500, "record-damaged") == problem(answer)
    assert f"alarm: damaged records of the kind determination: {id}" in caplog.text


def test_handing_out_a_packet_enters_the_audit_trail(client: FlaskClient, store: Store) -> None:
    id = made(client)
    seal_everything(store)

    client.get(f"/v1/determinations/{id}/packet")

    assert ("determination.packet", id, "done") == trail(store)[-1]

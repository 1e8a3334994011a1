"""A packet has the proof of the log, which `python -m app.verify --policy` checks offline."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.http.service import Service
from app.determinations.decide import Decider
from app.records.log.folder import LogFolder
from app.records.log.growing import add_signatures, grow
from app.records.log.packet_checks import log_checks
from app.records.packets.packet_format import HOW_TO_CHECK, HOW_TO_CHECK_LOG, HOW_TO_CHECK_VOID
from app.records.packets.packet_reading import NotAPacket, read_packet
from app.transparency.keys import COSIGNATURE, ED25519
from app.transparency.notes import cosignature_line
from app.transparency.policy import read_policy
from app.verify import FAILS, HOLDS, main
from tests.api.asking import CLOSED
from tests.callers import client_of
from tests.logged import logged_app
from tests.sealing import seal_everything
from tests.transparency.grown import fixed_key

LOG = fixed_key("eligibility.example/v1/log", ED25519)
WITNESS = fixed_key("carrier.example/witness", COSIGNATURE)
POLICY = f"log {LOG.public}\nwitness carrier {WITNESS.public}\nquorum carrier\n".encode()
Packet = dict[str, Any]
Changed = Callable[[Packet], None]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory, decider: Decider) -> Flask:
    return logged_app(tmp_path_factory.mktemp("logged"), decider)


def sign(app: Flask) -> None:
    """Seal what waits, and have the log's head signed and witnessed."""
    service: Service = app.extensions["eligibility"]
    seal_everything(service.store)
    assert service.settings.log is not None
    folder = LogFolder(service.settings.log)
    for grown in grow(service.store, folder, LOG):
        line = cosignature_line(grown.head.text, WITNESS, 1_700_000_000)
        add_signatures(folder, grown.head, [line])


def made(client: FlaskClient, **more: str) -> str:
    answer = client.post("/v1/determinations", json={**CLOSED, **more})
    assert answer.status_code == 201
    return str(answer.get_json()["id"])


@pytest.fixture(scope="module")
def packets(logged: Flask) -> dict[str, Packet]:
    """Packets of a sealed record: that no head covers yet, that one covers, and that is void."""
    client, seen = client_of(logged), {}
    id = made(client)
    service: Service = logged.extensions["eligibility"]
    seal_everything(service.store)
    seen["unlogged"] = client.get(f"/v1/determinations/{id}/packet").get_json()
    made(client)
    sign(logged)
    seen["logged"] = client.get(f"/v1/determinations/{id}/packet").get_json()
    voided = client_of(logged, "supervisor").post(
        f"/v1/determinations/{id}/void", json={"because": "Stored under the wrong reference."}
    )
    assert voided.status_code < 300, voided.get_json()
    sign(logged)
    seen["void"] = client.get(f"/v1/determinations/{id}/packet").get_json()
    return seen


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs the check on a packet under a policy: how it ends, and what it prints."""

    def run(packet: Packet, policy: bytes = POLICY) -> tuple[int, str]:
        (tmp_path / "packet.json").write_text(json.dumps(packet), encoding="utf-8")
        (tmp_path / "policy").write_bytes(policy)
        code = main([str(tmp_path / "packet.json"), "--policy", str(tmp_path / "policy")])
        return code, capsys.readouterr().out

    return run


def test_a_packet_says_what_it_has(packets: dict[str, Packet]) -> None:
    assert packets["unlogged"]["how_to_check"] == HOW_TO_CHECK
    assert packets["logged"]["how_to_check"] == HOW_TO_CHECK + HOW_TO_CHECK_LOG
    assert packets["void"]["how_to_check"] == HOW_TO_CHECK + HOW_TO_CHECK_VOID + HOW_TO_CHECK_LOG
    assert "log_proof" not in packets["unlogged"]
    for proof in (packets["logged"]["log_proof"], packets["void"]["void"]["log_proof"]):
        assert proof.startswith("c2sp.org/tlog-proof@v1\nindex ")
        assert len(proof) < 4_096


@pytest.mark.parametrize("which", ["logged", "void"])
def test_a_proof_holds_under_the_policy(
    packets: dict[str, Packet], verify: Callable[..., tuple[int, str]], which: str
) -> None:
    code, said = verify(packets[which])

    assert (code, "FAILS" in said) == (HOLDS, False)
    assert "holds    The log's head over the record is signed as your policy asks." in said
    assert ("over the record that it is void" in said) == (which == "void")
    assert "can be forged" not in said


STRANGER = fixed_key("eligibility.example/v1/log", COSIGNATURE)


@pytest.mark.parametrize(
    "policy",
    [
        f"log {fixed_key('another.example/log', ED25519).public}\nquorum none\n",
        f"log {LOG.public}\nwitness other {STRANGER.public}\nquorum other\n",
        "quorum none\n",
    ],
)
def test_other_keys_do_not_hold(
    packets: dict[str, Packet], verify: Callable[..., tuple[int, str]], policy: str
) -> None:
    code, said = verify(packets["logged"], policy.encode())
    assert (code, "FAILS    The log's head over the record" in said) == (FAILS, True)


def without_proof(packet: Packet) -> None:
    del packet["log_proof"]
    packet["how_to_check"] = packet["how_to_check"].replace(HOW_TO_CHECK_LOG, "")


def void_without_proof(packet: Packet) -> None:
    del packet["void"]["log_proof"]


def proof_of_the_other(packet: Packet) -> None:
    packet["log_proof"] = packet["void"]["log_proof"]


@pytest.mark.parametrize("change", [without_proof, void_without_proof, proof_of_the_other])
def test_a_record_without_its_own_proof_fails(
    packets: dict[str, Packet], verify: Callable[..., tuple[int, str]], change: Changed
) -> None:
    changed = json.loads(json.dumps(packets["void"]))
    change(changed)
    code, said = verify(changed)
    assert (code, "FAILS    The log's" in said) == (FAILS, True)


def test_any_character_of_the_proof_changed_fails(packets: dict[str, Packet]) -> None:
    policy, proof = read_policy(POLICY), packets["logged"]["log_proof"]
    read = read_packet(json.dumps(packets["logged"]).encode())
    for at in range(len(proof)):
        changed = proof[:at] + chr(ord(proof[at]) ^ 1) + proof[at + 1 :]
        other = replace(read, record=replace(read.record, log_proof=changed))
        assert any(find() for _, find in log_checks(other, policy)), at


@pytest.mark.parametrize("proof", [None, 7, ["c2sp.org/tlog-proof@v1"]])
def test_a_proof_is_text(packets: dict[str, Packet], proof: object) -> None:
    with pytest.raises(NotAPacket, match="log_proof is not text"):
        read_packet(json.dumps({**packets["logged"], "log_proof": proof}).encode())


def test_a_damaged_log_hinders_no_packet(logged: Flask, packets: dict[str, Packet]) -> None:
    service: Service = logged.extensions["eligibility"]
    assert service.settings.log is not None
    id, head = packets["logged"]["record"]["columns"]["id"], service.settings.log / "checkpoint"
    kept = head.read_bytes()
    head.write_bytes(b"damaged")
    found = client_of(logged).get(f"/v1/determinations/{id}/packet").get_json()
    head.write_bytes(kept)
    assert "log_proof" not in found and "log_proof" not in found["void"]


def test_a_policy_that_is_none_is_wrong_use(
    packets: dict[str, Packet], verify: Callable[..., tuple[int, str]]
) -> None:
    with pytest.raises(SystemExit) as ended:
        verify(packets["logged"], b"nonsense\n")
    assert ended.value.code == 2

"""`flask records seal --follow`: what was kept is sealed, logged, signed and witnessed."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from app.commands import command_line
from app.records.ledger.seals import seal
from app.records.log.folder import WITNESSED, LogFolder
from app.records.store import Store
from app.records.tables import audit_entries
from app.settings import ROOT, Settings
from app.transparency.key_files import create_key, read_key
from app.transparency.keys import COSIGNATURE
from app.transparency.policy import read_policy
from app.transparency.trust import Head, head_under
from tests.records.conftest import kept, numbered
from tests.records.log.test_growing import NOW, keep
from tests.servers import free_port
from tests.transparency.grown import fixed_key
from tests.witness.test_commands import PATIENCE_SECONDS, served

WITNESS = fixed_key("carrier.example/witness", COSIGNATURE)


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ELIGIBILITY_INSTANCE": str(tmp_path / "instance"),
        "ELIGIBILITY_ISSUER": "https://eligibility.example",
        "DATABASE_URL": settings.database_url,
    }


def following(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "flask", "records", "seal", "--follow", "--every", "0.1"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)


def stop(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE_SECONDS)


def waited_for(folder: LogFolder, policy: bytes, size: int, witnesses: int) -> Head:
    """The head, once it is of a size and has so many signatures of witnesses."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        note = folder.head()
        if note is not None:
            head = head_under(read_policy(policy), note)
            if head.checkpoint.size >= size and len(head.witnessed) == witnesses:
                return head
        time.sleep(0.05)
    raise AssertionError(f"no head of {size} records")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_heads_are_signed_and_witnessed(
    store: Store, environment: dict[str, str], tmp_path: Path
) -> None:
    """Killed and started again; a witness that comes later, and one that went, delay nothing."""
    keep(store, range(1, 3))
    instance = tmp_path / "instance"
    folder = LogFolder(instance / "log")
    process = following(environment)
    try:
        while not (instance / "log" / "checkpoint").exists():
            assert process.poll() is None
            time.sleep(0.05)
    finally:
        stop(process)
    assert stat.S_IMODE((instance / "log.key").stat().st_mode) == 0o600
    log = read_key(instance / "log.key").public
    assert log.name == "eligibility.example/v1/log"
    begun = select(audit_entries.c.object_id).where(audit_entries.c.action == "records.log_begun")
    with store.reading() as connection:  # five records were sealed before, the sixth is this entry
        assert connection.execute(begun).scalars().all() == ["sequence 6"]

    port = free_port()
    policy = (
        f"log {log}\nwitness carrier {WITNESS.public} http://127.0.0.1:{port}\nquorum carrier\n"
    ).encode()
    (tmp_path / "policy").write_bytes(policy)
    (tmp_path / "witness").mkdir()
    create_key(tmp_path / "witness" / "witness.key", WITNESS)
    process = following({**environment, "ELIGIBILITY_POLICY": str(tmp_path / "policy")})
    try:
        with served(tmp_path / "witness", port, str(log)):
            store.keep(kept(numbered(3)))
            size = waited_for(folder, policy, 7, 1).checkpoint.size
        assert folder.head(WITNESSED) is not None
        store.keep(kept(numbered(4)))
        assert waited_for(folder, policy, size + 2, 0).checkpoint.size == size + 2
        with served(tmp_path / "witness", port, str(log)):
            store.keep(kept(numbered(5)))
            assert waited_for(folder, policy, size + 4, 1).checkpoint.size == size + 4
    finally:
        stop(process)


REFUSED = {
    "key-unusable": ("log.key", b"nonsense"),
    "policy-unusable": ("policy", b"nonsense\n"),
    "log-broken": ("log/checkpoint", b"nonsense"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("refused", REFUSED)
def test_what_cannot_be_used_is_refused(
    store: Store, settings: Settings, tmp_path: Path, refused: str
) -> None:
    name, content = REFUSED[refused]
    paths = {"log": tmp_path / "log", "log_key": tmp_path / "log.key"}
    if refused == "policy-unusable":
        paths["policy"] = tmp_path / "policy"
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(content)
    (tmp_path / name).chmod(0o600)
    chosen = Settings(database_url=settings.database_url, instance=tmp_path, **paths)
    ended = (
        command_line(chosen)
        .test_cli_runner()
        .invoke(args=["records", "seal", "--follow", "--json"])
    )
    assert (ended.exit_code in (2, 3), json.loads(ended.stdout)["refused"]) == (True, refused)
    assert seal(store, NOW) is None

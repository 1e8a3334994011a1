"""`flask witness`: a key is made once, and a witness is served until it is stopped."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app.commands import command_line
from app.settings import ROOT, Settings
from app.transparency.key_files import create_key
from app.transparency.keys import read_public_key
from app.transparency.notes import read_signatures
from app.witness.memory import last_head
from tests.servers import free_port, is_open
from tests.witness.test_witness import FORK, KEY, LOG, submission

PATIENCE_SECONDS = 60


@pytest.fixture
def runner(tmp_path: Path) -> FlaskCliRunner:
    return command_line(Settings(instance=tmp_path)).test_cli_runner()


def test_a_key_is_made_once_and_only_its_owner_reads_it(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "witness.key"
    made = runner.invoke(args=["witness", "key", "carrier.example/witness"])
    assert made.exit_code == 0
    assert read_public_key(made.output.strip()).name == "carrier.example/witness"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text(encoding="utf-8") not in made.output

    assert runner.invoke(args=["witness", "key"]).output == made.output
    again = runner.invoke(args=["witness", "key", "other", "--json"])
    assert (again.exit_code, json.loads(again.stdout)["refused"]) == (3, "key-exists")
    assert runner.invoke(args=["witness", "key"]).output == made.output
    assert [each.name for each in tmp_path.iterdir()] == ["witness.key"]


@pytest.mark.parametrize(
    ("arguments", "code", "refused"),
    [
        (["key"], 4, "key-unreadable"),
        (["key", "two words"], 2, "name-unusable"),
        (["serve", "--log", "nonsense"], 4, "key-unreadable"),
    ],
)
def test_what_cannot_be_used_is_refused(
    runner: FlaskCliRunner, arguments: list[str], code: int, refused: str
) -> None:
    ended = runner.invoke(args=["witness", *arguments, "--json"])
    assert (ended.exit_code, json.loads(ended.stdout)["refused"]) == (code, refused)


def test_a_key_others_can_read_or_of_a_log_is_refused(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "witness.key"
    create_key(file, LOG)
    ended = runner.invoke(args=["witness", "key"])
    assert (ended.exit_code, "is not the key of a witness" in ended.output) == (2, True)
    file.chmod(0o640)
    ended = runner.invoke(args=["witness", "key"])
    assert (ended.exit_code, "others than its owner" in ended.output) == (2, True)
    file.write_bytes(b"\xff")
    file.chmod(0o600)
    assert runner.invoke(args=["witness", "key"]).exit_code == 2


def test_a_log_is_named_by_its_key(runner: FlaskCliRunner, tmp_path: Path) -> None:
    create_key(tmp_path / "witness.key", KEY)
    for log in ("nonsense", str(KEY.public)):
        ended = runner.invoke(args=["witness", "serve", "--log", log, "--json"])
        assert (ended.exit_code, json.loads(ended.stdout)["refused"]) == (2, "log-unusable")
    (tmp_path / "witness.sqlite").write_bytes(b"no database " * 100)
    ended = runner.invoke(args=["witness", "serve", "--log", str(LOG.public), "--json"])
    assert (ended.exit_code, json.loads(ended.stdout)["refused"]) == (4, "memory-unusable")


@contextmanager
def served(folder: Path, port: int, log: str = str(LOG.public)) -> Iterator[None]:
    """A witness in processes of its own, all killed in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "witness", "serve",
         "--port", str(port), "--log", log],
        cwd=ROOT,
        env={**os.environ, "ELIGIBILITY_INSTANCE": str(folder)},
        start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_open(port):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_SECONDS)


def posted(port: int, body: str) -> tuple[int, bytes]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/add-checkpoint", body.encode())
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_killed_and_started_again_it_knows_the_last_head(tmp_path: Path) -> None:
    create_key(tmp_path / "witness.key", KEY)
    with served(tmp_path, port := free_port()):
        status, lines = posted(port, submission(0, 100).written())
        assert status == 200
        assert read_signatures(lines)[0].name == KEY.name
    with served(tmp_path, port := free_port()):
        assert posted(port, submission(0, 200, FORK).written()) == (409, b"100\n")
        assert posted(port, submission(100, 250).written())[0] == 200
    assert last_head(tmp_path / "witness.sqlite", LOG.name).size == 250

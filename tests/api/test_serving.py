"""What reaches the server but is not proper HTTP, or does not come whole: on real sockets."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.case_files import ROOT

SECRET = "secret-subject-77"
BODY = f'{{"question": "individual.eligible", "subject": "{SECRET}", "facts": {{"applicant": {{"resident": true}}}}}}'


class Server(NamedTuple):
    """A server that runs: where it listens, where it logs, and a key that it takes."""

    port: int
    log: Path
    key: str


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp("serving"), _free_port()
    environment = {
        "DATABASE_URL": f"sqlite:///{folder / 'kept.sqlite'}",
        "PORT": str(port),
        "PATH": "/usr/bin:/bin",
        "ELIGIBILITY_INSTANCE": str(folder),
    }
    flask = [sys.executable, "-m", "flask"]
    subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True)
    making = [*flask, "keys", "create", "sockets", "--role", "eligibility_worker", "--organization", "county-office", "--json"]
    made = subprocess.run(making, cwd=ROOT, env=environment, check=True, capture_output=True)
    log = folder / "log"
    with log.open("wb") as written:
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "1", "wsgi:app"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT)
        try:
            for _ in range(300):
                if b"ready" in log.read_bytes() or process.poll() is not None:
                    break
                time.sleep(0.1)
            yield Server(port, log, json.loads(made.stdout)["key"])
        finally:
            process.terminate()
            process.wait(30)


def _sent(server: Server, raw: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(raw.replace("\r\nHost:", f"\r\nAuthorization: Bearer {server.key}\r\nHost:").encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while block := connection.recv(65_536):
            answer += block
    return answer


HEAD = "POST /v1/determinations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (f"{HEAD}Content-Length: 5000\r\n\r\n{BODY}", b"400"),
        (f"{HEAD}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{BODY}\r\n0\r\n\r\n", b"400"),
        (f"GET /{'a' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (f"nonsense {BODY}\r\n\r\n", b"400"),
    ],
    ids=["cut short", "malformed chunks", "a long address", "not HTTP"],
)
def test_what_does_not_come_whole_is_a_problem_document(server: Server, raw: str, status: bytes) -> None:
    answer = _sent(server, raw)

    assert status == answer.split(b" ", 2)[1]
    assert b"application/problem+json" in answer
    assert SECRET.encode() not in answer


def test_a_body_taken_for_a_request_is_not_quoted_in_the_log(server: Server) -> None:
    _sent(server, f"{HEAD}Content-Length: 10\r\n\r\n{BODY}\r\n\r\n")
    _sent(server, f"{HEAD}\r\n{BODY}\r\n\r\n")

    assert SECRET.encode() not in server.log.read_bytes()


def test_a_batch_that_does_not_come_whole_keeps_nothing(server: Server) -> None:
    head = "POST /v1/determinations/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\n"

    answer = _sent(server, f"{head}Content-Length: 5000\r\n\r\n{BODY}\n{BODY}\n")

    assert b"400" == answer.split(b" ", 2)[1]
    assert b"incomplete-body" in answer

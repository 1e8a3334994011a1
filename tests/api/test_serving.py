"""What reaches the server but is not proper HTTP, or does not come whole: on real sockets."""

import socket
from collections.abc import Iterator

import pytest

from tests.servers import Served, served

SECRET = "secret-subject-77"
BODY = f'{{"question": "individual.eligible", "subject": "{SECRET}", "facts": {{"applicant": {{"resident": true}}}}}}'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("serving"), "--workers", "1") as running:
        yield running


def _sent(server: Served, raw: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(raw.replace("\r\nHost:", f"\r\nAuthorization: Bearer {server.key()}\r\nHost:").encode())
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
def test_what_does_not_come_whole_is_a_problem_document(server: Served, raw: str, status: bytes) -> None:
    answer = _sent(server, raw)

    assert status == answer.split(b" ", 2)[1]
    assert b"application/problem+json" in answer
    assert SECRET.encode() not in answer


def test_a_body_taken_for_a_request_is_not_quoted_in_the_log(server: Served) -> None:
    _sent(server, f"{HEAD}Content-Length: 10\r\n\r\n{BODY}\r\n\r\n")
    _sent(server, f"{HEAD}\r\n{BODY}\r\n\r\n")

    assert SECRET.encode() not in server.log.read_bytes()


def test_a_batch_that_does_not_come_whole_keeps_nothing(server: Served) -> None:
    head = "POST /v1/determinations/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\n"

    answer = _sent(server, f"{head}Content-Length: 5000\r\n\r\n{BODY}\n{BODY}\n")

    assert b"400" == answer.split(b" ", 2)[1]
    assert b"incomplete-body" in answer

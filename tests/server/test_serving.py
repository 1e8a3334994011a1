"""What reaches the server but is not proper HTTP, or does not come whole: on real sockets, without
nginx in front.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.servers import Served, served

SECRET = "secret-subject-77"
BODY = (
    f'{{"question": "individual.eligible", "subject": "{SECRET}", "facts": {{"applicant": '
    '{"resident": true}}}'
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("serving"), "--workers", "1") as running:
        yield running


def _sent(server: Served, raw: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        sent = raw.replace("\r\nHost:", f"\r\nAuthorization: Bearer {server.key()}\r\nHost:")
        with suppress(OSError):  # what is refused at its head is answered before it is all sent
            connection.sendall(sent.encode())
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(ConnectionResetError):  # closed on what was still being sent
            while block := connection.recv(65_536):
                answer += block
    return answer


BOUND = 1_048_576
HEAD = "POST /v1/determinations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


CHUNKED = f"{HEAD}Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("raw", "status", "type"),
    [
        (f"{HEAD}Content-Length: 5000\r\n\r\n{BODY}", b"400", b"incomplete-body"),
        (f"{CHUNKED}ZZ\r\n{BODY}\r\n0\r\n\r\n", b"400", b"incomplete-body"),
        (f"{CHUNKED}1000\r\n{BODY}", b"400", b"incomplete-body"),
        (f"{CHUNKED}{len(BODY):x}\r\n{BODY}\r\n", b"400", b"incomplete-body"),
        (
            f"{HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n",
            b"415",
            b"unsupported-media-type",
        ),
    ],
    ids=[
        "cut short",
        "malformed chunks",
        "cut inside a chunk",
        "without a last chunk",
        "packed",
    ],
)
def test_what_does_not_come_whole_is_a_problem_document(
    server: Served, raw: str, status: bytes, type: bytes
) -> None:
    answer = _sent(server, raw)

    assert status == answer.split(b" ", 2)[1]
    assert b"application/problem+json" in answer
    assert b'"/problems/' + type + b'"' in answer
    assert SECRET.encode() not in answer


@pytest.mark.parametrize(("length", "status"), [(BOUND, b"201"), (BOUND + 1, b"413")])
def test_a_body_may_be_as_long_whether_its_length_is_announced_or_not(
    server: Served, length: int, status: bytes
) -> None:
    body = '{"question": "waiver.reviewable", "facts": {}}'.ljust(length)
    head = f"{HEAD}Idempotency-Key: {{}}-{length}\r\n"

    announced = _sent(server, f"{head.format('a')}Content-Length: {length}\r\n\r\n{body}")
    chunked = _sent(
        server,
        f"{head.format('b')}Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n",
    )

    assert [status, status] == [answer.split(b" ", 2)[1] for answer in (announced, chunked)]


def test_a_request_whose_head_comes_in_pieces_is_answered(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        for piece in (b"GET /v1/ques", b"tions HTTP/1.1\r\nHo", b"st: x\r\n", b"\r\n"):
            connection.sendall(piece)
            time.sleep(0.05)

        assert b"HTTP/1.1 200 " == connection.recv(13)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (f"GET /{SECRET * 900} HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (f"GET / HTTP/1.1\r\nX-A: {SECRET * 9_000}\r\nHost: x\r\n\r\n", b"431"),
        (f"nonsense {BODY}\r\n\r\n", b"400"),
        (f"GET / HTTP/1.1\r\n{SECRET} x: 1\r\nHost: x\r\n\r\n", b"400"),
    ],
    ids=["a long address", "long headers", "not HTTP", "no header"],
)
def test_what_is_not_http_is_refused_and_not_quoted_in_the_log(
    server: Served, raw: str, status: bytes
) -> None:
    """Behind nginx it gets a problem document: tests/deploy/test_nginx.py."""
    assert status == _sent(server, raw).split(b" ", 2)[1]
    assert SECRET.encode() not in server.log.read_bytes()


def test_a_body_taken_for_a_request_is_not_quoted_in_the_log(server: Served) -> None:
    _sent(server, f"{HEAD}Content-Length: 10\r\n\r\n{BODY}\r\n\r\n")
    _sent(server, f"{HEAD}\r\n{BODY}\r\n\r\n")

    assert SECRET.encode() not in server.log.read_bytes()
    told = [line["event"] for line in server.lines() if line["logger"] == "gunicorn.error"]
    assert "rejected a request, or failed on it: InvalidRequestMethod" in told


def test_a_batch_that_does_not_come_whole_keeps_nothing(server: Served) -> None:
    head = (
        "POST /v1/determinations/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\n"
    )

    answer = _sent(server, f"{head}Content-Length: 5000\r\n\r\n{BODY}\n{BODY}\n")

    assert b"400" == answer.split(b" ", 2)[1]
    assert b"incomplete-body" in answer

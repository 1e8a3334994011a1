"""What reaches the server but is not proper HTTP, or does not come whole: on real sockets."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.server.serving import asks_how_the_service_is
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
        connection.sendall(
            raw.replace("\r\nHost:", f"\r\nAuthorization: Bearer {server.key()}\r\nHost:").encode()
        )
        connection.shutdown(socket.SHUT_WR)
        answer = b""
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
        (f"GET /{'a' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n", b"414", b"address-too-long"),
        (f"GET / HTTP/1.1\r\nX-A: {'a' * 90_000}\r\nHost: x\r\n\r\n", b"431", b"headers-too-large"),
        (f"nonsense {BODY}\r\n\r\n", b"400", b"bad-request"),
    ],
    ids=[
        "cut short",
        "malformed chunks",
        "cut inside a chunk",
        "without a last chunk",
        "packed",
        "a long address",
        "long headers",
        "not HTTP",
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


def test_who_sends_far_too_much_and_reads_late_is_told_so(server: Served) -> None:
    """Closing at once would reset the connection and destroy what had not been read."""
    length = 3 * BOUND
    head = f"{HEAD}Authorization: Bearer {server.key()}\r\nContent-Length: {length}\r\n\r\n"
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(head.encode() + b" " * length)
            connection.shutdown(socket.SHUT_WR)

            assert b"HTTP/1.1 413 " == connection.recv(13)


def test_a_client_that_does_not_hang_up_after_its_last_answer_holds_up_nobody(
    server: Served,
) -> None:
    asking = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    staying = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(20)]
    try:
        for connection in staying:
            connection.sendall(asking)
        for (
            connection
        ) in staying:  # two seconds each, one after the other, would be too long for the last
            assert b"HTTP/1.1 200 " == connection.recv(13)

        assert 200 == server.send("GET", "/healthz")[0]
    finally:
        for connection in staying:
            connection.close()


def test_heads_that_never_end_hold_up_nobody(tmp_path: Path) -> None:
    few = {"ELIGIBILITY_WORKERS": "1", "ELIGIBILITY_THREADS": "1", "ELIGIBILITY_QUEUE": "4"}
    with served(tmp_path, **few) as running:
        unfinished = [
            socket.create_connection(("127.0.0.1", running.port), timeout=20) for _ in range(20)
        ]
        try:
            for number, connection in enumerate(unfinished):
                connection.sendall(
                    f"GET {'/healthz' if number % 2 else '/v1/questions'} HTTP/1.1\r\nHo".encode()
                )

            assert {200} == {
                running.send("GET", path)[0]
                for path in ("/v1/questions", "/healthz", "/readyz") * 5
            }
        finally:
            for connection in unfinished:
                connection.close()


def test_a_request_whose_head_comes_in_pieces_is_answered(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        for piece in (b"GET /v1/ques", b"tions HTTP/1.1\r\nHo", b"st: x\r\n", b"\r\n"):
            connection.sendall(piece)
            time.sleep(0.05)

        assert b"HTTP/1.1 200 " == connection.recv(13)


def test_a_body_that_stops_coming_is_not_waited_for_without_end(tmp_path: Path) -> None:
    with served(tmp_path, ELIGIBILITY_READ_SECONDS="1") as running:
        head = HEAD.replace("Host:", f"Authorization: Bearer {running.key()}\r\nHost:")
        with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
            connection.sendall(f"{head}Content-Length: 5000\r\n\r\n{BODY}".encode())
            answer = b""
            while block := connection.recv(65_536):
                answer += block

    assert b"HTTP/1.1 400 " == answer[:13]
    assert b"/problems/incomplete-body" in answer


@pytest.mark.parametrize(
    "asking", ["POST /healthz", "GET /healthzfoo", "GET /healthz HTTP/1.1\r\nContent-Length: 9"]
)
def test_only_what_asks_how_the_service_is_and_nothing_else_is_answered_aside(asking: str) -> None:
    head = (asking if "HTTP" in asking else f"{asking} HTTP/1.1") + "\r\nHost: x\r\n\r\n"

    assert not asks_how_the_service_is(head.encode())
    assert asks_how_the_service_is(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")


def test_a_body_taken_for_a_request_is_not_quoted_in_the_log(server: Served) -> None:
    _sent(server, f"{HEAD}Content-Length: 10\r\n\r\n{BODY}\r\n\r\n")
    _sent(server, f"{HEAD}\r\n{BODY}\r\n\r\n")

    assert SECRET.encode() not in server.log.read_bytes()


def test_a_batch_that_does_not_come_whole_keeps_nothing(server: Served) -> None:
    head = (
        "POST /v1/determinations/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\n"
    )

    answer = _sent(server, f"{head}Content-Length: 5000\r\n\r\n{BODY}\n{BODY}\n")

    assert b"400" == answer.split(b" ", 2)[1]
    assert b"incomplete-body" in answer

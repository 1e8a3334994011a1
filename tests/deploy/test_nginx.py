"""The nginx configuration that is shipped, in front of the real server: what it passes on, what it
refuses, and how.
"""

import http.client
import json
import shutil
import socket
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from app.api.http.answered.problem_types import PROBLEM_TYPES
from app.api.http.asked.requests import HEADERS
from tests.api.asking import CLOSED
from tests.proxies import SHIPPED, Proxied, proxied
from tests.servers import wait_until

pytestmark = pytest.mark.slow

CANARY = "canary-5532"
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with a short name, since the name of a socket must be short."""
    path = Path(tempfile.mkdtemp(prefix="ngx"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def proxy(folder: Path) -> Iterator[Proxied]:
    with proxied(folder) as running:
        yield running


def send(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    source: str = "127.0.0.1",
    **headers: str,
) -> Answer:
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=30, source_address=(source, 0)
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(
        method, path, body, {"Content-Type": "application/json", **named} if body else named
    )
    answer = connection.getresponse()
    told = (
        answer.status,
        {name.lower(): value for name, value in answer.getheaders()},
        answer.read(),
    )
    connection.close()
    return told


def assert_problem(answer: Answer, status: int, type: str) -> None:
    """A problem document of nginx's own, with every header that the service's own have."""
    document = json.loads(answer[2])
    assert (status, f"/problems/{type}", status) == (
        answer[0],
        document["type"],
        document["status"],
    )
    assert PROBLEM_TYPES[type].title == document["title"]
    assert "application/problem+json" == answer[1]["content-type"]
    assert UUID(document["request_id"]) == UUID(answer[1]["x-request-id"])
    assert {name.lower() for name in HEADERS} | {"cache-control"} <= set(answer[1])


def test_a_determination_is_made_and_read_through_it(proxy: Proxied) -> None:
    key = f"Bearer {proxy.service.key()}"
    status, headers, body = send(
        proxy.port, "POST", "/v1/determinations", json.dumps(CLOSED).encode(), Authorization=key
    )
    again = send(proxy.port, "GET", headers["location"], Authorization=key)

    assert (201, 200) == (status, again[0])
    assert body == again[2]
    assert all(value == headers[name.lower()] for name, value in HEADERS.items())


def test_it_speaks_tls_and_leads_there(proxy: Proxied) -> None:
    context = ssl.create_default_context(cafile=str(proxy.folder / "certificate.pem"))
    connection = http.client.HTTPSConnection(
        "localhost", proxy.tls_port, context=context, timeout=30
    )
    connection.request("GET", "/v1/questions")

    assert 200 == connection.getresponse().status
    redirected = send(proxy.redirecting_port, "GET", "/v1/questions?x=1", Host="localhost")
    assert (308, "https://localhost/v1/questions?x=1") == (redirected[0], redirected[1]["location"])


def test_a_host_that_is_not_ours_gets_nothing(proxy: Proxied) -> None:
    """Neither a page nor an address that leads to a name somebody else chose."""
    with pytest.raises(ConnectionResetError):
        send(proxy.redirecting_port, "GET", "/sign-in", Host="evil.example.net")
    context = ssl.create_default_context(cafile=str(proxy.folder / "certificate.pem"))
    with (
        socket.create_connection(("127.0.0.1", proxy.tls_port)) as connection,
        pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"),
    ):
        context.wrap_socket(connection, server_hostname="evil.example.net")


@pytest.mark.parametrize(
    "line", ["GET / HTTP/3.0\r\n", "POST /v1/x HTTP/1.1\r\nTransfer-Encoding: gibberish\r\n"]
)
def test_what_nginx_itself_cannot_speak_gets_a_problem(proxy: Proxied, line: str) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as connection:
        connection.sendall(f"{line}Host: localhost\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        headers = {name.lower(): value for name, value in answer.getheaders()}

        assert_problem((answer.status, headers, answer.read()), 400, "bad-request")


def test_too_large_a_body_is_refused_without_being_taken_in(proxy: Proxied) -> None:
    answer = send(proxy.port, "POST", "/v1/determinations", b" " * 1_048_577)

    assert_problem(answer, 413, "body-too-large")


def test_a_batch_may_be_larger(proxy: Proxied) -> None:
    body = (json.dumps(CLOSED).encode().ljust(30_000) + b"\n") * 50

    named = {"Content_Type": "application/jsonl", "Authorization": f"Bearer {proxy.service.key()}"}
    answer = send(proxy.port, "POST", "/v1/determinations/batch?keep=false", body, **named)

    assert 200 == answer[0]
    assert 50 == answer[2].count(b"\n")


def test_trace_and_what_is_not_http_and_what_is_too_long_are_refused(proxy: Proxied) -> None:
    assert_problem(send(proxy.port, "TRACE", "/v1/questions"), 405, "method-not-allowed")
    assert_problem(send(proxy.port, "GET", f"/{'a' * 9_000}"), 414, "address-too-long")
    assert_problem(send(proxy.port, "GET", "/", Cookie="a" * 9_000), 431, "headers-too-large")
    assert_problem(send(proxy.port, "GET", "/", Content_Length="x"), 400, "bad-request")


def test_the_services_own_problems_are_passed_on_as_they_are(proxy: Proxied) -> None:
    status, headers, body = send(
        proxy.port,
        "POST",
        "/v1/determinations",
        b"{",
        Authorization=f"Bearer {proxy.service.key()}",
    )

    assert (400, "/problems/malformed-json") == (status, json.loads(body)["type"])
    assert 1 == len([name for name in headers if name == "x-request-id"])


def test_an_id_goes_through_to_the_log_of_both_and_a_strange_one_does_not(proxy: Proxied) -> None:
    given = "5b6c0a1e-8f3e-4f5a-9d55-0a1b2c3d4e5f"

    kept = send(proxy.port, "GET", "/healthz", X_Request_Id=given)
    replaced = send(proxy.port, "GET", "/healthz", X_Request_Id=CANARY)

    assert given == kept[1]["x-request-id"]
    assert CANARY != replaced[1]["x-request-id"]
    wait_until(lambda: given in proxy.log())
    wait_until(lambda: any(line.get("request_id") == given for line in proxy.service.lines()))


def test_a_client_cannot_say_who_it_is(proxy: Proxied) -> None:
    id = "6c7d1b2f-9a4f-4a6b-8e66-1b2c3d4e5f60"

    send(
        proxy.port,
        "GET",
        "/v1/questions",
        source="127.0.0.9",
        X_Forwarded_For="203.0.113.9",
        Forwarded="for=203.0.113.9",
        X_Request_Id=id,
    )

    def told_of() -> list[str]:
        return [
            line["address"]
            for line in proxy.service.lines()
            if line["event"] == "request" and line["request_id"] == id
        ]

    wait_until(told_of)  # the line is written after the answer is sent
    told = told_of()
    assert ["127.0.0.9"] == told


def test_who_asks_too_often_is_refused_and_others_are_not(proxy: Proxied) -> None:
    told = [send(proxy.port, "GET", f"/{'a' * 9_000}", source="127.0.0.77") for _ in range(5)]
    assert {414} == {status for status, _, _ in told}

    refused = next(
        (
            a
            for a in (
                send(proxy.port, "GET", "/nothing", source="127.0.0.78") for _ in range(5_000)
            )
            if a[0] == 429
        ),
        None,
    )

    assert refused is not None
    assert_problem(refused, 429, "too-many-requests")
    assert "1" == refused[1]["retry-after"]
    assert 200 == send(proxy.port, "GET", "/healthz", source="127.0.0.79")[0]


def test_nothing_that_a_caller_sends_stands_in_its_log(proxy: Proxied) -> None:
    for path in (f"/{CANARY}", f"/v1/questions?{CANARY}", f"/v1/questions/{CANARY}%0a"):
        send(
            proxy.port,
            "GET",
            path,
            User_Agent=CANARY,
            Referer=CANARY,
            Cookie=CANARY,
            X_Request_Id=CANARY,
            X_Forwarded_For=CANARY,
        )
    with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        connection.sendall(f"{CANARY} {CANARY}\r\n\r\n".encode())
        connection.recv(1_000)

    assert CANARY not in proxy.log()
    assert all(json.loads(line) for line in (proxy.folder / "access.log").read_text().splitlines())


def test_where_nobody_listens_the_answer_says_when_to_come_back(folder: Path) -> None:
    apart = folder / "apart"
    apart.mkdir()
    with proxied(apart) as running:
        running.service.stop()
        answer = send(running.port, "GET", "/v1/questions")

    assert_problem(answer, 503, "overloaded")
    assert "2" == answer[1]["retry-after"]


def test_an_answer_that_takes_too_long_is_told(folder: Path) -> None:
    slow = folder / "slow"
    slow.mkdir()
    with proxied(slow, {"proxy_read_timeout 30s": "proxy_read_timeout 1ms"}) as running:
        answer = send(running.port, "GET", "/docs")

    assert_problem(answer, 504, "no-answer-in-time")


def test_it_hands_on_half_as_many_again_as_the_service_answers_and_lets_wait() -> None:
    from app.settings import Settings

    settings = Settings()
    admitted = settings.workers * (settings.threads + settings.queue)
    assert f"max_conns={admitted + admitted // 2} " in SHIPPED.read_text(encoding="utf-8")

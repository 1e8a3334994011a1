"""The log of the real server: a line for each request, nothing of what a caller sent, and no line
that a caller made.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.api.asking import CLOSED
from tests.servers import Served, served, wait_until

CANARY = "canary-7731"
DAY = "1931-07-13"
"""A day that nothing else names."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(
        tmp_path_factory.mktemp("logs"), "--workers", "1", ELIGIBILITY_LOG_LEVEL="debug"
    ) as running:
        yield running


def _lines_of(server: Served, request_id: str) -> list[dict[str, object]]:
    return [
        line
        for line in server.lines()
        if line.get("request_id") == request_id and line["event"] == "request"
    ]


def test_every_request_has_one_line_with_its_id_its_route_and_who_asked(server: Served) -> None:
    id = str(uuid4())

    server.send("GET", "/v1/questions/enrollment.permitted", headers={"X-Request-Id": id})

    wait_until(lambda: _lines_of(server, id))
    [line] = _lines_of(server, id)
    assert ("GET", "/v1/questions/<id>", 200) == (line["method"], line["route"], line["status"])
    assert ("anybody", "127.0.0.1", "info") == (line["actor"], line["address"], line["level"])
    assert isinstance(line["milliseconds"], float)
    assert str(line["timestamp"]).endswith("Z")


def test_an_address_where_nothing_stands_and_a_strange_method_are_logged_without_their_names(
    server: Served,
) -> None:
    ids = [str(uuid4()), str(uuid4())]

    server.send("GET", f"/{CANARY}", headers={"X-Request-Id": ids[0]})
    server.send("BREW", "/healthz", headers={"X-Request-Id": ids[1]})

    wait_until(lambda: all(_lines_of(server, id) for id in ids))
    astray, brewed = (_lines_of(server, id)[0] for id in ids)
    assert ("other", 404) == (astray["route"], astray["status"])
    assert ("other", 405) == (brewed["method"], brewed["status"])


def _hostile_requests() -> Iterator[tuple[str, str, object, dict[str, str]]]:
    """Requests that carry a canary in every place a request can carry one."""
    everywhere = {
        "X-Request-Id": CANARY,
        "Authorization": f"Bearer {CANARY}",
        "Cookie": f"session={CANARY}; {CANARY}=1",
        "User-Agent": CANARY,
        "Referer": f"http://x/{CANARY}",
        "X-Forwarded-For": CANARY,
        "Forwarded": f"for={CANARY}",
        CANARY: CANARY,
        "Accept": CANARY,
        "If-None-Match": CANARY,
        "Idempotency-Key": CANARY,
        "If-Match": CANARY,
        "Origin": f"http://{CANARY}",
    }
    facts = {
        **CLOSED["facts"],
        "enrollment": {"requested_on": DAY, "product": CANARY},
        CANARY: {CANARY: CANARY},
    }
    asked = {**CLOSED, "facts": facts, "subject": CANARY, "edition": CANARY}
    kept = {**CLOSED, "subject": CANARY}
    bodies: list[object] = [
        asked,
        kept,
        {**CLOSED, CANARY: CANARY},
        {**CLOSED, "question": CANARY},
        {**CLOSED, "as_of": CANARY},
        [CANARY],
        CANARY,
        f'{{"question": "{CANARY}'.encode(),
        f'{{"{CANARY}": 1, "{CANARY}": 2}}'.encode(),
        b"\xff" + CANARY.encode(),
        {"facts": facts, "year": 2011},
        {"facts": CLOSED["facts"], "year": CANARY},
        f"{CANARY}\n{json.dumps(asked)}\n".encode(),
    ]
    posts = [
        "/v1/determinations",
        "/v1/determinations?keep=false",
        "/v1/determinations/batch",
        "/v1/eligibility-calendars",
    ]
    gets = [
        "/",
        "/docs",
        "/docs/static/docs.css",
        "/openapi.json",
        "/problems",
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/questions",
        "/v1/provisions",
        "/v1/open-enrollment",
        "/v1/law/changes",
    ]
    for path in [*posts, *gets]:
        for body in bodies if path in posts else [None]:
            for type in (
                ("application/json", "application/jsonl", CANARY) if body is not None else ("",)
            ):
                yield (
                    "POST" if path in posts else "GET",
                    path,
                    body,
                    {**everywhere, **({"Content-Type": type} if type else {})},
                )
        yield "GET", f"{path}?{CANARY}={CANARY}&on={DAY}", None, everywhere
        yield "GET", f"{path.partition('?')[0]}/{CANARY}", None, everywhere
        yield "PUT", f"{path.partition('?')[0]}/../{CANARY}%0a%7b%22event%22", CANARY, everywhere


def test_nothing_that_a_caller_sends_stands_in_the_log_nor_in_the_figures(server: Served) -> None:
    sent = 0
    for method, path, body, headers in _hostile_requests():
        server.send(method, path, body, headers)
        sent += 1
    _talk(server.port, f"GET /{CANARY} HTTP/1.1\r\nHost: {CANARY}\r\n{CANARY}\r\n\r\n")
    _talk(server.port, f"{CANARY} {CANARY}\r\n\r\n")
    _talk(
        server.port,
        f"POST /v1/determinations HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n{CANARY}{DAY}",
    )

    wait_until(lambda: sum(line["event"] == "request" for line in server.lines()) >= sent)

    assert sent > 150
    _, _, figures = server.send("GET", "/metrics", role="auditor")
    for text in (server.log.read_text(encoding="utf-8"), figures.decode()):
        assert CANARY not in text
        assert DAY not in text


def test_nothing_personal_stands_in_the_log_nor_in_a_refusal(server: Served) -> None:
    person = {"name": f"Zora {CANARY}", "born_on": DAY}
    hostile = [
        {**person, "subject": f"{CANARY} {DAY}"},
        {**person, "born_on": f"{DAY}T"},
        {**person, "name": f"{CANARY} 123-45-6789"},
    ]

    status, headers, _ = server.send("POST", "/v1/applicants", person, {"Idempotency-Key": "1"})
    refusals = [
        server.send("POST", "/v1/applicants", each, {"Idempotency-Key": "2"})[2] for each in hostile
    ]
    refusals += [server.send("PATCH", headers["location"], person, {"If-Match": '"9"'})[2]]
    server.send("GET", "/v1/applicants/123-45-6789")
    found = server.send("POST", "/v1/applicants/search", person)

    assert (201, 200, 1) == (status, found[0], len(json.loads(found[2])["applicants"]))
    told = b"".join(refusals).decode() + server.log.read_text(encoding="utf-8")
    assert [] == [word for word in (CANARY, DAY, "Zora", "123-45-6789") if word in told]


def _talk(port: int, raw: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(raw.encode())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass


def test_nobody_can_write_a_line_of_their_own(server: Served) -> None:
    for path in (
        "/v1/questions/x%0A%7B%22event%22:%22forged%22%7D",
        "/%0d%0a{'event':'forged'}",
        "/x%E2%80%A8forged",
    ):
        server.send("GET", path)

    text = server.log.read_text(encoding="utf-8")
    said = text[text.index("stop it") :].splitlines()[1:]
    assert all(json.loads(line) for line in said if line)
    assert "forged" not in text


def test_what_the_server_itself_says_is_json_too(server: Served) -> None:
    wait_until(  # the service is ready before its last process has said that it begins
        lambda: any(
            line["logger"] == "gunicorn.error" and "Booting worker" in line["event"]
            for line in server.lines()
        )
    )
    assert any(line["event"] == "settings" for line in server.lines())


def test_a_quieter_log_tells_no_requests(tmp_path: Path) -> None:
    with served(tmp_path, "--workers", "1", ELIGIBILITY_LOG_LEVEL="warning") as running:
        running.send("GET", "/healthz")

    assert [] == [line for line in running.lines() if line["level"] == "info"]

"""Which requests find a place in a process: the middleware round a small application."""

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from app.api.http.asked.bulkheads import Bulkheads
from app.server.admission import ALWAYS_ANSWERED, LONGEST_WAIT_SECONDS, Admission
from app.settings import Settings
from tests.servers import wait_until

ONE = {"Authorization": "Bearer one"}
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def admission(application: Any, places: int, queue: int, of_one: int = 1_000) -> Admission:
    settings = Settings(
        instance=Path("/nowhere"), threads=places, queue=queue, at_once_per_credential=of_one
    )
    return Admission(application, Bulkheads(1, 1), settings)


class Held:
    """An application that answers each request when it is let go on."""

    def __init__(self) -> None:
        self.inside, self.most, self.go_on = 0, 0, threading.Semaphore(0)
        self.entered, self._counting = threading.Semaphore(0), threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._counting:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.entered.release()
        self.go_on.acquire()
        with self._counting:
            self.inside -= 1
        return Response("done")(environ, start_response)


def sent(
    application: Wsgi, number: int, **headers: str
) -> tuple[list[threading.Thread], list[int]]:
    """Requests on their way, and the statuses that they get in the end."""
    statuses: list[int] = []

    def send() -> None:
        statuses.append(Client(application).get("/x", headers=headers).status_code)

    threads = [threading.Thread(target=send) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads, statuses


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def test_as_many_as_there_are_places_are_answered_at_a_time_while_some_wait() -> None:
    held = Held()
    threads, statuses = sent(admission(held, places=2, queue=3), 5)
    for _ in range(2):
        held.entered.acquire()
    for _ in threads:
        held.go_on.release()
    join(threads)

    assert [200] * 5 == statuses
    assert 2 == held.most


def test_what_comes_beyond_is_refused_and_told_when_to_come_back() -> None:
    held = Held()
    entry = admission(held, places=1, queue=0)
    threads, _ = sent(entry, 1)
    held.entered.acquire()

    refused = Client(entry).get("/x")
    held.go_on.release()
    join(threads)

    assert (503, "2") == (refused.status_code, refused.headers["Retry-After"])
    assert "application/problem+json" == refused.content_type
    assert "/problems/overloaded" == refused.get_json(force=True)["type"]
    assert refused.headers["X-Request-Id"] == refused.get_json(force=True)["request_id"]
    assert 1 == held.most


@pytest.mark.parametrize("places", [1, 3])
def test_one_request_after_another_always_finds_a_place(places: int) -> None:
    """The next may come as soon as the end of an answer can be read: before it is closed."""
    entry = admission(Response("whole"), places, queue=0)

    assert [b"whole"] * 10 == [b"".join(_unclosed(entry)) for _ in range(10)]


def test_an_answer_that_is_still_made_takes_no_place() -> None:
    entry = admission(streaming, places=1, queue=0)
    streamed = iter(_unclosed(entry))
    assert b"0" == next(streamed)

    assert 200 == Client(entry).get("/x").status_code
    assert [b"1", b"2"] == list(streamed)


def test_one_caller_leaves_room_for_others() -> None:
    held = Held()
    entry = admission(held, places=1, queue=3, of_one=2)
    threads, statuses = sent(entry, 2, Authorization="Bearer one")
    held.entered.acquire()
    wait_until(lambda: 429 == Client(entry).get("/x", headers=ONE).status_code)
    others, told = sent(entry, 2, Authorization="Bearer another")
    for _ in range(4):
        held.go_on.release()
    join([*threads, *others])

    assert ([200] * 2, [200] * 2) == (statuses, told)


def test_callers_without_a_credential_are_told_apart_by_their_address() -> None:
    held = Held()
    entry = admission(held, places=1, queue=3, of_one=1)
    threads, statuses = sent(entry, 1)
    held.entered.acquire()

    refused = Client(entry).get("/x")
    elsewhere = threading.Thread(
        target=lambda: statuses.append(
            Client(entry).get("/x", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code
        )
    )
    elsewhere.start()
    for _ in range(2):
        held.go_on.release()
    join([*threads, elsewhere])

    assert (429, "1") == (refused.status_code, refused.headers["Retry-After"])
    assert [200, 200] == statuses


def test_a_request_that_would_wait_too_long_is_refused_and_admitted_again_when_answers_are_quick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    takes = 3 * LONGEST_WAIT_SECONDS
    held = Held()

    @Request.application
    def slow(request: Request) -> Response:
        nonlocal now
        now += takes
        return Response("done")

    entry = admission(slow, places=1, queue=1_000)
    monkeypatch.setattr("app.server.admission.time.monotonic", lambda: now)
    for _ in range(100):
        assert 200 == Client(entry).get("/x").status_code

    entry._application = held
    threads, _ = sent(entry, 1)
    held.entered.acquire()
    refused = Client(entry).get("/x").status_code
    held.go_on.release()
    join(threads)
    takes, entry._application = 0.0, slow
    for _ in range(100):
        Client(entry).get("/x")
    entry._application = held
    threads, statuses = sent(entry, 2)
    held.entered.acquire()
    for _ in range(2):
        held.go_on.release()
    join(threads)

    assert 503 == refused
    assert [200, 200] == statuses


def test_an_application_that_fails_leaves_its_place() -> None:
    @Request.application
    def failing(request: Request) -> Response:
        raise ZeroDivisionError

    entry = admission(failing, places=1, queue=0)

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            Client(entry).get("/x")


@pytest.mark.parametrize("path", sorted(ALWAYS_ANSWERED))
def test_how_the_service_is_can_be_asked_at_any_time(path: str) -> None:
    held = Held()
    entry = admission(held, places=1, queue=0)
    threads, _ = sent(entry, 1)
    held.entered.acquire()

    assert 503 == Client(entry).get(f"{path}foo").status_code
    held.go_on.release()
    assert 200 == Client(entry).get(path).status_code
    held.go_on.release()
    join(threads)


@given(st.integers(1, 3), st.integers(0, 3), st.integers(1, 12))
def test_there_is_never_less_room_afterwards(places: int, queue: int, number: int) -> None:
    held = Held()
    entry = admission(held, places, queue)
    threads, statuses = sent(entry, number)
    for _ in range(number):
        held.go_on.release()
    join(threads)

    assert held.most <= places
    assert statuses.count(200) >= min(number, places + queue)
    again, told = sent(entry, places + queue)
    for _ in again:
        held.go_on.release()
    join(again)
    assert [200] * (places + queue) == told


@Request.application
def streaming(request: Request) -> Response:
    """Three parts, one after the other."""

    def parts() -> Iterator[bytes]:
        for number in range(3):
            yield str(number).encode()

    return Response(parts())


def _unclosed(application: Wsgi) -> Iterable[bytes]:
    """The parts of an answer as a server gets them, before it closes it."""
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/x", "SERVER_PROTOCOL": "HTTP/1.1"}
    return application(environ, lambda *_: None)

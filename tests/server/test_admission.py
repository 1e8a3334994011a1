"""Which requests find a place in a process: the middleware round a small application."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from app.server.admission import ALWAYS_ANSWERED, Admission

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


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


def sent(application: Wsgi, number: int) -> tuple[list[threading.Thread], list[int]]:
    """Requests on their way, and the statuses that they get in the end."""
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(Client(application).get("/x").status_code))
        for _ in range(number)
    ]
    for thread in threads:
        thread.start()
    return threads, statuses


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def test_as_many_as_there_are_places_are_answered_at_a_time_while_some_wait() -> None:
    held = Held()
    threads, statuses = sent(Admission(held, places=2, queue=3), 5)
    for _ in range(2):
        held.entered.acquire()
    for _ in threads:
        held.go_on.release()
    join(threads)

    assert [200] * 5 == statuses
    assert 2 == held.most


def test_what_comes_beyond_is_refused_and_told_when_to_come_back() -> None:
    held = Held()
    admission = Admission(held, places=1, queue=0)
    threads, _ = sent(admission, 1)
    held.entered.acquire()

    refused = Client(admission).get("/x")
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
    admission = Admission(Response("whole"), places, queue=0)

    assert [b"whole"] * 10 == [b"".join(_unclosed(admission)) for _ in range(10)]


def test_an_answer_that_is_still_made_takes_room_until_its_end_and_no_place() -> None:
    admission = Admission(streaming, places=1, queue=1)
    streamed = iter(_unclosed(admission))
    assert b"0" == next(streamed)

    assert 200 == Client(admission).get("/x").status_code
    second = iter(_unclosed(admission))
    assert b"0" == next(second)
    assert 503 == Client(admission).get("/x").status_code

    assert [b"1", b"2"] == list(streamed)
    assert 200 == Client(admission).get("/x").status_code


def test_an_answer_that_nobody_waits_for_any_more_leaves_its_room() -> None:
    admission = Admission(streaming, places=1, queue=0)
    streamed: Any = _unclosed(admission)
    next(streamed)
    streamed.close()

    assert 200 == Client(admission).get("/x").status_code


def test_an_application_that_fails_leaves_its_place() -> None:
    @Request.application
    def failing(request: Request) -> Response:
        raise ZeroDivisionError

    admission = Admission(failing, places=1, queue=0)

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            Client(admission).get("/x")


@pytest.mark.parametrize("path", sorted(ALWAYS_ANSWERED))
def test_how_the_service_is_can_be_asked_at_any_time(path: str) -> None:
    admission = Admission(streaming, places=1, queue=0)
    streamed = iter(_unclosed(admission))
    next(streamed)

    assert 503 == Client(admission).get(f"{path}foo").status_code
    assert 200 == Client(admission).get(path).status_code


@given(st.integers(1, 3), st.integers(0, 3), st.lists(st.booleans(), max_size=30))
def test_there_is_never_less_room_afterwards(places: int, queue: int, comings: list[bool]) -> None:
    """Of answers that begin and end in any order."""
    admission = Admission(streaming, places, queue)
    begun: list[Any] = []
    for begins in comings:
        if begins:
            answer = iter(_unclosed(admission))
            if next(answer) == b"0":
                begun.append(answer)
        elif begun:
            list(begun.pop(0))
        assert len(begun) <= places + queue
    for answer in begun:
        list(answer)

    assert [b"0"] * (places + queue) == [
        next(answer) for answer in [iter(_unclosed(admission)) for _ in range(places + queue)]
    ]


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

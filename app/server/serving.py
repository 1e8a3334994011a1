"""The gunicorn worker of this service, and its logger.

What is not proper HTTP is refused as a problem, and nothing of it is quoted: gunicorn's own worker
writes the line it could not read into its log and into its answer, and a body that was announced
too short is read as the next request, so that line may hold an applicant's facts.

No more is taken in than can be answered in good time. The threads of a worker are its slots, and a
few requests may wait for one (`app/server/admission.py`); what comes beyond is answered with 503 by
the worker's main loop, before a thread, the parser or the application have seen it. A worker that
is at work first leaves new connections to its siblings for a moment, so that one that idles takes
them. Whoever asks how the service is gets a thread aside.
"""

import json
import logging
import re
import select
import selectors
import socket
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from gunicorn.glogging import Logger as GunicornLogger
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.gthread import TConn, ThreadWorker

from app import logs
from app.api.http import limits
from app.api.http.metrics import count_refused
from app.api.http.problem_types import PROBLEM_TYPES
from app.api.http.requests import HEADERS
from app.server.admission import Admission
from app.settings import from_environment

TOO_LARGE = {LimitRequestLine: "address-too-long", LimitRequestHeaders: "headers-too-large"}
EXEMPT = re.compile(rb"(?:GET|HEAD) /(?:healthz|readyz|metrics)[ ?]")
HAS_BODY = re.compile(rb"\r\n(?:content-length|transfer-encoding)[ \t]*:", re.IGNORECASE)
END_OF_HEAD = b"\r\n\r\n"
HEAD_BYTES = 8_192
"""So much of a request is looked at before a thread gets it.

A head that is longer is given to one as it is.
"""
HEAD_SECONDS = 10.0
"""How long a head may take from its first byte."""
WRITE_SECONDS = 30
"""How long a thread waits for a client to take the next bytes of an answer."""
RETRY_AFTER_SECONDS = 2
LEFT_TO_SIBLINGS_SECONDS = 0.004
"""How long a worker that is at work leaves new connections to the others, before it takes or
refuses them itself. Whoever waits in vain for a sibling waits that long for nothing, so it is about
as long as one answer takes."""
LINGER_SECONDS = 2.0
"""How long a client may take to read its last answer.

Closing at once would destroy what it has not read yet.
"""
LINGER_BYTES = 4 * 1_048_576
"""How much of what it still sends meanwhile is thrown away, before the connection is reset all the
same.
"""
LINGER_AT_A_TIME = 65_536
TURN_SECONDS = 0.001
"""How long a thread computes before another has its turn: the main loop, which refuses, must not
wait long for it.
"""
LAST_WORDS_SECONDS = 1.0
"""How long a worker that stops waits for clients that are connected and have said nothing."""
TELL_EVERY_SECONDS = 1.0


def problem_answer(type: str, title: str, status: int, detail: str, headers: str = "") -> bytes:
    """A whole HTTP response with a problem document, for a request that never reaches the
    application.
    """
    request_id = str(uuid4())
    document = {
        "type": f"/problems/{type}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }
    body = json.dumps(document).encode()
    fixed = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    head = (
        f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: "
        "application/problem+json\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(body)}\r\nX-Request-Id: {request_id}\r\n{headers}{fixed}\r\n"
    )
    return head.encode() + body


def asks_how_the_service_is(head: bytes) -> bool:
    """Whether a request is one that is answered even by a full service.

    It must have no body that its thread would wait for.
    """
    return bool(EXEMPT.match(head)) and not HAS_BODY.search(head)


class Logger(GunicornLogger):  # type: ignore[misc]
    """gunicorn's own lines, as lines of our log."""

    def setup(self, cfg: Any) -> None:
        """Hand everything on to the root logger."""
        super().setup(cfg)
        logs.configure(from_environment().log_level)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True
            log.setLevel(
                max(logging.INFO, logging.getLogger().level)
            )  # its finer lines quote addresses


def _wake_from(client: socket.socket, bytes: int) -> None:
    """Say how much must have come for a connection to count as readable."""
    with suppress(OSError):  # it is gone
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, bytes)


@dataclass(slots=True)
class _Lingering:
    """A connection that was answered for the last time: until when it may stay, and how much may
    still come on it.
    """

    until: float
    bytes_left: int


@dataclass(slots=True)
class _Coming:
    """A request whose head is not whole yet: until when it may come, and how much of it has."""

    until: float
    bytes_seen: int


class Worker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker that takes in no more than it can answer, quotes nothing it could not read,
    and leaves when it is worn.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = from_environment()
        self.alive: bool
        self._admission = Admission(self.cfg.threads + settings.queue)
        self._faults_at_most, self._read_seconds = settings.faults_at_most, settings.read_seconds
        self._accept_again_at: float | None = None
        self._lingering: dict[TConn, _Lingering] = {}
        self._coming: WeakKeyDictionary[TConn, _Coming] = WeakKeyDictionary()
        self._refused_untold, self._told_at = 0, 0.0

    def init_process(self) -> None:
        """Start, with a thread beside the others for those who ask how the service is."""
        limits.share_between(self.cfg.workers)
        self._aside = ThreadPoolExecutor(max_workers=1)
        sys.setswitchinterval(TURN_SECONDS)
        super().init_process()

    # --- admission; all of it in the main loop's thread ---

    @property
    def _is_full(self) -> bool:
        return self._admission.is_full(time.monotonic())

    def accept(self, listener: socket.socket) -> None:
        """Take a connection.

        Where this worker has requests in work, leave it to the others for a moment first.
        """
        if self._admission.taken and self.cfg.workers > 1 and self.alive:
            now = time.monotonic()
            if self._accept_again_at is None:
                self._accept_again_at = now + LEFT_TO_SIBLINGS_SECONDS
            if now < self._accept_again_at:
                super().set_accept_enabled(False)
                return
        super().accept(listener)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take connections, or not.

        Before it stops for good, a worker takes those that were made already.
        """
        if (
            enabled
            and self._accept_again_at is not None
            and time.monotonic() < self._accept_again_at
        ):
            return
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                self._take_the_last(listener)

    def _take_the_last(self, listener: socket.socket) -> None:
        """Take every connection that was made, then make no more possible: those that nobody takes
        would be reset in the end.
        """
        if listener.fileno() < 0:
            return
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        while waiting.poll(0):
            super().accept(listener)
        listener.close()

    def enqueue_req(self, conn: TConn) -> None:
        """Hand a connection with a request to a thread, or turn it away.

        Until its head is whole it waits without a thread.
        """
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
            return
        head = self._begun(conn)
        if head is None or self._is_coming(conn, head):
            self._wait(conn)
        elif asks_how_the_service_is(head):
            self._aside.submit(self.handle, conn).add_done_callback(partial(self._done, conn, None))
        elif self._is_full:
            self._turn_away(conn)
        else:
            begun = self._admission.take(time.monotonic())
            self.tpool.submit(self.handle, conn).add_done_callback(partial(self._done, conn, begun))

    def _begun(self, conn: TConn) -> bytes | None:
        """The beginning of a request, left where it is; nothing where none has come yet."""
        try:
            if conn.parser is None:
                self._limit(conn.sock)
            elif conn.parser.unreader.buf.getvalue():
                return END_OF_HEAD  # read ahead of its turn: for a thread, and like any other
            return bytes(conn.sock.recv(HEAD_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return None
        except OSError:
            return b""  # the client is gone; a thread will notice

    def _limit(self, client: socket.socket) -> None:
        for option, seconds in (
            (socket.SO_RCVTIMEO, self._read_seconds),
            (socket.SO_SNDTIMEO, WRITE_SECONDS),
        ):
            client.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))

    def _is_coming(self, conn: TConn, head: bytes) -> bool:
        """Whether the rest of a head is still to come; then the connection wakes the main loop when
        more than this has.

        A client that has hung up wakes it too, with no more than before: that is for a thread to
        notice.
        """
        now, before = time.monotonic(), self._coming.pop(conn, None)
        is_stuck = before is not None and (len(head) <= before.bytes_seen or now >= before.until)
        if END_OF_HEAD in head or not 0 < len(head) < HEAD_BYTES or is_stuck:
            if before is not None:
                _wake_from(conn.sock, 1)
            return False
        self._coming[conn] = _Coming(before.until if before else now + HEAD_SECONDS, len(head))
        _wake_from(conn.sock, len(head) + 1)
        return True

    def _wait(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + LAST_WORDS_SECONDS)
        self.pending_conns.append(conn)
        self.poller.register(
            conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn)
        )

    def _done(self, conn: TConn, begun: float | None, future: Any) -> None:
        self.method_queue.defer(self._finish, conn, begun, future)

    def _finish(self, conn: TConn, begun: float | None, future: Any) -> None:
        if begun is not None:
            self._admission.give_back(begun)
        if (
            self.cfg.is_ssl
            or future.cancelled()
            or future.exception() is not None
            or future.result() is not False
        ):
            self.finish_request(conn, future)
        else:
            self._linger(conn)

    def _turn_away(self, conn: TConn) -> None:
        """Answer with 503, and read no more of the request than has come."""
        type = PROBLEM_TYPES["overloaded"]
        detail = type.explains.partition("\n")[0]
        answer = problem_answer(
            type.name, type.title, type.status, detail, f"Retry-After: {RETRY_AFTER_SECONDS}\r\n"
        )
        try:
            conn.sock.setblocking(False)
            conn.sock.recv(LINGER_AT_A_TIME)
            conn.sock.sendall(answer)
        except OSError:
            self._close(conn)
        else:
            self._linger(conn)
        self._admission.turn_away(time.monotonic())
        self._refused_untold += 1

    def _linger(self, conn: TConn) -> None:
        """Say that nothing more is answered, then wait without a thread until the client has taken
        its answer.

        gunicorn's own way of closing waits in the main loop: one client that keeps its end open
        would hold up everybody.
        """
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drop, conn))
        except (OSError, ValueError):  # it is gone
            self._close(conn)
        else:
            seconds = LINGER_SECONDS if self.alive else LAST_WORDS_SECONDS
            self._lingering[conn] = _Lingering(time.monotonic() + seconds, LINGER_BYTES)

    def _drop(self, conn: TConn, _socket: object) -> None:
        """Throw away what a client still sends after its last answer, until it hangs up or sends
        too much.
        """
        lingering = self._lingering[conn]
        try:
            lingering.bytes_left -= len(dropped := conn.sock.recv(LINGER_AT_A_TIME))
            if dropped and lingering.bytes_left > 0:
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._leave(conn)

    def _leave(self, conn: TConn) -> None:
        del self._lingering[conn]
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        with suppress(KeyError, ValueError, OSError):  # it was not registered
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for something to do.

        Not longer than until connections are to be taken again or refused ones to be closed.
        """
        now = time.monotonic()
        if self._accept_again_at is not None:
            timeout = min(timeout, max(0.0, self._accept_again_at - now))
        super().wait_for_and_dispatch_events(timeout)
        now = time.monotonic()
        if self._accept_again_at is not None and (
            now >= self._accept_again_at + LEFT_TO_SIBLINGS_SECONDS or not self._admission.taken
        ):
            self._accept_again_at = None
        while self._lingering and (oldest := next(iter(self._lingering.items())))[1].until < now:
            self._leave(oldest[0])
        if self._refused_untold and now >= self._told_at + TELL_EVERY_SECONDS:
            count_refused("overloaded", self._refused_untold)
            self.log.warning("turned away %s requests: overloaded", self._refused_untold)
            self._refused_untold, self._told_at = 0, now

    # --- the end of a worker ---

    def _cap_keepalive(self, deadline: float) -> None:
        """Wait neither for clients that may ask again nor for those that never asked for longer
        than a moment.
        """
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, time.monotonic() + LAST_WORDS_SECONDS)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request.

        A worker whose engine failed too often is replaced by a new one after it.
        """
        answered = super().handle_request(req, conn)
        faults = self.wsgi.extensions["decider"].engine.counters.faults
        if faults >= self._faults_at_most and self.alive:
            self.log.error(
                "the engine failed %s times in this worker, which makes room for a new one", faults
            )
            self.alive = False
            self.method_queue.defer(lambda: None)
        return answered

    def handle_error(
        self, req: object, client: socket.socket, addr: object, exc: BaseException
    ) -> None:
        """Answer a request that never reached the application, and log the kind of fault only."""
        name = next(
            (name for kind, name in TOO_LARGE.items() if isinstance(exc, kind)), "bad-request"
        )
        told = PROBLEM_TYPES[name]
        self.log.warning("refused what is not proper HTTP: %s", type(exc).__name__)
        try:
            client.sendall(
                problem_answer(name, told.title, told.status, told.explains.partition("\n")[0])
            )
        except OSError:
            self.log.debug("the client was gone before it could be told")

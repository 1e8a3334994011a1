"""What gunicorn calls at its documented hooks: gunicorn.conf.py names them."""

import logging
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo

from app import draining
from app.access.demonstration import FILE
from app.server.figures import folder_of_figures
from app.settings import Settings, from_environment, is_loopback

PREPARES = "SERVE_PREPARES"
"""Set by `bin/serve`, which wants the database and the demonstration made ready."""
_WHERE = """
The service is ready.
  documentation   http://{address}/docs
  what to ask     http://{address}/v1/questions
  sign in         http://{address}/sign-in
{try_it}  stop it         Ctrl-C
"""
_TRY_IT = """\
  try it          curl -s 'http://{address}/v1/determinations?detail=brief' \\
                    -H 'Content-Type: application/json' -H 'Authorization: Bearer {key}' \\
                    -d '{{"question": "enrollment.permitted", "facts": {{
                      "enrollment": {{"requested_on": "2011-07-20"}},
                      "applicant": {{"resident": true, "has_medicare": false}},
                      "employer_plan": {{"available": false}}}}}}'
"""

LOG_ENDS_SECONDS = 10

log = logging.getLogger(__name__)
_log: "subprocess.Popen[bytes] | None" = None
"""The process that signs the log, where this one started it."""


def nworkers_changed(server: Any, new_value: int, old_value: int | None) -> None:
    """Let each process allow its share of what is counted in memory."""
    from app.api.http.asked import limits

    limits.share_between(new_value)


def when_ready(server: Any) -> None:
    """The port is open: prepare the demonstration, install the SIGTERM handler, and print the
    addresses.
    """
    settings = from_environment()
    if os.environ.get(PREPARES) == "yes":
        _prepare(server.app.wsgi(), settings)
        _start_log(settings)
    if settings.drain_seconds:
        drain_at_sigterm(settings.drain_seconds)
    say_where(settings, [listener.sock.getsockname() for listener in server.LISTENERS])


def _prepare(app: Flask, settings: Settings) -> None:
    """Bring the database to its tables and load the demonstration.

    Only now, since the settings, the law and the port have turned out good: a start that is refused
    must change nothing of a service that is running.
    """
    commands = [["db", "upgrade"], ["demo", "load"]]
    if settings.in_production:
        commands.pop()
        click.echo("Production mode: loaded no demonstration.")
    for command in commands:
        # In this process, which has the law and the libraries already, and no workers yet.
        try:
            app.cli.main(command, "flask", obj=ScriptInfo(create_app=lambda: app))
        except SystemExit as ended:
            if ended.code:
                raise


def _start_log(settings: Settings) -> None:
    """Start the process that seals and signs the log, where that is a command's: here it is the
    service's child, in production a unit of its own under another user.
    """
    global _log
    if settings.sealing == "command" and not settings.in_production:
        seal = ["-m", "flask", "--app", "app.commands:command_line", "records", "seal", "--follow"]
        command = [sys.executable, *seal]
        _log = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  (all of it is ours)


def drain_at_sigterm(seconds: float) -> None:
    """At the first SIGTERM let only /readyz fail; the service still answers all requests.
    gunicorn's own handler gets the signal so many seconds later, or at once if it repeats.
    """
    stop, server = signal.getsignal(signal.SIGTERM), os.getpid()
    assert callable(stop)

    def drain(number: int, frame: FrameType | None) -> None:
        if draining.is_draining() or os.getpid() != server:  # a worker that has just been forked
            stop(number, frame)
            return
        draining.begin()
        signal.setitimer(signal.ITIMER_REAL, seconds)
        log.info("draining for %s seconds", seconds)

    signal.signal(signal.SIGALRM, lambda _number, frame: stop(signal.SIGTERM, frame))
    signal.signal(signal.SIGTERM, drain)


def address() -> str:
    """Host and port to listen on, unless gunicorn's arguments name others."""
    host = os.environ.get("ELIGIBILITY_HOST", "127.0.0.1").strip("[]")
    return f"{f'[{host}]' if ':' in host else host}:{os.environ.get('PORT', '8000')}"


def say_where(settings: Settings, names: list[object]) -> None:
    """Say where to look, with the demonstration's key where only this machine can use it; *names*
    are those of the sockets that are listened on.
    """
    try_it = ""
    if not settings.in_production and all(map(_is_here, names)):
        with suppress(OSError):  # nobody has loaded the demonstration
            try_it = _TRY_IT.format(
                address=_shown_address(),
                key=(settings.instance / FILE).read_text(encoding="ascii").strip(),
            )
    click.echo(_WHERE.format(address=_shown_address(), try_it=try_it))


def _shown_address() -> str:
    """The address to open: browsers make passkeys for `localhost`, and none for 127.0.0.1."""
    host, _, port = address().rpartition(":")
    return f"localhost:{port}" if host == "127.0.0.1" else address()


def _is_here(name: object) -> bool:
    return isinstance(name, tuple) and is_loopback(name[0])


def post_fork(server: Any, worker: Any) -> None:
    """In a worker, let gunicorn quote nothing that it could not read."""
    logging.getLogger("gunicorn.error").addFilter(_without_quotes)


def _without_quotes(record: logging.LogRecord) -> bool:
    """Of a warning or an error keep the kind alone.

    gunicorn writes the line it could not read into its log, and a body that was announced too short
    is read as the next request: that line may hold an applicant's facts.
    """
    if record.levelno >= logging.WARNING:
        kind = getattr(sys.exc_info()[0], "__name__", "no exception")
        record.msg, record.args = "rejected a request, or failed on it: %s", (kind,)
    return True


def post_worker_init(worker: Any) -> None:
    """Bound what a worker takes in, and let it seal what was kept; workers take turns at that."""
    from app.api.http.asked.bulkheads import bulkheads_of
    from app.server.admission import Admission
    from app.server.sealing import start_sealing

    app, settings = worker.wsgi, worker.wsgi.config["SETTINGS"]
    app.wsgi_app = Admission(app.wsgi_app, bulkheads_of(app), settings)
    start_sealing(app)


def post_request(worker: Any, request: Any) -> None:
    """Replace a worker whose engine failed too often: SIGTERM lets it end what it has begun."""
    app = worker.wsgi
    faults = app.extensions["decider"].engine.counters.faults
    if faults >= app.config["SETTINGS"].faults_at_most and worker.alive:
        log.error("the engine failed %s times in this worker; starting a new one", faults)
        os.kill(os.getpid(), signal.SIGTERM)


def child_exit(server: Any, worker: Any) -> None:
    """Keep the metrics of a worker that ended, except its requests in progress."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    if _log is not None:
        _log.terminate()
        with suppress(subprocess.TimeoutExpired):
            _log.wait(LOG_ENDS_SECONDS)
    shutil.rmtree(folder_of_figures(), ignore_errors=True)

"""How the service is served.

Everything may be changed by GUNICORN_CMD_ARGS, for instance `--timeout 120`.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from environs import EnvError
from flask import Flask
from flask.cli import ScriptInfo

# Before anything else of ours is imported: whoever counts looks for this folder when it is
# imported.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="eligibility-metrics-")
    # A start that is refused leaves nothing behind either; workers, which end with a copy of this,
    # leave it to the first process.
    atexit.register(
        lambda pid, made: os.getpid() == pid and shutil.rmtree(made, True),
        os.getpid(),
        os.environ["PROMETHEUS_MULTIPROC_DIR"],
    )
METRICS = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
if (
    "app.api.http.metrics" not in sys.modules
):  # at the start, and not where a running server reads this again
    METRICS.mkdir(parents=True, exist_ok=True)
    for _file in METRICS.glob("*.db"):
        _file.unlink()

from app import draining  # noqa: E402
from app.access.demonstration import FILE  # noqa: E402
from app.settings import from_environment, is_loopback  # noqa: E402

PORT = os.environ.get("PORT", "8000")
HOST = os.environ.get("ELIGIBILITY_HOST", "127.0.0.1").strip("[]")
PREPARES = os.environ.get("SERVE_PREPARES") == "yes"
ADDRESS = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"
try:
    settings = from_environment()
except EnvError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)

bind = ADDRESS
worker_class = "app.server.serving.Worker"
logger_class = "app.server.serving.Logger"
workers = settings.workers
threads = settings.threads
preload_app = (
    True  # the law is read and compiled once, before anything is served, and shared by the workers
)
control_socket_disable = True
timeout = 60
graceful_timeout = 25
keepalive = 15
max_requests = 50_000  # a fresh worker now and then, so that nothing can pile up for ever
max_requests_jitter = 5_000
forwarded_allow_ips = (
    ""  # who is believed about a client's address and scheme: ELIGIBILITY_PROXY_HOPS
)
accesslog = None  # the service logs each request itself, without what a caller sent

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
                      "applicant": {{"resident": true}},
                      "employer_plan": {{"available": false}}}}}}'
"""


def when_ready(server: Any) -> None:
    """Say where to look, once connections are taken; with the demonstration's key, where only this
    machine can use it.

    From now on a request to stop is first told to those who send requests.
    """
    if PREPARES:
        _prepare(server.app.wsgi())
    server.handle_term = lambda: _drain(server)
    try_it = ""
    if not settings.in_production and all(
        _is_here(listener.sock.getsockname()) for listener in server.LISTENERS
    ):
        with suppress(OSError):  # nobody has loaded the demonstration
            key = (settings.instance / FILE).read_text(encoding="ascii").strip()
            try_it = _TRY_IT.format(address=ADDRESS, key=key)
    print(_WHERE.format(address=ADDRESS, try_it=try_it), flush=True)


def _prepare(app: Flask) -> None:
    """Bring the database to its tables and load the demonstration: `bin/serve` asks for it.

    Only now, since the settings, the law and the port have turned out good: a start that is refused
    must change nothing of a service that is running.
    """
    commands = [["db", "upgrade"], ["demo", "load"]]
    if settings.in_production:
        commands.pop()
        print("In production mode no demonstration is loaded.", flush=True)
    for command in commands:
        # In this process, which has the law and the libraries already, and no workers yet.
        try:
            app.cli.main(command, "flask", obj=ScriptInfo(create_app=lambda: app))
        except SystemExit as ended:
            if ended.code:
                raise


def _is_here(name: object) -> bool:
    return isinstance(name, tuple) and is_loopback(name[0])


def post_worker_init(worker: object) -> None:
    """Let each worker seal what was kept; they take turns."""
    from app.server.sealing import start_sealing

    start_sealing(worker.wsgi)  # type: ignore[attr-defined]


def _drain(server: object) -> None:
    """The first SIGTERM lets /readyz fail, while everything is answered as before.

    Some seconds later, or at a second one, stop.
    """
    if draining.is_draining() or not settings.drain_seconds:
        raise StopIteration  # this is how gunicorn's main loop is left
    draining.begin()
    server.log.info("draining for %s seconds", settings.drain_seconds)  # type: ignore[attr-defined]
    stop = threading.Timer(settings.drain_seconds, server.SIG_QUEUE.put, [signal.SIGTERM])  # type: ignore[attr-defined]
    stop.daemon = True
    stop.start()


def child_exit(server: object, worker: object) -> None:
    """A worker ended: what it counted is kept, its files are not."""
    from app.api.http.metrics import forget_process

    forget_process(worker.pid)  # type: ignore[attr-defined]


def on_exit(server: object) -> None:
    """Nothing is left behind."""
    shutil.rmtree(METRICS, ignore_errors=True)

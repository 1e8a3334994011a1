"""How the service is served. Everything may be changed by GUNICORN_CMD_ARGS, for instance `--workers 4`."""

import os
from contextlib import suppress
from typing import Any

from app.access.demonstration import FILE
from app.settings import from_environment, is_loopback

PORT = os.environ.get("PORT", "8000")
HOST = os.environ.get("ELIGIBILITY_HOST", "127.0.0.1").strip("[]")
ADDRESS = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"

bind = ADDRESS
worker_class = "app.serving.Worker"
workers = 2
threads = 4
preload_app = True  # the law is read and compiled once, before anything is served, and shared by the workers
graceful_timeout = 30
keepalive = 15
accesslog = None

_WHERE = """
The service is ready.
  documentation   http://{address}/docs
  what to ask     http://{address}/v1/questions
{try_it}  stop it         Ctrl-C
"""
_TRY_IT = """\
  try it          curl -s http://{address}/v1/determinations -H 'Content-Type: application/json' \\
                    -H 'Authorization: Bearer {key}' \\
                    -d '{{"question": "enrollment.permitted", "facts": {{"enrollment": {{"requested_on": "2011-02-16"}}}}}}'
"""


def when_ready(server: Any) -> None:
    """Say where to look, once connections are taken; with the demonstration's key, where only this machine can use it."""
    try_it = ""
    if all(_is_here(listener.sock.getsockname()) for listener in server.LISTENERS):
        with suppress(OSError):  # nobody has loaded the demonstration
            key = (from_environment().instance / FILE).read_text(encoding="ascii").strip()
            try_it = _TRY_IT.format(address=ADDRESS, key=key)
    print(_WHERE.format(address=ADDRESS, try_it=try_it), flush=True)


def _is_here(name: object) -> bool:
    return isinstance(name, tuple) and is_loopback(name[0])

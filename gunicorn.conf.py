"""How the service is served. Everything may be changed by GUNICORN_CMD_ARGS, for instance `--workers 4`."""

import os

PORT = os.environ.get("PORT", "8000")

bind = f"127.0.0.1:{PORT}"
worker_class = "app.serving.Worker"
workers = 2
threads = 4
preload_app = True  # the law is read and compiled once, before anything is served, and shared by the workers
graceful_timeout = 30
keepalive = 15
accesslog = None

_WHERE = """
The service is ready.
  documentation   http://127.0.0.1:{port}/docs
  what to ask     http://127.0.0.1:{port}/v1/questions
  try it          curl -s http://127.0.0.1:{port}/v1/determinations -H 'Content-Type: application/json' \\
                    -d '{{"question": "enrollment.permitted", "facts": {{"enrollment": {{"requested_on": "2011-02-16"}}}}}}'
  stop it         Ctrl-C
"""


def when_ready(server: object) -> None:
    """Say where to look, once connections are taken."""
    print(_WHERE.format(port=PORT), flush=True)


def post_worker_init(worker: object) -> None:
    """Let each worker seal what was kept; they take turns."""
    from app.sealing import start_sealing

    start_sealing(worker.wsgi)  # type: ignore[attr-defined]

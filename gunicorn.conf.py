"""How gunicorn serves the service, by its own threaded worker; the hooks are in `app/server/`.

Everything may be changed by GUNICORN_CMD_ARGS, for instance `--timeout 120`.
"""

import sys

from environs import EnvError

from app.server.figures import prepare_figures

prepare_figures()  # before anything that counts is imported

from app.server.hooks import (  # noqa: E402, F401  (gunicorn looks for them by name)
    address,
    child_exit,
    nworkers_changed,
    on_exit,
    post_fork,
    post_request,
    post_worker_init,
    when_ready,
)
from app.settings import from_environment  # noqa: E402

try:
    settings = from_environment()
except EnvError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)

REFUSING_THREADS = 24
"""Threads beside those that answer, wait for a place or send a batch: they refuse, and say how the
service is."""

bind = address()
worker_class = "gthread"
workers = settings.workers
threads = settings.threads + settings.queue + settings.batches + REFUSING_THREADS
preload_app = (
    True  # the law is read and compiled once, before anything is served, and shared by the workers
)
control_socket_disable = True
timeout = 60
graceful_timeout = 25
keepalive = 15
forwarded_allow_ips = (
    ""  # who is believed about a client's address and scheme: ELIGIBILITY_PROXY_HOPS
)
accesslog = None  # the service logs each request itself, without what a caller sent
errorlog = None  # gunicorn's own lines are lines of our log, but for its finest, which quote
loglevel = "info" if settings.log_level == "debug" else settings.log_level
logconfig_dict = {
    "version": 1,
    "incremental": True,
    "root": {},
    "handlers": {},
    "loggers": {"gunicorn.error": {"propagate": True}},
}

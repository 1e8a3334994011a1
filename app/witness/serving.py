"""A witness over HTTP: `POST /add-checkpoint`, and its public key at `/`."""

import logging
from collections.abc import Callable

from flask import Flask, Response, request
from gunicorn.app.base import BaseApplication

from app.witness.witness import PLAIN, Witness

BYTES_AT_MOST = 65_536
THREADS = 4


def witness_app(witness: Witness, now: Callable[[], int]) -> Flask:
    """The application of a witness; *now* gives the time in seconds since 1970."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BYTES_AT_MOST

    @app.post("/add-checkpoint")
    def add_checkpoint() -> Response:
        answer = witness.answer(request.get_data(), now())
        return Response(answer.content, answer.status, content_type=answer.content_type)

    @app.get("/")
    def public_key() -> Response:
        return Response(f"{witness.key.public}\n", content_type=PLAIN)

    return app


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves an application until it is stopped, in one process with a few threads."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._app, self._bind = app, f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what it serves how."""
        chosen = {
            "bind": self._bind,
            "worker_class": "gthread",
            "threads": THREADS,
            "control_socket_disable": True,
            "loglevel": logging.getLevelName(logging.WARNING).lower(),
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self._app

"""The service under a real gunicorn, with two views beside it that do as little as can be done."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
CONSTANT, ONE_ROW = "/bench/constant", "/bench/one-row"


def served() -> "Flask":
    """What the bench's gunicorn loads: wsgi.py, a view that answers a constant, and one that
    inserts one durable row before it does.
    """
    from flask import Flask, Response, request

    from app.api.http.operations import requires
    from app.api.http.service import current_service
    from wsgi import app as service

    app: Flask = service
    constant = b'"' + b"x" * (int(os.environ["BENCH_CONSTANT_BYTES"]) - 2) + b'"'
    insert = text("INSERT INTO bench_rows (id, body) VALUES (:id, :body)")

    @app.post(CONSTANT)
    @requires("public")
    def answer_constant() -> Response:
        request.get_data()
        return Response(constant, mimetype="application/json")

    @app.post(ONE_ROW)
    @requires("public")
    def insert_one_row() -> Response:
        row = {"id": uuid4().hex, "body": request.get_data(as_text=True)}
        with current_service().store.writing() as connection:
            connection.execute(insert, row)
        return Response(constant, 201, mimetype="application/json")

    return app


@dataclass(frozen=True)
class Serving:
    """Where the service answers, and a key that it takes."""

    port: int
    key: str

    def request(self, path: str, body: bytes, kind: str = "application/json") -> bytes:
        """The bytes of a request."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer "
            f"{self.key}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@contextmanager
def _postgresql(server: str) -> Iterator[str]:
    """The address of a new database on a server, which is dropped at the end."""
    name = f"bench_{uuid4().hex}"
    _at(server, f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _at(server, f"DROP DATABASE {name} WITH (FORCE)")


def _at(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def is_durable(server: str) -> bool:
    """Whether a PostgreSQL server waits for the disk."""
    engine = create_engine(server)
    with engine.connect() as connection:
        waits: str = connection.execute(text("SHOW fsync")).scalar_one()
    engine.dispose()
    return waits == "on"


@contextmanager
def service(workers: int, constant_bytes: int, postgresql: str | None = None) -> Iterator[Serving]:
    """The service on a free port of this machine and on a new database: SQLite, or on the
    PostgreSQL server named.
    """
    with tempfile.TemporaryDirectory() as folder:
        if postgresql is None:
            sqlite = f"sqlite:///{Path(folder) / 'bench.sqlite'}"
            with _running(workers, constant_bytes, sqlite, folder) as serving:
                yield serving
        else:
            with (
                _postgresql(postgresql) as address,
                _running(workers, constant_bytes, address, folder) as serving,
            ):
                yield serving


@contextmanager
def _running(workers: int, constant_bytes: int, address: str, folder: str) -> Iterator[Serving]:
    port = _free_port()
    environment = os.environ | {
        "PORT": str(port),
        "DATABASE_URL": address,
        "BENCH_CONSTANT_BYTES": str(constant_bytes),
        "ELIGIBILITY_INSTANCE": folder,
        "ELIGIBILITY_RATE_PER_ADDRESS": "0",
        "ELIGIBILITY_QUEUE": "64",
        "ELIGIBILITY_LOG_LEVEL": "warning",
        "PYTHONPATH": str(ROOT),
    }
    key = _prepared(environment, address)
    command = [
        sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py",
        "--workers", str(workers), "--max-requests", "0", "bench.servers:served()",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Serving(port, key)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _prepared(environment: dict[str, str], address: str) -> str:
    """Bring the database to its tables and one more; a key for it."""
    flask = [sys.executable, "-m", "flask"]
    upgrading = [*flask, "db", "upgrade"]
    subprocess.run(upgrading, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    naming = [
        *flask, "organizations", "create", "bench", "--name", "Bench", "--kind", "other", "--json",
    ]  # fmt: skip
    subprocess.run(naming, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    making = [
        *flask, "keys", "create", "bench", "--role", "eligibility_worker",
        "--organization", "bench", "--json",
    ]  # fmt: skip
    made = subprocess.run(making, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    _at(address, "CREATE TABLE bench_rows (id TEXT PRIMARY KEY, body TEXT)")
    return str(json.loads(made.stdout)["key"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit("The server did not start; the reason stands above.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("The server did not take connections within a minute.")

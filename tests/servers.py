"""The service as it is really served: gunicorn with the configuration that is shipped, on a free
port, on a database of its own.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any

from app.commands import command_line
from app.settings import ROOT, Settings

PATIENCE_SECONDS = 180.0
"""Longer than anything takes on a machine that is busy with something else. Only what never happens
is waited for so long.
"""
FIRST_PORT, PORTS = 10_000, 20_000
_ports = count(os.getpid() * 61)
Answer = tuple[int, dict[str, str], bytes]
ONE_COMMAND_AT_A_TIME = RLock()
"""A command in this process takes the process's own output, which threads of a test share."""


def free_port() -> int:
    """A port of this machine nobody listens on.

    It is none of those that the system hands out by itself, to clients too: another process could
    get such a one before it is used. Each process begins to look at another place.
    """
    while True:
        port = FIRST_PORT + next(_ports) % PORTS
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether nobody on this machine listens on a port."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_open(port: int) -> bool:
    """Whether somebody on this machine takes connections on a port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Served:
    """A running service."""

    port: int
    log: Path
    process: "subprocess.Popen[bytes]"
    environment: dict[str, str]
    keys: dict[str, str] = field(default_factory=dict)

    def key(self, role: str = "eligibility_worker") -> str:
        """A key of a role, made on the command line when it is first asked for."""
        with ONE_COMMAND_AT_A_TIME:
            if role not in self.keys:
                where = ["--organization", "county-office"] if role == "eligibility_worker" else []
                if where:
                    named = ["--name", "County", "--kind", "office"]
                    flask(self.environment, "organizations", "create", where[1], *named)
                create = ["keys", "create", role, "--role", role, *where]
                self.keys[role] = flask(self.environment, *create).strip()
            return self.keys[role]

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        role: str = "eligibility_worker",
        seconds: float = PATIENCE_SECONDS,
    ) -> Answer:
        """The status, headers (by small names) and body of one answer to somebody of a role, on a
        connection of its own.

        Raises:
            TimeoutError: nothing came for so many seconds.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            text = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            given = {"Authorization": f"Bearer {self.key(role)}"}
            if text is not None:
                given["Content-Type"] = "application/json"
            connection.request(method, path, text, {**given, **(headers or {})})
            answer = connection.getresponse()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read(),
            )
        finally:
            connection.close()

    def lines(self) -> list[dict[str, Any]]:
        """The lines of the log so far."""
        text = self.log.read_text(encoding="utf-8")
        return [
            json.loads(line)
            for line in text.splitlines()
            if line.startswith("{") and line.endswith("}")
        ]

    def stop(self) -> int:
        """Ask it to stop, wait, and give the code it ended with."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


POLICY = Path(__file__).with_name("policy")
"""A policy of the log that production mode accepts."""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What a service started for a test finds in its environment.

    Nothing of what is set round the tests.
    """
    kept = {
        name: os.environ[name]
        for name in ("LANG", "LD_LIBRARY_PATH", "HOME", "ELIGIBILITY_LAWBOOKS")
        if name in os.environ
    }
    return {
        **kept,
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": f"sqlite:///{folder / 'kept.sqlite'}",
        "ELIGIBILITY_SECRET_KEY": "only-for-this-test",
        "ELIGIBILITY_INSTANCE": str(folder),
        "ELIGIBILITY_DRAIN_SECONDS": "0",
        **more,
    }


def flask(environment: dict[str, str], *command: str) -> str:
    """What a command says of the database of an environment. It runs in this process, since to
    start another takes longer than most tests.
    """
    settings = Settings(
        database_url=environment["DATABASE_URL"],
        instance=Path(environment["ELIGIBILITY_INSTANCE"]),
    )
    with ONE_COMMAND_AT_A_TIME:
        result = command_line(settings).test_cli_runner().invoke(args=list(command))
    assert 0 == result.exit_code, result.output
    return result.stdout


@contextmanager
def served(
    folder: Path, *options: str, application: str = "wsgi:app", **more: str
) -> Iterator[Served]:
    """Migrate, serve, and stop in the end.

    *options* are gunicorn's, *more* goes into the environment.
    """
    port = free_port()
    env = environment(folder, PORT=str(port), **more)
    flask(env, "db", "upgrade")
    log = folder / "log"
    with log.open("wb") as written:
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "gunicorn.conf.py",
            *options,
            application,
        ]
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=written, stderr=subprocess.STDOUT
        )
        try:
            wait_until(
                lambda: b"The service is ready" in log.read_bytes() or process.poll() is not None
            )
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield Served(port, log, process, env)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE_SECONDS)


def wait_until(holds: Any) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: it did not within three minutes.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(0.05)

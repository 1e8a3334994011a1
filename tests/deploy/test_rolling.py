"""A rolling upgrade: the code before the newest migration and the code after it serve one database,
through that migration, and no request fails.

The code before is a worktree of this repository, at the commit before the newest migration came.
"""

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.records.migrate import MIGRATIONS
from app.settings import ROOT
from tests.api.asking import CLOSED
from tests.machine import require_program
from tests.proxies import configuration, make_certificate
from tests.servers import environment, free_port, is_open, wait_until

FIRST = "0021"
"""Earlier migrations came many at once, and with other requests."""
PAUSE_SECONDS = 0.1
"""What a client leaves between its rounds: nginx limits how often an address asks."""
OVERLOADED = b'"/problems/overloaded"'
KNOWS_LATER_REVISIONS = "def serves("
"""What the code has that serves a database of a later revision, and says so at /readyz."""


def git(*command: str) -> str:
    done = subprocess.run(
        ["git", *command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def before_the_newest_migration() -> str:
    """The last commit without the newest migration. In a shallow clone, and before the first
    migration that came by itself, the present one: then old and new are the same, and only the
    change from one to the other is tried.
    """
    newest = max((MIGRATIONS / "versions").glob("*_*.py"))
    if newest.name < FIRST or git("rev-parse", "--is-shallow-repository") == "true":
        return git("rev-parse", "HEAD")
    chosen = ("log", "--first-parent", "--diff-filter=A", "-1", "--format=%H", "--")
    came = git(*chosen, str(newest.relative_to(ROOT)))
    return git("rev-parse", f"{came}^") if came else git("rev-parse", "HEAD")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name that nginx's workers may enter, for sockets."""
    path = Path(tempfile.mkdtemp(prefix="roll"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def before(folder: Path) -> Iterator[Path]:
    """The code before, in a folder of its own."""
    place = folder / "before"
    git("worktree", "add", "--detach", "--force", str(place), before_the_newest_migration())
    yield place
    git("worktree", "remove", "--force", str(place))


class Clients:
    """A few clients that ask all along; what was not answered as it should be is noted."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._headers = port, {"Authorization": f"Bearer {key}"}
        self._stop = threading.Event()
        self.failed: list[str] = []
        self.answered: Counter[str] = Counter()
        self._threads = [threading.Thread(target=self._run) for _ in range(2)]

    def __enter__(self) -> "Clients":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask no more, once what was asked is answered."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            made = self._send("POST", "/v1/determinations?detail=brief", CLOSED, 201)
            if made:
                self._send("GET", f"/v1/determinations/{json.loads(made)['id']}", None, 200)
            self._send("POST", "/v1/determinations?keep=false&detail=brief", CLOSED, 200)
            self._send("GET", "/v1/questions", None, 200)

    def _send(self, method: str, address: str, body: object, expected: int) -> bytes:
        connection = http.client.HTTPConnection("localhost", self._port, timeout=60)
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            connection.request(method, address, body and json.dumps(body), headers)
            answer = connection.getresponse()
            read = answer.read()
        except OSError as error:
            self.failed.append(f"{method} {address}: {error!r}")
            return b""
        finally:
            connection.close()
        if OVERLOADED in read and b'"instance"' in read:  # the service itself, not nginx
            return b""  # this machine is busy with something else: a client tries again
        if answer.status != expected:
            self.failed.append(f"{method} {address}: {answer.status} {read[:300]!r}")
            return b""
        self.answered[method] += 1
        return read

    def go_on(self, requests: int = 24) -> None:
        """Wait until so many more requests were answered, of each method some."""
        seen = self.answered.copy()
        wait_until(
            lambda: (
                self.failed
                or (
                    self.answered.total() >= seen.total() + requests
                    and all(self.answered[method] > seen[method] for method in ("GET", "POST"))
                )
            )
        )
        assert [] == self.failed


@contextmanager
def serving(code: Path, env: dict[str, str], at: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Some code behind a socket, until it is stopped."""
    log = at.with_suffix(".log")
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--bind", f"unix:{at}", "wsgi:app"],
            cwd=code,
            env=env,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(
            lambda: b"The service is ready" in log.read_bytes() or process.poll() is not None
        )
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


@contextmanager
def proxy(folder: Path) -> Iterator[tuple[int, Callable[..., None]]]:
    """The shipped nginx before some sockets; what changes them as an operator does."""
    ports = free_port(), free_port(), free_port()
    shipped = configuration(folder, *ports)
    nginx = require_program("nginx")
    make_certificate(folder)

    def write(*sockets: Path) -> None:
        lines = "".join(f"server unix:{each} max_conns=96 max_fails=0;\n" for each in sockets)
        text = shipped.replace(f"server unix:{folder}/s max_conns=96 max_fails=0;", lines)
        text = text.replace(f"server unix:{folder}/s max_fails=0;", lines)
        (folder / "nginx.conf").write_text(text, encoding="utf-8")

    write(folder / "old.s")
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def change(*sockets: Path) -> None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        workers = set(children.read_text().split())
        write(*sockets)
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: not workers & set(children.read_text().split()))

    try:
        wait_until(lambda: is_open(ports[0]))
        yield ports[0], change
    finally:
        process.terminate()
        process.wait(30)


def run(code: Path, env: dict[str, str], *command: str) -> str:
    """What a command of some code says."""
    line = [sys.executable, "-m", "flask", "--app", "app.commands:command_line", *command]
    done = subprocess.run(line, cwd=code, env=env, capture_output=True, text=True, timeout=120)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def is_ready(at: Path) -> bool:
    """Whether the service on a socket says that it is."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(at))
        connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.makefile("rb").readline().split()[1] == b"200"


@pytest.mark.slow
def test_old_and_new_code_serve_one_database_through_a_migration(
    before: Path, folder: Path, postgresql_url: str
) -> None:
    old, new = folder / "old.s", folder / "new.s"
    more = {
        "DATABASE_URL": postgresql_url,
        "ELIGIBILITY_RATE_PER_ADDRESS": "0",
        "ELIGIBILITY_PROXY_HOPS": "1",
        "ELIGIBILITY_DRAIN_SECONDS": "1",
        "ELIGIBILITY_WORKERS": "1",
    }
    env = environment(folder, **more)
    run(before, env, "db", "upgrade")
    run(before, env, "organizations", "create", "office-1", "--name", "One", "--kind", "office")
    named = ("--role", "eligibility_worker", "--organization", "office-1", "--json")
    key = json.loads(run(before, env, "keys", "create", "rolling", *named))["key"]

    with ExitStack() as until_then:
        first = until_then.enter_context(serving(before, env, old))
        port, change = until_then.enter_context(proxy(folder))
        clients = until_then.enter_context(Clients(port, key))
        clients.go_on()
        run(ROOT, env, "db", "upgrade")
        clients.go_on()  # the old code alone, on the new tables
        code = (before / "app" / "records" / "migrate.py").read_text(encoding="utf-8")
        assert is_ready(old) or KNOWS_LATER_REVISIONS not in code
        until_then.enter_context(serving(ROOT, env, new))
        assert is_ready(new)
        change(old, new)
        clients.go_on(48)
        change(new)
        first.terminate()
        assert 0 == first.wait(60)
        clients.go_on()
        clients.stop()

    assert [] == clients.failed
    run(ROOT, env, "db", "check")
    run(ROOT, env, "records", "replay")

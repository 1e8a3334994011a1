"""PostgreSQL is killed under load, or has nothing to give for a while: 503 meanwhile, and what was
acknowledged is there.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from app.api.http.service import current_service
from app.factory import create_app
from app.records.migrate import upgrade
from app.settings import Settings
from tests.api.asking import CLOSED
from tests.callers import client_of
from tests.reliability.kept import determinations_by_key, opened, require_sound, store_of
from tests.reliability.load import Load, send_under
from tests.reliability.postgresql import Server
from tests.servers import Served, served, wait_until

pytestmark = pytest.mark.slow

SOME = 20
AWAY_SECONDS = 1.0
AT_ONCE = 16
TRIES, MANY = 20, 20
CLIENT_SECONDS = 30.0
"""How long clients wait: far more than the five seconds that a request waits for a connection, and
far less than a queue that grows.
"""


@pytest.fixture
def postgresql() -> Iterator[Server]:
    """In a folder of a short name, since that of a Unix socket is bounded, and one that the
    server's user can reach.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    server = Server(folder)
    yield server
    server.close()
    shutil.rmtree(folder)


def acknowledged(load: Load) -> Callable[[], bool]:
    """Whether some more requests have been acknowledged since now."""
    so_far = len(load.answers)
    return lambda: len(load.answers) >= so_far + SOME


def test_what_was_acknowledged_outlives_the_database_server(
    postgresql: Server, tmp_path: Path
) -> None:
    with served(tmp_path, DATABASE_URL=postgresql.url) as server:
        load = Load(server)

        def lose_the_server() -> None:
            for lose in (postgresql.stop_at_once, postgresql.kill):
                wait_until(acknowledged(load))
                lose()
                refused = load.statuses[503]
                time.sleep(AWAY_SECONDS)
                wait_until(lambda seen=refused: load.statuses[503] > seen)
                status, headers, _ = server.send("GET", "/readyz")
                assert (503, True) == (status, int(headers["retry-after"]) >= 1)
                postgresql.start()
                wait_until(acknowledged(load))
                assert 200 == server.send("GET", "/readyz")[0]

        load.during(lose_the_server)
        assert 0 == load.lost
        assert 0 == server.stop()

    assert {201, 409, 429, 503} >= set(load.statuses)
    store = opened(postgresql.url)
    kept = determinations_by_key(store)
    assert dict.fromkeys((sha256(key.encode()).hexdigest() for key in load.answers), 1) == kept
    require_sound(store)
    store.close()


def test_while_others_hold_everything_requests_are_refused_in_time(
    postgresql: Server, tmp_path: Path
) -> None:
    with served(tmp_path, DATABASE_URL=postgresql.url) as server:
        assert 201 == send_under(server, "before")[0]
        with psycopg.connect(postgresql.url.replace("+psycopg", "")) as holder:
            holder.execute(
                "LOCK TABLE determinations IN ACCESS EXCLUSIVE MODE"
            )  # every connection of the service's waits in it
            require_refused_in_time(server)
        wait_until(lambda: 201 == send_under(server, "after")[0])


def test_while_the_server_has_no_connection_to_give_requests_are_refused_in_time(
    postgresql: Server, tmp_path: Path
) -> None:
    with served(tmp_path, DATABASE_URL=postgresql.url) as server, ExitStack() as taken:
        assert 201 == send_under(server, "before")[0]
        take_every_connection(postgresql.url.replace("+psycopg", ""), taken)
        require_refused_in_time(server)
        taken.close()
        wait_until(lambda: 201 == send_under(server, "after")[0])


def test_there_are_connections_for_as_many_keys_as_are_worked_on_at_once(
    postgresql_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=postgresql_url, instance=tmp_path, threads=MANY)
    upgrade(settings)
    app = create_app(settings)
    client = client_of(app)
    with app.app_context(), ExitStack() as held:
        for number in range(MANY - 1):
            held.enter_context(current_service().claims.claim("somebody", "a route", f"{number}"))

        assert (
            201
            == client.post(
                "/v1/determinations", json=CLOSED, headers={"Idempotency-Key": "k-1"}
            ).status_code
        )
    store_of(app).close()


def take_every_connection(address: str, taken: ExitStack) -> None:
    """Take what is free, then send everybody else away and take that too."""
    first = taken.enter_context(psycopg.connect(address, autocommit=True))
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client "
        "backend' AND NOT pid = ANY(%s)"
    )
    mine = [first.info.backend_pid]
    for _ in range(TRIES):
        with suppress(psycopg.OperationalError):
            while True:
                mine.append(taken.enter_context(psycopg.connect(address)).info.backend_pid)
        if not first.execute(others, [mine]).fetchall():
            return
    raise AssertionError("the service keeps its connections")


def require_refused_in_time(server: Served) -> None:
    """Ask more than is taken in at once: everybody is answered before a client gives up, and the
    process lives.
    """
    with ThreadPoolExecutor(AT_ONCE) as clients:
        held = [
            clients.submit(send_under, server, f"held-{number}", CLIENT_SECONDS)
            for number in range(AT_ONCE)
        ]
        assert 200 == server.send("GET", "/healthz")[0]
        answers = [each.result() for each in held]
    assert {503} == {status for status, _, _ in answers}
    assert all(int(headers["retry-after"]) >= 1 for _, headers, _ in answers)

"""What every test may use: the law as it stands in the repository, read once.

And databases of its own.
"""

import atexit
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import URL, make_url

from app.determinations.decide import Decider
from app.factory import create_app
from app.law.lawbook import Lawbook
from app.law.reading.kept_lawbook import open_kept_lawbook
from app.records.migrate import upgrade
from app.settings import Settings
from tests.callers import client_of
from tests.machine import require_postgresql

ROOT = Path(__file__).resolve().parent.parent
if "ELIGIBILITY_LAWBOOKS" not in os.environ:
    # One for all processes of these tests: the law is read once, and no other copy's is touched.
    os.environ["ELIGIBILITY_LAWBOOKS"] = tempfile.mkdtemp(prefix="eligibility-lawbooks-")
    atexit.register(shutil.rmtree, os.environ["ELIGIBILITY_LAWBOOKS"], True)
settings.register_profile(
    "untimed", deadline=None
)  # a machine that is busy is not a fault of what is tested
settings.load_profile("untimed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what did not run on this machine, and what would have to be installed for it."""
    skipped = terminalreporter.getreports("skipped")
    if skipped:
        terminalreporter.section("not run on this machine")
        for reason, number in Counter(report.longrepr[2] for report in skipped).items():
            terminalreporter.write_line(f"{number} × {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session", autouse=True)
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Commands that tests start find a folder and a database of the tests, never those of a service
    that `make run` serves from the same copy.

    Under CI_NO_SKIP, where no such service runs, `instance/` must be as it was in the end.
    """
    folder, theirs = tmp_path_factory.mktemp("instance"), ROOT / "instance"
    os.environ["ELIGIBILITY_INSTANCE"] = str(folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'determinations.sqlite'}"
    before = _contents(theirs)
    yield
    if os.environ.get("CI_NO_SKIP"):
        assert before == _contents(theirs), "a test wrote to instance/"


def _contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file and folder in a folder, with its size and when it was written to."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="session")
def lawbook() -> Lawbook:
    return open_kept_lawbook(ROOT / "rulesets", Path(os.environ["ELIGIBILITY_LAWBOOKS"]))


@pytest.fixture(scope="session")
def decider(lawbook: Lawbook) -> Decider:
    return Decider(lawbook)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The service on a database of its own, migrated."""
    folder = tmp_path_factory.mktemp("records")
    address = f"sqlite:///{folder / 'determinations.sqlite'}"
    settings = Settings(database_url=address, instance=folder, secret_key="of-these-tests-alone")
    upgrade(settings)
    return create_app(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An eligibility worker's program."""
    return client_of(app)


def _server() -> URL:
    return make_url(require_postgresql())


def _at(server: URL, *statements: str) -> None:
    """Say something to a server, outside of any transaction."""
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        # A small database is copied twice as fast by its files, which PostgreSQL 15 must be told.
        by_files = " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
        for statement in statements:
            connection.execute(statement + by_files * statement.startswith("CREATE"))


@contextmanager
def postgresql_copy(name: str, template: str) -> Iterator[str]:
    """A PostgreSQL database for as long as it is needed, a copy of another one."""
    server = _server()
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    _at(server, drop, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield server.set(database=name).render_as_string(hide_password=False)
    _at(server, drop)


@pytest.fixture
def postgresql_url(worker_id: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test alone, on the server that
    TEST_POSTGRESQL_URL names.
    """
    with postgresql_copy(f"test_{worker_id}_{os.getpid()}", "template0") as address:
        yield address


@pytest.fixture(scope="session")
def migrated_postgresql(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a migrated PostgreSQL database without anything in it, to be copied."""
    name = f"migrated_{worker_id}_{os.getpid()}"
    with postgresql_copy(name, "template0") as address:
        upgrade(Settings(database_url=address, instance=tmp_path_factory.mktemp("migrated")))
        yield name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database without anything in it, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "records.sqlite"
    upgrade(Settings(database_url=f"sqlite:///{file}", instance=file.parent))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind; nothing is migrated yet."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path / 'records.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """The address of a migrated database of this test alone, once of each kind."""
    if request.param == "postgresql":
        _server()
        with postgresql_copy(
            f"test_{worker_id}_{os.getpid()}", request.getfixturevalue("migrated_postgresql")
        ) as address:
            yield address
        return
    file = tmp_path / "deep" / "records.sqlite"
    file.parent.mkdir()
    shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
    yield f"sqlite:///{file}"

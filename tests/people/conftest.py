"""People at their browsers, and a service with real accounts: on SQLite, and on PostgreSQL where
the machine has one.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser as Chromium
from werkzeug.test import TestResponse

from app.access.origin import Origin
from app.access.passwords import Passwords
from app.access.people import People
from app.access.roster import NewAccount, Roster
from app.api.http.service import Service, law_text
from app.api.people.current import install_people
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.database import open_database
from app.records.people.accounts import Account
from app.records.store import Store
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.audit import AuditTrail
from tests.browsers import launched, listening
from tests.conftest import postgresql_copy
from tests.machine import require_postgresql
from tests.organizations import KnowingRoster, know

PASSWORD, OTHER = "seven turquoise herons wade", "nine copper kettles hum low"
OFFICE = Origin("command:tests")
TABLES = (
    "account_sessions",
    "second_factors",
    "drafts",
    "accounts",
    "sign_in_addresses",
    "applicants",
)
"""What is empty at the beginning of each test."""
OFFICES = tuple(f"office-{number}" for number in range(1, 21))
"""The organizations that there are in every test."""


class Counting(PasswordHasher):
    """Argon2 at a low cost, which counts its work; *meanwhile* happens while it works."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.compared: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self.compared.append(str(hash))
        self.meanwhile()
        return super().verify(hash, password)


class Browser:
    """Somebody's browser: keeps cookies, fills in the forms of pages."""

    def __init__(
        self, app: Flask, address: str = "203.0.113.7", agent: str = "Testing 1.0"
    ) -> None:
        self.client: FlaskClient = app.test_client()
        self._sends = {
            "environ_base": {"REMOTE_ADDR": address},
            "headers": {"User-Agent": agent},
            "base_url": "https://localhost",
        }

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, **self._sends)

    def post(self, path: str, /, **fields: str | list[str]) -> TestResponse:
        """A form sent as it stands; a list is a field that stands in it several times."""
        return self.client.post(path, data=fields, **self._sends)

    def fill(self, page: str, /, action: str | None = None, **fields: str) -> TestResponse:
        """Open a page and send its form with the token that stands in it."""
        shown = self.client.get(page, follow_redirects=True, **self._sends)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown.get_data(as_text=True))
        return self.post(action or page, csrf_token=token[1] if token else "", **fields)

    def sign_in(self, name: str = "alma", password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.fill("/sign-in", name=name, password=password, **fields)

    def sign_out(self) -> TestResponse:
        return self.fill("/", "/sign-out")

    @property
    def cookie(self) -> str | None:
        """The secret of the session."""
        kept = self.client.get_cookie("__Host-eligibility-session", domain="localhost")
        return kept.value if kept else None

    @property
    def is_signed_in(self) -> bool:
        return self.get("/sessions").status_code == 200


def text(answer: TestResponse) -> str:
    """What a page says."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True))).split())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, decider: Decider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The service on each database. The tests of a file share it, but no more than they: each
    verifies all that was stored until then.
    """
    folder = tmp_path_factory.mktemp("people")
    if request.param == "sqlite":
        with served_on_sqlite(request, decider, folder) as app:
            yield app
        return
    require_postgresql()
    migrated = request.getfixturevalue("migrated_postgresql")
    with (
        postgresql_copy(f"people_{os.getpid()}", migrated) as address,
        served_on(address, decider, folder) as app,
    ):
        yield app


@contextmanager
def served_on_sqlite(
    request: pytest.FixtureRequest, decider: Decider, folder: Path
) -> Iterator[Flask]:
    """The service on an SQLite database in a folder."""
    settings = settings_in(folder)
    file = settings.database_url.removeprefix("sqlite:///")
    shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
    with served_on(settings.database_url, decider, folder) as app:
        yield app


@contextmanager
def served_on(address: str, decider: Decider, folder: Path) -> Iterator[Flask]:
    """The service on a migrated database."""
    app = serving(decider, Settings(database_url=address, instance=folder))
    yield app
    app.extensions["eligibility"].store.close()


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings of a service that keeps everything in a folder, on a database nobody migrated."""
    address = f"sqlite:///{folder / 'people.sqlite'}"
    return Settings(**{"database_url": address, "instance": folder, **changes})


def serving(decider: Decider, settings: Settings) -> Flask:
    """A service with these settings."""
    app = Flask("app", static_folder=None)
    service = Service(
        settings,
        decider,
        Store(open_database(settings.database_url), law_text(decider.lawbook)),
        decider.lawbook.default_edition,
    )
    mount(app, service)
    return app


@pytest.fixture
def hasher() -> Counting:
    return Counting()


@pytest.fixture
def trail(app: Flask) -> AuditTrail:
    return AuditTrail(app.extensions["eligibility"].store)


@pytest.fixture
def app(served: Flask, hasher: Counting) -> Iterator[Flask]:
    """The service without any account, session or failed attempt.

    Whatever a test does, every row keeps a digest that is right.
    """
    yield emptied(served, hasher)
    changed = [
        str(each)
        for each in verify(served.extensions["eligibility"].store).complaints
        if "was changed" in each.what
    ]
    assert [] == changed


def emptied(app: Flask, hasher: Counting) -> Flask:
    store = app.extensions["eligibility"].store
    with store.engine.begin() as connection:
        for table in TABLES:
            connection.exec_driver_sql(f"DELETE FROM {table}")
    know(store, *OFFICES)
    required = app.extensions["eligibility"].settings.requires_second_factor
    install_people(app, People(store, Passwords(lambda: hasher), required))
    return app


@pytest.fixture
def people(app: Flask) -> People:
    found = app.extensions["people"]
    assert isinstance(found, People)
    return found


@pytest.fixture
def roster(app: Flask, people: People) -> Roster:
    return KnowingRoster(app.extensions["eligibility"].store, people.roster)


@pytest.fixture
def alma(roster: Roster, trail: AuditTrail) -> Account:
    """An eligibility worker with a password of her own."""
    account, _ = roster.create(
        NewAccount("alma", "eligibility_worker", "office-12"), OFFICE, PASSWORD
    )
    trail.clear()
    return account


@pytest.fixture
def browse(app: Flask) -> Callable[..., Browser]:
    """Opens another browser."""
    return lambda **told: Browser(app, **told)


@pytest.fixture
def browser(app: Flask, alma: Account) -> Browser:
    """Alma's browser; she has not signed in yet."""
    return Browser(app)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with launched() as browser:
        yield browser


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the service listens, over plain HTTP on a loopback address as `make run` does."""
    with listening(app) as address:
        yield address

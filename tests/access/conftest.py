"""The service on SQLite and, where TEST_POSTGRESQL_URL names a server, on PostgreSQL.

And callers of every kind.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.http.service import Service
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.database import open_database
from app.records.store import Store
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.callers import client_of
from tests.organizations import know


@pytest.fixture
def served(database_url: str, tmp_path: Path, decider: Decider) -> Iterator[Flask]:
    """The service on a database of its own, with nobody in it."""
    settings = Settings(database_url=database_url, instance=tmp_path)
    app = Flask("app", static_folder=None)
    app.config["SETTINGS"] = settings
    store = Store(open_database(settings.database_url))
    know(store, "blue-harbor", "county-office")
    mount(app, Service(settings, decider, store, decider.lawbook.default_edition))
    yield app
    assert () == verify(store).complaints
    store.close()


@pytest.fixture
def administrator(served: Flask) -> FlaskClient:
    """An administrator's program."""
    return client_of(served, "administrator", None)


@pytest.fixture
def worker(served: Flask) -> FlaskClient:
    """An eligibility worker's program."""
    return client_of(served)


@pytest.fixture
def nobody(served: Flask) -> FlaskClient:
    """Somebody who shows nothing."""
    return served.test_client()

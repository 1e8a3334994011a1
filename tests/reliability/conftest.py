"""The service in this process on a migrated database of its own, SQLite and PostgreSQL in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.api.http.service import Service, law_text
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.database import open_database
from app.records.store import Store
from app.settings import Settings


@pytest.fixture
def service_app(database_url: str, tmp_path: Path, decider: Decider) -> Iterator[Flask]:
    """The service, with nobody in it and nothing kept."""
    settings = Settings(database_url=database_url, instance=tmp_path)
    app = Flask("app", static_folder=None)
    app.config["SETTINGS"] = settings
    store = Store(open_database(settings.database_url), law_text(decider.lawbook))
    mount(app, Service(settings, decider, store, decider.lawbook.default_edition))
    yield app
    store.close()

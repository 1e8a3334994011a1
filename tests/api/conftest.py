"""Services that differ in their settings, on the law that is read already."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api import mount
from app.api.service import Service, law_text
from app.determinations.decide import Decider
from app.records.database import open_database
from app.records.migrate import upgrade
from app.records.store import Store
from app.settings import Settings
from tests.acting import acting

Serve = Callable[..., FlaskClient]


@pytest.fixture
def database(tmp_path: Path) -> Settings:
    """Settings with a database that is not there yet."""
    return Settings(database_url=f"sqlite:///{tmp_path / 'records' / 'determinations.sqlite'}")


@pytest.fixture
def serve(decider: Decider, database: Settings) -> Serve:
    """A service with other settings or another decider, on a migrated database of its own."""

    def serving(migrated: bool = True, by: Decider = decider, **changes: object) -> FlaskClient:
        settings = replace(database, **changes)  # type: ignore[arg-type]
        if migrated:
            upgrade(settings)
        app = Flask("app", static_folder=None)
        store = Store(open_database(settings.database_url), law_text(by.lawbook))
        mount(app, Service(settings, by, store, by.lawbook.default_edition))
        return acting(app).test_client()

    return serving

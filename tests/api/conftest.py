"""Services that differ in their settings, on the law that is read already."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.http.service import Service, law_text
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.database import open_database
from app.records.migrate import downgrade, upgrade
from app.records.store import Store
from app.settings import Settings
from tests.callers import client_of

Serve = Callable[..., FlaskClient]


@pytest.fixture
def database(tmp_path: Path) -> Settings:
    """Settings with a database that is not there yet."""
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'records' / 'determinations.sqlite'}",
        instance=tmp_path,
    )


@pytest.fixture
def serve(decider: Decider, database: Settings, migrated_sqlite: Path) -> Serve:
    """A service with other settings or another decider, on a migrated database of its own."""

    def serving(migrated: bool = True, by: Decider = decider, **changes: object) -> FlaskClient:
        settings = replace(database, **changes)  # type: ignore[arg-type]
        file = Path(settings.database_url.removeprefix("sqlite:///"))
        if settings.database_url == database.database_url:
            file.parent.mkdir(exist_ok=True)
            if migrated:
                shutil.copy(migrated_sqlite, file)
        elif migrated:
            upgrade(settings)
        app = Flask("app", static_folder=None)
        app.config["SETTINGS"] = settings
        store = Store(open_database(settings.database_url), law_text(by.lawbook))
        mount(app, Service(settings, by, store, by.lawbook.default_edition))
        return client_of(app) if migrated else app.test_client()

    return serving


def without_tables(client: FlaskClient) -> FlaskClient:
    """The same client, known to the service already, after every table is gone."""
    client.get(f"/v1/determinations/{UUID(int=0)}")
    downgrade(client.application.config["SETTINGS"], "base")
    return client

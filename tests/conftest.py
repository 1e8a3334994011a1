"""What every test may use: the law as it stands in the repository, read once."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.determinations.decide import Decider
from app.law.lawbook import Lawbook
from app.law.library import open_lawbook
from app.records.migrate import upgrade
from app.settings import Settings
from tests.callers import client_of

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def lawbook() -> Lawbook:
    return open_lawbook(ROOT / "rulesets")


@pytest.fixture(scope="session")
def decider(lawbook: Lawbook) -> Decider:
    return Decider(lawbook)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The service on a database of its own, migrated."""
    folder = tmp_path_factory.mktemp("records")
    settings = Settings(database_url=f"sqlite:///{folder / 'determinations.sqlite'}", instance=folder)
    upgrade(settings)
    return create_app(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An eligibility worker's program."""
    return client_of(app)

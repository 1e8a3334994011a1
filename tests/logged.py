"""A service with a transparency log, for tests that sign it."""

from pathlib import Path

from flask import Flask

from app.api.http.service import Service, law_text
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.database import open_database
from app.records.migrate import upgrade
from app.records.store import Store
from app.settings import Settings


def logged_app(folder: Path, decider: Decider) -> Flask:
    """The service in a folder of its own, under a law that was read already; nothing is signed."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'records.sqlite'}",
        instance=folder,
        secret_key="of-these-tests-alone",
        log=folder / "log",
        receipt_key=folder / "receipt.key",
    )
    upgrade(settings)
    store = Store(open_database(settings.database_url), law_text(decider.lawbook))
    app = Flask("app", static_folder=None)
    mount(app, Service(settings, decider, store, decider.lawbook.default_edition))
    return app

"""Where the service is put together, once for each process."""

from flask import Flask

from app.api.http.service import Service, law_text
from app.commands import register
from app.determinations.decide import Decider
from app.law.reading.kept_lawbook import open_kept_lawbook
from app.mounting import mount
from app.production import require_bounded_role, require_fit
from app.records.database import open_database
from app.records.store import Store
from app.settings import Settings, from_environment, secret_key


def create_app(settings: Settings | None = None) -> Flask:
    """The service with everything in its place: the law read, compiled and held against itself
    before anybody asks.

    Raises:
        UnsoundLaw: the rulesets cannot be used; the error holds every complaint.
        UnsoundRoles: the roles cannot be used.
        UnknownEdition: the settings name an edition that the law does not have.
        RecordsUnavailable: the database address cannot be used.
        environs.EnvError: a variable of the environment does not hold what it should.
        UnfitForProduction: production mode is set, and something is left open.
    """
    settings = settings or from_environment()
    require_fit(settings)
    app = Flask("app", static_folder=None)
    app.config["SETTINGS"] = settings
    app.config["SECRET_KEY"] = secret_key(settings)
    app.config["SECRET_KEY_FALLBACKS"] = list(settings.secret_key_fallbacks)
    lawbook = open_kept_lawbook(settings.rulesets, settings.lawbooks)
    edition = lawbook.edition(settings.edition or lawbook.default_edition).edition.name
    decider = Decider(lawbook)
    decider.prepare()
    require_bounded_role(settings)
    database = open_database(settings.database_url, settings.threads + settings.batches)
    service = Service(settings, decider, Store(database, law_text(lawbook)), edition)
    mount(app, service)
    register(app)
    return app

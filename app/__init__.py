"""The eligibility determination service."""

from flask import Flask

from app.settings import Settings, from_environment


def create_app(settings: Settings | None = None) -> Flask:
    """The service with everything in its place: the law read, compiled and held against itself before anybody asks.

    Raises:
        UnsoundLaw: the rulesets cannot be used; the error holds every complaint.
        UnsoundRoles: the roles cannot be used.
        UnknownEdition: the settings name an edition that the law does not have.
        RecordsUnavailable: the database address cannot be used.
        environs.EnvError: a variable of the environment does not hold what it should.
    """
    from app.api import mount
    from app.api.service import Service
    from app.commands import register
    from app.determinations.decide import Decider
    from app.law.library import open_lawbook
    from app.records.database import open_database
    from app.records.store import Store

    settings = settings or from_environment()
    app = Flask(__name__, static_folder=None)
    app.config["SETTINGS"] = settings
    lawbook = open_lawbook(settings.rulesets)
    edition = lawbook.edition(settings.edition or lawbook.default_edition).edition.name
    decider = Decider(lawbook)
    decider.prepare()
    mount(app, Service(settings, decider, Store(open_database(settings.database_url)), edition))
    register(app)
    return app

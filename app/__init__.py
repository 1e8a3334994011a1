"""The eligibility determination service."""

from flask import Flask

from app.settings import Settings, from_environment


def create_app(settings: Settings | None = None) -> Flask:
    """The service with everything in its place.

    Raises:
        UnsoundLaw: the rulesets cannot be used; the error holds every complaint.
    """
    from app.api import mount
    from app.commands import law_group
    from app.determinations.decide import Decider
    from app.law.library import open_lawbook

    settings = settings or from_environment()
    app = Flask(__name__)
    app.cli.add_command(law_group)
    app.config["SETTINGS"] = settings
    decider = Decider(open_lawbook(settings.rulesets))
    decider.prepare()
    app.extensions["decider"] = decider
    mount(app)
    return app

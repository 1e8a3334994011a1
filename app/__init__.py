"""The eligibility determination service."""

from flask import Flask

from app.settings import Settings, from_environment


def create_app(settings: Settings | None = None) -> Flask:
    """The service with everything in its place."""
    from app.commands import law_group

    settings = settings or from_environment()
    app = Flask(__name__)
    app.cli.add_command(law_group)
    app.config["SETTINGS"] = settings
    return app

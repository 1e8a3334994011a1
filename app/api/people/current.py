"""The accounts and sessions of the application that handles the present request."""

from typing import cast

from flask import Flask, current_app

from app.access.people import People

_NAME = "people"


def install_people(app: Flask, people: People) -> None:
    """Make people's accounts and sessions findable from within requests and commands of an
    application.
    """
    app.extensions[_NAME] = people


def people() -> People:
    """The accounts and sessions."""
    return cast(People, current_app.extensions[_NAME])

"""Who the requests of tests are from: somebody who sees everything, unless a test says otherwise."""

from flask import Flask, g

from app.access.principal import Principal
from app.records.reach import EVERYTHING

EVERYWHERE = Principal("key:tests", "tests", frozenset(), organization="tests", reach=EVERYTHING)
_NAME = "acting"


def acting(app: Flask, principal: Principal = EVERYWHERE) -> Flask:
    """The same application, in which every request from now on is from this principal."""
    if _NAME not in app.extensions:
        app.before_request(lambda: setattr(g, "principal", app.extensions[_NAME]))
    app.extensions[_NAME] = principal
    return app

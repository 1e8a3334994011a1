"""Requests from somebody of a test's own making, without a credential: for tests of what a
principal sees, not of who is let in.
"""

from flask import Flask, g

from app.access.principal import Principal
from app.records.visibility import EVERYTHING

EVERYWHERE = Principal("key:tests", "tests", frozenset(), organization="tests", reach=EVERYTHING)
_NAME = "acting"


def acting(app: Flask, principal: Principal = EVERYWHERE) -> Flask:
    """The same application, in which every request from now on is from this principal, who may do
    everything.
    """
    hooks = app.before_request_funcs[None]
    for place, hook in enumerate(hooks):
        if hook.__module__ == "app.api.http.asked.authentication":
            hooks[place] = lambda: setattr(g, "principal", app.extensions[_NAME])
    app.extensions[_NAME] = principal
    return app

"""Callers with a credential of some role, made as an administrator makes them, sent as every client
sends them.
"""

from weakref import WeakKeyDictionary

from flask import Flask
from flask.testing import FlaskClient

from app.access.credentials import KEY, Wanted
from app.access.origin import Origin
from app.api.http.asked.authentication import authenticator
from tests.organizations import know

ORGANIZATION = "county-office"
ADMINISTRATOR = Origin("command:tests")
_MADE: "WeakKeyDictionary[Flask, dict[tuple[str, str | None], str]]" = WeakKeyDictionary()


def key_of(app: Flask, role: str, organization: str | None = ORGANIZATION) -> str:
    """A key of a role, the same one for the same role and organization of an application."""
    made = _MADE.setdefault(app, {})
    if (role, organization) not in made:
        know(app.extensions["eligibility"].store, organization)
        with app.app_context():
            told = authenticator().credentials.create(
                Wanted(KEY, f"tests as {role}".replace("_", " "), role, organization), ADMINISTRATOR
            )
        made[role, organization] = told.secret
    return made[role, organization]


def client_of(
    app: Flask, role: str = "eligibility_worker", organization: str | None = ORGANIZATION
) -> FlaskClient:
    """A client that sends a key of a role with every request."""
    return bearing(app.test_client(), key_of(app, role, organization))


def bearing(client: FlaskClient, bearer: str) -> FlaskClient:
    """A client that from now on sends a key or an access token with every request."""
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {bearer}"
    return client

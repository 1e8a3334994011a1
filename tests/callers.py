"""Callers with a credential of some role, made as an administrator makes them, sent as every client
sends them.
"""

from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from flask.testing import FlaskClient

from app.access.approvals import Approvals
from app.access.credentials import KEY, Wanted
from app.access.origin import Origin
from app.access.principal import Principal
from app.access.roles import shipped_roles
from app.api.http.asked.authentication import authenticator
from app.records.approvals.grants import second_part_of
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


SECOND = Principal("command:second", "administrator", shipped_roles()["administrator"].permissions)
"""A second person for what administrators propose without an organization."""


def approved(app: Flask, document: dict[str, Any]) -> str:
    """Approve what an administrator's answer says that it waits for, as a second person; the second
    part of the secret, or nothing.
    """
    store = app.extensions["eligibility"].store
    approval = Approvals(store).find(document.get("approval") or document["id"], SECOND)
    assert approval is not None
    second = second_part_of(store, approval.object_id)
    Approvals(store).approve(approval, SECOND, Origin(SECOND.actor))
    return second or ""


def approved_last(app: Flask) -> str:
    """Approve what administrators without an organization proposed last, as a second person; the
    second part of its secret.
    """
    waiting = Approvals(app.extensions["eligibility"].store).waiting(SECOND)
    return approved(app, {"id": max(approval.id for approval in waiting)})


def bearing(client: FlaskClient, bearer: str) -> FlaskClient:
    """A client that from now on sends a key or an access token with every request."""
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {bearer}"
    return client

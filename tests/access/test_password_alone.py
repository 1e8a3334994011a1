"""In production mode a password alone opens nothing, and no key has a role of people."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text as sql

from app.access.credentials import CLIENT, KEY, CredentialRefused, Wanted
from app.access.origin import Origin
from app.access.passwords import Passwords
from app.access.people import People
from app.access.roster import NewAccount, peoples_roles
from app.api.http.asked.authentication import authenticator
from app.api.people.current import install_people
from app.data_keys import new_key
from app.determinations.decide import Decider
from app.production import require_fit
from app.records.migrate import upgrade
from app.settings import Settings, from_environment
from tests.access.test_matrix import ROWS
from tests.callers import bearing
from tests.organizations import know
from tests.people.conftest import serving
from tests.servers import POLICY

PASSWORD = "seven turquoise herons wade"
OFFICE = Origin("command:tests")
WHERE = {"base_url": "https://localhost"}
PUBLIC_PAGES = {row.route for row in ROWS if row.permission == "public"}


@pytest.fixture(scope="module")
def app(decider: Decider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The service in production mode, with an account of each role of people."""
    folder = tmp_path_factory.mktemp("production")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'people.sqlite'}",
        instance=folder,
        mode="production",
        second_factor="required",
        secret_key="kX3v9Qm2LwTz8RbN5sYc7HdJ4gFp6AeU",
        data_keys=f"first:{new_key()}",
        index_key=new_key(),
        policy=POLICY,
    )
    require_fit(settings)
    upgrade(settings)
    app = serving(decider, settings)
    store = app.extensions["eligibility"].store
    know(store, "office-12")
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    people = People(
        store, Passwords(lambda: cheap), app.extensions["people"].requires_second_factor
    )
    install_people(app, people)
    for role in peoples_roles():
        organization = None if role in ("administrator", "auditor") else "office-12"
        people.roster.create(NewAccount(f"a-{role}", role, organization), OFFICE, PASSWORD)
    yield app
    store.close()


def by_password_alone(app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    page = client.get("/sign-in", **WHERE).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form = {"csrf_token": token[1], "name": f"a-{role}", "password": PASSWORD}
    led = client.post("/sign-in", data=form, **WHERE)
    assert (303, "/second-factor") == (led.status_code, led.headers["Location"])
    return client


@pytest.mark.parametrize("role", peoples_roles())
def test_a_role_of_people_reaches_nothing_by_its_password_but_the_second_factor(
    app: Flask, role: str
) -> None:
    """Every route that needs a permission, pages and /v1 alike."""
    client = by_password_alone(app, role)

    reached = {}
    for row in ROWS:
        if row.permission == "public":
            continue
        answer = client.open(row.path, method=row.method, **WHERE)
        led = answer.headers.get("Location", "").partition("?")[0]
        is_refused = answer.status_code in (400, 401) or led == "/second-factor"
        if not is_refused:
            reached[row.method, row.route] = answer.status_code
    assert {} == reached

    token = client.post("/oauth/token", data={"grant_type": "client_credentials"}, **WHERE)
    assert token.status_code == 401
    assert "/second-factor" in client.get("/sessions", **WHERE).headers["Location"]


def test_a_session_that_waits_is_stored_as_waiting(app: Flask) -> None:
    by_password_alone(app, "auditor")

    with app.extensions["eligibility"].store.engine.connect() as connection:
        found = connection.execute(sql("select distinct second_factor from account_sessions"))
        assert ["waiting"] == list(found.scalars())


@pytest.mark.parametrize("role", peoples_roles())
def test_no_key_is_made_for_a_role_of_people(app: Flask, role: str) -> None:
    credentials = authenticator_of(app).credentials

    with pytest.raises(CredentialRefused) as refused:
        credentials.create(Wanted(KEY, "batch", role, "office-12"), OFFICE)

    assert "role" == refused.value.member
    assert "A person signs in to the pages with an account." in str(refused.value)


def test_programs_have_keys_and_clients(app: Flask) -> None:
    credentials = authenticator_of(app).credentials
    made = credentials.create(Wanted(KEY, "batch", "partner_system", "office-12"), OFFICE)
    client = bearing(app.test_client(), made.secret)

    assert 200 == client.get("/v1/organizations").status_code
    watching = Wanted(CLIENT, "watching", "auditor", scopes=("metrics.read",))
    assert credentials.create(watching, OFFICE).secret


def test_a_key_of_a_role_of_people_from_before_is_refused_with_what_to_do(app: Flask) -> None:
    trusted = authenticator_of(app)
    before = type(trusted.credentials)(trusted.store, trusted.roles)
    made = before.create(Wanted(KEY, "before", "auditor"), OFFICE)

    answer = bearing(app.test_client(), made.secret).get("/v1/accounts")
    assert 401 == answer.status_code
    assert "A person signs in to the pages with an account." in answer.get_json()["detail"]
    wrong = bearing(app.test_client(), made.secret[:-1] + "0").get("/v1/accounts")
    assert "mistyped, expired or revoked" in wrong.get_json()["detail"]
    with pytest.raises(CredentialRefused):
        trusted.credentials.rotate(made.credential.id, None, OFFICE)


def authenticator_of(app: Flask):  # type: ignore[no-untyped-def]
    with app.app_context():
        return authenticator()


@pytest.mark.parametrize(
    ("mode", "named", "required"),
    [
        ("development", None, False),
        ("development", "required", True),
        ("development", "off", False),
        ("production", None, True),
        ("production", "required", True),
    ],
)
def test_the_setting_follows_the_mode(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str, named: str | None, required: bool
) -> None:
    monkeypatch.setenv("ELIGIBILITY_MODE", mode)
    monkeypatch.setenv("ELIGIBILITY_INSTANCE", str(tmp_path))
    if named is not None:
        monkeypatch.setenv("ELIGIBILITY_SECOND_FACTOR", named)

    assert required == from_environment().requires_second_factor

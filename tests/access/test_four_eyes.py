"""An administrator alone comes by no route to read a name (two people do)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.credentials import KEY, Wanted
from app.access.origin import Origin
from app.access.people import Browser, People, SignInRefused
from app.access.roles import shipped_roles
from app.access.roster import NewAccount, Roster
from app.api.http.asked.authentication import authenticator
from app.api.people.current import people
from app.records.store import Store
from tests.api.asking import problem
from tests.audit import AuditTrail
from tests.callers import ADMINISTRATOR, bearing
from tests.case_files import ROOT
from tests.organizations import know

OFFICE = "county-office"
PASSWORD = "seven turquoise herons wade"
NAMES = "/v1/applicants/search"
ABOVE = sorted({*shipped_roles().roles} - {"administrator"})


@pytest.fixture
def store(served: Flask) -> Store:
    found: Store = served.extensions["eligibility"].store
    know(found, OFFICE, "office-2")
    return found


def new_key(app: Flask, by: Origin = ADMINISTRATOR, role: str = "administrator") -> FlaskClient:
    with app.app_context():
        kept = authenticator().credentials
        organization = None if role == "administrator" else OFFICE
        told = kept.create(Wanted(KEY, "an administrator", role, organization), by)
    client = bearing(app.test_client(), told.secret)
    client.environ_base["tests.actor"] = f"key:{told.credential.id}"
    client.environ_base["tests.id"] = told.credential.id
    return client


@pytest.fixture
def first(served: Flask, store: Store) -> FlaskClient:
    """An administrator whom the operator made."""
    return new_key(served)


@pytest.fixture
def second(served: Flask, store: Store) -> FlaskClient:
    """Another one."""
    return new_key(served)


@pytest.fixture
def roster(served: Flask) -> Roster:
    with served.app_context():
        kept = people().roster
    if kept.accounts.named("standing") is None:
        kept.create(NewAccount("standing", "administrator"), ADMINISTRATOR, PASSWORD)
    return kept


def account(roster: Roster, role: str = "supervisor") -> dict[str, Any]:
    """An account of the operator's making, with a password that only its person knows."""
    name = f"p{len(roster.accounts.page())}.{role.replace('_', '.')}"
    organization = None if role == "administrator" else OFFICE
    made, _ = roster.create(NewAccount(name, role, organization), ADMINISTRATOR, PASSWORD)
    return {"id": made.id, "name": name}


def send(client: FlaskClient, method: str, path: str, **json: Any) -> Any:
    """A change of what stands at a path, as it is now."""
    tag = client.get(path.removesuffix("/secrets").removesuffix("/one-time-passwords"))
    headers = {"If-Match": tag.headers.get("ETag", "*")}
    return client.open(path, method=method, json=json or None, headers=headers)


def decide(client: FlaskClient, id: str, how: str = "approve", **json: Any) -> Any:
    path = f"/v1/approvals/{id}"
    headers = {"If-Match": client.get(path).headers.get("ETag", "*")}
    return client.post(f"{path}/{how}", json=json or None, headers=headers)


def secrets_in(document: Any) -> list[str]:
    """Everything in an answer that opens something."""
    names = ("secret", "one_time_password", "first_part", "second_part")
    return [document[name] for name in names if document and document.get(name)]


def opens(app: Flask, name: str, secret: str) -> bool:
    """Whether a secret signs in to an account, or is a key that searches for names."""
    with app.app_context():
        signed: People = people()
        try:
            signed.sign_in(name, secret, Browser("203.0.113.9", "tests"), Origin("anybody"))
            return True
        except SignInRefused:
            pass
    return 200 == bearing(app.test_client(), secret).post(NAMES, json={"name": "Al"}).status_code


Way = Callable[[FlaskClient, Roster], tuple[str, Any]]


def _creates(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    name = f"new{len(roster.accounts.page())}"
    body = {"name": name, "role": "supervisor", "organization": OFFICE}
    return name, client.post("/v1/accounts", json=body)


def _makes_supervisor(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    made = client.post("/v1/accounts", json={"name": "own.second", "role": "administrator"})
    document = made.get_json()
    sent = {"role": "supervisor", "organization": OFFICE}
    return "own.second", send(client, "PATCH", f"/v1/accounts/{document['id']}", **sent)


def _resets(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    theirs = account(roster)
    path = f"/v1/accounts/{theirs['id']}/one-time-passwords"
    return theirs["name"], send(client, "POST", path)


def _enables(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    theirs = account(roster)
    path = f"/v1/accounts/{theirs['id']}"
    assert 200 == send(client, "PATCH", path, disabled=True).status_code
    return theirs["name"], send(client, "PATCH", path, disabled=False)


def _lowers_resets_and_raises(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    theirs = account(roster)
    path = f"/v1/accounts/{theirs['id']}"
    assert 200 == send(client, "PATCH", path, role="administrator").status_code
    assert 201 == send(client, "POST", f"{path}/one-time-passwords").status_code
    return theirs["name"], send(client, "PATCH", path, role="supervisor")


def _makes_a_key(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    body = {"name": "mine", "role": "supervisor", "organization": OFFICE}
    return "none", client.post("/v1/credentials", json=body)


def _makes_a_client(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    body = {"kind": "client", "name": "mine", "role": "partner_system", "organization": OFFICE}
    return "none", client.post("/v1/credentials", json=body)


def _rotates(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    theirs = new_key(client.application, role="supervisor").environ_base["tests.id"]
    path = f"/v1/credentials/{theirs}/secrets"
    return "none", send(client, "POST", path, overlap_hours=1)


def _extends(client: FlaskClient, roster: Roster) -> tuple[str, Any]:
    theirs = new_key(client.application, role="supervisor").environ_base["tests.id"]
    return "none", send(client, "PATCH", f"/v1/credentials/{theirs}", days=300)


WAYS: dict[tuple[str, str], list[Way]] = {
    ("POST", "/v1/accounts"): [_creates],
    ("PATCH", "/v1/accounts/<uuid:id>"): [_makes_supervisor, _enables, _lowers_resets_and_raises],
    ("POST", "/v1/accounts/<uuid:id>/one-time-passwords"): [_resets],
    ("POST", "/v1/credentials"): [_makes_a_key, _makes_a_client],
    ("PATCH", "/v1/credentials/<uuid:id>"): [_extends],
    ("POST", "/v1/credentials/<uuid:id>/secrets"): [_rotates],
}
"""Every way to more than an administrator has, by the route that it ends with."""
GIVE_NOTHING = {
    ("DELETE", "/v1/accounts/<uuid:id>/sessions"),
    ("DELETE", "/v1/credentials/<uuid:id>"),
    ("POST", "/v1/accounts/<uuid:id>/second-factor-resets"),
    ("POST", "/v1/programs"),
    ("DELETE", "/v1/programs/<uuid:id>"),
}
"""Each person lets a program act for them, or not; it is no more than its person. The reset of a
second factor is an approval of its own, and leaves the password as it is.
"""
ALL_WAYS = [way for ways in WAYS.values() for way in ways]


def test_every_route_that_makes_or_changes_who_comes_in_is_walked(served: Flask) -> None:
    changing = {
        (method, rule.rule)
        for rule in served.url_map.iter_rules()
        if getattr(served.view_functions[rule.endpoint], "permission", "")
        in ("accounts.write", "credentials.write")
        and rule.rule.startswith("/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS", "GET"}
    }

    assert changing == {*WAYS, *GIVE_NOTHING}


@pytest.mark.parametrize("way", ALL_WAYS, ids=lambda way: way.__name__)
def test_alone_an_administrator_comes_in_by_none_and_two_hand_over_what_neither_can_use(
    served: Flask, first: FlaskClient, second: FlaskClient, roster: Roster, way: Way
) -> None:
    name, answer = way(first, roster)
    document = answer.get_json()
    approval = document.get("approval") or document["id"]
    proposed, own_key = (
        secrets_in(document),
        new_key(served, Origin(first.environ_base["tests.actor"])),
    )

    assert answer.status_code in (201, 202)
    assert not any(opens(served, name, secret) for secret in proposed)
    for alone in (first, own_key):
        assert (403, "second-person-needed") == problem(decide(alone, approval))

    approved = decide(second, approval)
    told = secrets_in(approved.get_json())

    assert 200 == approved.status_code
    assert not any(opens(served, name, secret) for secret in (*proposed, *told))
    if proposed:
        whole = proposed[0] + told[0]
        if way is not _makes_a_client:
            assert opens(served, name, whole)
        assert [] == secrets_in(second.get(f"/v1/approvals/{approval}").get_json())


@pytest.mark.parametrize("role", ABOVE)
def test_every_other_role_lies_above_an_administrators_reach(
    first: FlaskClient, roster: Roster, role: str
) -> None:
    body = {"name": f"key {role}", "role": role, "organization": OFFICE}

    assert "waiting" == first.post("/v1/credentials", json=body).get_json()["state"]


def test_what_lies_within_reach_holds_at_once(first: FlaskClient) -> None:
    body = {"name": "scraper", "role": "administrator", "scopes": ["metrics.read"]}
    answer = first.post("/v1/credentials", json=body)

    assert "live" == answer.get_json()["state"]
    assert "approval" not in answer.get_json()


def test_nobody_is_second_who_can_get_into_the_other_account(
    served: Flask, first: FlaskClient, second: FlaskClient, roster: Roster
) -> None:
    """An administrator makes two keys, or gives another's key a new secret, and uses both."""
    maker = Origin(first.environ_base["tests.actor"])
    one, other = new_key(served, maker), new_key(served, maker)
    _, answer = _makes_a_key(one, roster)
    approval = answer.get_json()["approval"]
    assert (403, "second-person-needed") == problem(decide(other, approval))
    assert (403, "second-person-needed") == problem(decide(first, approval))

    taken = second.environ_base["tests.id"]
    rotated = send(first, "POST", f"/v1/credentials/{taken}/secrets", overlap_hours=1)
    assert 201 == rotated.status_code
    _, answer = _makes_a_key(first, roster)
    with_it = bearing(served.test_client(), rotated.get_json()["secret"])
    assert (403, "second-person-needed") == problem(decide(with_it, answer.get_json()["approval"]))


def test_a_refused_grant_gives_nothing_and_another_one_may_be_proposed(
    first: FlaskClient, second: FlaskClient, roster: Roster, store: Store
) -> None:
    theirs = account(roster)
    path = f"/v1/accounts/{theirs['id']}"
    sent = {"role": "auditor"}
    proposed = send(first, "PATCH", path, **sent)
    assert (409, "grant-proposed") == problem(send(first, "PATCH", path, **sent))

    decided = decide(second, proposed.get_json()["id"], "refuse", because="Not needed.")
    assert 200 == decided.status_code
    assert "supervisor" == first.get(path).get_json()["role"]
    assert 202 == send(first, "PATCH", path, **sent).status_code


def test_what_changed_meanwhile_is_not_granted(
    first: FlaskClient, second: FlaskClient, roster: Roster
) -> None:
    theirs = account(roster)
    path = f"/v1/accounts/{theirs['id']}"
    proposed = send(first, "PATCH", path, role="auditor")
    assert 200 == send(first, "PATCH", path, disabled=True).status_code

    decided = decide(second, proposed.get_json()["id"])
    assert (409, "effect-changed") == problem(decided)


def test_the_trail_says_which_role_in_which_organization_was_given(
    first: FlaskClient, second: FlaskClient, roster: Roster, store: Store
) -> None:
    trail = AuditTrail(store)
    _, answer = _creates(first, roster)
    decide(second, answer.get_json()["approval"])

    given = [(entry.action, entry.granted) for entry in trail.entries]
    assert [
        ("account.created", f"supervisor@{OFFICE}"),
        ("approval.proposed", f"supervisor@{OFFICE}"),
        ("account.enabled", f"supervisor@{OFFICE}"),
        ("approval.approved", None),
    ] == given
    assert second.environ_base["tests.actor"] == trail.entries[2].actor


def test_pages_and_routes_give_access_through_grants_alone() -> None:
    direct = re.compile(
        r"roster\.(create|change|reset_password)\(|credentials\(?\)?\.(create|rotate)\("
    )
    sources = [*(ROOT / "app" / "console").rglob("*.py"), *(ROOT / "app" / "api").rglob("*.py")]

    assert [] == [str(file) for file in sources if direct.search(file.read_text("utf-8"))]

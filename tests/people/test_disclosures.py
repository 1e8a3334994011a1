"""Every disclosure and every refusal leaves an audit entry: each route and page declares what it
discloses, and roles walk them.
"""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.access.principal import PUBLIC
from app.access.roles import shipped_roles
from app.access.roster import NewAccount, Roster, peoples_roles
from app.api.http.disclosing import flush_tried
from app.api.http.disclosures import DISCLOSURES, NOTHING, WITHOUT_KEEPING, disclosure_of
from app.records.applicants.applicant_tables import applicants
from tests.access.test_matrix import ROWS, SAMPLES
from tests.api.asking import CLOSED
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.organizations import know
from tests.people.conftest import OFFICE, PASSWORD, Browser
from tests.people.test_people import REQUEST

ORGANIZATION = "office-12"
UNKNOWN = SAMPLES["<uuid:id>"]
LEFT_OUT = {"GET /answers/<uuid:id>/compare", "GET /v1/determinations/<uuid:id>/packet"}
"""Need a second record, or a seal."""


@pytest.fixture
def world(app: Flask) -> dict[str, str]:
    """One record of each kind, of the office of those who walk; addresses by the part that they
    begin with.
    """
    worker = client_of(app, "supervisor", ORGANIZATION)
    subject = f"case-{uuid4().hex.translate(str.maketrans('0123456789', 'ghijklmnop'))}"

    def made(path: str, body: Any) -> Any:
        answer = worker.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
        assert answer.status_code in (200, 201), answer.get_json()
        return answer.get_json()

    made(
        "/v1/applicants",
        {"subject": subject, "name": f"Zora {subject[5:12].title()}", "born_on": "1980-02-29"},
    )
    with app.extensions["eligibility"].store.reading() as connection:
        known = select(applicants.c.id).where(applicants.c.subject == subject)
        person = connection.execute(known).scalar_one()
    determination = made("/v1/determinations", {**CLOSED, "subject": subject})["id"]
    note = {"about_kind": "determination", "about": determination, "text": "She called."}
    hold = {"kind": "subject", "object_id": subject, "because": "Matter 7"}
    return {
        "subject": subject,
        "/people": person,
        "determinations": determination,
        "/answers": determination,
        "letters": made(f"/v1/determinations/{determination}/letters", {})["id"],
        "notes": made("/v1/notes", note)["id"],
        "holds": made("/v1/holds", hold)["id"],
        "waiver": made("/v1/waiver-requests", {**REQUEST, "subject": subject})["id"],
        "feedback": UNKNOWN,
    }


def address(world: dict[str, str], route: str) -> str:
    """The address of a route, with the record of its kind."""
    path = route.partition(" ")[2].replace(WITHOUT_KEEPING, "")
    kind = next((kind for kind in world if kind in path and kind != "subject"), "")
    path = path.replace("<uuid:id>", world.get(kind, UNKNOWN))
    path = path.replace("<subject>", world["subject"])
    for variable, sample in SAMPLES.items():
        path = path.replace(variable, sample)
    return path


def routes_of(app: Flask) -> set[str]:
    """Every route that is not public, with each way of asking it."""
    found = set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if getattr(view, "permission", PUBLIC) != PUBLIC:
                found.add(f"{method} {rule.rule}")
                if getattr(view, "permission_without_keeping", None):
                    found.add(f"{method} {rule.rule}{WITHOUT_KEEPING}")
    return found


def test_every_route_and_page_declares_what_it_discloses(app: Flask) -> None:
    routes = routes_of(app)

    assert [] == sorted(route for route in routes if disclosure_of(route) is None)
    assert [] == sorted(set(DISCLOSURES) - routes)


@pytest.mark.parametrize("role", sorted(shipped_roles().roles))
def test_what_is_refused_is_entered_whoever_asks(app: Flask, role: str) -> None:
    client = client_of(app, role, ORGANIZATION)
    trail = AuditTrail(app.extensions["eligibility"].store)
    for row in ROWS:
        declared = disclosure_of(f"{row.method} {row.route}") or NOTHING
        if not row.route.startswith("/v1/") or row.permission == PUBLIC:
            continue
        trail.clear()
        status = client.open(row.path, method=row.method).status_code
        entered = [(e.action, e.outcome) for e in trail.entries]
        if status == 403:
            assert ("access.refuse", "refused") in entered, row.route
        if status == 404 and declared.refused:
            assert [(declared.refused, "refused")] == entered, row.route


@pytest.mark.parametrize("role", peoples_roles())
def test_what_is_read_is_entered_over_http_and_on_pages(
    app: Flask, world: dict[str, str], roster: Roster, role: str
) -> None:
    know(app.extensions["eligibility"].store, ORGANIZATION)
    roster.create(NewAccount("walker", role, ORGANIZATION), OFFICE, PASSWORD)
    browser, client = Browser(app), client_of(app, role, ORGANIZATION)
    browser.sign_in("walker")
    trail, seen = AuditTrail(app.extensions["eligibility"].store, tried=True), 0
    for route, declared in DISCLOSURES.items():
        if not route.startswith("GET ") or route in LEFT_OUT:
            continue
        trail.clear()
        path = address(world, route)
        get = client.get if path.startswith("/v1/") else browser.get
        status = get(path).status_code
        flush_tried(app)
        entered = {(e.action, e.outcome) for e in trail.entries}
        if status == 200 and declared.actions:
            seen += 1
            disclosed = {action for action, outcome in entered if outcome != "refused"}
            assert disclosed & set(declared.actions), (route, entered)
        if status == 403:
            assert "refused" in {outcome for _, outcome in entered}, route
        if status == 404 and declared.refused:
            assert "refused" in {outcome for _, outcome in entered}, route

    if "determinations.read" in shipped_roles()[role].permissions:
        assert seen > 8


def test_a_decision_that_is_not_stored_is_entered(app: Flask) -> None:
    client = client_of(app, "eligibility_worker", ORGANIZATION)
    trail = AuditTrail(app.extensions["eligibility"].store, tried=True)

    assert 200 == client.post("/v1/determinations?keep=false", json=CLOSED).status_code
    flush_tried(app)

    assert [("determination.tried", "done")] == trail.outcomes()
    assert re.fullmatch("key:[0-9a-f-]{36}", trail.entries[0].actor)


def test_a_record_of_another_office_is_entered_under_its_id(
    app: Flask, world: dict[str, str]
) -> None:
    stranger = client_of(app, "eligibility_worker", "office-9")
    trail = AuditTrail(app.extensions["eligibility"].store)

    assert 404 == stranger.get(f"/v1/determinations/{world['determinations']}").status_code

    [entry] = trail.entries
    assert ("determination.read", world["determinations"], "refused") == (
        entry.action,
        entry.object_id,
        entry.outcome,
    )

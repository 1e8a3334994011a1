"""An auditor at work on the pages: the audit trail, its export, verifications."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text as sql

from app.access.roster import NewAccount, Roster
from app.commands import command_line
from app.records.people.accounts import Account
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.people.conftest import OFFICE, OTHER, Browser, text
from tests.people.test_accounts_pages import hidden
from tests.servers import wait_until
from tests.waivers.asking import REQUEST

Browse = Callable[..., Browser]


@pytest.fixture
def desk(browse: Browse, roster: Roster, trail: AuditTrail) -> Browser:
    """The browser of an auditor, signed in."""
    roster.create(NewAccount("ada", "auditor"), OFFICE, OTHER)
    browser = browse()
    browser.sign_in("ada", OTHER)
    return browser


@pytest.fixture
def person() -> str:
    """The reference of a person whom no other test knows."""
    return f"person-{uuid4().hex[:8]}"


@pytest.fixture
def seen(app: Flask, person: str) -> str:
    """A determination about the person that a worker read."""
    worker = client_of(app)
    question = worker.get("/v1/questions/enrollment.permitted").get_json()["example"]
    made = worker.post("/v1/determinations", json={**question, "subject": person}).get_json()
    worker.get(f"/v1/determinations/{made['id']}")
    return str(made["id"])


def rows(page: Any) -> list[str]:
    return re.findall(r"<tr><th scope=\"row\".*?</tr>", page.get_data(as_text=True))


def test_who_saw_a_person_is_found_by_the_persons_reference(
    desk: Browser, person: str, seen: str
) -> None:
    page = desk.fill("/audit", subject=person)

    assert 200 == page.status_code
    assert all(seen in row for row in rows(page))
    said = text(page)
    assert "Determination read" in said
    assert "Determination made" in said
    assert "the key tests as eligibility worker" in said
    assert [] == rows(desk.fill("/audit", subject="person-8"))


def test_what_a_person_did_is_found_by_the_sign_in_name(desk: Browser, alma: Account) -> None:
    page = desk.fill("/audit", actor="ADA")

    assert rows(page)
    assert all(">ada<" in row for row in rows(page))
    missing = desk.fill("/audit", actor="nemo")
    assert 422 == missing.status_code
    assert "No account has this sign-in name." in text(missing)
    assert 'value="nemo"' in missing.get_data(as_text=True)


def test_days_and_actions_narrow_the_search(desk: Browser, seen: str) -> None:
    read = {"action": "determination.read", "csrf_token": hidden(desk.get("/audit"), "csrf_token")}
    assert rows(desk.post("/audit", **read, **{"from": "2001-01-01"}))
    assert not rows(desk.post("/audit", **read, to="2001-01-01"))
    wrong = desk.fill("/audit", **{"from": "2012-05-03", "to": "2012-05-02"})
    assert 422 == wrong.status_code
    assert "Must not be before" in text(wrong)


def test_a_long_trail_goes_on_page_by_page(app: Flask, desk: Browser) -> None:
    for _ in range(60):
        desk.get("/audit")
    first = desk.fill("/audit", actor="ada")
    older = desk.fill("/audit", actor="ada", cursor=hidden(first, "cursor"))

    assert 50 == len(rows(first))
    assert rows(older)
    assert not set(rows(first)) & set(rows(older)) or len(set(rows(first))) < 50
    assert 422 == desk.fill("/audit", actor="ada", cursor="made-up").status_code


def test_the_export_holds_the_search_and_has_its_entry(
    desk: Browser, person: str, seen: str, trail: AuditTrail
) -> None:
    trail.clear()
    file = desk.fill("/audit", action="/audit/export", subject=person, format="csv")
    found = list(csv.DictReader(io.StringIO(file.get_data(as_text=True))))

    assert "text/csv" in file.headers["Content-Type"]
    assert "attachment" in file.headers["Content-Disposition"]
    assert {seen} == {row["object_id"] for row in found}
    assert {"determination.made", "determination.read"} == {row["action"] for row in found}
    assert "audit.exported" in [action for action, _ in trail.outcomes()]

    document = desk.fill("/audit", action="/audit/export", subject=person, format="json")
    assert [row["id"] for row in found] == [e["id"] for e in document.get_json()["entries"]]


def test_an_auditor_starts_a_verification_and_reads_the_report(
    app: Flask, desk: Browser, seen: str
) -> None:
    once = hidden(desk.get("/audit/verifications"), "once")
    started = desk.fill("/audit/verifications", once=once)
    report = started.headers["Location"]

    assert 303 == started.status_code
    wait_until(lambda: "Ended" in text(desk.get(report)))
    page = text(desk.get(report))
    assert "Less was proved than was asked" in page
    assert "ELIGIBILITY_CHECKPOINTS names no file" in page
    assert (
        started.headers["Location"]
        == (desk.fill("/audit/verifications", once=once).headers["Location"])
    )
    assert "ada" in text(desk.get("/audit/verifications"))


def test_a_verification_tells_of_what_was_changed(app: Flask, desk: Browser, alma: Account) -> None:
    store = app.extensions["eligibility"].store

    def organization(name: str) -> None:
        with store.engine.begin() as connection:
            connection.execute(
                sql("UPDATE accounts SET organization = :name WHERE name = 'alma'"), {"name": name}
            )

    organization("office-66")
    once = hidden(desk.get("/audit/verifications"), "once")
    report = desk.fill("/audit/verifications", once=once).headers["Location"]
    wait_until(lambda: "Ended" in text(desk.get(report)))
    organization("office-12")

    page = text(desk.get(report))
    assert "Damaged records" in page
    assert re.search(r"Complaints: [1-9]", page)


def test_a_verification_on_the_command_line_has_its_report_too(app: Flask, desk: Browser) -> None:
    settings = app.extensions["eligibility"].settings
    started = command_line(settings).test_cli_runner().invoke(args=["records", "verify"])
    page = desk.get("/audit/verifications")
    newest = rows(page)[0]
    report = re.search(r'href="(/audit/verifications/[^"]+)"', newest)

    assert started.exit_code in (0, 3)
    assert "on the command line" in newest
    assert report
    told = text(desk.get(report[1]))
    assert "on the command line" in told
    assert re.search(r"Records looked at [1-9]", told)
    assert "Ended" in told


def test_others_see_neither(browser: Browser) -> None:
    browser.sign_in()

    assert 403 == browser.get("/audit").status_code
    assert 403 == browser.get("/audit/verifications").status_code


def test_the_trail_leads_to_what_was_seen(app: Flask, desk: Browser, person: str) -> None:
    worker = client_of(app)
    waiver = worker.post("/v1/waiver-requests", json={**REQUEST, "subject": person}).get_json()
    named = {"subject": person, "name": "Zora Quill", "born_on": "1980-02-29"}
    assert 201 == worker.post("/v1/applicants", json=named).status_code

    page = desk.fill("/audit", subject=person)
    links = re.findall(r'<a href="(/[^"]+)">', "".join(rows(page)))

    assert f"/waivers/{waiver['id']}" in links
    assert all(200 == desk.get(link).status_code for link in links)
    [whose] = [link for link in links if link.startswith("/people/")]
    assert person in text(desk.get(whose))

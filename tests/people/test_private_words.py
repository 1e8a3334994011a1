"""What the Office alone reads leaves the Office by no page, by no address and in no file: every
address that reads something, asked by each role about a request in which all has been written.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.access.roles import read_roles
from app.access.roster import NewAccount, Roster
from tests.access.test_matrix import SAMPLES
from tests.callers import client_of
from tests.people import test_waiver_desk
from tests.people.conftest import OFFICE, PASSWORD, Browser
from tests.people.one_database import served
from tests.people.test_waiver_desk import office
from tests.waivers.asking import entered, step
from tests.waivers.test_deciding import decide

__all__ = ["served"]
subject = test_waiver_desk.subject
WORKERS, CARRIER = "county-office", "carrier-1"
SHARED = "shared words"
PRIVATE = ("circumstances", "note", "claiming", "releasing", "recusing", "deciding", "correcting")
MARKS = {name: f"Kept{name.capitalize()}Inside" for name in PRIVATE}
"""What stands in each text that the Office alone reads."""
ROLES = read_roles(None).roles
OUTSIDE = [name for name, role in ROLES.items() if "waivers.decide" not in role.permissions]
MACHINES = {"carrier_system", "partner_system"}
FOR_ALL = {"public", "session", "law.decide"}
SEARCHES = (
    "/v1/determinations/search",
    "/v1/applicants/search",
    "/v1/audit/search",
    "/v1/audit/exports",
)


class Written(NamedTuple):
    """A request in which all has been written, and the determinations that belong to it."""

    app: Flask
    subject: str
    id: str
    determinations: list[str]

    @property
    def page(self) -> str:
        return f"/waivers/{self.id}"


@pytest.fixture
def written(app: Flask, subject: str) -> Written:
    """A request that has been through every step at which somebody writes."""
    worker, chief = client_of(app, "supervisor", WORKERS), client_of(app, "opp_supervisor", "opp")
    person = {"subject": subject, "name": "Zora Quill", "born_on": "1980-02-29"}
    worker.post("/v1/applicants", json={**person, "despite_duplicate": True})
    words = {"reason": "unaware_of_loss", "text": MARKS["circumstances"]}
    for_her = {"who": "representative", "name": SHARED, "authority": "A signed form"}
    new = entered(worker, subject=subject, circumstances=words, entered_for=for_her)
    missing = {"missing": ["proof"], "remind_on": "2099-01-05", "note": MARKS["note"]}
    proof = {"kind": "proof", "received_on": "2012-03-10"}
    second = client_of(app, "opp_reviewer", "opp-2")
    for by, name, body in (
        (chief, "ask-for-missing", missing),
        (worker, "complete", {"on": "2012-03-10", "papers": [proof]}),
        (chief, "claim", {"because": MARKS["claiming"]}),
        (chief, "release", {"because": MARKS["releasing"]}),
        (second, "recuse", {"because": MARKS["recusing"]}),
        (chief, "claim", {}),
    ):
        answer = step(by, new, name, by.get(new["href"]).get_json()["version"], **body)
        assert 200 == answer.status_code, answer.get_json()
    decided = decide(chief, new, "deny", 7, words=MARKS["deciding"])
    assert 200 == decided.status_code, decided.get_json()
    wrong = step(chief, new, "correct", 8, to="granted", because=MARKS["correcting"])
    assert 201 == wrong.status_code, wrong.get_json()
    advice = chief.get(new["href"]).get_json()["steps"][-1]["details"]["advice"]
    return Written(app, subject, new["id"], list(advice.values()))


def addresses(written: Written, rule: Rule) -> Iterator[str]:
    """Addresses of a rule about the request: each variable in each way that may lead there."""
    ways = {
        "<uuid:id>": [written.id, written.determinations[0]],
        "<uuid:other>": written.determinations[:1],
        "<subject>": [written.subject],
        "<step>": ["approve-correction"],
    }
    ways |= {name: [sample] for name, sample in SAMPLES.items() if name not in ways}
    there = [(name, ways[name]) for name in ways if name in rule.rule]
    for chosen in product(*(found for _, found in there)):
        address = rule.rule
        for (name, _), value in zip(there, chosen, strict=True):
            address = address.replace(name, value)
        yield address


def reads(app: Flask) -> list[Rule]:
    """Every address that reads what is stored: not those that are for all, of the law, and of one's
    own session.
    """
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and (
            rule.rule == "/"
            or getattr(app.view_functions[rule.endpoint], "permission", "") not in FOR_ALL
        )
    ]


def told(answers: Iterator[TestResponse]) -> tuple[set[str], set[str], int]:
    """The texts for the Office alone that stood in some answer; the addresses that let somebody
    read; how often the shared words came.
    """
    found, read, shared = set[str](), set[str](), 0
    for answer in answers:
        body = answer.get_data(as_text=True) if "pdf" not in str(answer.mimetype) else ""
        found |= {name for name, mark in MARKS.items() if mark in body}
        shared += SHARED in body
        if answer.status_code == 200:
            read.add(answer.request.path)
    return found, read, shared


def by_role(written: Written, roster: Roster, role: str) -> Iterator[TestResponse]:
    """What a role is answered at every address, with a key under /v1 and on pages with a session,
    as somebody of the organization that entered the request, or of its carrier.
    """
    app = written.app
    organization = CARRIER if role == "carrier_system" else WORKERS
    client = client_of(app, role, organization)
    for rule in reads(app):
        if rule.rule.startswith("/v1/"):
            yield from (client.get(address) for address in addresses(written, rule))
    yield from (client.post(path, json={"subject": written.subject}) for path in SEARCHES)
    if role in MACHINES:
        return
    roster.create(NewAccount(f"reads-{role}".replace("_", "-"), role, WORKERS), OFFICE, PASSWORD)
    browser = Browser(app)
    browser.sign_in(f"reads-{role}".replace("_", "-"))
    for rule in reads(app):
        if not rule.rule.startswith("/v1/"):
            yield from (browser.get(address) for address in addresses(written, rule))


def test_what_the_office_alone_reads_leaves_it_nowhere(written: Written, roster: Roster) -> None:
    seen = {role: told(by_role(written, roster, role)) for role in OUTSIDE}

    nothing = {role: set[str]() for role in OUTSIDE}
    nothing["auditor"] = {"correcting"}  # auditors read what waits for a second person
    assert nothing == {role: found for role, (found, _, _) in seen.items()}
    _, read, shared = seen["eligibility_worker"]
    href = f"/v1/waiver-requests/{written.id}"
    assert {written.page, href, f"/v1/applicants/{written.subject}/file"} <= read
    assert shared >= 3


def test_the_office_reads_all_of_it(written: Written, app: Flask, roster: Roster) -> None:
    page = office(app, roster, "rosa", "opp_reviewer").get(written.page)
    answer = client_of(app, "opp_reviewer", "opp").get(f"/v1/waiver-requests/{written.id}")

    told_here = set(MARKS) - {"correcting"}  # which the second person reads where it is approved
    assert told_here == told(iter([page]))[0] == told(iter([answer]))[0]


def test_who_may_not_read_a_text_sees_that_there_is_one(written: Written, app: Flask) -> None:
    steps = client_of(app, "supervisor", WORKERS).get(f"/v1/waiver-requests/{written.id}")

    first, last = steps.get_json()["steps"][0], steps.get_json()["steps"][-1]
    assert ["circumstances"] == first["withheld"]
    assert {"representative": SHARED, "authority": "A signed form"} == first["texts"]
    assert (["words"], {}) == (last["withheld"], last["texts"])

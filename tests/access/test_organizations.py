"""Organizations over HTTP, on both databases: created, changed and closed by an administrator, and
named by accounts and keys only while they are open.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time

from app.access.people import People
from app.api.people.current import install_people
from app.records.organizations import organizations as module
from app.records.organizations.organizations import Organizations
from tests.api.asking import problem
from tests.audit import AuditTrail

PATH = "/v1/organizations"
OFFICE = {
    "id": "office-7",
    "name": "Worcester Enrollment Office",
    "kind": "office",
    "address": "12 Main Street, Worcester, MA 01608",
    "contact": "508 555 0100",
    "since": "2011-07-01",
}


@pytest.fixture
def trail(served: Flask) -> AuditTrail:
    return AuditTrail(served.extensions["eligibility"].store)


def made(administrator: FlaskClient, **changes: Any) -> dict[str, Any]:
    answer = administrator.post(PATH, json={**OFFICE, **changes})
    assert 201 == answer.status_code, answer.get_json()
    document: dict[str, Any] = answer.get_json()
    return document


def pointers(answer: Any) -> set[str]:
    return {wrong["pointer"] for wrong in answer.get_json()["errors"]}


def test_an_organization_is_created_read_and_listed(
    administrator: FlaskClient, worker: FlaskClient, trail: AuditTrail
) -> None:
    trail.clear()
    answer = administrator.post(PATH, json=OFFICE)

    assert (201, f"{PATH}/office-7", '"1"') == (
        answer.status_code,
        answer.headers["Location"],
        answer.headers["ETag"],
    )
    assert {**OFFICE, "closed": None, "version": 1}.items() <= answer.get_json().items()
    assert answer.get_json() == worker.get(f"{PATH}/office-7").get_json()
    assert answer.get_json() in worker.get(PATH).get_json()["organizations"]
    assert [answer.get_json()] == worker.get(f"{PATH}?kind=office").get_json()["organizations"]
    assert [("organization.created", "done")] == trail.outcomes()


def test_only_the_id_the_name_and_the_kind_are_needed(administrator: FlaskClient) -> None:
    document = administrator.post(PATH, json={"id": "x", "name": "X", "kind": "other"}).get_json()

    assert (None, None, None) == (document["address"], document["contact"], document["since"])


def test_no_two_ids_differ_in_case_alone(administrator: FlaskClient) -> None:
    made(administrator)

    for id in ("office-7", "OFFICE-7"):
        answer = administrator.post(PATH, json={**OFFICE, "id": id})
        assert (409, "organization-taken") == problem(answer)


def test_of_many_who_create_the_same_at_once_one_does(
    served: Flask, administrator: FlaskClient
) -> None:
    key = administrator.environ_base["HTTP_AUTHORIZATION"]

    def create(number: int) -> int:
        sent = {**OFFICE, "name": f"Office {number}"}
        return (
            served.test_client().post(PATH, json=sent, headers={"Authorization": key}).status_code
        )

    with ThreadPoolExecutor(8) as pool:
        assert [201, *[409] * 7] == sorted(pool.map(create, range(8)))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": "a b"}, "/id"),
        ({"id": "x" * 101}, "/id"),
        ({"id": "-x"}, "/id"),
        ({"name": ""}, "/name"),
        ({"name": " x"}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": None}, "/name"),
        ({"kind": "church"}, "/kind"),
        ({"address": "x" * 501}, "/address"),
        ({"contact": 7}, "/contact"),
        ({"since": "2011-02-30"}, "/since"),
        ({"version": 1}, "/version"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    administrator: FlaskClient, changes: dict[str, Any], pointer: str
) -> None:
    answer = administrator.post(PATH, json={**OFFICE, **changes})

    assert (422, "invalid-request") == problem(answer)
    assert {pointer} == pointers(answer)


def test_a_retry_gets_the_first_answer(administrator: FlaskClient) -> None:
    headers = {"Idempotency-Key": "7"}
    first = administrator.post(PATH, json=OFFICE, headers=headers)
    again = administrator.post(PATH, json=OFFICE, headers=headers)

    assert (201, 201) == (first.status_code, again.status_code)
    assert first.get_json() == again.get_json()


def test_it_is_changed_by_whoever_read_it_last(
    administrator: FlaskClient, trail: AuditTrail
) -> None:
    made(administrator)
    trail.clear()
    path, changes = f"{PATH}/office-7", {"name": "Office of Worcester", "address": None}

    assert (428, "precondition-required") == problem(administrator.patch(path, json=changes))
    changed = administrator.patch(path, json=changes, headers={"If-Match": '"1"'})
    stale = administrator.patch(path, json={"name": "Else"}, headers={"If-Match": '"1"'})

    assert (200, '"2"') == (changed.status_code, changed.headers["ETag"])
    assert changes.items() <= administrator.get(path).get_json().items()
    assert (412, "precondition-failed") == problem(stale)
    assert [("organization.changed", "done")] == trail.outcomes()


def test_a_change_that_changes_nothing_is_no_change(
    administrator: FlaskClient, trail: AuditTrail
) -> None:
    made(administrator)
    trail.clear()
    same = {"name": OFFICE["name"], "since": OFFICE["since"]}

    answer = administrator.patch(f"{PATH}/office-7", json=same, headers={"If-Match": "*"})

    assert 1 == answer.get_json()["version"]
    assert [] == trail.outcomes()


def test_there_is_something_to_change_and_it_can_be(administrator: FlaskClient) -> None:
    made(administrator)
    path = f"{PATH}/office-7"

    for changes in ({}, {"id": "office-8"}, {"closed": "2012-01-01"}, {"name": None}):
        answer = administrator.patch(path, json=changes, headers={"If-Match": "*"})
        assert (422, "invalid-request") == problem(answer)
    unknown = administrator.patch(f"{PATH}/nowhere", json={"name": "X"}, headers={"If-Match": "*"})
    assert (404, "unknown-organization") == problem(unknown)


def test_a_closed_one_is_named_by_no_new_account_and_no_new_key(
    served: Flask, administrator: FlaskClient, trail: AuditTrail
) -> None:
    install_people(served, People(served.extensions["eligibility"].store))
    made(administrator)
    trail.clear()
    with freeze_time("2012-06-05"):
        closed = administrator.post(f"{PATH}/office-7/close", headers={"If-Match": '"1"'})
    again = administrator.post(f"{PATH}/office-7/close", headers={"If-Match": '"2"'})

    assert "2012-06-04" == closed.get_json()["closed"]  # it is evening in Massachusetts
    assert closed.get_json() == again.get_json()
    assert [("organization.closed", "done")] == trail.outcomes()
    for organization in ("office-7", "office-8"):
        worker = {"name": "jo", "role": "eligibility_worker", "organization": organization}
        for path in ("/v1/accounts", "/v1/credentials"):
            refused = administrator.post(path, json=worker)
            assert (422, "invalid-request") == problem(refused)
            assert {"/organization"} == pointers(refused)
    assert "is closed" in refused_for(administrator, "office-7")
    assert "No organization has this id." in refused_for(administrator, "office-8")

    reopened = administrator.post(f"{PATH}/office-7/reopen", headers={"If-Match": '"2"'})
    assert reopened.get_json()["closed"] is None
    again = administrator.post("/v1/credentials", json={**worker, "organization": "office-7"})
    assert 201 == again.status_code


def refused_for(administrator: FlaskClient, organization: str) -> str:
    wanted = {"name": "jo", "role": "carrier_system", "organization": organization}
    answer = administrator.post("/v1/credentials", json=wanted).get_json()
    return str(answer["errors"][0]["detail"])


def test_it_closes_on_a_day_that_has_come_and_after_its_first(administrator: FlaskClient) -> None:
    made(administrator)
    path, headers = f"{PATH}/office-7/close", {"If-Match": "*"}

    with freeze_time("2012-06-05 12:00:00"):
        for day in ("2012-06-06", "2011-06-30"):
            answer = administrator.post(path, json={"closed": day}, headers=headers)
            assert (422, "invalid-request") == problem(answer)
            assert {"/closed"} == pointers(answer)
        closed = administrator.post(path, json={"closed": "2011-07-01"}, headers=headers)
    assert "2011-07-01" == closed.get_json()["closed"]


def test_the_list_goes_on_from_page_to_page(
    administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.organizations.organizations.PAGE", 2)
    for number in range(5):
        made(administrator, id=f"office-{number}")
    found, path = [], f"{PATH}?kind=office"
    while path:
        page = administrator.get(path).get_json()
        found += [each["id"] for each in page["organizations"]]
        path = page["next"]

    assert [f"office-{number}" for number in range(5)] == found


def test_names_stand_for_ids(served: Flask, administrator: FlaskClient) -> None:
    made(administrator)
    organizations = Organizations(served.extensions["eligibility"].store)

    assert "Worcester Enrollment Office" == organizations.name_of("office-7")
    assert "office-9" == organizations.name_of("office-9")


def test_nothing_is_created_without_its_entry(
    administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(module, "enter", fail)
    administrator.application.config["PROPAGATE_EXCEPTIONS"] = False

    assert 500 == administrator.post(PATH, json=OFFICE).status_code
    monkeypatch.undo()
    assert (404, "unknown-organization") == problem(administrator.get(f"{PATH}/office-7"))

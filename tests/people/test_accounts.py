"""Administering accounts over HTTP."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.principal import Principal
from app.access.roles import shipped_roles
from app.access.roster import peoples_roles
from app.records.people.accounts import Account
from tests.acting import acting
from tests.api.asking import pointers, problem
from tests.audit import AuditTrail
from tests.callers import approved
from tests.people.conftest import OTHER, Browser

BO: dict[str, Any] = {"name": "bo", "role": "administrator", "organization": "office-3"}
ADMINISTRATOR = Principal(
    "command:0192-admin", "administrator", shipped_roles()["administrator"].permissions
)
Browse = Callable[..., Browser]


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A client whose requests are an administrator's, as whoever checks credentials would have
    found.
    """

    before = list(app.before_request_funcs[None])
    yield acting(app, ADMINISTRATOR).test_client()
    app.before_request_funcs[None][:] = before


def made(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    answer = client.post("/v1/accounts", json={**BO, **changes})
    assert 201 == answer.status_code, answer.get_json()
    document: dict[str, Any] = answer.get_json()
    return document


def test_an_account_is_made_with_a_one_time_password_told_once(
    client: FlaskClient, browse: Browse, trail: AuditTrail
) -> None:
    answer = client.post("/v1/accounts", json=BO)
    document = answer.get_json()
    one_time = document.pop("one_time_password")

    assert 201 == answer.status_code
    assert (f"/v1/accounts/{document['id']}", '"1"') == (
        answer.headers["Location"],
        answer.headers["ETag"],
    )
    assert document == client.get(answer.headers["Location"]).get_json()
    assert {**BO, "disabled": False, "must_change_password": True}.items() <= document.items()
    assert 303 == browse().sign_in("bo", one_time).status_code
    assert [("account.created", "done"), ("session.signed_in", "done")] == trail.outcomes()
    assert "command:0192-admin" == trail.entries[0].actor


def test_a_name_is_taken_whatever_the_case_of_its_letters(client: FlaskClient) -> None:
    made(client)

    assert (409, "name-taken") == problem(client.post("/v1/accounts", json={**BO, "name": "BO"}))


def test_of_many_at_once_one_gets_the_name(app: Flask, client: FlaskClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: app.test_client().post("/v1/accounts", json=BO).status_code, range(16)
            )
        )

    assert [201, *[409] * 15] == sorted(answers)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": "b"}, "/name"),
        ({"name": "b o"}, "/name"),
        ({"name": "бо"}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": None}, "/name"),
        ({"role": "carrier_system"}, "/role"),
        ({"role": "Auditor"}, "/role"),
        ({"role": 1}, "/role"),
        ({"organization": ""}, "/organization"),
        ({"organization": "a\nb"}, "/organization"),
        ({"organization": "x" * 101}, "/organization"),
        ({"subject": "somebody"}, "/subject"),
        ({"password": OTHER}, "/password"),
        ({"disabled": True}, "/disabled"),
    ],
)
def test_what_no_account_can_have_is_refused_with_its_place(
    client: FlaskClient, changes: dict[str, Any], pointer: str
) -> None:
    answer = client.post("/v1/accounts", json={**BO, **changes})

    assert (422, "invalid-request") == problem(answer)
    assert {pointer} == pointers(answer)
    assert [] == client.get("/v1/accounts").get_json()["accounts"]


@pytest.mark.parametrize("role", peoples_roles())
def test_every_role_of_people_can_be_given(client: FlaskClient, role: str) -> None:
    assert role == made(client, role=role)["role"]


def test_accounts_are_listed_in_pages_that_neither_skip_nor_repeat(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.people.accounts.PAGE", 3)
    ids = [made(client, name=f"person-{n}")["id"] for n in range(7)]

    seen, following = [], "/v1/accounts"
    while following:
        page = client.get(following).get_json()
        seen.append([account["id"] for account in page["accounts"]])
        following = page["next"]
        made(client, name=f"late-{len(seen)}") if len(seen) == 1 else None

    listed = [id for page in seen for id in page]
    assert [3, 3, 2] == [len(page) for page in seen]
    assert ids == listed[:7]
    assert len(set(listed)) == len(listed)


def test_a_change_needs_the_version_it_changes(client: FlaskClient) -> None:
    path = f"/v1/accounts/{made(client)['id']}"

    assert (428, "precondition-required") == problem(
        client.patch(path, json={"organization": "office-4"})
    )
    for outdated in ('"2"', 'W/"1"', "1x", '"0", "7"'):
        sent = {"organization": "office-4"}
        answer = client.patch(path, json=sent, headers={"If-Match": outdated})
        assert (412, "precondition-failed") == problem(answer)
    assert "office-3" == client.get(path).get_json()["organization"]


def test_a_change_gives_the_account_as_it_is_now(client: FlaskClient) -> None:
    path = f"/v1/accounts/{made(client)['id']}"
    answer = client.patch(
        path, json={"role": "administrator", "organization": None}, headers={"If-Match": '"1"'}
    )

    assert (200, '"2"') == (answer.status_code, answer.headers["ETag"])
    assert {"role": "administrator", "organization": None}.items() <= answer.get_json().items()
    assert answer.get_json() == client.get(path).get_json()


OWN = ["eligibility_worker", "supervisor", "opp_reviewer", "division_staff"]
NEEDED = "This role sees the determinations of its organization. Name the organization."


@pytest.mark.parametrize("role", OWN)
def test_a_role_that_sees_its_own_needs_an_organization(client: FlaskClient, role: str) -> None:
    answer = client.post("/v1/accounts", json={"name": "bo", "role": role})

    assert (422, "invalid-request") == problem(answer)
    assert [("/organization", NEEDED)] == [
        (wrong["pointer"], wrong["detail"]) for wrong in answer.get_json()["errors"]
    ]


@pytest.mark.parametrize(
    "changes", [{"role": "supervisor"}, {"role": "opp_reviewer", "organization": None}]
)
def test_no_change_leaves_such_a_role_without_one(
    client: FlaskClient, changes: dict[str, Any]
) -> None:
    made(client, name="another")
    path = f"/v1/accounts/{made(client, organization=None)['id']}"
    answer = client.patch(path, json=changes, headers={"If-Match": "*"})

    assert (422, "invalid-request") == problem(answer)
    assert '"1"' == client.get(path).headers["ETag"]
    sent = {**changes, "organization": "office-1"}
    assert 202 == client.patch(path, json=sent, headers={"If-Match": "*"}).status_code


def test_an_organization_is_not_taken_from_such_a_role(client: FlaskClient) -> None:
    path = f"/v1/accounts/{made(client, role='supervisor', organization='office-1')['id']}"

    assert (422, "invalid-request") == problem(
        client.patch(path, json={"organization": None}, headers={"If-Match": "*"})
    )


def test_a_version_without_its_quotes_is_refused(client: FlaskClient) -> None:
    path = f"/v1/accounts/{made(client)['id']}"
    answer = client.patch(path, json={"organization": "office-4"}, headers={"If-Match": "1"})

    assert (412, "precondition-failed") == problem(answer)
    assert "with its quotes" in answer.get_json()["detail"]


def test_any_version_will_do_where_the_caller_says_so(client: FlaskClient) -> None:
    path = f"/v1/accounts/{made(client)['id']}"

    sent = {"organization": "office-4"}
    assert 200 == client.patch(path, json=sent, headers={"If-Match": "*"}).status_code


def test_of_two_who_change_the_same_at_once_one_is_told_to_look_again(
    app: Flask, client: FlaskClient
) -> None:
    path = f"/v1/accounts/{made(client)['id']}"

    def change(number: int) -> int:
        sent = {"organization": f"office-{number}"}
        return app.test_client().patch(path, json=sent, headers={"If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(change, range(10, 18)))

    assert [200, *[412] * 7] == answers
    assert '"2"' == client.get(path).headers["ETag"]


def test_a_change_to_what_is_so_already_changes_nothing(
    client: FlaskClient, trail: AuditTrail
) -> None:
    path = f"/v1/accounts/{made(client)['id']}"
    answer = client.patch(
        path, json={"role": "administrator", "disabled": False}, headers={"If-Match": '"1"'}
    )

    assert (200, '"1"') == (answer.status_code, answer.headers["ETag"])
    assert [("account.created", "done")] == trail.outcomes()


def test_signing_in_changes_no_version(
    client: FlaskClient, browser: Browser, alma: Account
) -> None:
    before = client.get(f"/v1/accounts/{alma.id}")
    browser.sign_in(password=OTHER)
    browser.sign_in()
    after = client.get(f"/v1/accounts/{alma.id}")

    assert before.get_json() == after.get_json()
    assert before.headers["ETag"] == after.headers["ETag"]


def test_disabling_signs_the_person_out_and_keeps_them_out(
    app: Flask, client: FlaskClient, browser: Browser, alma: Account, trail: AuditTrail
) -> None:
    browser.sign_in()
    path = f"/v1/accounts/{alma.id}"
    disabled = client.patch(path, json={"disabled": True}, headers={"If-Match": '"1"'})

    assert (True, "administrator") == (
        disabled.get_json()["disabled"],
        disabled.get_json()["disabled_because"],
    )
    assert not browser.is_signed_in
    assert 403 == browser.sign_in().status_code
    enabled = client.patch(path, json={"disabled": False}, headers={"If-Match": '"2"'})
    assert 202 == enabled.status_code
    assert 403 == browser.sign_in().status_code
    approved(app, enabled.get_json())
    assert 303 == browser.sign_in().status_code
    assert {("account.disabled", "done"), ("account.enabled", "done")} < set(trail.outcomes())


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"name": "other"}, "/name"),
        ({"disabled": "yes"}, "/disabled"),
        ({"role": None}, "/role"),
        ({"version": 5}, "/version"),
    ],
)
def test_what_cannot_be_changed_is_refused(
    client: FlaskClient, sent: dict[str, Any], pointer: str
) -> None:
    answer = client.patch(
        f"/v1/accounts/{made(client)['id']}", json=sent, headers={"If-Match": '"1"'}
    )

    assert (422, {pointer}) == (answer.status_code, pointers(answer))


def test_an_administrator_sees_where_somebody_is_signed_in_and_ends_it(
    client: FlaskClient, browser: Browser, alma: Account, trail: AuditTrail
) -> None:
    browser.sign_in()
    path = f"/v1/accounts/{alma.id}/sessions"
    told = client.get(path).get_json()

    (session,) = told["sessions"]
    assert ("203.0.113.7", "Testing 1.0") == (session["address"], session["browser"])
    assert told["last_signed_in_at"] == session["created_at"]
    assert told["locked_until"] is None
    assert browser.cookie not in str(told)
    assert 204 == client.delete(path).status_code
    assert not browser.is_signed_in
    assert [] == client.get(path).get_json()["sessions"]
    assert ("session.ended", "done") == trail.outcomes()[-1]


def test_an_administrator_sees_a_lock(client: FlaskClient, browser: Browser, alma: Account) -> None:
    for _ in range(5):
        browser.sign_in(password=OTHER)

    assert client.get(f"/v1/accounts/{alma.id}/sessions").get_json()["locked_until"]


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    nobody = "/v1/accounts/01925b1e-7e3f-7000-8000-000000000000"

    assert (404, "unknown-account") == problem(client.get(nobody))
    assert (404, "unknown-account") == problem(
        client.patch(nobody, json={"role": "auditor"}, headers={"If-Match": "*"})
    )
    assert (404, "unknown-account") == problem(client.get(f"{nobody}/sessions"))
    assert (404, "unknown-account") == problem(client.delete(f"{nobody}/sessions"))


def test_every_address_says_what_it_needs(app: Flask) -> None:
    needed = {
        (rule.rule, method): getattr(app.view_functions[rule.endpoint], "permission", None)
        or getattr(app.view_functions[rule.endpoint], "_permissions", None)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/accounts") and rule.rule != "/v1/accounts/search"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert {
        method: {needed[path, method] for path, m in needed if m == method} for _, method in needed
    } == {
        "GET": {"accounts.read"},
        "POST": {"accounts.write"},
        "PATCH": {"accounts.write"},
        "DELETE": {"accounts.write"},
    }


def test_a_change_of_nothing_is_refused(client: FlaskClient) -> None:
    path = f"/v1/accounts/{made(client)['id']}"

    assert (422, "invalid-request") == problem(
        client.patch(path, json={}, headers={"If-Match": "*"})
    )


@pytest.mark.parametrize("organization", ["Büro 7", "<b>x</b>", "-office", "a" * 101])
def test_an_account_belongs_to_an_organization_of_a_name_that_keys_can_have_too(
    client: FlaskClient, organization: str
) -> None:
    asked = {"name": "o.ffice", "role": "eligibility_worker", "organization": organization}

    assert {"/organization"} == pointers(client.post("/v1/accounts", json=asked))
    key = {
        "kind": "key",
        "name": "office",
        "role": "eligibility_worker",
        "organization": organization,
    }
    assert {"/organization"} == pointers(client.post("/v1/credentials", json=key))


def test_accounts_are_found_by_what_is_known_of_them(app: Flask, client: FlaskClient) -> None:
    for name, role in (("bo", "auditor"), ("bob", "administrator"), ("cy", "auditor")):
        account = made(client, name=name, role=role)
        if "approval" in account:
            approved(app, account)

    def found(**wanted: object) -> list[str]:
        answer = client.post("/v1/accounts/search", json=wanted).get_json()
        return [account["name"] for account in answer["accounts"]]

    assert ["bo", "bob"] == found(name="BO")
    assert ["bo", "cy"] == found(role="auditor")
    assert [] == found(organization="office-4")
    assert ["bo", "bob", "cy"] == found(standing="one_time")
    assert [] == found(standing="disabled")
    first = client.post("/v1/accounts/search", json={"limit": 2}).get_json()
    rest = {"limit": 2, "cursor": first["next_cursor"]}
    assert ["cy"] == found(**rest)
    assert (422, "invalid-request") == problem(
        client.post("/v1/accounts/search", json={"name": "%"})
    )


def test_a_new_one_time_password_replaces_the_old_one_and_is_told_once(
    client: FlaskClient, browse: Browse
) -> None:
    account = made(client)
    path = f"/v1/accounts/{account['id']}"
    headers = {"If-Match": client.get(path).headers["ETag"], "Idempotency-Key": "p-1"}

    answer = client.post(f"{path}/one-time-passwords", headers=headers)
    again = client.post(f"{path}/one-time-passwords", headers=headers)
    stale = client.post(f"{path}/one-time-passwords", headers={**headers, "Idempotency-Key": "p-2"})

    one_time = answer.get_json()["one_time_password"]
    assert (201, 201) == (answer.status_code, again.status_code)
    assert again.get_json() == {"one_time_password": None}
    assert (412, "precondition-failed") == problem(stale)
    assert 403 == browse().sign_in("bo", account["one_time_password"]).status_code
    assert 303 == browse().sign_in("bo", one_time).status_code


def test_the_last_administrator_stays_and_the_reason_of_others_is_kept(
    client: FlaskClient,
) -> None:
    one, other = made(client, name="one", role="administrator"), made(client, role="administrator")

    def change(account: dict[str, Any], **wanted: object) -> Any:
        path = f"/v1/accounts/{account['id']}"
        tag = client.get(path).headers["ETag"]
        return client.patch(path, json=wanted, headers={"If-Match": tag})

    gone = change(one, disabled=True, reason="left the office")
    assert "left the office" == gone.get_json()["disabled_reason"]
    for wanted in ({"disabled": True}, {"role": "auditor"}):
        assert (409, "last-administrator") == problem(change(other, **wanted))
    assert {"/reason"} == pointers(change(other, reason="no change"))
    assert change(one, disabled=False).get_json()["disabled_reason"] is None
    assert 202 == change(other, role="auditor").status_code


def test_two_administrators_cannot_disable_each_other(app: Flask, client: FlaskClient) -> None:
    paths = [
        f"/v1/accounts/{made(client, name=name, role='administrator')['id']}"
        for name in ("one", "two")
    ]

    def disable(path: str) -> int:
        sent = {"json": {"disabled": True}, "headers": {"If-Match": "*"}}
        return app.test_client().patch(path, **sent).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(disable, paths))

    assert [200, 409] == sorted(statuses)


def test_the_roles_are_told_with_their_permissions(client: FlaskClient) -> None:
    told = client.get("/v1/roles").get_json()
    roles = {role["name"]: role for role in told["roles"]}
    permissions = {each["name"] for each in told["permissions"]}

    assert ("nothing", True) == (roles["administrator"]["sees"], roles["administrator"]["person"])
    assert ["waiver"] == roles["opp_reviewer"]["and_topics"]
    assert not roles["carrier_system"]["person"]
    assert all(set(role["may"]) <= permissions for role in told["roles"])

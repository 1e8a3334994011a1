"""Keys and clients as administrators make, change and revoke them over HTTP."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time
from sqlalchemy import text

from app import clock
from app.access.credentials import KEY, KEY_TEXT, Credentials, Wanted
from app.access.origin import Origin
from app.access.roles import read_roles
from app.api.http.asked.authentication import authenticator
from app.records.database import open_database
from app.records.machines.credentials import CredentialStore
from tests.api.asking import pointers, problem
from tests.audit import AuditTrail
from tests.callers import ADMINISTRATOR, approved, bearing, client_of, key_of

PATH = "/v1/credentials"
UNKNOWN = "01925b1e-7e3f-7000-8000-000000000000"
WANTED = {"name": "night batch", "role": "carrier_system", "organization": "blue-harbor"}


def create(administrator: FlaskClient, **changes: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """A new credential as told, once a second person approved it, and the headers to change it."""
    answer = administrator.post(PATH, json={**WANTED, **changes})
    assert 201 == answer.status_code, answer.get_json()
    document = answer.get_json()
    if "approval" in document:
        secret = document["secret"] + approved(administrator.application, document)
        shown = administrator.get(f"{PATH}/{document['id']}")
        del document["approval"]
        told = {**document, **shown.get_json(), "secret": secret}
        return told, {"If-Match": shown.headers["ETag"]}
    return document, {"If-Match": answer.headers["ETag"]}


def rotate(
    administrator: FlaskClient, id: str, match: dict[str, str], **wanted: Any
) -> dict[str, Any]:
    """A credential with its new secret, once a second person approved that."""
    answer = administrator.post(f"{PATH}/{id}/secrets", json=wanted, headers=match)
    assert 202 == answer.status_code, answer.get_json()
    document = answer.get_json()
    secret = document["first_part"] + approved(administrator.application, document)
    return {**administrator.get(f"{PATH}/{id}").get_json(), "secret": secret}


def taken(app: Flask, key: str) -> bool:
    """Whether a key is taken by a process that has not seen it yet."""
    with app.app_context():
        authenticator().bearers.forget()
    return 401 != bearing(app.test_client(), key).get(f"/v1/determinations/{UNKNOWN}").status_code


def test_a_key_is_told_once_and_lets_in(served: Flask, administrator: FlaskClient) -> None:
    told, _ = create(administrator, days=30)

    assert KEY_TEXT.fullmatch(told["secret"])
    assert taken(served, told["secret"])
    again = administrator.get(f"{PATH}/{told['id']}")
    assert {
        name: value for name, value in told.items() if name not in ("secret", "last_used_on")
    } == {name: value for name, value in again.get_json().items() if name != "last_used_on"}
    assert told["secret"] not in again.get_data(as_text=True) + administrator.get(PATH).get_data(
        as_text=True
    )
    assert told["secret"].startswith(again.get_json()["secrets"][0]["begins"])


def test_a_client_is_told_its_id_its_secret_and_where_to_go(administrator: FlaskClient) -> None:
    told, _ = create(administrator, kind="client", scopes=["law.decide"])

    assert "http://127.0.0.1:8000/oauth/token" == told["token_endpoint"]
    assert ["law.decide"] == told["scopes"]


def test_the_database_holds_no_secret(served: Flask, administrator: FlaskClient) -> None:
    told, _ = create(administrator)
    secret = told["secret"].rpartition("_")[2]

    with open_database(served.config["SETTINGS"].database_url).connect() as connection:
        rows = [
            *connection.execute(text("select * from credentials")),
            *connection.execute(text("select * from credential_secrets")),
        ]

    assert rows
    assert secret not in repr(rows) and secret.encode() not in b"".join(
        v for row in rows for v in row if isinstance(v, bytes)
    )


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"role": "root"}, "/role"),
        ({"role": "Röle"}, "/role"),
        ({"organization": None}, "/organization"),
        ({"organization": ""}, "/organization"),
        ({"organization": "a b"}, "/organization"),
        ({"name": " x"}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": 5}, "/name"),
        ({"kind": "password"}, "/kind"),
        ({"days": 0}, "/days"),
        ({"days": 367}, "/days"),
        ({"days": "30"}, "/days"),
        ({"days": True}, "/days"),
        ({"days": 1.5}, "/days"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["audit.read"]}, "/scopes"),
        ({"scopes": ["public"]}, "/scopes"),
        ({"scopes": "law.decide"}, "/scopes"),
        ({"scopes": [5]}, "/scopes/0"),
        ({"permissions": ["law.decide"]}, "/permissions"),
    ],
)
def test_what_cannot_be_is_pointed_at(
    administrator: FlaskClient, changes: dict[str, Any], pointer: str
) -> None:
    answer = administrator.post(PATH, json={**WANTED, **changes})

    assert (422, "invalid-request") == problem(answer)
    assert {pointer} == pointers(answer)


def test_a_role_that_sees_its_own_needs_an_organization_and_others_do_not(
    administrator: FlaskClient,
) -> None:
    without = {name: value for name, value in WANTED.items() if name != "organization"}

    assert {"/organization"} == pointers(administrator.post(PATH, json=without))
    assert 201 == administrator.post(PATH, json={**without, "role": "auditor"}).status_code


def test_the_list_goes_on_where_it_stopped_and_neither_skips_nor_repeats(
    administrator: FlaskClient,
) -> None:
    made = [create(administrator, name=f"n{number}")[0]["id"] for number in range(5)]

    seen, path = [], f"{PATH}?limit=2"
    while path:
        document = administrator.get(path).get_json()
        seen += [one["id"] for one in document["credentials"]]
        path = document["next"]
        if len(seen) == 2:
            made.append(create(administrator, name="meanwhile")[0]["id"])

    assert made == [id for id in seen if id in made]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=-1", "after=x", "after=1&after=2", "page=2"]
)
def test_a_query_that_is_none_is_refused(administrator: FlaskClient, query: str) -> None:
    assert (422, "invalid-request") == problem(administrator.get(f"{PATH}?{query}"))


def test_a_name_and_an_end_can_be_changed_by_who_has_read_them(administrator: FlaskClient) -> None:
    told, match = create(administrator)

    changed = administrator.patch(
        f"{PATH}/{told['id']}", json={"name": "day batch", "days": 5}, headers=match
    )

    assert (200, "day batch") == (changed.status_code, changed.get_json()["name"])
    assert changed.get_json()["expires_at"] < told["expires_at"]
    assert changed.headers["ETag"] != match["If-Match"]
    assert changed.get_json() == administrator.get(f"{PATH}/{told['id']}").get_json()


def changes_at(
    client: FlaskClient, id: str, headers: dict[str, str], tried: Iterable[int] = range(3)
) -> list[Any]:
    """Every way of changing a credential, tried, or some of them."""
    ways = [
        lambda: client.patch(f"{PATH}/{id}", json={"name": "other"}, headers=headers),
        lambda: client.post(f"{PATH}/{id}/secrets", json={}, headers=headers),
        lambda: client.delete(f"{PATH}/{id}", headers=headers),
    ]
    return [ways[way]() for way in tried]


def test_without_a_version_nothing_is_changed(administrator: FlaskClient) -> None:
    told, match = create(administrator)

    answers = changes_at(administrator, told["id"], {})

    assert {(428, "precondition-required")} == {problem(answer) for answer in answers}
    assert match["If-Match"] == administrator.get(f"{PATH}/{told['id']}").headers["ETag"]


@pytest.mark.parametrize("tags", ["*", '"99", {}', '{} , W/"1"'])
def test_any_version_will_do_or_one_of_several(administrator: FlaskClient, tags: str) -> None:
    told, _ = create(administrator)

    for change in range(3):
        tag = administrator.get(f"{PATH}/{told['id']}").headers["ETag"]
        answer = changes_at(administrator, told["id"], {"If-Match": tags.format(tag)}, [change])[0]
        assert answer.status_code == (200, 202, 204)[change]


@pytest.mark.parametrize("tag", ['"99"', '"x"', "1", 'W/"1"', '"1", "99"', ""])
def test_with_another_version_nothing_is_changed(administrator: FlaskClient, tag: str) -> None:
    told, match = create(administrator)

    answers = changes_at(administrator, told["id"], {"If-Match": tag})

    assert {(412, "precondition-failed")} == {problem(answer) for answer in answers}
    assert match["If-Match"] == administrator.get(f"{PATH}/{told['id']}").headers["ETag"]


def test_of_two_who_change_it_at_once_one_wins(served: Flask, administrator: FlaskClient) -> None:
    told, match = create(administrator)
    key_of(served, "administrator", None)

    def rename(number: int) -> int:
        client = client_of(served, "administrator", None)
        return client.patch(
            f"{PATH}/{told['id']}", json={"name": f"n{number}"}, headers=match
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(rename, range(8)))

    assert [200, *[412] * 7] == sorted(statuses)


def test_what_is_not_there_cannot_be_changed(administrator: FlaskClient) -> None:
    answers = [
        administrator.get(f"{PATH}/{UNKNOWN}"),
        *changes_at(administrator, UNKNOWN, {"If-Match": '"1"'}),
    ]

    assert {(404, "unknown-credential")} == {problem(answer) for answer in answers}


def test_a_revoked_key_is_taken_no_more_and_stays_on_record(
    served: Flask, administrator: FlaskClient
) -> None:
    told, match = create(administrator)
    client = bearing(served.test_client(), told["secret"])
    assert 404 == client.get(f"/v1/determinations/{UNKNOWN}").status_code

    assert 204 == administrator.delete(f"{PATH}/{told['id']}", headers=match).status_code

    assert (
        401 == client.get(f"/v1/determinations/{UNKNOWN}").status_code
    )  # at once, where it was revoked
    again = administrator.get(f"{PATH}/{told['id']}")
    assert "revoked" == again.get_json()["state"]
    answers = changes_at(administrator, told["id"], {"If-Match": again.headers["ETag"]})
    assert [(422, "invalid-request"), (422, "invalid-request")] == [
        problem(answer) for answer in answers[:2]
    ]
    assert (
        again.get_json()["revoked_at"]
        == administrator.get(f"{PATH}/{told['id']}").get_json()["revoked_at"]
    )


def test_a_new_secret_is_taken_beside_the_old_one_for_the_overlap(
    served: Flask, administrator: FlaskClient
) -> None:
    told, match = create(administrator)

    second = rotate(administrator, told["id"], match, overlap_hours=2)

    assert taken(served, told["secret"]) and taken(served, second["secret"])
    assert 2 == len(second["secrets"])
    with freeze_time(clock.now() + timedelta(hours=2)):
        assert not taken(served, told["secret"])
        assert taken(served, second["secret"])


def test_without_an_overlap_the_old_secret_ends_at_once(
    served: Flask, administrator: FlaskClient
) -> None:
    told, match = create(administrator)

    second = rotate(administrator, told["id"], match, overlap_hours=0)

    assert not taken(served, told["secret"])
    assert taken(served, second["secret"])
    assert 1 == len(second["secrets"])


@pytest.mark.parametrize("hours", [-1, 721, "2", None, True])
def test_an_overlap_that_cannot_be_is_pointed_at(administrator: FlaskClient, hours: object) -> None:
    told, match = create(administrator)

    answer = administrator.post(
        f"{PATH}/{told['id']}/secrets", json={"overlap_hours": hours}, headers=match
    )

    assert {"/overlap_hours"} == pointers(answer)


def test_an_expired_key_gets_a_new_secret_only_with_a_new_end(
    served: Flask, administrator: FlaskClient
) -> None:
    told, match = create(administrator, days=1)

    with freeze_time(clock.now() + timedelta(days=2)):
        refused = administrator.post(f"{PATH}/{told['id']}/secrets", json={}, headers=match)
        renewed = rotate(administrator, told["id"], match, days=10)

        assert (422, "invalid-request") == problem(refused)
        assert taken(served, renewed["secret"])


def test_who_made_it_is_kept_and_is_no_name(administrator: FlaskClient) -> None:
    assert re.fullmatch("key:[0-9a-f-]{36}", create(administrator)[0]["created_by"])


def test_every_change_is_noted_in_its_own_transaction_or_not_made(
    served: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the trail cannot be written")

    store = served.extensions["eligibility"].store
    kept, trail = Credentials(CredentialStore(store), read_roles(None)), AuditTrail(store)
    told = kept.create(Wanted(KEY, "noted", "auditor"), Origin("command:x", "203.0.113.5", "r1"))
    kept.change(told.credential.id, 1, ADMINISTRATOR, "other")
    kept.rotate(told.credential.id, 2, ADMINISTRATOR)
    kept.revoke(told.credential.id, 3, ADMINISTRATOR)

    actions = ["credential.create", "credential.change", "credential.rotate", "credential.revoke"]
    assert actions == [entry.action for entry in trail.entries]
    first = trail.entries[0]
    assert ("command:x", "203.0.113.5", "r1") == (first.actor, first.address, first.request_id)
    assert (KEY, told.credential.id, "done") == (first.kind, first.object_id, first.outcome)
    assert told.secret not in repr(trail.entries)
    monkeypatch.setattr("app.records.machines.credentials.enter", broken)
    with pytest.raises(ValueError):
        kept.create(Wanted(KEY, "lost", "auditor"), Origin("command:x"))
    assert [] == kept.store.named(KEY, "lost")

"""Who is let in: what a request must carry, what it gets when it does not, and how soon a
revocation is seen.
"""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time

from app import clock
from app.access.authenticator import CACHE_SECONDS, Bearers
from app.access.credentials import KEY, Wanted
from app.access.roles import Role
from app.api.http.asked.authentication import authenticator
from tests.api.asking import CLOSED, problem
from tests.callers import ADMINISTRATOR, bearing, client_of, key_of

UNKNOWN = "/v1/determinations/01925b1e-7e3f-7000-8000-000000000000"


def made(app: Flask, **wanted: object) -> tuple[str, str]:
    """The id and the text of a new key."""
    with app.app_context():
        asked = {
            "kind": KEY,
            "name": "made",
            "role": "eligibility_worker",
            "organization": "county-office",
            **wanted,
        }
        told = authenticator().credentials.create(Wanted(**asked), ADMINISTRATOR)  # type: ignore[arg-type]
    return told.credential.id, told.secret


def test_a_key_lets_in(worker: FlaskClient) -> None:
    created = worker.post("/v1/determinations", json=CLOSED)

    assert 201 == created.status_code
    assert 200 == worker.get(created.headers["Location"]).status_code


def test_without_anything_it_is_told_what_to_send(nobody: FlaskClient) -> None:
    answer = nobody.get(UNKNOWN)

    assert (401, "unauthenticated") == problem(answer)
    assert 'Bearer realm="eligibility"' == answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "bearer elig_aaaaaaaa_" + "a" * 43,
        "elig_aaaaaaaa_" + "a" * 43,
        "Bearer " + "x" * 5_000,
        "Bearer elig_é",
        "Bearer a.b.c",
        "Bearer e30.e30.e30",
        "Bearer " + "[" * 3_000,
        "Digest x",
        "Bearer W1tbW1tbW1tbW1tbW1tbW1tbW1tb.e30.e30",
        "Bearer \x00",
    ],
)
def test_whatever_else_is_sent_is_refused_alike(nobody: FlaskClient, header: str) -> None:
    answer = nobody.get(UNKNOWN, headers={"Authorization": header.encode().decode("latin-1")})

    assert (401, "unauthenticated") == problem(answer)
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert "elig_" not in answer.get_data(as_text=True)


def test_a_header_nested_deeper_than_any_reader_goes_is_refused(nobody: FlaskClient) -> None:
    import base64

    deep = base64.urlsafe_b64encode(b'{"alg":"ES256","kid":' + b"[" * 2_500).decode().rstrip("=")

    assert (401, "unauthenticated") == problem(
        nobody.get(UNKNOWN, headers={"Authorization": f"Bearer {deep}.e30.e30"})
    )


@pytest.mark.parametrize("place", [5, 14, -1])
def test_a_key_with_another_letter_is_refused(
    served: Flask, nobody: FlaskClient, place: int
) -> None:
    key = made(served)[1]
    letters = list(key)
    letters[place] = "b" if letters[place] != "b" else "c"

    assert (401, "unauthenticated") == problem(bearing(nobody, "".join(letters)).get(UNKNOWN))


def test_a_role_without_the_permission_is_told_which_it_needs(administrator: FlaskClient) -> None:
    answer = administrator.get(UNKNOWN)

    assert (403, "forbidden") == problem(answer)
    assert "determinations.read" == answer.get_json()["permission"]
    assert 'scope="determinations.read"' in answer.headers["WWW-Authenticate"]


def test_who_may_not_is_refused_before_the_body_is_looked_at(administrator: FlaskClient) -> None:
    assert (
        403
        == administrator.post(
            "/v1/determinations", data=b"{", content_type="application/json"
        ).status_code
    )


def test_a_key_can_be_limited_to_some_permissions_of_its_role(
    served: Flask, nobody: FlaskClient
) -> None:
    client = bearing(nobody, made(served, scopes=("law.decide",))[1])

    assert 200 == client.post("/v1/determinations?keep=false", json=CLOSED).status_code
    assert (403, "forbidden") == problem(client.post("/v1/determinations", json=CLOSED))
    assert (403, "forbidden") == problem(client.post("/v1/determinations?keep=true", json=CLOSED))
    assert (403, "forbidden") == problem(client.post("/v1/determinations?keep=False", json=CLOSED))


def test_saying_twice_whether_to_keep_does_not_get_round_it(
    served: Flask, nobody: FlaskClient
) -> None:
    client = bearing(nobody, made(served, scopes=("law.decide",))[1])

    assert (422, "invalid-request") == problem(
        client.post("/v1/determinations?keep=false&keep=true", json=CLOSED)
    )


def test_an_address_where_nothing_stands_is_404_for_everybody(nobody: FlaskClient) -> None:
    assert (404, "not-found") == problem(nobody.get("/v1/nothing"))
    assert (405, "method-not-allowed") == problem(nobody.put("/v1/determinations"))


def test_what_is_public_looks_at_no_credential_and_at_no_database(
    served: Flask, nobody: FlaskClient
) -> None:
    bearing(nobody, "nonsense")

    assert 200 == nobody.get("/v1/questions").status_code
    assert 200 == nobody.get("/healthz").status_code


def test_a_view_that_declares_nothing_is_closed_to_everybody(served: Flask) -> None:
    served.add_url_rule("/v1/forgotten", view_func=lambda: "open")

    for role in ("auditor", "administrator", "supervisor"):
        assert (403, "forbidden") == problem(client_of(served, role).get("/v1/forgotten"))
    assert (401, "unauthenticated") == problem(served.test_client().get("/v1/forgotten"))


def test_an_expired_key_is_refused(served: Flask, nobody: FlaskClient) -> None:
    client = bearing(nobody, made(served, days=1)[1])
    with freeze_time(clock.now() + timedelta(hours=23)):
        assert 404 == client.get(UNKNOWN).status_code
    with freeze_time(clock.now() + timedelta(hours=24)):
        assert 401 == client.get(UNKNOWN).status_code


def test_a_revocation_by_another_process_is_seen_within_half_a_minute(
    served: Flask, nobody: FlaskClient
) -> None:
    id, key = made(served)
    client = bearing(nobody, key)
    assert 404 == client.get(UNKNOWN).status_code

    with served.app_context():
        authenticator().credentials.revoke(
            id, None, ADMINISTRATOR
        )  # which tells this process nothing, as another would not

    with freeze_time(clock.now() + timedelta(seconds=CACHE_SECONDS)):
        assert 401 == client.get(UNKNOWN).status_code


def test_a_caller_is_looked_up_once_in_half_a_minute(
    served: Flask, nobody: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, looked_up = bearing(nobody, made(served)[1]), []
    with served.app_context():
        store = authenticator().store
    find = store.find_by_label
    monkeypatch.setattr(
        store, "find_by_label", lambda label: looked_up.append(label) or find(label)
    )

    for _ in range(3):
        client.get(UNKNOWN)

    assert 1 == len(looked_up)


def test_who_is_known_is_bounded_and_who_is_refused_is_not_remembered(
    served: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.access.authenticator.CACHE_SIZE", 2)
    with served.app_context():
        known = authenticator()
        bearers = Bearers(known.store, known.roles, known.tokens, known.programs)

    for key in [made(served)[1] for _ in range(5)]:
        assert bearers.principal(key) is not None
    for _ in range(5):
        assert bearers.principal("elig_aaaaaaaa_" + "a" * 43) is None

    assert len(bearers._known) <= 2


def test_the_day_of_its_last_use_is_kept(
    served: Flask, administrator: FlaskClient, nobody: FlaskClient
) -> None:
    id, key = made(served)
    assert administrator.get(f"/v1/credentials/{id}").get_json()["last_used_on"] is None

    with freeze_time("2026-03-02 03:00:00"):  # still the first in Massachusetts
        client = bearing(nobody, key_of(served, "supervisor"))
        client.get(UNKNOWN)
        bearing(client, key).get(UNKNOWN)

    assert "2026-03-01" == administrator.get(f"/v1/credentials/{id}").get_json()["last_used_on"]


def test_a_role_taken_out_of_the_file_lets_nobody_in(served: Flask, nobody: FlaskClient) -> None:
    key = made(served)[1]
    with served.app_context():
        roles: dict[str, Role] = authenticator().roles.roles  # type: ignore[assignment]
    as_in_the_file = dict(roles)
    del roles["eligibility_worker"]
    try:
        assert 401 == bearing(nobody, key).get(UNKNOWN).status_code
    finally:  # the roles are read once for all, and their order is told
        roles.clear()
        roles.update(as_in_the_file)

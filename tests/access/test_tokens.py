"""Access tokens: which are given, and that nothing but what was signed here, for here, and in its
time is taken.
"""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.test import TestResponse

from app import clock
from app.access.authenticator import Authenticator
from app.access.credentials import CLIENT, KEY, NewSecret, Wanted
from app.access.tokens import SigningKeys, Tokens
from app.api.http.asked.authentication import authenticator as gate_of_app
from app.records.errors import RecordsUnavailable
from app.records.store import Store
from tests.api.asking import CLOSED, problem
from tests.callers import ADMINISTRATOR, bearing

UNKNOWN = "/v1/determinations/01925b1e-7e3f-7000-8000-000000000000"
TOKEN = "/oauth/token"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def authenticator(served: Flask) -> Authenticator:
    with served.app_context():
        found = gate_of_app()
    found.tokens.keys.rotate()
    return found


def made(authenticator: Authenticator, **wanted: Any) -> NewSecret:
    asked = {
        "kind": CLIENT,
        "name": "claims",
        "role": "carrier_system",
        "organization": "blue-harbor",
        **wanted,
    }
    return authenticator.credentials.create(Wanted(**asked), ADMINISTRATOR)


@pytest.fixture
def carrier(authenticator: Authenticator) -> NewSecret:
    return made(authenticator)


def basic(id: str, secret: str) -> dict[str, str]:
    return {
        "Authorization": "Basic "
        + base64.b64encode(f"{quote(id)}:{quote(secret)}".encode()).decode()
    }


def granted(nobody: FlaskClient, client: NewSecret, **more: str) -> dict[str, Any]:
    answer = nobody.post(
        TOKEN, data={**GRANT, **more}, headers=basic(client.credential.id, client.secret)
    )
    assert 200 == answer.status_code, answer.get_json()
    document: dict[str, Any] = answer.get_json()
    return document


def refused(answer: TestResponse) -> tuple[int, str]:
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.get_json()["error"]


# --- giving ---


def test_a_token_lets_its_client_in(nobody: FlaskClient, carrier: NewSecret) -> None:
    token = granted(nobody, carrier)

    assert ("Bearer", 900) == (token["token_type"], token["expires_in"])
    created = bearing(nobody, token["access_token"]).post(
        "/v1/determinations", json=CLOSED, headers={"Idempotency-Key": "claim-1"}
    )
    assert 201 == created.status_code
    assert 200 == nobody.get(created.headers["Location"]).status_code


@pytest.mark.parametrize(
    "resource", ["http://127.0.0.1:8000", "http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1", ""]
)
def test_a_token_may_be_asked_for_by_the_address_it_is_for(
    nobody: FlaskClient, carrier: NewSecret, resource: str
) -> None:
    assert granted(nobody, carrier, resource=resource)["access_token"]


@pytest.mark.parametrize(
    "resource",
    [
        "https://elsewhere.example", "http://127.0.0.1:8000.elsewhere.example/v1", "v1", "http://127.0.0.1:8000/v2",
        ["http://127.0.0.1:8000/v1", "https://elsewhere.example"],
    ],
)  # fmt: skip
def test_a_token_for_another_service_is_not_given(
    nobody: FlaskClient, carrier: NewSecret, resource: str | list[str]
) -> None:
    answer = nobody.post(
        TOKEN,
        data={**GRANT, "resource": resource},
        headers=basic(carrier.credential.id, carrier.secret),
    )

    assert (400, "invalid_target") == refused(answer)


def test_the_secret_may_stand_in_the_form_too(nobody: FlaskClient, carrier: NewSecret) -> None:
    form = {**GRANT, "client_id": carrier.credential.id, "client_secret": carrier.secret}

    answer = nobody.post(TOKEN, data=form)

    assert 200 == answer.status_code
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_token_is_as_rfc_9068_has_it(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    with freeze_time("2026-05-01 12:00:00"):
        authenticator.tokens.keys.rotate()
        text = granted(nobody, carrier)["access_token"]
    published = KeySet.import_key_set(nobody.get("/.well-known/jwks.json").get_json())

    token = jwt.decode(text, published, algorithms=["ES256"])

    assert ("at+jwt", "ES256") == (token.header["typ"], token.header["alg"])
    assert carrier.credential.id == token.claims["sub"] == token.claims["client_id"]
    assert ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1") == (
        token.claims["iss"],
        token.claims["aud"],
    )
    assert 900 == token.claims["exp"] - token.claims["iat"]
    assert (
        token.claims["jti"]
        != jwt.decode(
            granted(nobody, carrier)["access_token"], published, algorithms=["ES256"]
        ).claims["jti"]
    )


def test_without_a_scope_all_that_the_client_has_is_given(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    assert (
        set(granted(nobody, carrier)["scope"].split())
        == authenticator.roles["carrier_system"].permissions
    )
    assert (
        "events.read law.decide"
        == granted(nobody, made(authenticator, scopes=("law.decide", "events.read")))["scope"]
    )


def test_a_token_can_be_limited_further(nobody: FlaskClient, carrier: NewSecret) -> None:
    client = bearing(nobody, granted(nobody, carrier, scope="law.decide")["access_token"])

    assert 200 == client.post("/v1/determinations?keep=false", json=CLOSED).status_code
    assert (403, "forbidden") == problem(client.post("/v1/determinations", json=CLOSED))


@pytest.mark.parametrize(
    "scope", ["audit.read", "law.decide accounts.write", "public", "x", 'é"\\']
)
def test_more_than_the_client_has_is_not_given(
    nobody: FlaskClient, carrier: NewSecret, scope: str
) -> None:
    answer = nobody.post(
        TOKEN, data={**GRANT, "scope": scope}, headers=basic(carrier.credential.id, carrier.secret)
    )

    assert (400, "invalid_scope") == refused(answer)


def test_a_wrong_secret_and_an_unknown_client_are_answered_alike(
    nobody: FlaskClient, carrier: NewSecret
) -> None:
    unknown = "01925b1e-7e3f-7000-8000-000000000000"
    answers = [
        nobody.post(TOKEN, data=GRANT, headers=basic(id, secret))
        for id, secret in (
            (carrier.credential.id, carrier.secret[:-1] + "_"),
            (unknown, carrier.secret),
            ("x' or 1=1", "x"),
        )
    ]
    answers += [
        nobody.post(TOKEN, data={**GRANT, "client_id": unknown, "client_secret": "x"}),
        nobody.post(TOKEN, data=GRANT),
    ]

    assert {(401, "invalid_client")} == {refused(answer) for answer in answers}
    assert 1 == len({answer.data for answer in answers})
    assert all(answer.headers["WWW-Authenticate"].startswith("Basic") for answer in answers)


@pytest.mark.parametrize(
    "encoded", ["=", "é", "////", base64.b64encode(b"\xff\xfe:x").decode(), "YQ==", "", "a b"]
)
def test_a_header_that_is_none_is_refused(nobody: FlaskClient, encoded: str) -> None:
    for scheme in ("Basic ", "Basic\t", "basic  ", "Bearer ", ""):
        header = f"{scheme}{encoded}".encode().decode("latin-1")

        assert (401, "invalid_client") == refused(
            nobody.post(TOKEN, data=GRANT, headers={"Authorization": header})
        )


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"data": {}}, "invalid_request"),
        ({"data": {"scope": "law.decide"}}, "unsupported_grant_type"),
        ({"data": {"grant_type": "password"}}, "unsupported_grant_type"),
        ({"data": {"grant_type": 'é"\\'}}, "unsupported_grant_type"),
        ({"json": GRANT}, "invalid_request"),
        (
            {
                "data": "grant_type=client_credentials&grant_type=x",
                "content_type": "application/x-www-form-urlencoded",
            },
            "invalid_request",
        ),
        ({"data": GRANT, "query_string": "client_secret=x"}, "invalid_request"),
    ],
)
def test_a_request_that_is_none_is_refused(
    nobody: FlaskClient, carrier: NewSecret, sent: dict[str, Any], error: str
) -> None:
    answer = nobody.post(TOKEN, headers=basic(carrier.credential.id, carrier.secret), **sent)

    assert (400, error) == refused(answer)


def test_a_secret_sent_in_two_ways_is_refused(nobody: FlaskClient, carrier: NewSecret) -> None:
    form = {**GRANT, "client_secret": carrier.secret}

    assert (400, "invalid_request") == refused(
        nobody.post(TOKEN, data=form, headers=basic(carrier.credential.id, carrier.secret))
    )


def test_a_clients_secret_is_no_key_and_a_key_no_clients_secret(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    key = made(authenticator, kind=KEY)

    assert (401, "unauthenticated") == problem(bearing(nobody, carrier.secret).get(UNKNOWN))
    del nobody.environ_base["HTTP_AUTHORIZATION"]
    assert (401, "invalid_client") == refused(
        nobody.post(TOKEN, data=GRANT, headers=basic(key.credential.id, key.secret))
    )


def test_for_an_overlap_both_secrets_are_taken_and_no_third(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    second = authenticator.credentials.rotate(
        carrier.credential.id, None, ADMINISTRATOR, overlap_hours=2
    )
    assert granted(nobody, carrier) and granted(nobody, second)

    third = authenticator.credentials.rotate(
        carrier.credential.id, None, ADMINISTRATOR, overlap_hours=2
    )

    assert granted(nobody, second) and granted(nobody, third)
    assert (401, "invalid_client") == refused(
        nobody.post(TOKEN, data=GRANT, headers=basic(carrier.credential.id, carrier.secret))
    )
    with freeze_time(clock.now() + timedelta(hours=2)):
        assert granted(nobody, third)
        assert (
            401
            == nobody.post(
                TOKEN, data=GRANT, headers=basic(second.credential.id, second.secret)
            ).status_code
        )


def test_without_a_key_to_sign_with_no_token_is_given(nobody: FlaskClient, served: Flask) -> None:
    with served.app_context():
        client = made(gate_of_app())

    answer = nobody.post(TOKEN, data=GRANT, headers=basic(client.credential.id, client.secret))

    assert (503, "temporarily_unavailable") == refused(answer)
    assert {"keys": []} == nobody.get("/.well-known/jwks.json").get_json()


def test_what_clients_must_know_is_published_and_no_secret_with_it(
    nobody: FlaskClient, authenticator: Authenticator
) -> None:
    metadata = nobody.get("/.well-known/oauth-authorization-server").get_json()
    [key] = nobody.get("/.well-known/jwks.json").get_json()["keys"]

    assert "http://127.0.0.1:8000/oauth/token" == metadata["token_endpoint"]
    assert "http://127.0.0.1:8000/.well-known/jwks.json" == metadata["jwks_uri"]
    assert {"kty", "crv", "x", "y", "kid", "use", "alg"} == set(key)


# --- taking ---


def test_a_token_ends(nobody: FlaskClient, carrier: NewSecret) -> None:
    now = clock.now()
    client = bearing(nobody, granted(nobody, carrier)["access_token"])
    with freeze_time(now + timedelta(seconds=898)):
        assert 404 == client.get(UNKNOWN).status_code
    with freeze_time(now + timedelta(seconds=901)):
        assert (401, "unauthenticated") == problem(client.get(UNKNOWN))


def test_the_tokens_of_a_revoked_client_are_taken_no_more(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    client = bearing(nobody, granted(nobody, carrier)["access_token"])
    assert 404 == client.get(UNKNOWN).status_code

    authenticator.credentials.revoke(carrier.credential.id, None, ADMINISTRATOR)
    authenticator.bearers.forget()

    assert (401, "unauthenticated") == problem(client.get(UNKNOWN))
    answer = nobody.post(TOKEN, data=GRANT, headers=basic(carrier.credential.id, carrier.secret))
    assert (401, "invalid_client") == refused(answer)


def claims(authenticator: Authenticator, carrier: NewSecret, **changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    whole = {
        "iss": authenticator.tokens.issuer,
        "aud": authenticator.tokens.audience,
        "sub": carrier.credential.id,
        "client_id": carrier.credential.id,
        "iat": now,
        "exp": now + 600,
        "jti": "1",
        "scope": "determinations.read",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def signed(
    authenticator: Authenticator, content: dict[str, Any], key: Any = None, **header: Any
) -> str:
    newest = authenticator.tokens.keys.newest()
    head = {"alg": "ES256", "typ": "at+jwt", "kid": newest.kid, **header}
    return jwt.encode(
        {n: v for n, v in head.items() if v is not None},
        content,
        key or newest.pair,
        algorithms=[head["alg"]],
    )


def test_a_token_put_together_like_ours_is_taken(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    """Otherwise the refusals below would prove nothing."""
    assert (
        404
        == bearing(nobody, signed(authenticator, claims(authenticator, carrier)))
        .get(UNKNOWN)
        .status_code
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://127.0.0.1:8001"},
        {"iss": None},
        {"aud": "http://127.0.0.1:8000"},
        {"aud": None},
        {"aud": ["x", "y"]},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 9e99},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"iat": None},
        {"sub": "01925b1e-7e3f-7000-8000-000000000000"},
        {"client_id": "other"},
        {"sub": None},
        {"jti": None},
        {"scope": None},
        {"scope": ["determinations.read"]},
        {"sub": 5, "client_id": 5},
        {"exp": 4_000_000_000},
    ],
    ids=str,
)
def test_a_token_with_other_claims_is_refused(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret, changes: dict[str, Any]
) -> None:
    assert (401, "unauthenticated") == problem(
        bearing(nobody, signed(authenticator, claims(authenticator, carrier, **changes))).get(
            UNKNOWN
        )
    )


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"typ": "id+jwt"},
        {"kid": "20260101T000000Z-aaaaaaaa"},
        {"kid": None},
        {"kid": "../../etc/passwd"},
    ],
    ids=str,
)
def test_a_token_with_another_header_is_refused(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret, header: dict[str, Any]
) -> None:
    assert (401, "unauthenticated") == problem(
        bearing(nobody, signed(authenticator, claims(authenticator, carrier), **header)).get(
            UNKNOWN
        )
    )


def unsigned(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "HS256", "RS256", "ES256"])
def test_an_unsigned_token_is_refused(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret, algorithm: str
) -> None:
    header = {"alg": algorithm, "typ": "at+jwt", "kid": authenticator.tokens.keys.newest().kid}

    token = f"{unsigned(header)}.{unsigned(claims(authenticator, carrier))}."

    assert (401, "unauthenticated") == problem(bearing(nobody, token).get(UNKNOWN))


def test_the_public_key_is_no_shared_secret(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    """An algorithm named by the token would let everybody sign with what is published."""
    for public in (
        authenticator.tokens.keys.newest().pair.as_pem(private=False),
        json.dumps(authenticator.tokens.keys.newest().public()).encode(),
    ):
        header = {"alg": "HS256", "typ": "at+jwt", "kid": authenticator.tokens.keys.newest().kid}
        content = f"{unsigned(header)}.{unsigned(claims(authenticator, carrier))}"
        signature = (
            base64.urlsafe_b64encode(hmac.digest(public, content.encode(), "sha256"))
            .decode()
            .rstrip("=")
        )

        assert (401, "unauthenticated") == problem(
            bearing(nobody, f"{content}.{signature}").get(UNKNOWN)
        )


def test_a_key_that_the_token_brings_along_is_not_looked_at(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    forged = ECKey.generate_key("P-256")
    public = forged.as_dict(private=False)

    for header in (
        {"jwk": public},
        {"jwk": public, "kid": None},
        {"jku": "http://127.0.0.1:9/keys"},
        {"x5u": "http://127.0.0.1:9/"},
    ):
        token = signed(authenticator, claims(authenticator, carrier), forged, **header)

        assert (401, "unauthenticated") == problem(bearing(nobody, token).get(UNKNOWN))


def test_a_token_of_another_installation_is_refused(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret, tmp_path: Any
) -> None:
    other = Tokens(SigningKeys(tmp_path / "other"), authenticator.tokens.issuer, 900)
    other.keys.rotate()

    assert (
        401
        == bearing(nobody, other.issue(carrier.credential.id, ["determinations.read"]))
        .get(UNKNOWN)
        .status_code
    )


def test_a_token_for_a_key_is_refused(nobody: FlaskClient, authenticator: Authenticator) -> None:
    key = made(authenticator, kind=KEY)

    assert (
        401
        == bearing(nobody, authenticator.tokens.issue(key.credential.id, ["determinations.read"]))
        .get(UNKNOWN)
        .status_code
    )


def test_scopes_that_the_role_does_not_have_give_nothing(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    client = bearing(
        nobody,
        signed(
            authenticator,
            claims(authenticator, carrier, scope="credentials.read determinations.read"),
        ),
    )

    assert (403, "forbidden") == problem(client.get("/v1/credentials"))


def test_a_changed_token_is_refused(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    head, _, signature = signed(authenticator, claims(authenticator, carrier)).split(".")

    forged = f"{head}.{unsigned(claims(authenticator, carrier, scope='law.decide'))}.{signature}"

    assert (401, "unauthenticated") == problem(bearing(nobody, forged).get(UNKNOWN))


# --- the keys that sign ---


def test_after_a_rotation_tokens_of_both_keys_are_taken_until_the_old_ones_have_ended(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    old = granted(nobody, carrier)["access_token"]
    authenticator.tokens.keys.rotate()
    new = granted(nobody, carrier)["access_token"]

    assert 404 == bearing(nobody, old).get(UNKNOWN).status_code
    assert 404 == bearing(nobody, new).get(UNKNOWN).status_code
    assert 2 == len(nobody.get("/.well-known/jwks.json").get_json()["keys"])
    with freeze_time(clock.now() + timedelta(minutes=17)):
        assert 1 == len(nobody.get("/.well-known/jwks.json").get_json()["keys"])


def test_two_rotations_end_a_key_that_somebody_has_stolen(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    stolen = granted(nobody, carrier)["access_token"]
    authenticator.tokens.keys.rotate()
    authenticator.tokens.keys.rotate()

    assert (401, "unauthenticated") == problem(bearing(nobody, stolen).get(UNKNOWN))


def test_another_process_takes_a_new_key_at_once(
    authenticator: Authenticator, carrier: NewSecret
) -> None:
    other = Tokens(SigningKeys(authenticator.tokens.keys._folder), authenticator.tokens.issuer, 900)
    with freeze_time("2026-05-01 12:00:00"):
        other.read(authenticator.tokens.issue(carrier.credential.id, ["law.decide"]))
        authenticator.tokens.keys.rotate()
    with freeze_time("2026-05-01 12:00:02"):
        assert (
            carrier.credential.id
            == other.read(authenticator.tokens.issue(carrier.credential.id, ["law.decide"])).client
        )


def test_signing_keys_are_for_the_service_alone(authenticator: Authenticator) -> None:
    folder = authenticator.tokens.keys._folder

    assert {0o600} == {file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert 0o700 == folder.stat().st_mode & 0o777


def test_no_setting_makes_tokens_live_longer(authenticator: Authenticator) -> None:
    assert 900 == Tokens(authenticator.tokens.keys, authenticator.tokens.issuer, 86_400).seconds


# --- what clients of OAuth read ---


def test_one_client_does_not_ask_in_the_name_of_another(
    nobody: FlaskClient, authenticator: Authenticator, carrier: NewSecret
) -> None:
    other = made(authenticator)
    header = basic(carrier.credential.id, carrier.secret)

    assert (400, "invalid_request") == refused(
        nobody.post(TOKEN, data={**GRANT, "client_id": other.credential.id}, headers=header)
    )
    assert (
        200
        == nobody.post(
            TOKEN, data={**GRANT, "client_id": carrier.credential.id}, headers=header
        ).status_code
    )


def test_a_body_that_is_too_large_is_refused_as_rfc_6749_has_it(nobody: FlaskClient) -> None:
    assert (413, "invalid_request") == refused(
        nobody.post(TOKEN, data={**GRANT, "scope": "x" * 2_000_000})
    )


def test_whoever_asks_too_often_is_told_so_as_rfc_6749_has_it(
    served: Flask, nobody: FlaskClient
) -> None:
    served.extensions["limits"]._a_minute["address"] = 1
    answers = [nobody.post(TOKEN, data=GRANT) for _ in range(2)]

    assert (429, "temporarily_unavailable") == refused(answers[1])
    assert 1 <= int(answers[1].headers["Retry-After"])


def test_a_token_that_cannot_be_noted_is_refused_as_rfc_6749_has_it(
    nobody: FlaskClient,
    authenticator: Authenticator,
    carrier: NewSecret,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*_: object) -> None:
        raise RecordsUnavailable("the database cannot be reached")

    monkeypatch.setattr(Store, "note", gone)

    for secret in (carrier.secret, "wrong"):
        answer = nobody.post(TOKEN, data=GRANT, headers=basic(carrier.credential.id, secret))
        assert (503, "temporarily_unavailable") == refused(answer)
        assert "5" == answer.headers["Retry-After"]

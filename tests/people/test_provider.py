"""Signing in through an identity provider, against one that these tests start."""

import base64
import hmac
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from environs import Env, EnvError
from flask import Flask
from werkzeug.test import TestResponse

from app.access.passwords import Passwords
from app.access.people import People
from app.access.roster import NewAccount, Roster
from app.api.people.current import install_people
from app.determinations.decide import Decider
from app.records.people.accounts import Account
from app.single_sign_on import SingleSignOn, single_sign_on
from tests.audit import AuditTrail
from tests.people.conftest import (
    OFFICE,
    OTHER,
    Browser,
    Counting,
    emptied,
    serving,
    settings_in,
    text,
)
from tests.people.identity_provider import CLIENT_ID, CLIENT_SECRET, Claims, Provider, running

GROUPS = {"hix-leads": "supervisor", "hix-workers": "eligibility_worker"}


@pytest.fixture(scope="module")
def listening() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(listening: Provider) -> Provider:
    """The provider as honest as on its first day."""
    issuer, key, stranger = listening.issuer, listening.key, listening.stranger
    listening.__init__()  # type: ignore[misc]
    listening.issuer, listening.key, listening.stranger = issuer, key, stranger
    listening.claims["office"] = "office-12"
    return listening


@pytest.fixture
def app(
    decider: Decider,
    provider: Provider,
    tmp_path: Path,
    migrated_sqlite: Path,
    hasher: Counting,
) -> Iterator[Flask]:
    """The service with that provider configured."""
    trusted = SingleSignOn(
        provider.issuer, CLIENT_ID, CLIENT_SECRET, "groups", GROUPS, organization_claim="office"
    )
    settings = settings_in(tmp_path, single_sign_on=trusted, issuer="https://localhost")
    shutil.copy(migrated_sqlite, tmp_path / "people.sqlite")
    app = emptied(serving(decider, settings), hasher)
    yield app
    app.extensions["eligibility"].store.close()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser of somebody whom the provider knows."""
    return Browser(app)


@pytest.fixture
def alma(roster: Roster, provider: Provider, trail: AuditTrail) -> Account:
    """Whom the provider knows as person-7, with an account that an administrator made."""
    account, one_time = roster.create(
        NewAccount("alma", "auditor", None, provider.issuer, "person-7"), OFFICE
    )
    assert one_time is None
    trail.clear()
    return account


class Stay(HTTPRedirectHandler):
    """Reads where one is sent, and does not go."""

    def redirect_request(self, *_: Any) -> None:
        return None


def agreed(led: TestResponse) -> str:
    """Where the provider sends the browser back to, once the person has agreed there."""
    with pytest.raises(HTTPError) as moved:
        build_opener(Stay).open(led.headers["Location"])
    return str(moved.value.headers["Location"])


def back(browser: Browser, address: str) -> TestResponse:
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}")


def come(browser: Browser, wanted: str = "") -> TestResponse:
    """The whole way: to the provider, and back."""
    return back(browser, agreed(browser.get(f"/sign-in/provider{wanted}")))


def test_somebody_whose_account_an_administrator_made_signs_in(
    browser: Browser, alma: Account, trail: AuditTrail
) -> None:
    answer = come(browser, "?next=/sessions")

    assert (303, "/sessions") == (answer.status_code, answer.headers["Location"])
    assert "You are signed in as alma , auditor" in text(browser.get("/"))
    assert [("session.signed_in", "done")] == trail.outcomes()


def test_the_sign_in_page_offers_it(browser: Browser) -> None:
    assert 'href="/sign-in/provider?next=/sessions"' in browser.get(
        "/sign-in?next=/sessions"
    ).get_data(as_text=True)


def test_the_provider_is_asked_with_state_nonce_and_challenge(
    browser: Browser, alma: Account, provider: Provider
) -> None:
    come(browser)
    first = provider.asked
    come(browser)

    assert {"state", "nonce", "code_challenge"} <= set(first)
    assert all(first[name] != provider.asked[name] for name in ("state", "nonce", "code_challenge"))
    assert "https://localhost/sign-in/callback" == first["redirect_uri"]
    assert CLIENT_SECRET not in str(first)


def test_somebody_unknown_without_a_group_that_means_a_role_gets_no_account(
    browser: Browser, people: People, trail: AuditTrail
) -> None:
    answer = come(browser)

    assert 403 == answer.status_code
    assert "you have no account for this service" in text(answer)
    assert browser.cookie is None
    assert [] == people.accounts.page()
    assert [("session.signed_in", "refused")] == trail.outcomes()


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["x", "hix-workers"], "eligibility_worker"),
        ("hix-leads", "supervisor"),
        (["hix-workers", "hix-leads"], "supervisor"),
    ],
)
def test_a_group_that_means_a_role_makes_an_account(
    browser: Browser, provider: Provider, people: People, groups: object, role: str
) -> None:
    provider.claims["groups"] = groups

    assert 303 == come(browser).status_code
    (account,) = people.accounts.page()
    assert ("alma.reyes", role, "office-12", None) == (
        account.name,
        account.role,
        account.organization,
        account.password_hash,
    )
    assert 303 == come(browser).status_code
    assert 1 == len(people.accounts.page())


def test_the_provider_changes_the_role_and_takes_it_away(
    browser: Browser, provider: Provider, people: People
) -> None:
    provider.claims["groups"] = ["hix-workers"]
    come(browser)
    provider.claims["groups"] = ["hix-leads"]
    come(Browser(browser.client.application))
    assert "supervisor" == people.accounts.page()[0].role

    provider.claims["groups"] = []
    assert 403 == come(Browser(browser.client.application)).status_code
    assert not browser.is_signed_in


@pytest.mark.parametrize("office", [None, "", 7, ["office-12"], "of\nfice"])
def test_a_role_that_sees_its_own_needs_an_organization(
    browser: Browser, provider: Provider, people: People, trail: AuditTrail, office: object
) -> None:
    provider.claims |= {"groups": ["hix-workers"], "office": office}
    answer = come(browser)

    assert 403 == answer.status_code
    assert "did not name your office" in text(answer)
    assert browser.cookie is None
    assert [] == people.accounts.page()
    assert [("session.signed_in", "refused")] == trail.outcomes()


def test_the_provider_moves_somebody_to_another_office_and_out_of_all(
    browser: Browser, provider: Provider, people: People
) -> None:
    provider.claims["groups"] = ["hix-workers"]
    come(browser)
    provider.claims["office"] = "office-13"
    come(Browser(browser.client.application))
    assert "office-13" == people.accounts.page()[0].organization

    del provider.claims["office"]
    assert 403 == come(Browser(browser.client.application)).status_code
    assert not browser.is_signed_in


def test_an_administrators_role_is_not_the_providers_to_change(
    browser: Browser, provider: Provider, people: People, alma: Account
) -> None:
    provider.claims["groups"] = ["hix-leads"]
    come(browser)

    assert "auditor" == people.accounts.page()[0].role


def test_a_name_at_the_provider_gives_nobody_the_account_of_that_name(
    browser: Browser, provider: Provider, people: People, roster: Roster
) -> None:
    local, _ = roster.create(NewAccount("Alma.Reyes", "administrator"), OFFICE, OTHER)
    provider.claims["groups"] = ["hix-workers"]
    come(browser)

    assert "alma.reyes-2 , eligibility worker" in text(browser.get("/"))
    assert local == people.accounts.find(local.id)


def test_the_same_subject_of_another_issuer_is_somebody_else(
    browser: Browser, roster: Roster
) -> None:
    roster.create(
        NewAccount("alma", "auditor", None, "https://elsewhere.example", "person-7"), OFFICE
    )

    assert 403 == come(browser).status_code


@pytest.mark.parametrize("sub", [None, "", 7, "x" * 256, "person-\x00", "é"])
def test_a_person_without_a_proper_subject_is_nobody(
    browser: Browser, provider: Provider, sub: object
) -> None:
    provider.claims |= {"sub": sub, "groups": ["hix-workers"]}

    assert 403 == come(browser).status_code
    assert browser.cookie is None


def test_a_disabled_account_stays_shut(browser: Browser, roster: Roster, alma: Account) -> None:
    roster.change(alma, {"disabled": True}, OFFICE)

    assert 403 == come(browser).status_code
    assert not browser.is_signed_in


def test_an_account_that_lay_unused_is_disabled(
    browser: Browser, people: People, alma: Account
) -> None:
    long_ago = alma.created_at - timedelta(days=61)
    people.accounts.change(
        alma.id, {"enabled_at": long_ago}, OFFICE.did("account.changed", alma.id)
    )

    assert 403 == come(browser).status_code
    assert "unused" == people.accounts.page()[0].disabled_because


def test_nobody_signs_in_to_such_an_account_with_a_password(
    browser: Browser, alma: Account
) -> None:
    assert 403 == browser.sign_in("alma", OTHER).status_code
    come(browser)
    assert "This account has no password" in text(browser.get("/password"))
    assert (
        403
        == browser.fill(
            "/", action="/password", current=OTHER, new=OTHER + " x", again=OTHER + " x"
        ).status_code
    )


# --- what a provider, or somebody who plays one, may send ---


def encoded(part: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def with_public_key_as_secret(provider: Provider, claims: Claims) -> str:
    signed = f"{encoded({'alg': 'HS256', 'kid': 'first'})}.{encoded(claims)}"
    digest = hmac.digest(provider.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def with_its_own_key(provider: Provider, claims: Claims) -> str:
    return provider.signed(claims, provider.stranger, jwk=provider.stranger.as_dict(private=False))


def changed_after_signing(provider: Provider, claims: Claims) -> str:
    head, _, signature = provider.signed(claims).split(".")
    return f"{head}.{encoded({**claims, 'acr': 'high'})}.{signature}"


FORGED: dict[str, Callable[[Provider, Claims], str]] = {
    "signed by nobody": lambda p, c: f"{encoded({'alg': 'none'})}.{encoded(c)}.",
    "signed with the public key as a secret": with_public_key_as_secret,
    "signed with a key it brings along": with_its_own_key,
    "signed by a stranger": lambda p, c: p.signed(c, p.stranger),
    "signed by a key nobody knows": lambda p, c: p.signed(c, p.stranger, kid="other"),
    "changed after signing": lambda p, c: ".".join(
        [p.signed(c).split(".")[0], encoded({**c, "sub": "x"}), p.signed(c).split(".")[2]]
    ),
    "of another issuer": lambda p, c: p.signed({**c, "iss": "https://elsewhere.example"}),
    "of no issuer": lambda p, c: p.signed({k: v for k, v in c.items() if k != "iss"}),
    "for another client": lambda p, c: p.signed({**c, "aud": "another"}),
    "for many, by leave of another": lambda p, c: p.signed(
        {**c, "aud": [CLIENT_ID, "another"], "azp": "another"}
    ),
    "for nobody": lambda p, c: p.signed({k: v for k, v in c.items() if k != "aud"}),
    "of another sign-in": lambda p, c: p.signed({**c, "nonce": "another"}),
    "of no sign-in": lambda p, c: p.signed({k: v for k, v in c.items() if k != "nonce"}),
    "expired": lambda p, c: p.signed({**c, "iat": c["iat"] - 900, "exp": c["iat"] - 61}),
    "without an end": lambda p, c: p.signed({k: v for k, v in c.items() if k != "exp"}),
    "not yet valid": lambda p, c: p.signed({**c, "nbf": c["iat"] + 900}),
    "no token at all": lambda p, c: "x",
    "an empty token": lambda p, c: "",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_token_that_cannot_be_trusted_opens_nothing(
    browser: Browser, provider: Provider, alma: Account, trail: AuditTrail, how: str
) -> None:
    provider.algorithms = ["RS256", "HS256", "none"]
    provider.forge = FORGED[how]
    answer = come(browser)

    assert 1 == provider.tokens_given
    assert (403, None) == (answer.status_code, browser.cookie)
    assert "did not complete" in text(answer)
    assert [("session.signed_in", "refused")] == trail.outcomes()
    provider.forge = None
    assert 303 == come(browser).status_code


def test_a_provider_that_signs_only_with_shared_secrets_is_not_used(
    browser: Browser, provider: Provider
) -> None:
    provider.algorithms = ["HS256", "none"]

    assert 503 == browser.get("/sign-in/provider").status_code


def test_a_provider_that_describes_another_is_not_used(
    browser: Browser, provider: Provider, alma: Account
) -> None:
    provider.described_issuer = "https://elsewhere.example"
    assert 503 == browser.get("/sign-in/provider").status_code

    provider.described_issuer = None
    assert 303 == come(browser).status_code


def test_the_way_back_works_once_and_only_in_the_browser_that_left(
    browser: Browser, app: Flask, alma: Account, provider: Provider
) -> None:
    address = agreed(browser.get("/sign-in/provider"))

    assert 403 == back(Browser(app), address).status_code
    assert 303 == back(browser, address).status_code
    browser.sign_out()
    assert 403 == back(browser, address).status_code
    assert 1 == provider.tokens_given


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "other"},
        {"state": ""},
        {"code": "other"},
        {"code": ""},
        {"iss": "https://elsewhere.example"},
    ],
)
def test_an_answer_that_was_tampered_with_opens_nothing(
    browser: Browser, alma: Account, changed: dict[str, str]
) -> None:
    parts = urlsplit(agreed(browser.get("/sign-in/provider")))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed

    assert 403 == browser.get(f"{parts.path}?{urlencode(query)}").status_code
    assert browser.cookie is None


@pytest.mark.parametrize(
    "query", ["", "?error=access_denied&error_description=<script>", "?state=x", "?code=x"]
)
def test_coming_back_without_an_agreement_opens_nothing(browser: Browser, query: str) -> None:
    browser.get("/sign-in/provider")
    answer = browser.get(f"/sign-in/callback{query}")

    assert 403 == answer.status_code
    assert "<script>" not in answer.get_data(as_text=True)


def test_a_provider_out_of_reach_is_told(decider: Decider, tmp_path: Path) -> None:
    trusted = SingleSignOn("http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET)
    browser = Browser(
        serving(
            decider,
            settings_in(tmp_path, single_sign_on=trusted),
        )
    )

    assert 503 == browser.get("/sign-in/provider").status_code


def test_without_a_provider_there_is_no_such_page(decider: Decider, tmp_path: Path) -> None:
    browser = Browser(serving(decider, settings_in(tmp_path)))

    assert [404, 404] == [
        browser.get(f"/sign-in/{page}").status_code for page in ("provider", "callback")
    ]
    assert "organization" not in text(browser.get("/sign-in"))


# --- how it is configured ---


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("ELIGIBILITY_OIDC_ISSUER", "https://login.example")
    monkeypatch.setenv("ELIGIBILITY_OIDC_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("ELIGIBILITY_OIDC_CLIENT_SECRET", CLIENT_SECRET)
    return monkeypatch


def test_it_is_configured_by_variables(variables: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    variables.setenv("ELIGIBILITY_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    variables.setenv("ELIGIBILITY_OIDC_ROLE_CLAIM", "groups")
    variables.setenv("ELIGIBILITY_OIDC_ORGANIZATION_CLAIM", "office")
    variables.setenv(
        "ELIGIBILITY_OIDC_ROLES",
        "cn=leads,hix-workers=eligibility_worker".replace("cn=leads", "cn=leads=supervisor"),
    )

    found = single_sign_on(Env())

    roles = {"cn=leads": "supervisor", "hix-workers": "eligibility_worker"}
    assert found == SingleSignOn(
        "https://login.example",
        CLIENT_ID,
        "from a file",
        "groups",
        roles,
        organization_claim="office",
    )
    assert "from a file" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ELIGIBILITY_OIDC_ISSUER", "http://login.example"),
        ("ELIGIBILITY_OIDC_ISSUER", "login.example"),
        ("ELIGIBILITY_OIDC_CLIENT_SECRET_FILE", "/nowhere"),
        ("ELIGIBILITY_OIDC_ROLES", "workers"),
        ("ELIGIBILITY_OIDC_ROLES", "=auditor"),
    ],
)
def test_what_cannot_be_used_is_refused_at_the_start(
    variables: pytest.MonkeyPatch, name: str, value: str
) -> None:
    variables.setenv(name, value)

    with pytest.raises(EnvError, match=name):
        single_sign_on(Env())


def test_a_group_that_means_no_role_of_people_is_refused_at_the_start(
    decider: Decider, tmp_path: Path
) -> None:
    trusted = SingleSignOn(
        "https://login.example", CLIENT_ID, CLIENT_SECRET, "groups", {"x": "carrier_system"}
    )

    with pytest.raises(EnvError, match="ELIGIBILITY_OIDC_ROLES"):
        serving(
            decider,
            settings_in(tmp_path, single_sign_on=trusted),
        )


def test_without_an_issuer_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELIGIBILITY_OIDC_ISSUER", raising=False)

    assert single_sign_on(Env()) is None


@pytest.fixture
def required(app: Flask, hasher: Counting) -> None:
    """The service requires a second factor."""
    store = app.extensions["eligibility"].store
    install_people(app, People(store, Passwords(lambda: hasher), requires_second_factor=True))


@pytest.mark.parametrize("claims", [{}, {"amr": ["pwd"]}, {"amr": ["mfa-not"]}, {"acr": "mfa"}])
def test_where_a_second_factor_is_required_a_provider_that_asserts_none_opens_nothing(
    browser: Browser,
    provider: Provider,
    alma: Account,
    trail: AuditTrail,
    required: None,
    claims: dict[str, Any],
) -> None:
    provider.claims.update(claims)
    answer = come(browser)

    assert (403, None) == (answer.status_code, browser.cookie)
    assert "did not say that you proved a second factor" in text(answer)
    assert [("session.signed_in", "refused")] == trail.outcomes()


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"amr": ["mfa"], "acr": "0"}])
def test_a_provider_that_asserts_a_second_factor_needs_none_here(
    browser: Browser,
    provider: Provider,
    alma: Account,
    required: None,
    claims: dict[str, Any],
) -> None:
    provider.claims.update(claims)

    assert 303 == come(browser).status_code
    assert browser.is_signed_in
    assert "which asks for a second factor itself" in text(browser.get("/account/second-factor"))
    assert "/account" == browser.get("/second-factor/app").headers["Location"]


def test_the_claims_that_assert_a_second_factor_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGIBILITY_OIDC_ISSUER", "https://login.example")
    monkeypatch.setenv("ELIGIBILITY_OIDC_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("ELIGIBILITY_OIDC_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("ELIGIBILITY_OIDC_SECOND_FACTOR", "amr=otp, acr=phr,acr=phrh")
    settings = single_sign_on(Env())

    assert settings is not None
    assert "phr phrh" == settings.acr_values
    assert settings.asserts_second_factor({"acr": "phr"})
    assert settings.asserts_second_factor({"amr": ["pwd", "otp"]})
    assert not settings.asserts_second_factor({"amr": ["mfa"], "acr": "0"})
    for wrong in ("mfa", "amr=", "groups=admins"):
        monkeypatch.setenv("ELIGIBILITY_OIDC_SECOND_FACTOR", wrong)
        with pytest.raises(EnvError, match="ELIGIBILITY_OIDC_SECOND_FACTOR"):
            single_sign_on(Env())

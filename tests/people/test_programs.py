"""Programs in the name of a person: OAuth 2 authorization code with PKCE, on both databases."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from freezegun import freeze_time
from werkzeug.test import TestResponse

from app import clock
from app.access.authenticator import Authenticator
from app.access.programs import fits, is_redirect
from app.access.roster import Roster
from app.api.http.asked.authentication import authenticator as gate_of_app
from app.records.machines.programs import Program
from app.records.people.accounts import Account
from tests.api.asking import CLOSED
from tests.audit import AuditTrail
from tests.people.conftest import OFFICE, PASSWORD, Browser, text

VERIFIER = "forty-three-characters-or-more-of-nothing-in-particular"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
BACK, ISSUER = "http://127.0.0.1:49152/signed-in", "http://127.0.0.1:8000"
SCOPES = "determinations.create determinations.read law.decide"


@pytest.fixture
def gate(app: Flask) -> Authenticator:
    with app.app_context():
        found = gate_of_app()
    if not found.tokens.keys.live():
        found.tokens.keys.rotate()
    return found


@pytest.fixture
def program(gate: Authenticator) -> Program:
    return gate.programs.create("Desk helper", ("http://127.0.0.1/signed-in",), OFFICE)


@pytest.fixture
def alma_in(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


def address(program: Program, **more: str | None) -> str:
    sent: dict[str, str | None] = {
        "response_type": "code",
        "client_id": program.id,
        "redirect_uri": BACK,
        "scope": SCOPES,
        "state": "opaque state/1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }
    return "/oauth/authorize?" + urlencode({n: v for n, v in sent.items() if v is not None})


def told(answer: TestResponse) -> dict[str, str]:
    """What a program's address is told."""
    assert 303 == answer.status_code, text(answer)
    went = urlsplit(answer.headers["Location"])
    assert BACK == f"{went.scheme}://{went.netloc}{went.path}"
    return {name: values[0] for name, values in parse_qs(went.query).items()}


def agree(
    browser: Browser, program: Program, do: str = "allow", **more: str | None
) -> TestResponse:
    """Fill in the form of the page, as it stands there."""
    page = browser.get(address(program, **more)).get_data(as_text=True)
    form = page[page.index('action="/oauth/authorize"') :]
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    return browser.post("/oauth/authorize", do=do, **hidden)


def code_of(browser: Browser, program: Program, **more: str | None) -> str:
    return told(agree(browser, program, **more))["code"]


def exchange(app: Flask, program: Program, code: str, **more: str) -> TestResponse:
    sent = {
        "grant_type": "authorization_code",
        "client_id": program.id,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **more,
    }
    return app.test_client().post("/oauth/token", data={n: v for n, v in sent.items() if v})


def refresh(app: Flask, program: Program, token: str, **more: str) -> TestResponse:
    sent = {
        "grant_type": "refresh_token", "client_id": program.id, "refresh_token": token, **more,
    }  # fmt: skip
    return app.test_client().post("/oauth/token", data=sent)


def tokens(app: Flask, browser: Browser, program: Program) -> dict[str, Any]:
    answer = exchange(app, program, code_of(browser, program))
    assert 200 == answer.status_code, answer.get_json()
    document: dict[str, Any] = answer.get_json()
    return document


def status(app: Flask, token: str, gate: Authenticator) -> int:
    """How a route that needs no more than the token answers it."""
    gate.bearers.forget()
    headers = {"Authorization": f"Bearer {token}"}
    return (
        app.test_client()
        .post("/v1/determinations?keep=false", json=CLOSED, headers=headers)
        .status_code
    )


def refused(answer: TestResponse) -> tuple[int, str]:
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.get_json()["error"]


# --- the way ---


def test_a_program_acts_in_the_name_of_the_person_who_allowed_it(
    app: Flask, alma: Account, browser: Browser, program: Program, trail: AuditTrail
) -> None:
    away = browser.get(address(program))
    signed_in = browser.fill(
        away.headers["Location"],
        "/sign-in",
        name="alma",
        password=PASSWORD,
        next=parse_qs(urlsplit(away.headers["Location"]).query)["next"][0],
    )
    page = browser.get(signed_in.headers["Location"])
    assert "Let “Desk helper” act in your name?" in text(page)
    assert "form-action 'self' http://127.0.0.1:49152;" in page.headers["Content-Security-Policy"]

    back = told(agree(browser, program))
    assert ("opaque state/1", ISSUER) == (back["state"], back["iss"])
    answer = exchange(app, program, back["code"])
    document = answer.get_json()
    assert {"Bearer", SCOPES} == {document["token_type"], document["scope"]}

    stored = app.test_client().post(
        "/v1/determinations",
        json=CLOSED,
        headers={"Authorization": f"Bearer {document['access_token']}", "Idempotency-Key": "way-1"},
    )
    assert 201 == stored.status_code, stored.get_json()
    actors = {entry.action: entry.actor for entry in trail.entries}
    assert f"account:{alma.id}" == actors["determination.made"] == actors["program.allowed"]
    assert actors["token.issue"] == f"account:{alma.id}"
    assert "Desk helper" in text(browser.get("/sessions"))


def test_a_person_can_say_no(alma_in: Browser, program: Program) -> None:
    back = told(agree(alma_in, program, do="refuse"))

    assert "code" not in back
    assert ("access_denied", "opaque state/1", ISSUER) == (
        back["error"], back["state"], back["iss"],
    )  # fmt: skip


def test_what_the_role_lacks_is_not_given_and_the_page_says_so(
    app: Flask, alma_in: Browser, program: Program
) -> None:
    wanted = "law.decide accounts.write"
    assert "will not get" in text(alma_in.get(address(program, scope=wanted)))

    answer = exchange(app, program, code_of(alma_in, program, scope=wanted))

    assert "law.decide" == answer.get_json()["scope"]


# --- what is refused on the way there ---


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "accounts.write"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
    ],
)
def test_a_request_that_cannot_be_is_told_to_the_program(
    alma_in: Browser, program: Program, changed: dict[str, str | None], error: str
) -> None:
    back = told(alma_in.get(address(program, **changed)))

    assert (error, ISSUER, "opaque state/1") == (back["error"], back["iss"], back["state"])


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "01925b1e-7e3f-7000-8000-000000000000"},
        {"client_id": "x"},
        {"client_id": None},
        {"redirect_uri": "https://elsewhere.example/signed-in"},
        {"redirect_uri": "http://127.0.0.1:49152/signed-in/further"},
        {"redirect_uri": "http://127.0.0.1:49152@elsewhere.example/signed-in"},
        {"redirect_uri": None},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    alma_in: Browser, program: Program, changed: dict[str, str | None]
) -> None:
    answer = alma_in.get(address(program, **changed))

    assert (400, None) == (answer.status_code, answer.headers.get("Location"))
    assert "We cannot go on" in text(answer)


def test_a_parameter_that_stands_twice_is_refused(alma_in: Browser, program: Program) -> None:
    twice = f"{address(program)}&code_challenge={'a' * 43}"

    assert "invalid_request" == told(alma_in.get(twice))["error"]


def test_a_form_of_another_site_allows_nothing(alma_in: Browser, program: Program) -> None:
    sent = dict(parse_qs(urlsplit(address(program)).query))
    answer = alma_in.post("/oauth/authorize", do="allow", **{n: v[0] for n, v in sent.items()})

    assert 400 == answer.status_code


@pytest.mark.parametrize(
    ("uri", "may"),
    [
        ("https://tool.example/back?a=1", True),
        ("http://localhost:1/back", True),
        ("http://[::1]/back", True),
        ("http://tool.example/back", False),
        ("https://tool.example/back#part", False),
        ("https://user@tool.example/back", False),
        ("https://tool.example;script-src/back", False),
        ("https://tool.example:99999/", False),
        ("tool://back", False),
        ("javascript:alert(1)", False),
        ("https:///back", False),
        ("https://tool.example/ back", False),
        ("https://tool.example/" + "a" * 300, False),
    ],
)
def test_an_address_to_go_back_to_is_https_or_ones_own_machine(uri: str, may: bool) -> None:
    assert may == is_redirect(uri)


def test_only_the_port_of_ones_own_machine_may_differ() -> None:
    assert fits(("http://127.0.0.1/back",), "http://127.0.0.1:8080/back")
    assert not fits(("http://127.0.0.1/back",), "http://localhost:8080/back")
    assert not fits(("http://127.0.0.1/back",), "http://127.0.0.1:8080/back/")
    assert not fits(("https://tool.example/back",), "https://tool.example:444/back")


# --- what is refused at the token endpoint ---


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "x" * 43},
        {"redirect_uri": "http://127.0.0.1:1/signed-in"},
        {"code": "unknown"},
    ],
)
def test_a_code_that_does_not_fit_is_refused_and_used_up(
    app: Flask, alma_in: Browser, program: Program, changed: dict[str, str]
) -> None:
    code = code_of(alma_in, program)

    assert (400, "invalid_grant") == refused(exchange(app, program, **{"code": code, **changed}))
    if "code" not in changed:
        assert (400, "invalid_grant") == refused(exchange(app, program, code))


@pytest.mark.parametrize("missing", ["code_verifier", "code"])
def test_what_is_missing_is_named(
    app: Flask, alma_in: Browser, program: Program, missing: str
) -> None:
    sent = {"code": code_of(alma_in, program), missing: ""}

    assert (400, "invalid_request") == refused(exchange(app, program, **sent))


def test_a_code_expires_after_a_minute(app: Flask, alma_in: Browser, program: Program) -> None:
    code = code_of(alma_in, program)

    with freeze_time(clock.now() + timedelta(seconds=61)):
        assert (400, "invalid_grant") == refused(exchange(app, program, code))


def test_another_program_cannot_use_a_code(
    app: Flask, alma_in: Browser, program: Program, gate: Authenticator
) -> None:
    other = gate.programs.create("Other", program.redirect_uris, OFFICE)

    assert (400, "invalid_grant") == refused(exchange(app, other, code_of(alma_in, program)))


def test_a_code_shown_twice_ends_what_it_led_to(
    app: Flask, alma_in: Browser, program: Program, gate: Authenticator, trail: AuditTrail
) -> None:
    code = code_of(alma_in, program)
    first = exchange(app, program, code).get_json()
    assert 200 == status(app, first["access_token"], gate)

    assert (400, "invalid_grant") == refused(exchange(app, program, code))

    assert 401 == status(app, first["access_token"], gate)
    assert (400, "invalid_grant") == refused(refresh(app, program, first["refresh_token"]))
    assert ("program.secret_used_twice", "refused") in trail.outcomes()


def test_a_client_with_a_secret_cannot_pose_as_a_program(
    app: Flask, alma_in: Browser, program: Program
) -> None:
    code = code_of(alma_in, program)
    sent = {"grant_type": "client_credentials", "client_id": program.id, "client_secret": "x"}

    assert (401, "invalid_client") == refused(app.test_client().post("/oauth/token", data=sent))
    assert (401, "invalid_client") == refused(exchange(app, program, code, client_id="x"))


# --- refresh tokens ---


def test_a_refresh_token_is_good_once_and_theft_ends_everything(
    app: Flask, alma_in: Browser, program: Program, gate: Authenticator
) -> None:
    first = tokens(app, alma_in, program)
    second = refresh(app, program, first["refresh_token"]).get_json()
    assert first["refresh_token"] != second["refresh_token"]
    assert 200 == status(app, second["access_token"], gate)

    assert (400, "invalid_grant") == refused(refresh(app, program, first["refresh_token"]))

    assert (400, "invalid_grant") == refused(refresh(app, program, second["refresh_token"]))
    assert 401 == status(app, second["access_token"], gate)
    assert "Desk helper" not in text(alma_in.get("/sessions"))


def test_a_refreshed_token_can_have_less_and_never_more(
    app: Flask, alma_in: Browser, program: Program
) -> None:
    first = tokens(app, alma_in, program)
    less = refresh(app, program, first["refresh_token"], scope="law.decide").get_json()
    assert "law.decide" == less["scope"]

    more = refresh(app, program, less["refresh_token"], scope="accounts.write")

    assert (400, "invalid_scope") == refused(more)


def test_it_ends_after_twelve_hours(app: Flask, alma_in: Browser, program: Program) -> None:
    first = tokens(app, alma_in, program)

    with freeze_time(clock.now() + timedelta(hours=12, seconds=1)):
        assert (400, "invalid_grant") == refused(refresh(app, program, first["refresh_token"]))


# --- what ends it ---


def _ends_it(app: Flask, browser: Browser, program: Program) -> None:
    page = browser.get("/sessions").get_data(as_text=True)
    end = re.search(r'action="(/sessions/programs/[^"]+)"', page)
    assert end is not None
    assert 303 == browser.fill("/sessions", end[1]).status_code


Ending = Callable[[Flask, Browser, Program, Roster, Authenticator, Account], object]
ENDINGS: dict[str, Ending] = {
    "on the page": lambda app, browser, program, *_: _ends_it(app, browser, program),
    "signed out everywhere else": lambda app, browser, *_: browser.fill(
        "/sessions", "/sessions/end-others"
    ),
    "another password": lambda app, browser, program, roster, gate, alma: roster.reset_password(
        alma, OFFICE
    ),
    "disabled": lambda app, browser, program, roster, gate, alma: roster.change(
        alma, {"disabled": True}, OFFICE, None
    ),
    "sessions ended": lambda app, *_: app.extensions["people"].sessions.end(
        _[-1].id, OFFICE.did("session.ended", _[-1].id)
    ),
    "the program is revoked": lambda app, browser, program, roster, gate, alma: (
        gate.programs.revoke(program.id, None, OFFICE)
    ),
    "the program gives it up": lambda app, *_: None,
}


@pytest.mark.parametrize("how", ENDINGS)
def test_it_ends_with_what_the_person_has(
    app: Flask,
    alma: Account,
    alma_in: Browser,
    program: Program,
    roster: Roster,
    gate: Authenticator,
    how: str,
) -> None:
    given = tokens(app, alma_in, program)
    assert 200 == status(app, given["access_token"], gate)

    ENDINGS[how](app, alma_in, program, roster, gate, alma)
    if how == "the program gives it up":
        sent = {"client_id": program.id, "token": given["refresh_token"]}
        assert 200 == app.test_client().post("/oauth/revoke", data=sent).status_code

    assert 401 == status(app, given["access_token"], gate)
    assert refused(refresh(app, program, given["refresh_token"])) in (
        (400, "invalid_grant"),
        (401, "invalid_client"),
    )


def test_another_role_counts_at_once(
    app: Flask, alma: Account, alma_in: Browser, program: Program, roster: Roster,
    gate: Authenticator,
) -> None:  # fmt: skip
    given = tokens(app, alma_in, program)

    roster.change(alma, {"role": "administrator", "organization": None}, OFFICE, None)

    assert 403 == status(app, given["access_token"], gate)


def test_an_unknown_token_is_given_up_as_a_known_one(app: Flask, program: Program) -> None:
    send = app.test_client().post

    assert 200 == send("/oauth/revoke", data={"client_id": program.id, "token": "x"}).status_code
    assert (401, "invalid_client") == refused(
        send("/oauth/revoke", data={"client_id": "x", "token": "x"})
    )
    assert (400, "invalid_request") == refused(
        send("/oauth/revoke", data={"client_id": program.id})
    )


def test_the_metadata_tells_clients_all_of_it(app: Flask) -> None:
    told = app.test_client().get("/.well-known/oauth-authorization-server").get_json()

    assert f"{ISSUER}/oauth/authorize" == told["authorization_endpoint"]
    assert (["S256"], ["code"], ["query"]) == (
        told["code_challenge_methods_supported"],
        told["response_types_supported"],
        told["response_modes_supported"],
    )
    assert told["authorization_response_iss_parameter_supported"] is True

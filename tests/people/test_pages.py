"""What holds for every page: forms come from our own pages, nothing inline, no session for
programs, and errors are pages too.
"""

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.access.roles import read_roles
from app.access.roster import NewAccount, Roster
from app.determinations.decide import Decider
from app.records.people.accounts import Account
from tests.access.test_matrix import SAMPLES
from tests.people.conftest import OFFICE, OTHER, PASSWORD, Browser, serving, settings_in, text

PAGES = [
    "/",
    "/sign-in",
    "/password",
    "/sessions",
    "/account",
    "/ask",
    "/answers",
    "/law",
    "/organizations",
]


def path_of(rule: Rule) -> str:
    """An address of a rule, with a sample for each of its variables."""
    path = rule.rule
    for variable, sample in SAMPLES.items():
        path = path.replace(variable, sample)
    return path


def forms(app: Flask) -> Iterator[Rule]:
    """Every address that takes something from a person."""
    for rule in app.url_map.iter_rules():
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"} and not rule.rule.startswith(
            ("/v1/", "/oauth/")
        ):
            yield rule


def test_every_form_is_refused_without_its_token(browser: Browser, app: Flask) -> None:
    browser.sign_in()
    rules = [path_of(rule) for rule in forms(app)]

    assert {"/sign-in", "/sign-out", "/password", "/sessions/end-others"} < set(rules)
    for path in rules:
        for fields in ({}, {"csrf_token": ""}, {"csrf_token": "x"}):
            answer = browser.post(
                path,
                name="alma",
                password=PASSWORD,
                current=PASSWORD,
                new=OTHER,
                again=OTHER,
                **fields,
            )
            assert 400 == answer.status_code, path
            assert "This form is no longer valid" in text(answer)
    assert browser.is_signed_in


def test_a_token_of_another_browser_is_worth_nothing(browser: Browser, app: Flask) -> None:
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"',
        Browser(app).get("/sign-in").get_data(as_text=True),
    )
    assert token
    browser.get("/sign-in")

    assert (
        400
        == browser.post("/sign-in", csrf_token=token[1], name="alma", password=PASSWORD).status_code
    )


def test_a_token_from_before_signing_in_is_worth_nothing_afterwards(browser: Browser) -> None:
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").get_data(as_text=True)
    )
    assert token
    browser.sign_in()

    assert 400 == browser.post("/sign-out", csrf_token=token[1]).status_code


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_from_another_site_is_refused_even_with_its_token(
    browser: Browser, site: str
) -> None:
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").get_data(as_text=True)
    )
    assert token
    sent = {"csrf_token": token[1], "name": "alma", "password": PASSWORD}
    answer = browser.client.post(
        "/sign-in", data=sent, headers={"Sec-Fetch-Site": site}, base_url="https://localhost"
    )

    assert 400 == answer.status_code
    assert browser.cookie is None


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_from_outside_and_nothing_inline(browser: Browser, path: str) -> None:
    for page in (browser.get(path), (browser.sign_in(), browser.get(path))[1]):
        shown = page.get_data(as_text=True)
        loaded = re.findall(r'(?:src|href)="([^"#]+)', shown)
        assert all(address.startswith("/") or address == "data:," for address in loaded)
        assert not re.search(r"<script>|<style|style=|\son\w+=|javascript:", shown)
        assert "no-store" == page.headers["Cache-Control"]
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_style_sheet_is_served_by_us(browser: Browser) -> None:
    page = browser.get("/").get_data(as_text=True)
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    answers = [browser.get(sheet) for sheet in sheets]

    assert len(sheets) == 2, "the design system is not installed beside the packages"
    assert {"text/css; charset=utf-8"} == {answer.content_type for answer in answers}
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers)


def test_an_address_of_another_version_or_folder_has_nothing(browser: Browser) -> None:
    page = browser.get("/").get_data(as_text=True)
    found = re.search(r'href="(/assets/\w+)/console.css"', page)
    assert found

    for path in ("/assets/0000/console.css", f"{found[1]}/uswds/scss/styles.scss"):
        assert 404 == browser.get(path).status_code
    assert 404 == browser.get(f"{found[1]}/uswds/css/../../../package.json").status_code


def test_assets_are_packed_for_those_who_take_it(app: Flask, browser: Browser) -> None:
    found = re.search(r'href="([^"]+uswds.min.css)"', browser.get("/").get_data(as_text=True))
    assert found
    plain = browser.get(found[1])
    packed = app.test_client().get(found[1], headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert len(packed.get_data()) * 5 < len(plain.get_data())
    assert (
        "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in packed.headers["Vary"]
    )


def test_an_address_that_there_is_not_is_a_page_for_browsers(browser: Browser) -> None:
    page = browser.client.get("/nothing", headers={"Accept": "text/html,*/*;q=0.8"})
    problem = browser.client.get("/nothing", headers={"Accept": "application/json"})

    assert (404, 404) == (page.status_code, problem.status_code)
    assert "Page not found" in text(page)
    assert "application/problem+json" == problem.content_type
    assert (
        "application/problem+json"
        == browser.client.get("/v1/nothing", headers={"Accept": "text/html"}).content_type
    )


@pytest.mark.parametrize("path", ["/password", "/sessions"])
def test_pages_of_ones_own_lead_to_signing_in(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert (303, f"/sign-in?next={path}") == (answer.status_code, answer.headers["Location"])


def test_every_page_says_who_may_see_it(app: Flask) -> None:
    views = {name: view for name, view in app.view_functions.items() if name.startswith("pages.")}
    session = {
        name for name, view in views.items() if getattr(view, "permission", None) == "session"
    }

    permissions = {getattr(view, "permission", None) for view in views.values()}
    assert {"public", "session"} < permissions <= {"public", *read_roles(None).permissions}
    assert {
        "sign_out",
        "account",
        "password",
        "change_password",
        "sessions",
        "end_session",
        "end_other_sessions",
        "ask_consent",
        "answer_consent",
        "end_program",
        "your_second_factor",
        "one_second_factor",
        "rename_second_factor",
        "remove_second_factor",
        "renew_recovery_codes",
    } == {name.removeprefix("pages.") for name in session}


def test_every_page_for_those_signed_in_turns_others_away(app: Flask, browser: Browser) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if not rule.endpoint.startswith("pages.") or view.permission == "public":  # type: ignore[attr-defined]
            continue
        path = path_of(rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = browser.get(path) if method == "GET" else browser.fill("/sign-in", action=path)
            assert (303, "/sign-in") == (
                answer.status_code,
                answer.headers["Location"].partition("?")[0],
            ), path


@pytest.mark.parametrize(
    "role", [name for name, role in read_roles(None).roles.items() if role.is_person]
)
def test_each_role_sees_the_pages_that_it_has_the_permission_for(
    app: Flask, browse: Callable[..., Browser], roster: Roster, role: str
) -> None:
    found = read_roles(None).roles[role]
    roster.create(NewAccount("rosa", role, "office-12"), OFFICE, PASSWORD)
    rosa = browse()
    rosa.sign_in("rosa")

    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if not rule.endpoint.startswith("pages.") or "GET" not in (rule.methods or ()):
            continue
        if permission == "public" or "provider" in rule.endpoint:
            continue
        answer = rosa.get(path_of(rule))
        assert (403 == answer.status_code) == (permission not in found.permissions), rule.rule
        sees = "Not for your role" in text(answer) or "We cannot go on" in text(answer)
        assert answer.status_code in (200, 404) or sees


def test_nothing_personal_stands_in_an_address(app: Flask) -> None:
    arguments = {
        argument
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pages.")
        for argument in rule.arguments
    }

    assert {
        "id",
        "organization",
        "version",
        "file",
        "topic",
        "name",
        "year",
        "step",
        "paper",
    } == arguments


def test_answers_about_the_law_know_nothing_of_cookies(browser: Browser) -> None:
    browser.sign_in()
    answer = browser.get("/v1/questions")

    assert "Vary" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_the_home_page_says_where_things_are_to_anybody(browser: Browser) -> None:
    page = browser.get("/")

    assert "You are not signed in." in text(page)
    assert all(
        browser.get(address).status_code in (200, 303)
        for address in re.findall(r'href="(/[^"#]*)', page.get_data(as_text=True))
    )


def test_a_form_longer_than_any_is_refused(browser: Browser) -> None:
    answer = browser.sign_in("alma", "x" * 270_000)

    assert 413 == answer.status_code
    assert "text/html; charset=utf-8" == answer.content_type


def test_a_body_that_is_no_form_is_refused(browser: Browser) -> None:
    answer = browser.client.post(
        "/sign-in", json={"name": "alma", "password": PASSWORD}, base_url="https://localhost"
    )

    assert 400 == answer.status_code


def test_without_a_database_a_page_says_to_try_again(decider: Decider, tmp_path: Path) -> None:
    browser = Browser(serving(decider, settings_in(tmp_path)))
    answer = browser.sign_in()

    assert (503, "5") == (answer.status_code, answer.headers["Retry-After"])
    assert "Try again in a few seconds" in text(answer)
    browser.client.set_cookie(
        "__Host-eligibility-session", "A" * 43, domain="localhost", secure=True
    )
    assert 503 == browser.get("/").status_code


def test_over_plain_http_the_demonstration_may_do_without_secure_cookies(
    decider: Decider, tmp_path: Path
) -> None:
    app = serving(decider, settings_in(tmp_path, plain_cookies=True))

    (given,) = app.test_client().get("/sign-in").headers.getlist("Set-Cookie")

    assert given.startswith("eligibility-form=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} == set(re.split("; ?", given)[1:])


def test_a_form_opened_before_a_restart_is_good_where_the_key_is_the_same(
    decider: Decider, app: Flask, alma: Account
) -> None:
    settings = replace(app.extensions["eligibility"].settings, secret_key="k" * 32)
    first, second = serving(decider, settings), serving(decider, settings)
    browser = Browser(first)
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").get_data(as_text=True)
    )
    kept = browser.client.get_cookie("__Host-eligibility-form", domain="localhost")
    assert token and kept
    other = Browser(second)
    other.client.set_cookie("__Host-eligibility-form", kept.value, domain="localhost", secure=True)

    assert (
        403
        == other.post("/sign-in", csrf_token=token[1], name="nobody", password=PASSWORD).status_code
    )
    for each in (first, second):
        each.extensions["eligibility"].store.close()

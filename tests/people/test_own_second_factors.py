"""One's own second factors: seen, renamed, removed; and their reset by others."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text as sql

from app.access.roster import NewAccount, Roster
from app.records.people.accounts import Account
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.people.conftest import OFFICE, OTHER, PASSWORD, Browser, text
from tests.people.proving import add_app, prove, required, time

__all__ = ["required", "time"]
Browse = Callable[..., Browser]
YOURS = "/account/second-factor"


@pytest.fixture
def inside(required: Flask, browser: Browser, trail: AuditTrail) -> Browser:
    """Alma's browser; she has set up an app and is signed in."""
    browser.sign_in()
    add_app(browser)
    trail.clear()
    return browser


def factor_pages(browser: Browser) -> list[str]:
    """The pages of one's second factors, as the list links to them."""
    page = browser.get(YOURS).get_data(as_text=True)
    return re.findall(r'href="(/second-factor/[0-9a-f-]{36})"', page)


def test_the_page_names_them_and_counts_the_recovery_codes(inside: Browser) -> None:
    said = text(inside.get(YOURS))

    assert "Telephone Authenticator app" in said
    assert "10 of your recovery codes are left" in said
    assert 'href="/account/second-factor"' in inside.get("/account").get_data(as_text=True)


def test_one_is_renamed(inside: Browser, trail: AuditTrail) -> None:
    [page] = factor_pages(inside)

    assert 303 == inside.fill(page, f"{page}/name", name=" Old telephone ").status_code
    assert "Old telephone Authenticator app" in text(inside.get(YOURS))
    assert [("second_factor.renamed", "done")] == trail.outcomes()


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x07b"])
def test_a_name_says_something(inside: Browser, name: str) -> None:
    [page] = factor_pages(inside)

    assert 422 == inside.fill(page, f"{page}/name", name=name).status_code


def test_another_one_needs_the_password_once_more(inside: Browser, trail: AuditTrail) -> None:
    add_app(inside, name="Tablet", password=OTHER)
    assert 1 == len(factor_pages(inside))
    assert [("second_factor.password_confirmed", "refused")] == trail.outcomes()

    _, codes = add_app(inside, name="Tablet", password=PASSWORD)
    assert 2 == len(factor_pages(inside))
    assert [] == codes


def test_one_is_removed_with_the_password_but_not_the_last(
    inside: Browser, trail: AuditTrail
) -> None:
    [first] = factor_pages(inside)
    refused = inside.fill(first, f"{first}/remove", password=PASSWORD)
    assert 422 == refused.status_code
    assert "This is your only second factor" in text(refused)

    add_app(inside, name="Tablet", password=PASSWORD)
    assert 403 == inside.fill(first, f"{first}/remove", password=OTHER).status_code
    assert 2 == len(factor_pages(inside))
    trail.clear()
    assert 303 == inside.fill(first, f"{first}/remove", password=PASSWORD).status_code
    assert 1 == len(factor_pages(inside))
    assert [("second_factor.removed", "done")] == trail.outcomes()


def test_where_none_is_required_the_last_one_goes_with_the_recovery_codes(
    browser: Browser, time: Any, app: Flask
) -> None:
    browser.sign_in()
    add_app(browser, password=PASSWORD)
    [page] = factor_pages(browser)

    assert 303 == browser.fill(page, f"{page}/remove", password=PASSWORD).status_code
    with app.extensions["eligibility"].store.engine.connect() as connection:
        assert 0 == connection.execute(sql("select count(*) from second_factors")).scalar_one()


def test_new_recovery_codes_take_the_place_of_those_before(
    required: Flask, browser: Browser, browse: Browse
) -> None:
    browser.sign_in()
    _, before = add_app(browser)
    answer = browser.fill(YOURS, "/second-factor/codes", password=PASSWORD)
    after = re.findall(r"<li><code>([a-z0-9-]{19})</code>", answer.get_data(as_text=True))

    assert 10 == len(set(after) - set(before))
    other = browse()
    other.sign_in()
    assert 403 == prove(other, before[0])
    assert 303 == prove(other, after[0])
    assert 403 == browser.fill(YOURS, "/second-factor/codes", password=OTHER).status_code


def test_somebody_elses_is_not_there(inside: Browser, browse: Browse, roster: Roster) -> None:
    [page] = factor_pages(inside)
    roster.create(NewAccount("bo", "auditor"), OFFICE, PASSWORD)
    other = browse()
    other.sign_in("bo")
    add_app(other)

    assert 404 == other.get(page).status_code
    assert 404 == other.fill(YOURS, f"{page}/remove", password=PASSWORD).status_code


def test_another_password_keeps_the_person_signed_in(inside: Browser) -> None:
    changed = inside.fill("/password", current=PASSWORD, new=OTHER, again=OTHER)

    assert 303 == changed.status_code
    assert inside.is_signed_in


def test_a_reset_needs_a_second_administrator(
    inside: Browser, app: Flask, browse: Browse, alma: Account, roster: Roster, trail: AuditTrail
) -> None:
    for name in ("adam", "ada"):
        roster.create(NewAccount(name, "administrator"), OFFICE, PASSWORD)
    adam, ada = browse(), browse()
    for name, each in (("adam", adam), ("ada", ada)):
        each.sign_in(name)
        add_app(each)
    trail.clear()
    page = f"/accounts/{alma.id}/second-factor"
    version = field(adam, page, "version")
    sent = {
        "because": "The telephone was lost.",
        "version": version,
        "once": field(adam, page, "once"),
    }
    led = adam.fill(page, **sent)
    assert 303 == led.status_code
    approval = led.headers["Location"]
    assert inside.is_signed_in

    assert 403 == adam.fill(approval, do="approve", version="1").status_code
    assert inside.is_signed_in
    assert 303 == ada.fill(approval, do="approve", version="1").status_code

    assert not inside.is_signed_in
    assert "none" in text(ada.get(f"/accounts/{alma.id}"))
    assert [
        ("approval.proposed", "done"),
        ("approval.approved", "refused"),
        ("second_factor.removed", "done"),
        ("second_factor.removed", "done"),
        ("account.second_factor_reset", "done"),
        ("approval.approved", "done"),
    ] == [each for each in trail.outcomes() if each[0].split(".")[0] != "determination"]
    inside.sign_in()
    assert "Set up a second factor" in text(inside.get("/second-factor"))


def field(browser: Browser, path: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', browser.get(path).get_data(as_text=True))
    assert found is not None
    return found[1]


def test_the_same_over_http(inside: Browser, app: Flask, alma: Account) -> None:
    client = client_of(app, "administrator")
    account = f"/v1/accounts/{alma.id}"
    tag = client.get(account).headers["ETag"]
    listed = client.get(f"{account}/second-factors").get_json()
    sent = {"json": {"because": "The telephone was lost."}, "headers": {"If-Match": tag}}

    assert ["app"] == [each["kind"] for each in listed["second_factors"]]
    assert 10 == listed["recovery_codes_left"]
    made = client.post(f"{account}/second-factor-resets", **sent)
    assert (201, "open") == (made.status_code, made.get_json()["state"])
    again = client.post(f"{account}/second-factor-resets", **sent)
    assert (409, "reset-proposed") == (
        again.status_code,
        again.get_json()["type"].rpartition("/")[2],
    )


def test_an_account_without_any_has_nothing_to_reset(app: Flask, alma: Account) -> None:
    client = client_of(app, "administrator")
    account = f"/v1/accounts/{alma.id}"
    tag = client.get(account).headers["ETag"]

    answer = client.post(
        f"{account}/second-factor-resets",
        json={"because": "The telephone was lost."},
        headers={"If-Match": tag},
    )
    assert (409, "no-second-factor") == (
        answer.status_code,
        answer.get_json()["type"].rpartition("/")[2],
    )

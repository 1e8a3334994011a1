"""Passkeys in a real browser, with an authenticator that the browser plays."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser, CDPSession, Page, expect

from app.access.passwords import Passwords
from app.access.people import People
from app.api.people.current import install_people
from app.records.people.accounts import Account
from tests.audit import AuditTrail
from tests.people.conftest import PASSWORD, Counting
from tests.people.one_database import served
from tests.people.test_real_browser import press, sign_in

__all__ = ["served"]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def required(app: Flask, hasher: Counting) -> None:
    store = app.extensions["eligibility"].store
    install_people(app, People(store, Passwords(lambda: hasher), requires_second_factor=True))


@contextmanager
def device(page: Page) -> Iterator[tuple[CDPSession, str]]:
    """A device that makes passkeys and uses them without asking anybody."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield session, made["authenticatorId"]


@pytest.fixture
def page(chromium: Browser, address: str, required: None) -> Iterator[Page]:
    """Alma's browser, at the address that `make run` prints."""
    context = chromium.new_context(base_url=address.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    problems: list[str] = []
    page.on(
        "console",
        lambda message: problems.append(message.text) if "Policy" in message.text else None,
    )
    yield page
    context.close()
    assert [] == problems


def set_up(page: Page) -> None:
    page.goto("/sign-in")
    sign_in(page, "alma", PASSWORD)
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    press(page, "Add a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")


def test_a_passkey_is_made_at_the_first_sign_in_and_signs_in_from_then_on(
    page: Page, alma: Account, trail: AuditTrail
) -> None:
    with device(page) as (session, id):
        set_up(page)
        [made] = session.send("WebAuthn.getCredentials", {"authenticatorId": id})["credentials"]
        assert "localhost" == made["rpId"]
        page.get_by_role("link", name="Go on").click()
        press(page, "Sign out")

        page.goto("/account")
        sign_in(page, "alma", PASSWORD)
        expect(page.get_by_role("heading", level=1)).to_have_text("Prove your second factor")
        press(page, "Use a passkey")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account")

    assert ["second_factor.used", "session.signed_in"] == [
        each.action for each in trail.entries if each.action.startswith(("second", "session.s"))
    ][-2:]


def test_a_passkey_of_another_device_signs_nobody_in(
    page: Page, chromium: Browser, address: str, alma: Account
) -> None:
    with device(page):
        set_up(page)
    other = chromium.new_context(base_url=address.replace("127.0.0.1", "localhost")).new_page()
    with device(other):
        other.goto("/sign-in")
        sign_in(other, "alma", PASSWORD)
        other.get_by_role("button", name="Use a passkey").click()
        expect(other.get_by_role("alert")).to_have_text(
            "The browser gave no passkey. Try again, or use a code."
        )
        other.goto("/sessions")
        expect(other.get_by_role("heading", level=1)).to_have_text("Prove your second factor")
    other.context.close()


def test_what_a_passkey_said_for_one_session_opens_no_other(page: Page, alma: Account) -> None:
    """Somebody who overheard the answer sends it again."""
    with device(page):
        set_up(page)
        page.get_by_role("link", name="Go on").click()
        press(page, "Sign out")
        page.goto("/sign-in")
        sign_in(page, "alma", PASSWORD)
        with page.expect_request("**/second-factor/with-passkey") as sent:
            press(page, "Use a passkey")
        body = sent.value.post_data_json
        press(page, "Sign out")
        page.goto("/sign-in")
        sign_in(page, "alma", PASSWORD)
        token = page.locator('input[name="csrf_token"]').first.get_attribute("value")
        form = {**body, "csrf_token": token}
        answer = page.request.post("/second-factor/with-passkey", form=form)

    assert 403 == answer.status


@pytest.mark.parametrize(
    "answer", ["{}", "[]", "null", '{"rawId": 1}', '{"rawId": "AA"}', "x" * 9000]
)
def test_what_is_no_answer_of_a_browser_is_refused(page: Page, alma: Account, answer: str) -> None:
    page.goto("/sign-in")
    sign_in(page, "alma", PASSWORD)
    page.goto("/second-factor/passkey")
    token = page.locator('input[name="csrf_token"]').first.get_attribute("value")
    form = {"csrf_token": str(token), "name": "Mine", "credential": answer}

    assert 422 == page.request.post("/second-factor/passkey", form=form).status


def test_at_a_network_address_the_page_says_where_passkeys_work(
    page: Page, address: str, alma: Account
) -> None:
    page.goto(f"{address}/sign-in")
    sign_in(page, "alma", PASSWORD)
    page.goto(f"{address}/second-factor/passkey")

    expect(page.get_by_role("status")).to_contain_text("Browsers make no passkeys")
    link = address.replace("127.0.0.1", "localhost")
    expect(page.get_by_role("status").get_by_role("link")).to_have_attribute(
        "href", f"{link}/second-factor/passkey"
    )

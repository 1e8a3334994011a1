"""The pages of the second factor in each state, one after the other as somebody meets them."""

from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app import clock
from app.access.passwords import Passwords
from app.access.people import People
from app.access.roster import NewAccount, Roster
from app.api.people.current import install_people
from app.records.people.accounts import Account
from tests.machine import require
from tests.people.conftest import OFFICE, PASSWORD, Counting
from tests.people.looking import AXE, NARROW, chromium, violations, width
from tests.people.one_database import served
from tests.people.test_passkeys import device
from tests.people.test_real_browser import press, sign_in

__all__ = ["chromium", "served"]


@pytest.fixture
def page(
    app: Flask, hasher: Counting, chromium: Browser, address: str, alma: Account
) -> Iterator[Page]:
    require(AXE.is_file(), "axe-core is not installed; `make test` installs it through npm")
    store = app.extensions["eligibility"].store
    install_people(app, People(store, Passwords(lambda: hasher), requires_second_factor=True))
    context = chromium.new_context(base_url=address.replace("127.0.0.1", "localhost"))
    yield context.new_page()
    context.close()


def looked_at(page: Page, heading: str) -> None:
    """The page under a heading is accessible and fits a narrow screen."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert [] == violations(page)
    wide = page.viewport_size
    page.set_viewport_size(NARROW)
    assert width(page) <= NARROW["width"]
    assert wide is not None
    page.set_viewport_size(wide)


def enter(page: Page, name: str = "alma") -> None:
    page.goto("/sign-in")
    sign_in(page, name, PASSWORD)


def add_app(page: Page) -> None:
    page.goto("/second-factor/app")
    key = page.locator(".secret code").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(pyotp.TOTP(key).at(clock.now()))
    page.get_by_label("Name").fill("Telephone")
    press(page, "Add the app")


def test_the_pages_of_the_second_factor_are_accessible(page: Page) -> None:
    enter(page)
    looked_at(page, "Set up a second factor")
    page.get_by_role("link", name="Use an authenticator app").click()
    page.get_by_label("Code").fill("000000")
    page.get_by_label("Name").fill("Telephone")
    press(page, "Add the app")
    expect(page.get_by_role("alert").first).to_contain_text("not the code of this app")
    looked_at(page, "Add an authenticator app")
    page.goto("/second-factor/passkey")
    looked_at(page, "Add a passkey")
    with device(page):
        page.get_by_label("Name").fill("Laptop")
        press(page, "Add a passkey")
    looked_at(page, "Your recovery codes")
    page.goto("/account/second-factor")
    looked_at(page, "Your second factor")
    page.get_by_role("link", name="Laptop").click()
    page.get_by_label("Current password").fill(PASSWORD)
    press(page, "Remove")
    expect(page.get_by_role("alert").first).to_contain_text("only second factor")
    looked_at(page, "Laptop")
    press(page, "Sign out")
    enter(page)
    page.get_by_label("Code").fill("000000")
    press(page, "Sign in")
    expect(page.get_by_role("alert").first).to_contain_text("That did not work")
    looked_at(page, "Prove your second factor")


def test_the_page_that_proposes_a_reset_is_accessible(
    page: Page, roster: Roster, app: Flask, alma: Account
) -> None:
    roster.create(NewAccount("adam", "administrator"), OFFICE, PASSWORD)
    for name in ("alma", "adam"):
        enter(page, name)
        add_app(page)
        if name == "alma":
            page.goto("/")
            press(page, "Sign out")
    page.goto(f"/accounts/{alma.id}")
    looked_at(page, "alma")
    page.get_by_role("link", name="Reset the second factor").click()
    press(page, "Propose the reset")
    expect(page.get_by_role("alert").first).to_contain_text("Reason")
    looked_at(page, "Reset the second factor: alma")

"""The pages in a real browser, with JavaScript off: Debian's chromium, where it is installed."""

import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.access.roster import NewAccount, Roster
from tests.people.conftest import OFFICE, OTHER

REFUSED = re.compile(r"the server responded with a status of (403|422)")
"""What the browser also writes down when a form is answered with what is wrong with it."""


def opened(chromium: Browser, address: str) -> tuple[BrowserContext, Page, list[str]]:
    """A browser of its own without JavaScript, and what it complains of."""
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: None if REFUSED.search(message.text) else complaints.append(message.text),
    )
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.on(
        "request",
        lambda request: None if request.url.startswith(address) else complaints.append(request.url),
    )
    return context, page, complaints


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page that it leads to, as a person does before going on."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")


def change(page: Page, current: str, new: str) -> None:
    page.get_by_label("Current password").fill(current)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("Repeat the new password").fill(new)
    press(page, "Change the password")


def test_a_first_day_at_work(chromium: Browser, address: str, roster: Roster) -> None:
    one_time = roster.create(NewAccount("bo", "supervisor", "office-3"), OFFICE)[1]
    assert one_time
    context, page, complaints = opened(chromium, address)

    page.goto("/sessions")
    expect(page).to_have_url(f"{address}/sign-in?next=/sessions")
    sign_in(page, "bo", one_time)

    expect(page.get_by_role("heading", level=1)).to_have_text("Choose your own password")
    change(page, one_time, "short")
    expect(page.get_by_role("alert")).to_contain_text("at least 15 characters")
    change(page, one_time, OTHER)
    expect(page.get_by_role("status")).to_contain_text("We changed your password")
    expect(page.get_by_role("main")).to_contain_text(
        "You are signed in as bo, supervisor of The organization office-3"
    )

    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    session = cookies["__Host-eligibility-session"]
    assert (True, True, "Lax", -1) == (
        session["secure"],
        session["httpOnly"],
        session["sameSite"],
        session["expires"],
    )

    other, elsewhere, _ = opened(chromium, address)
    elsewhere.goto("/sign-in")
    sign_in(elsewhere, "bo", OTHER)
    page.get_by_role("link", name="Your sessions").first.click()
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Sign out the browser signed in since").click()
    expect(page.get_by_role("status")).to_have_text("We signed that browser out.")
    elsewhere.goto("/sessions")
    expect(elsewhere).to_have_url(f"{address}/sign-in?next=/sessions")

    press(page, "Sign out")
    expect(page.get_by_role("status")).to_have_text("You have signed out.")
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert [] == complaints
    context.close()
    other.close()


def test_signing_in_with_the_keyboard_alone(
    chromium: Browser, address: str, roster: Roster
) -> None:
    roster.create(NewAccount("bo", "auditor"), OFFICE, OTHER)
    context, page, complaints = opened(chromium, address)

    page.goto("/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("Sign-in name").focus()
    page.keyboard.type("bo")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Sign-in failed.")
    page.get_by_label("Password").focus()
    page.keyboard.type(OTHER)
    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_contain_text("You are signed in as bo, auditor")
    assert [] == complaints
    context.close()

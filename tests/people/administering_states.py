"""The pages of administrators and auditors, each in each of its states, as a browser gets there."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.people.conftest import PASSWORD
from tests.people.test_real_browser import press, sign_in

State = Callable[[Page], object]


AS: dict[str, str] = {}
"""Who goes instead of somebody, where every role is to try every page."""


def become(page: Page, name: str, path: str) -> None:
    """Go to a page as somebody else."""
    page.context.clear_cookies()
    page.goto("/sign-in")
    sign_in(page, AS.get(name, name), PASSWORD)
    page.goto(path)


def adam_at(path: str) -> State:
    """The administrator at a page."""
    return lambda page: become(page, "adam", path)


def ada_at(path: str) -> State:
    """The auditor at a page."""
    return lambda page: become(page, "ada", path)


def no_people(page: Page) -> None:
    become(page, "adam", "/accounts")
    page.get_by_label("Sign-in name").fill("zoe-of-elsewhere")
    press(page, "Find")


def wrong_people(page: Page) -> None:
    become(page, "adam", "/accounts")
    page.get_by_label("Sign-in name").fill("a name")
    press(page, "Find")


def wrong_account(page: Page) -> None:
    become(page, "adam", "/accounts/new")
    press(page, "Create the account")


def one_time_password(page: Page) -> None:
    become(page, "adam", "/accounts/new")
    page.get_by_label("Sign-in name").fill("rosa")
    page.get_by_label("Role", exact=True).select_option("auditor")
    press(page, "Create the account")


def alma(page: Page, further: str = "") -> None:
    """Alma's account, and a page after it."""
    become(page, "adam", "/accounts")
    page.get_by_role("link", name="alma").click()
    page.wait_for_url("**/accounts/*-*")
    if further:
        page.get_by_role("link", name=further).click()
        page.wait_for_url("**/accounts/*/*")


def alma_at(further: str) -> State:
    return lambda page: alma(page, further)


def stale(page: Page) -> None:
    """Two tabs change the same account."""
    alma(page)
    other = page.context.new_page()
    other.goto(page.url)
    press(other, "Change")
    other.close()
    press(page, "Change")


def without_reason(page: Page) -> None:
    alma(page, "Disable the account")
    press(page, "Disable the account")


def disabled(page: Page) -> None:
    become(page, "adam", "/accounts")
    page.get_by_role("link", name="bo", exact=True).click()
    page.get_by_role("link", name="Disable the account").click()
    page.get_by_label("Reason").fill("Left the office.")
    press(page, "Disable the account")


def wrong_credential(page: Page) -> None:
    become(page, "adam", "/accounts/credentials/new")
    page.get_by_label("Days until it expires").fill("9999")
    press(page, "Create")


def secret(page: Page) -> None:
    become(page, "adam", "/accounts/credentials/new")
    page.locator("#name").fill("night batch")
    page.get_by_label("Role", exact=True).select_option("auditor")
    press(page, "Create")


def credential(page: Page, further: str = "") -> None:
    """A key, and a page after it."""
    secret(page)
    page.get_by_role("link", name="Go on to night batch").click()
    page.wait_for_url("**/credentials/*-*")
    if further:
        page.get_by_role("link", name=further).click()
        page.wait_for_url("**/credentials/*/*")


def credential_at(further: str) -> State:
    return lambda page: credential(page, further)


def nothing_in_the_trail(page: Page) -> None:
    become(page, "ada", "/audit")
    page.get_by_label("Person seen").fill("person-nobody")
    press(page, "Search")


def wrong_search(page: Page) -> None:
    become(page, "ada", "/audit")
    page.get_by_label("Who").fill("nemo")
    press(page, "Search")


def verified(page: Page) -> None:
    become(page, "ada", "/audit/verifications")
    press(page, "Start a verification")
    while page.get_by_role("link", name="Look again").count():
        page.reload()


ADMINISTERING: dict[str, State] = {
    "home of an administrator": adam_at("/"),
    "home of an auditor": ada_at("/"),
    "accounts": adam_at("/accounts"),
    "accounts, none": no_people,
    "accounts, wrong": wrong_people,
    "new account": adam_at("/accounts/new"),
    "new account, wrong": wrong_account,
    "one-time password": one_time_password,
    "staff account": alma,
    "staff account, changed meanwhile": stale,
    "staff account, disabled": disabled,
    "disable": alma_at("Disable the account"),
    "disable, wrong": without_reason,
    "new one-time password": alma_at("Give a new one-time password"),
    "roles": adam_at("/accounts/roles"),
    "keys and clients": adam_at("/accounts/credentials"),
    "new key": adam_at("/accounts/credentials/new"),
    "new key, wrong": wrong_credential,
    "secret": secret,
    "key": credential,
    "key, new secret": credential_at("Give it a new secret"),
    "key, revoke": credential_at("Revoke it"),
    "audit trail": ada_at("/audit"),
    "audit trail, nothing": nothing_in_the_trail,
    "audit trail, wrong": wrong_search,
    "verifications": ada_at("/audit/verifications"),
    "verification": verified,
}

"""An administrator at work on the pages: people, keys and clients, roles."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import clock
from app.access.people import People
from app.access.roster import NewAccount, Roster
from app.api.http.asked.authentication import authenticator
from app.records.machines.credentials import Credential
from app.records.people.accounts import Account
from tests.audit import AuditTrail
from tests.callers import approved_last, bearing
from tests.people.conftest import OFFICE, OTHER, PASSWORD, Browser, text

Browse = Callable[..., Browser]
NEW = {"name": "rosa", "role": "supervisor", "organization": "office-12"}


def hidden(page: TestResponse, name: str) -> str:
    """What a hidden field of a page carries."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.get_data(as_text=True))
    assert found, name
    return found[1]


def secret_on(page: TestResponse) -> str:
    """The secret that a page shows once."""
    found = re.search(r'class="secret"><code>([^<]+)<', page.get_data(as_text=True))
    assert found, text(page)
    return found[1]


@pytest.fixture
def adam(roster: Roster, trail: AuditTrail) -> Account:
    account, _ = roster.create(NewAccount("adam", "administrator"), OFFICE, PASSWORD)
    trail.clear()
    return account


@pytest.fixture
def desk(browse: Browse, adam: Account) -> Browser:
    """Adam's browser, signed in."""
    browser = browse()
    browser.sign_in("adam")
    return browser


def create(desk: Browser, **fields: str) -> TestResponse:
    once = hidden(desk.get("/accounts/new"), "once")
    return desk.fill("/accounts/new", **{"once": once, **NEW, **fields})


def take(desk: Browser, account: Account, step: str, **fields: str) -> TestResponse:
    """Take a step on an account as its page asks for it."""
    page = f"/accounts/{account.id}/{step}"
    shown = desk.get(page)
    kept = {name: hidden(shown, name) for name in ("version", "once")}
    return desk.fill(page, **{**kept, **fields})


def test_a_created_person_signs_in_with_the_password_that_two_were_shown_once(
    app: Flask, desk: Browser, browse: Browse, people: People, trail: AuditTrail
) -> None:
    trail.clear()
    page = create(desk)
    one_time = secret_on(page) + approved_last(app)
    account = people.accounts.named("rosa")

    assert 200 == page.status_code
    assert account is not None
    assert ("supervisor", "office-12", True) == (
        account.role,
        account.organization,
        account.must_change,
    )
    done = ["account.created", "approval.proposed", "account.enabled", "approval.approved"]
    assert done == [entry.action for entry in trail.entries]
    assert {"supervisor@office-12", None} == {entry.granted for entry in trail.entries}
    assert 303 == browse().sign_in("rosa", one_time).status_code
    assert one_time not in desk.get(f"/accounts/{account.id}").get_data(as_text=True)


def test_a_second_click_creates_nothing_and_shows_no_password(
    desk: Browser, people: People
) -> None:
    once = hidden(desk.get("/accounts/new"), "once")
    first = desk.fill("/accounts/new", once=once, **NEW)
    second = desk.fill("/accounts/new", once=once, **NEW)

    assert 303 == second.status_code
    followed = text(desk.get(second.headers["Location"]))
    assert "We showed its one-time password once." in followed
    assert secret_on(first) not in followed


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": ""}, "name", "This is still empty."),
        ({"name": "two words"}, "name", "Must be 2 to 100 letters"),
        ({"name": "adam"}, "name", "Choose another sign-in name"),
        ({"role": "king"}, "role", "Must be one of"),
        ({"organization": ""}, "organization", "Name the organization."),
        ({"organization": "<b>"}, "organization", "Must be at most 100 letters"),
    ],
)
def test_a_form_with_a_mistake_comes_again_with_what_was_typed(
    desk: Browser, people: People, wrong: dict[str, str], field: str, sentence: str
) -> None:
    page = create(desk, **wrong)
    body = page.get_data(as_text=True)

    assert 422 == page.status_code
    assert "<title>Error:" in body
    assert f'href="#{field}"' in body
    assert f'id="{field}-error"' in body
    assert sentence in text(page)
    assert wrong.get("name", NEW["name"]) in body
    assert people.accounts.named("rosa") is None


def test_people_are_found_and_no_name_stands_in_an_address(desk: Browser, alma: Account) -> None:
    assert {"adam", "alma"} <= set(text(desk.get("/accounts")).split())

    found = text(desk.fill("/accounts", name="ALM"))
    assert "alma" in found.split()
    assert "Last sign-in adam" not in found
    assert "No account matches." in text(desk.fill("/accounts", role="auditor"))
    assert 422 == desk.fill("/accounts", name="a name").status_code


def test_a_long_list_goes_on_page_by_page(desk: Browser, roster: Roster) -> None:
    for number in range(60):
        roster.create(NewAccount(f"worker-{number:02}", "administrator"), OFFICE, PASSWORD)

    first = desk.get("/accounts")
    following = re.search(r'href="(/accounts\?after=[^"]+)"', first.get_data(as_text=True))
    assert following
    second = text(desk.get(following[1]))
    assert "worker-10" in text(first)
    assert "worker-59" in second
    assert "worker-10" not in second

    searched = desk.fill("/accounts", name="worker")
    after = hidden(searched, "after")
    assert "worker-59" in text(desk.fill("/accounts", name="worker", after=after))


def test_a_changed_role_holds_at_the_next_request(
    app: Flask, desk: Browser, alma: Account, browser: Browser, people: People
) -> None:
    browser.sign_in()
    page = f"/accounts/{alma.id}"
    answer = desk.fill(page, version="1", role="division_staff", organization="office-3")
    assert "A change waits for another administrator" in text(desk.get(page))
    approved_last(app)
    changed = people.accounts.find(alma.id)

    assert 303 == answer.status_code
    assert changed is not None
    assert ("division_staff", "office-3") == (changed.role, changed.organization)
    assert "staff of the Division of Insurance of The organization office-3" in text(
        browser.get("/account")
    )


def test_a_stale_page_says_who_changed_it_and_keeps_what_was_typed(
    app: Flask, desk: Browser, alma: Account, roster: Roster, adam: Account, people: People
) -> None:
    page = f"/accounts/{alma.id}"
    version = hidden(desk.get(page), "version")
    desk.fill(page, version=version, role="supervisor", organization="office-12")
    approved_last(app)
    late = desk.fill(page, version=version, role="auditor", organization="office-19")

    assert 412 == late.status_code
    said = text(late)
    assert re.search(r"changed this on \w+ \d+, \d{4}, \d+:\d\d [AP]M", said)
    assert 'value="office-19"' in late.get_data(as_text=True)
    assert '<option value="auditor" selected' in late.get_data(as_text=True)
    account = people.accounts.find(alma.id)
    assert account is not None
    assert "supervisor" == account.role

    again = desk.fill(
        page, version=hidden(late, "version"), role="auditor", organization="office-19"
    )
    assert 303 == again.status_code


def test_a_disabled_person_is_out_and_the_reason_stays(
    app: Flask, desk: Browser, alma: Account, browser: Browser, people: People, trail: AuditTrail
) -> None:
    browser.sign_in()
    trail.clear()
    assert "Write why" in text(take(desk, alma, "disable"))
    assert browser.is_signed_in

    take(desk, alma, "disable", reason="Left the office in May.")

    assert not browser.is_signed_in
    assert "Left the office in May." in text(desk.get(f"/accounts/{alma.id}"))
    assert [("account.disabled", "done")] == trail.outcomes()
    disabled = people.accounts.find(alma.id)
    assert disabled is not None
    take(desk, disabled, "enable")
    assert 403 == browser.sign_in().status_code
    approved_last(app)
    enabled = people.accounts.find(alma.id)
    assert enabled is not None
    assert (False, None) == (enabled.is_disabled, enabled.disabled_reason)
    assert 303 == browser.sign_in().status_code


def test_a_reason_holds_no_social_security_number(desk: Browser, alma: Account) -> None:
    refused = take(desk, alma, "disable", reason="see 123-45-6789")

    assert 422 == refused.status_code
    assert "looks like a social security number" in text(refused)


@pytest.mark.parametrize("fields", [{"reason": "gone"}, {}])
def test_the_last_administrator_stays(
    desk: Browser, adam: Account, people: People, fields: dict[str, str]
) -> None:
    if fields:
        refused = take(desk, adam, "disable", **fields)
    else:
        refused = desk.fill(f"/accounts/{adam.id}", version="1", role="auditor")

    said = (
        "No other enabled account may change accounts."
        if fields
        else "Ask somebody else to change your role or your office."
    )
    assert 422 == refused.status_code
    assert said in text(refused)
    kept = people.accounts.find(adam.id)
    assert kept is not None
    assert ("administrator", False) == (kept.role, kept.is_disabled)


def test_one_of_two_administrators_may_go(desk: Browser, adam: Account, roster: Roster) -> None:
    roster.create(NewAccount("eve", "administrator"), OFFICE, PASSWORD)

    assert 303 == take(desk, adam, "disable", reason="moved on").status_code
    assert not desk.is_signed_in


def test_a_new_one_time_password_is_shown_once_and_the_old_one_ends(
    app: Flask, desk: Browser, alma: Account, browser: Browser
) -> None:
    browser.sign_in()
    page = f"/accounts/{alma.id}/password"
    shown = desk.get(page)
    kept = {name: hidden(shown, name) for name in ("version", "once")}
    one_time = secret_on(desk.fill(page, **kept))
    second = desk.fill(page, **kept)

    assert 303 == second.status_code
    assert "We showed it once." in text(desk.get(second.headers["Location"]))
    assert browser.is_signed_in
    one_time += approved_last(app)
    assert not browser.is_signed_in
    assert 403 == browser.sign_in().status_code
    assert 303 == browser.sign_in("alma", one_time).status_code


def test_ended_sessions_are_ended(desk: Browser, alma: Account, browser: Browser) -> None:
    browser.sign_in()

    assert 303 == take(desk, alma, "sessions").status_code
    assert not browser.is_signed_in


def test_steps_that_there_are_not_are_not_found(desk: Browser, alma: Account) -> None:
    assert 404 == desk.get(f"/accounts/{alma.id}/promote").status_code
    assert 404 == desk.get(f"/accounts/{OTHER_ID}/disable").status_code
    assert 404 == desk.fill("/accounts", action=f"/accounts/{alma.id}/promote").status_code


OTHER_ID = "01925b1e-7e3f-7000-8000-000000000000"


def test_an_auditor_reads_accounts_and_changes_none(
    browse: Browse, roster: Roster, alma: Account
) -> None:
    roster.create(NewAccount("ada", "auditor"), OFFICE, OTHER)
    browser = browse()
    browser.sign_in("ada", OTHER)

    page = text(browser.get(f"/accounts/{alma.id}"))
    assert "alma" in page
    assert "Disable the account" not in page
    assert 403 == browser.get(f"/accounts/{alma.id}/disable").status_code
    assert 403 == browser.fill("/accounts", action="/accounts/new", **NEW).status_code


def test_every_role_is_told_with_what_it_may_do(desk: Browser) -> None:
    page = text(desk.get("/accounts/roles"))

    for words in ("Eligibility worker", "System of a carrier", "Create, change and disable"):
        assert words in page
    assert "Sees no stored answers." in page
    assert "about waiver" in page


def new_key(desk: Browser, **fields: str) -> TestResponse:
    page = "/accounts/credentials/new"
    stated = {"kind": "key", "name": "night batch", "role": "auditor", **fields}
    return desk.fill(page, once=hidden(desk.get(page), "once"), **stated)


def the_key(app: Flask) -> Credential:
    with app.app_context():
        return authenticator().store.page(None, 1000)[-1]


def works(app: Flask, secret: str) -> bool:
    return bearing(app.test_client(), secret).get("/v1/accounts").status_code == 200


def test_a_key_is_created_changed_rotated_and_revoked(app: Flask, desk: Browser) -> None:
    secret = secret_on(new_key(desk, days="30", role="administrator"))
    key, page = the_key(app), f"/accounts/credentials/{the_key(app).id}"
    assert works(app, secret)
    assert secret not in desk.get(page).get_data(as_text=True)

    desk.fill(page, version="1", name="day batch")
    assert "day batch" in text(desk.get("/accounts/credentials"))

    rotated = desk.fill(f"{page}/rotate", version="2", once=OTHER_ID, overlap_hours="0", days="")
    assert works(app, secret_on(rotated))
    assert not works(app, secret)
    assert 303 == desk.fill(f"{page}/rotate", version="2", once=OTHER_ID).status_code

    desk.fill(f"{page}/revoke", version="3")
    assert not works(app, secret_on(rotated))
    assert "Revoked" in text(desk.get(page))
    assert key.expires_at < clock.now() + timedelta(days=31)


def test_a_key_may_be_limited_to_permissions_of_its_role(app: Flask, desk: Browser) -> None:
    new_key(desk, scopes="audit.read")
    assert ("audit.read",) == the_key(app).scopes

    refused = new_key(desk, scopes="accounts.write")
    assert 422 == refused.status_code
    assert "Must be one or more permissions of the role" in text(refused)
    assert 'value="accounts.write" checked' in refused.get_data(as_text=True)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"days": "0"}, "days"),
        ({"days": "soon"}, "days"),
        ({"role": ""}, "role"),
        ({"role": "supervisor"}, "organization"),
        ({"kind": "ring"}, "kind"),
    ],
)
def test_a_key_with_a_mistake_is_not_created(
    app: Flask, desk: Browser, wrong: dict[str, str], field: str
) -> None:
    before = the_key(app).id if "the" in wrong else None
    page = new_key(desk, **wrong)

    assert 422 == page.status_code
    assert f'href="#{field}"' in page.get_data(as_text=True)
    assert before is None


def test_a_key_that_somebody_changed_meanwhile_is_not_overwritten(
    app: Flask, desk: Browser
) -> None:
    new_key(desk)
    page = f"/accounts/credentials/{the_key(app).id}"
    desk.fill(page, version="1", name="first")
    late = desk.fill(page, version="1", name="second")

    assert 412 == late.status_code
    assert "adam changed this on" in text(late)
    assert 'value="second"' in late.get_data(as_text=True)
    assert "first" == the_key(app).name
    assert 412 == desk.fill(f"{page}/revoke", version="1").status_code


def test_an_organization_is_chosen_from_a_list_by_its_name(desk: Browser, roster: Roster) -> None:
    account, _ = roster.create(NewAccount("rosa", "supervisor", "office-12"), OFFICE)
    forms = (f"/accounts/{account.id}", "/accounts/new", "/accounts/credentials/new")

    for address in forms:
        page = desk.get(address).get_data(as_text=True)
        assert '<select class="usa-select" id="organization" name="organization"' in page
        assert re.search(r'<option value="office-3"[^>]*>The organization office-3</option>', page)
    assert '<option value="office-12" selected>' in desk.get(forms[0]).get_data(as_text=True)

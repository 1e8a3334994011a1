"""The pages about organizations and approvals in each state, looked at as those who see most."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page

from app import clock
from app.access.approvals import Approvals
from app.access.granting.accounts import AccountGrants
from app.access.origin import Origin, actor_of
from app.access.roles import shipped_roles
from app.access.roster import NewAccount, Roster
from app.records.organizations.organizations import Organizations
from app.records.store import Store
from tests.approving import proposal, renaming_known
from tests.disposing import keep_old_feedback, mark
from tests.organizations import know
from tests.people.conftest import OFFICE, PASSWORD
from tests.people.looking import NARROW, chromium, enter, tab, violations, width, window
from tests.people.one_database import served
from tests.people.test_real_browser import press

__all__ = ["chromium", "served", "tab", "window"]


@dataclass(frozen=True)
class Desk:
    """A browser, and the service's store behind it."""

    page: Page
    app: Flask
    store: Store
    roster: Roster

    def enter(self, name: str, role: str) -> None:
        """Somebody of a role signs in."""
        office = None if role in ("administrator", "records_manager") else "office-12"
        self.roster.create(NewAccount(name, role, office), OFFICE, PASSWORD)
        enter(self.page, self.app, name)


@pytest.fixture
def desk(app: Flask, tab: Page, roster: Roster) -> Iterator[Desk]:
    store = app.extensions["eligibility"].store
    with store.engine.begin() as connection:
        for table in ("approvals", "organizations"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    know(store, "office-12", "renamed")
    with renaming_known():
        yield Desk(tab, app, store, roster)


def organizations(desk: Desk) -> None:
    desk.enter("adam", "administrator")
    desk.page.goto("/organizations")


def no_organizations(desk: Desk) -> None:
    desk.enter("adam", "administrator")
    with desk.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM organizations")
    desk.page.goto("/organizations")


def organization(desk: Desk) -> None:
    organizations(desk)
    desk.page.goto("/organizations/renamed")


def creating(desk: Desk) -> None:
    organizations(desk)
    desk.page.get_by_role("link", name="Create an organization").click()
    desk.page.wait_for_url("**/new-organization")


def creating_wrong(desk: Desk) -> None:
    desk.enter("adam", "administrator")
    desk.page.goto("/new-organization")
    desk.page.get_by_label("Id", exact=True).fill("a b")
    desk.page.get_by_label("Name").fill("A name")
    desk.page.get_by_label("Year").fill("77")
    press(desk.page, "Create")


def change(desk: Desk) -> None:
    """Somebody else changes the organization."""
    audit = OFFICE.did("organization.changed", "renamed", kind="organization")
    Organizations(desk.store).change("renamed", {"contact": "617 555 0100"}, audit, 1)


def changed_by_another(desk: Desk) -> None:
    desk.enter("adam", "administrator")
    desk.page.goto("/organizations/renamed/change")
    change(desk)
    press(desk.page, "Save")


def closing(desk: Desk) -> None:
    desk.enter("adam", "administrator")
    desk.page.goto("/organizations/renamed/close")


def closing_wrong(desk: Desk) -> None:
    closing(desk)
    desk.page.get_by_label("Year").fill("2099")
    press(desk.page, "Close it")


def closed(desk: Desk) -> None:
    closing(desk)
    press(desk.page, "Close it")


def propose(desk: Desk, name: str) -> str:
    account = desk.roster.accounts.named(name)
    assert account is not None
    by = shipped_roles().principal(actor_of(account.id), "supervisor", "office-12")
    return Approvals(desk.store).propose(proposal("renamed"), by, Origin(by.actor)).id


def approvals(desk: Desk) -> None:
    desk.enter("sue", "supervisor")
    propose(desk, "sue")
    desk.page.goto("/approvals")


def no_approvals(desk: Desk) -> None:
    desk.enter("sue", "supervisor")
    desk.page.goto("/approvals")


def own_approval(desk: Desk) -> None:
    desk.enter("sue", "supervisor")
    desk.page.goto(f"/approvals/{propose(desk, 'sue')}")


def approval(desk: Desk) -> None:
    desk.roster.create(NewAccount("sam", "supervisor", "office-12"), OFFICE, PASSWORD)
    desk.enter("sue", "supervisor")
    desk.page.goto(f"/approvals/{propose(desk, 'sam')}")


def refused_without_reason(desk: Desk) -> None:
    approval(desk)
    press(desk.page, "Refuse it")


def approved(desk: Desk) -> None:
    approval(desk)
    press(desk.page, "Approve it")


def out_of_date(desk: Desk) -> None:
    approval(desk)
    change(desk)
    press(desk.page, "Approve it")


def second_part(desk: Desk) -> None:
    """Adam approves an account that Eve proposed."""
    desk.enter("adam", "administrator")
    eve, _ = desk.roster.create(NewAccount("eve", "administrator"), OFFICE, PASSWORD)
    roles, by = shipped_roles(), actor_of(eve.id)
    grants = AccountGrants(desk.roster, Approvals(desk.store), roles)
    principal = roles.principal(by, "administrator", None)
    waiting = grants.create(NewAccount("rosa", "auditor"), principal, Origin(by)).approval
    assert waiting is not None
    desk.page.goto(f"/approvals/{waiting.id}")
    press(desk.page, "Approve it")


def disposal(desk: Desk) -> None:
    """Marked for disposal, and not to be released yet."""
    keep_old_feedback(desk.store)
    desk.enter("rita", "records_manager")
    desk.page.goto(f"/approvals/{mark(desk.store, clock.now(), {'feedback'}).id}")


STATES = {
    "organizations": organizations,
    "no organizations": no_organizations,
    "organization": organization,
    "creating": creating,
    "creating, wrong": creating_wrong,
    "changed by another": changed_by_another,
    "closing": closing,
    "closing, wrong": closing_wrong,
    "closed": closed,
    "approvals": approvals,
    "no approvals": no_approvals,
    "approval, one's own": own_approval,
    "approval": approval,
    "approval, refused without reason": refused_without_reason,
    "approval, approved": approved,
    "approval, out of date": out_of_date,
    "approval, second part": second_part,
    "approval of a disposal": disposal,
}


@pytest.mark.parametrize("state", STATES)
def test_each_page_in_each_state_is_accessible_and_fits_a_narrow_screen(
    desk: Desk, state: str
) -> None:
    STATES[state](desk)

    assert desk.page.get_by_role("heading", level=1).inner_text() != "Page not found"
    assert [] == violations(desk.page)
    desk.page.set_viewport_size(NARROW)
    assert width(desk.page) <= NARROW["width"]

"""The pages about what waits for a second person."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.access.approvals import Approval, Approvals
from app.access.origin import Origin, actor_of
from app.access.roles import shipped_roles
from app.access.roster import NewAccount, Roster
from app.records.organizations.organizations import Organizations
from tests.approving import RENAMED, proposal, renaming_known
from tests.organizations import know
from tests.people.conftest import OFFICE, PASSWORD, Browser, text


@pytest.fixture(autouse=True)
def renaming() -> Iterator[None]:
    with renaming_known():
        yield


@pytest.fixture
def proposed(app: Flask, roster: Roster) -> Approval:
    """What the supervisor sue proposed for an organization that no other test knows."""
    store = app.extensions["eligibility"].store
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM approvals")
        connection.exec_driver_sql("DELETE FROM organizations WHERE id = 'renamed'")
    know(store, "renamed")
    sue, _ = roster.create(NewAccount("sue", "supervisor", "office-12"), OFFICE, PASSWORD)
    by = shipped_roles().principal(actor_of(sue.id), "supervisor", "office-12")
    return Approvals(store).propose(proposal("renamed"), by, Origin(by.actor))


@pytest.fixture
def sam(roster: Roster, browse: Callable[..., Browser]) -> Browser:
    """Another supervisor of the same office."""
    roster.create(NewAccount("sam", "supervisor", "office-12"), OFFICE, PASSWORD)
    browser = browse()
    browser.sign_in("sam")
    return browser


def name_of(app: Flask) -> str:
    return Organizations(app.extensions["eligibility"].store).name_of("renamed")


def test_a_second_person_approves(app: Flask, proposed: Approval, sam: Browser) -> None:
    page = f"/approvals/{proposed.id}"
    assert "Rename an organization sue" in text(sam.get("/approvals"))
    shown = text(sam.get(page))
    assert "The name on the letters is wrong." in shown and "Proposed by sue" in shown

    assert 303 == sam.fill(page, do="approve", version="1").status_code
    assert "You approved it." in text(sam.get(page))
    assert "Decided by sam" in text(sam.get(page))
    assert "Nothing waits for you." in text(sam.get("/approvals"))
    assert RENAMED == name_of(app)


def test_the_proposer_can_only_withdraw(
    app: Flask, proposed: Approval, browse: Callable[..., Browser]
) -> None:
    sue, page = browse(), f"/approvals/{proposed.id}"
    sue.sign_in("sue")

    assert "Approve it" not in text(sue.get(page))
    refused = sue.fill(page, do="approve", version="1")
    assert 403 == refused.status_code
    assert "Another person must decide it." in text(refused)
    assert 303 == sue.fill(page, do="withdraw", version="1").status_code
    assert "You withdrew it." in text(sue.get(page))
    assert RENAMED != name_of(app)


def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(
    proposed: Approval, sam: Browser
) -> None:
    page = f"/approvals/{proposed.id}"
    empty = sam.fill(page, do="refuse", version="1", because=" ")
    assert 422 == empty.status_code
    assert '<a href="#because">' in empty.get_data(as_text=True)

    number = sam.fill(page, do="refuse", version="1", because="See 123-45-6789")
    assert 422 == number.status_code
    assert 'value="See 123-45-6789"' in number.get_data(as_text=True)

    assert 303 == sam.fill(page, do="refuse", version="1", because="It is right.").status_code
    assert "Reason of the refusal It is right." in text(sam.get(page))


def test_of_two_the_second_sees_who_decided(
    proposed: Approval, sam: Browser, roster: Roster, browse: Callable[..., Browser]
) -> None:
    roster.create(NewAccount("sid", "supervisor", "office-12"), OFFICE, PASSWORD)
    sid, page = browse(), f"/approvals/{proposed.id}"
    sid.sign_in("sid")
    sam.fill(page, do="approve", version="1")

    second = sid.fill(page, action=page, do="refuse", version="1", because="No.")

    assert 412 == second.status_code
    assert "Decided by sam" in text(second)


def test_somebody_of_another_office_finds_nothing(
    proposed: Approval, roster: Roster, browse: Callable[..., Browser]
) -> None:
    roster.create(NewAccount("otto", "supervisor", "office-13"), OFFICE, PASSWORD)
    otto = browse()
    otto.sign_in("otto")

    assert "Nothing waits for you." in text(otto.get("/approvals"))
    assert 404 == otto.get(f"/approvals/{proposed.id}").status_code


def test_a_button_that_there_is_not_does_nothing(proposed: Approval, sam: Browser) -> None:
    page = f"/approvals/{proposed.id}"

    assert 400 == sam.fill(page, do="explode", version="1").status_code
    assert "Approve it" in text(sam.get(page))

"""The pages about organizations."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.access.roster import NewAccount, Roster
from app.records.organizations.organizations import Organization, Organizations
from tests.audit import AuditTrail
from tests.people.conftest import OFFICE, PASSWORD, Browser, text

NEW = "/new-organization"
FIELDS = {
    "id": "harbor",
    "name": "Harbor Office",
    "kind": "office",
    "address": "1 Main Street",
    "contact": "",
    "since.month": "7",
    "since.day": "1",
    "since.year": "2011",
}


@pytest.fixture
def adam(app: Flask, browse: Callable[..., Browser], roster: Roster) -> Browser:
    """An administrator's browser, in a database without the organization of these tests."""
    with app.extensions["eligibility"].store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM organizations WHERE id = 'harbor'")
    roster.create(NewAccount("adam", "administrator"), OFFICE, PASSWORD)
    browser = browse()
    browser.sign_in("adam")
    return browser


def found(app: Flask) -> Organization | None:
    return Organizations(app.extensions["eligibility"].store).find("harbor")


def test_an_organization_is_created_changed_and_closed_on_pages(
    app: Flask, adam: Browser, trail: AuditTrail
) -> None:
    trail.clear()
    created = adam.fill(NEW, **FIELDS)
    assert (303, "/organizations/harbor") == (created.status_code, created.headers["Location"])
    shown = text(adam.get("/organizations/harbor"))
    assert "We created Harbor Office." in shown and "July 1, 2011" in shown
    assert "Harbor Office" in text(adam.get("/organizations"))

    page = "/organizations/harbor/change"
    changed = {**FIELDS, "name": "Harbor <b>Office</b>", "version": "1"}
    assert 303 == adam.fill(page, **changed).status_code
    assert "Harbor &lt;b&gt;Office" in adam.get("/organizations/harbor").get_data(as_text=True)

    page = "/organizations/harbor/close"
    assert "Close Harbor" in text(adam.get(page))
    assert 303 == adam.fill(page, version="2").status_code
    assert "It closed on" in text(adam.get("/organizations/harbor"))

    assert 303 == adam.fill(page, "/organizations/harbor/reopen", version="3").status_code
    assert "We opened it again." in text(adam.get("/organizations/harbor"))
    assert [
        "organization.created",
        "organization.changed",
        "organization.closed",
        "organization.reopened",
    ] == [action for action, _ in trail.outcomes()]


def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_stays(
    app: Flask, adam: Browser
) -> None:
    sent = {**FIELDS, "id": "har bor", "kind": "", "since.day": "44"}
    answer = adam.fill(NEW, **sent)
    page = answer.get_data(as_text=True)

    assert 422 == answer.status_code
    for name in ("id", "kind", "since"):
        assert f'<a href="#{name}">' in page
    for typed in ("har bor", "Harbor Office", "1 Main Street", "44"):
        assert f'value="{typed}"' in page
    assert "Error: Create an organization" in page
    assert found(app) is None


def test_an_id_that_is_in_use_is_said_at_the_id(adam: Browser) -> None:
    answer = adam.fill(NEW, **{**FIELDS, "id": "OFFICE-12"})

    assert 422 == answer.status_code
    assert "Another organization has this id." in text(answer)


def test_of_two_who_change_it_the_second_sees_what_it_says_now_and_keeps_what_was_typed(
    app: Flask, adam: Browser
) -> None:
    adam.fill(NEW, **FIELDS)
    page = "/organizations/harbor/change"
    adam.fill(page, **{**FIELDS, "name": "The first", "version": "1"})

    second = adam.fill(page, **{**FIELDS, "name": "The second", "version": "1"})

    assert 409 == second.status_code
    assert 'value="The second"' in second.get_data(as_text=True)
    assert "Name now The first" in text(second)
    assert 409 == adam.fill("/organizations/harbor/close", version="1").status_code
    assert 303 == adam.fill(page, **{**FIELDS, "name": "The second", "version": "2"}).status_code
    now = found(app)
    assert now is not None and (now.name, now.closed) == ("The second", None)


def test_a_day_that_has_not_come_closes_nothing(app: Flask, adam: Browser) -> None:
    adam.fill(NEW, **FIELDS)
    far = {"closed.month": "1", "closed.day": "2", "closed.year": "2099", "version": "1"}

    answer = adam.fill("/organizations/harbor/close", **far)

    assert 422 == answer.status_code
    assert "Must be today or an earlier day." in text(answer)
    now = found(app)
    assert now is not None and not now.is_closed


def test_others_read_and_write_nothing(app: Flask, adam: Browser, browser: Browser) -> None:
    adam.fill(NEW, **FIELDS)
    browser.sign_in()

    assert "Harbor Office" in text(browser.get("/organizations"))
    assert "Change it" not in text(browser.get("/organizations/harbor"))
    for page in (NEW, "/organizations/harbor/change", "/organizations/harbor/close"):
        assert 403 == browser.get(page).status_code
        assert 403 == browser.fill("/", page, **FIELDS, version="1").status_code
    assert 404 == browser.get("/organizations/nowhere").status_code


def test_people_read_the_name_of_their_organization(browser: Browser) -> None:
    browser.sign_in()

    assert "of The organization office-12" in text(browser.get("/"))

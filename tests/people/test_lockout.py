"""Attempts that fail hold others back, and accounts that lie unused are shut."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

from flask import Flask
from freezegun import freeze_time
from sqlalchemy import text as sql

from app.access.people import People
from app.access.roster import Roster
from app.records.people.accounts import Account
from tests.audit import AuditTrail
from tests.people.conftest import OFFICE, OTHER, PASSWORD, Browser, Counting, text

Browse = Callable[..., Browser]
NOW = "2026-03-02 14:00:00"


def fail(browser: Browser, times: int, name: str = "alma") -> list[int]:
    return [browser.sign_in(name, OTHER).status_code for _ in range(times)]


def test_an_account_is_locked_after_five_failures_and_opens_by_itself(browser: Browser) -> None:
    with freeze_time(NOW) as clock:
        fail(browser, 5)
        assert 403 == browser.sign_in().status_code
        clock.tick(timedelta(seconds=59))
        assert 403 == browser.sign_in().status_code
        clock.tick(timedelta(seconds=2))
        assert 303 == browser.sign_in().status_code


def test_four_failures_cost_nothing_and_a_success_forgets_them(browser: Browser) -> None:
    with freeze_time(NOW):
        for _ in range(3):
            fail(browser, 4)
            assert 303 == browser.sign_in().status_code
            browser.sign_out()


def test_each_further_failure_doubles_the_wait(
    browser: Browser, people: People, alma: Account
) -> None:
    waits = []
    with freeze_time(NOW) as clock:
        fail(browser, 4)
        for _ in range(9):
            fail(browser, 1)
            found = people.accounts.find(alma.id)
            assert found is not None and found.locked_until is not None
            waits.append(found.locked_until)
            clock.move_to(found.locked_until + timedelta(seconds=1))

    minutes = [round((until - before).total_seconds() / 60) for before, until in pairwise(waits)]
    assert [2, 4, 8, 16, 32, 60, 60, 60] == minutes


def test_attempts_on_a_locked_account_neither_count_nor_lengthen_the_lock(
    browser: Browser, people: People, alma: Account
) -> None:
    with freeze_time(NOW):
        fail(browser, 5)
        before = people.accounts.find(alma.id)
        fail(browser, 5)

        assert before == people.accounts.find(alma.id)


def test_after_a_hundred_failures_only_an_administrator_opens_the_account(
    browser: Browser, browse: Browse, people: People, roster: Roster, alma: Account
) -> None:
    people.accounts.change(alma.id, {"failed_attempts": 99}, OFFICE.did("account.changed", alma.id))
    with freeze_time(NOW) as clock:
        fail(browser, 1)
        clock.tick(timedelta(days=50))
        assert 403 == browse().sign_in().status_code
        roster.unlock(alma, OFFICE)
        assert 303 == browse().sign_in().status_code


def test_the_trail_tells_of_a_lock(browser: Browser, trail: AuditTrail, alma: Account) -> None:
    fail(browser, 6)

    refused, locked = ("session.signed_in", "refused"), ("account.locked", "done")
    assert [*[refused] * 5, locked, refused] == trail.outcomes()


def test_a_lock_keeps_nobody_out_who_is_in(browser: Browser, browse: Browse) -> None:
    browser.sign_in()
    fail(browse(address="192.0.2.1"), 6)

    assert browser.is_signed_in


def test_many_guesses_at_once_are_no_more_than_five(
    app: Flask, hasher: Counting, alma: Account
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda number: Browser(app, address=f"192.0.2.{number}").sign_in(password=OTHER),
                range(24),
            )
        )

    found = app.extensions["people"].accounts.find(alma.id)
    assert 24 == len(hasher.compared)
    assert 5 == found.failed_attempts


def test_an_address_that_tries_many_names_has_to_wait(
    browse: Browse, hasher: Counting, alma: Account
) -> None:
    with freeze_time(NOW) as clock:
        assert [403] * 30 == [
            browse().sign_in(f"name{number}", OTHER).status_code for number in range(30)
        ]
        hasher.compared.clear()
        held = browse().sign_in()

        assert (429, "61") == (held.status_code, held.headers["Retry-After"])
        assert "Try again in 2 minutes" in text(held)
        assert [] == hasher.compared
        assert 303 == browse(address="203.0.113.8").sign_in().status_code
        clock.tick(timedelta(seconds=62))
        assert 303 == browse().sign_in().status_code


def test_an_address_that_has_to_wait_writes_no_more_into_the_audit_trail(
    browse: Browse, trail: AuditTrail
) -> None:
    with freeze_time(NOW):
        for number in range(30):
            browse().sign_in(f"name{number}", OTHER)
        told = trail.outcomes()

        assert [429] * 5 == [
            browse().sign_in(f"more{number}", OTHER).status_code for number in range(5)
        ]

    assert told == trail.outcomes()
    assert 30 == len(told)


def test_whoever_signs_in_from_an_office_wears_its_patience_out_for_nobody(
    browse: Browse, alma: Account
) -> None:
    with freeze_time(NOW):
        assert {303} == {browse().sign_in().status_code for _ in range(40)}


def test_whatever_else_goes_well_there_forgives_an_address_no_failure(
    browse: Browse, alma: Account
) -> None:
    with freeze_time(NOW):
        browser = browse()
        browser.sign_in()
        for number in range(27):
            browse().sign_in(f"name{number}", OTHER)
        browser.fill("/password", current=PASSWORD, new=OTHER, again=OTHER)
        browser.sign_out()
        browser.sign_in(password=OTHER)

        assert [403, 403, 403, 429] == [
            browse().sign_in(f"other{number}", PASSWORD).status_code for number in range(4)
        ]


def test_an_address_is_forgotten_after_a_quiet_hour(
    browse: Browse, alma: Account, app: Flask
) -> None:
    with freeze_time(NOW) as clock:
        [browse().sign_in(f"name{number}", OTHER) for number in range(29)]
        clock.tick(timedelta(minutes=61))
        assert [403] * 10 == [
            browse().sign_in(f"name{number}", OTHER).status_code for number in range(10)
        ]
        clock.tick(timedelta(minutes=61))
        browse(address="198.51.100.1").sign_in()

        with app.extensions["eligibility"].store.engine.connect() as connection:
            assert ["198.51.100.1"] == list(
                connection.execute(sql("select address from sign_in_addresses")).scalars()
            )


def test_one_customers_ipv6_network_is_one_address(browse: Browse, alma: Account) -> None:
    with freeze_time(NOW):
        for number in range(30):
            browse(address=f"2001:db8:0:1::{number:x}").sign_in(f"name{number}", OTHER)

        assert 429 == browse(address="2001:db8:0:1:ffff::1").sign_in().status_code
        assert 303 == browse(address="2001:db8:0:2::1").sign_in().status_code


# --- accounts that lie unused ---


def test_an_account_unused_for_sixty_days_is_disabled(
    browser: Browser, people: People, alma: Account, trail: AuditTrail
) -> None:
    with freeze_time(alma.created_at + timedelta(days=60, seconds=1)):
        answer = browser.sign_in()

    found = people.accounts.find(alma.id)
    assert found is not None
    assert 403 == answer.status_code
    assert "unused" == found.disabled_because
    assert "unused" not in text(answer)
    assert [("account.disabled", "done"), ("session.signed_in", "refused")] == trail.outcomes()


def test_on_the_sixtieth_day_it_still_opens_and_counts_from_there(
    browser: Browser, browse: Browse, alma: Account
) -> None:
    with freeze_time(alma.created_at + timedelta(days=60)):
        assert 303 == browser.sign_in().status_code
    with freeze_time(alma.created_at + timedelta(days=119)):
        assert 303 == browse().sign_in().status_code


def test_once_enabled_again_it_may_lie_unused_as_long_again(
    browse: Browse, roster: Roster, people: People, alma: Account
) -> None:
    with freeze_time(alma.created_at + timedelta(days=61)):
        browse().sign_in()
        found = people.accounts.find(alma.id)
        assert found is not None
        roster.change(found, {"disabled": False}, OFFICE)
    with freeze_time(alma.created_at + timedelta(days=100)):
        assert 303 == browse().sign_in().status_code

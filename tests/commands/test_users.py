"""`flask users …`"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from click.testing import Result
from freezegun import freeze_time

from app import clock
from app.access.demonstration import make_demonstration_accounts, make_organizations
from app.access.organizations import OrganizationRegister
from app.access.origin import Origin
from app.access.passwords import Passwords
from app.access.people import Browser, People, SignInRefused
from app.access.roster import NewAccount, Roster, peoples_roles
from app.access.second_factor.factors import SecondFactors
from app.commands import command_line
from app.records.applicants.encryption import key_ring
from app.records.database import open_database
from app.records.store import Store, opened_store
from app.settings import Settings
from app.single_sign_on import SingleSignOn
from tests.commands.conftest import Flask
from tests.organizations import know

PASSWORD, OTHER = "seven turquoise herons wade", "nine copper kettles hum low"
DESK = Browser("203.0.113.7", "Testing 1.0")
SOMEBODY = Origin("anybody", "203.0.113.7", None)


def cheap() -> Passwords:
    return Passwords(lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def users(settings: Settings, migrated_sqlite: Path) -> Flask:
    """Runs `flask users …` on a migrated database."""
    shutil.copy(migrated_sqlite, settings.database_url.removeprefix("sqlite:///"))
    with opened_store(settings.database_url) as store:
        know(store, "office-3", "office-12")
        make_organizations(OrganizationRegister(store))
    app = command_line(settings)
    app.extensions["passwords"] = cheap()

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return app.test_cli_runner().invoke(args=["users", *arguments], input=stdin)

    return run


@pytest.fixture
def people(users: Flask, settings: Settings) -> Iterator[People]:
    store = Store(open_database(settings.database_url))
    yield People(store, cheap())
    store.close()


def create(users: Flask, name: str = "alma", *options: str) -> Result:
    return users(
        "create", name, "--role", "auditor", "--password-stdin", *options, stdin=f"{PASSWORD}\n"
    )


def listed(users: Flask) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = json.loads(users("list", "--json").stdout)["accounts"]
    return accounts


def signs_in(people: People, name: str, password: str) -> bool:
    try:
        people.sign_in(name, password, DESK, SOMEBODY)
    except SignInRefused:
        return False
    return True


def test_there_is_no_account_before_one_is_made(users: Flask) -> None:
    assert [] == listed(users)


def test_an_account_is_made_with_a_password_from_standard_input(
    users: Flask, people: People
) -> None:
    result = create(users, "alma", "--organization", "office-12")

    assert (0, "") == (result.exit_code, result.stdout)
    assert "Created account alma." in result.stderr
    assert PASSWORD not in result.output
    assert signs_in(people, "alma", PASSWORD)


def test_the_password_is_asked_for_twice(users: Flask, people: People) -> None:
    result = users("create", "alma", "--role", "auditor", stdin=f"{PASSWORD}\n{PASSWORD}\n")

    assert 0 == result.exit_code
    assert "Password" in result.stderr
    assert PASSWORD not in result.output
    assert signs_in(people, "alma", PASSWORD)


def test_two_that_differ_are_asked_for_again(users: Flask, people: People) -> None:
    users("create", "alma", "--role", "auditor", stdin=f"{PASSWORD}\n{OTHER}\n{OTHER}\n{OTHER}\n")

    assert signs_in(people, "alma", OTHER)


def test_a_password_is_never_an_argument(users: Flask) -> None:
    assert 2 == users("create", "alma", "--role", "auditor", "--password", PASSWORD).exit_code
    assert 2 == users("create", "alma", PASSWORD, "--role", "auditor").exit_code


def test_a_one_time_password_is_printed_once_alone(users: Flask, people: People) -> None:
    result = users("create", "alma", "--role", "auditor", "--one-time")
    password = result.stdout.strip()

    assert 0 == result.exit_code
    assert 23 == len(password)
    assert signs_in(people, "alma", password)
    assert listed(users)[0]["must_change_password"]
    assert password not in str(listed(users))


def test_programs_get_the_same_as_json(users: Flask) -> None:
    document = json.loads(
        users("create", "alma", "--role", "auditor", "--one-time", "--json").stdout
    )

    assert ("alma", "auditor") == (document["account"]["name"], document["account"]["role"])
    assert document["one_time_password"]
    assert "hash" not in str(document)


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "says"),
    [
        (["create", "alma", "--role", "auditor", "--password-stdin"], "short\n", 3, "at least 15"),
        (
            ["create", "alma", "--role", "supervisor", "--one-time"],
            "",
            3,
            "This role sees the determinations of its organization. Name",
        ),
        (
            ["create", "alma", "--role", "auditor", "--password-stdin"],
            "123456789123456789\n",
            3,
            "list of leaked passwords",
        ),
        (["create", "alma", "--role", "auditor", "--password-stdin"], "", 3, "at least 15"),
        (["create", "alma", "--role", "auditor", "--password-stdin"], b"\xff" * 20, 3, "UTF-8"),
        (["create", "alma", "--role", "king", "--one-time"], None, 3, "eligibility_worker"),
        (["create", "al ma", "--role", "auditor", "--one-time"], None, 3, "without spaces"),
        (
            ["create", "alma", "--role", "auditor", "--one-time", "--password-stdin"],
            None,
            2,
            "not both",
        ),
        (["create", "alma", "--role", "auditor", "--subject", "x"], None, 2, "identity provider"),
        (["create", "alma", "--one-time"], None, 2, "--role"),
        (["disable", "nobody"], None, 2, "No account has that name"),
        (["enable", "nobody"], None, 2, "No account has that name"),
        (["unlock", "nobody"], None, 2, "No account has that name"),
        (["reset-password", "nobody", "--one-time"], None, 2, "No account has that name"),
    ],
)
def test_what_cannot_be_is_refused(
    users: Flask, arguments: list[str], stdin: str | bytes | None, code: int, says: str
) -> None:
    result = users(*arguments, stdin=stdin)

    assert (code, "") == (result.exit_code, result.stdout)
    assert says in result.stderr
    assert [] == listed(users)


def test_a_name_is_given_once(users: Flask) -> None:
    create(users)

    result = create(users, "ALMA", "--json")

    assert (3, "name-taken") == (result.exit_code, json.loads(result.stdout)["refused"])


def test_accounts_are_listed_with_their_standing(users: Flask, people: People) -> None:
    create(users, "alma")
    create(users, "bo")
    users("create", "cy", "--role", "supervisor", "--organization", "office-3", "--one-time")
    create(users, "di")
    users("disable", "bo")
    for _ in range(5):
        signs_in(people, "di", OTHER)
    signs_in(people, "alma", PASSWORD)

    result = users("list")

    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert "4 accounts." in result.stderr
    assert "active" in lines["alma"]
    assert "disabled (administrator)" in lines["bo"]
    assert "office-3" in lines["cy"] and "one-time password" in lines["cy"]
    assert "locked until" in lines["di"] and "never" in lines["di"]


def test_the_last_administrator_stays(users: Flask, people: People) -> None:
    for name in ("adam", "eve"):
        create(users, name, "--role", "administrator")
    assert 0 == users("disable", "adam").exit_code

    refused = users("disable", "eve", "--json")
    document = json.loads(refused.stdout)
    stayed = people.accounts.named("eve")
    assert (3, "last-administrator") == (refused.exit_code, document["refused"])
    assert stayed is not None and not stayed.is_disabled
    assert 0 == users("enable", "adam").exit_code
    assert 0 == users("disable", "eve").exit_code


def test_a_disabled_account_is_shut_until_enabled(users: Flask, people: People) -> None:
    create(users)
    assert 0 == users("disable", "alma").exit_code
    assert not signs_in(people, "alma", PASSWORD)

    assert 0 == users("enable", "Alma").exit_code
    assert signs_in(people, "alma", PASSWORD)


def test_a_locked_account_is_unlocked(users: Flask, people: People) -> None:
    create(users)
    for _ in range(5):
        signs_in(people, "alma", OTHER)
    assert not signs_in(people, "alma", PASSWORD)

    result = users("unlock", "alma", "--json")

    assert 0 == json.loads(result.stdout)["account"]["failed_attempts"]
    assert signs_in(people, "alma", PASSWORD)


def test_a_password_that_was_forgotten_is_replaced_and_sessions_end(
    users: Flask, people: People
) -> None:
    create(users)
    token = people.sign_in("alma", PASSWORD, DESK, SOMEBODY)

    assert 0 == users("reset-password", "alma", "--password-stdin", stdin=f"{OTHER}\n").exit_code
    assert people.of(token) is None
    assert not signs_in(people, "alma", PASSWORD)
    assert signs_in(people, "alma", OTHER)

    one_time = users("reset-password", "alma", "--one-time").stdout.strip()
    assert signs_in(people, "alma", one_time)


def test_somebody_of_the_identity_provider_has_no_password(
    settings: Settings, users: Flask
) -> None:
    trusted = SingleSignOn("https://login.example", "us", "secret")
    app = command_line(replace(settings, single_sign_on=trusted))
    result = app.test_cli_runner().invoke(
        args=["users", "create", "alma", "--role", "auditor", "--subject", "person-7", "--json"]
    )

    document = json.loads(result.stdout)
    assert ("person-7", None) == (document["account"]["subject"], document["one_time_password"])


def test_a_database_without_tables_is_something_down(tmp_path: Path) -> None:
    app = command_line(
        Settings(database_url=f"sqlite:///{tmp_path / 'empty.sqlite'}", instance=tmp_path)
    )
    result = app.test_cli_runner().invoke(args=["users", "list"])

    assert 4 == result.exit_code
    assert "flask db upgrade" in result.stderr


def test_the_demonstration_has_an_account_for_each_role(people: People) -> None:
    roster = Roster(people.accounts, people.passwords)
    made = make_demonstration_accounts(roster, Origin("command:demo"))

    assert peoples_roles() == [each.role for each in made]
    assert all(
        each.one_time_password and signs_in(people, each.name, each.one_time_password)
        for each in made
    )


def test_loaded_again_the_demonstration_replaces_only_passwords_that_are_for_one_time(
    people: People, users: Flask
) -> None:
    roster = Roster(people.accounts, people.passwords)
    first = make_demonstration_accounts(roster, Origin("command:demo"))
    users("reset-password", first[0].name, "--password-stdin", stdin=f"{PASSWORD}\n")
    users("disable", first[1].name)

    again = make_demonstration_accounts(roster, Origin("command:demo"))

    assert [None, None] == [each.one_time_password for each in again[:2]]
    assert all(each.one_time_password for each in again[2:])
    assert not {each.one_time_password for each in first} & {
        each.one_time_password for each in again[2:]
    }
    assert signs_in(people, first[0].name, PASSWORD)
    assert signs_in(people, again[2].name, str(again[2].one_time_password))


def test_unused_accounts_end_and_the_last_administrator_stays(users: Flask, people: People) -> None:
    for name, role in (("adam", "administrator"), ("eve", "administrator"), ("alma", "auditor")):
        people.roster.create(NewAccount(name, role), SOMEBODY, PASSWORD)
    with freeze_time(clock.now() + timedelta(days=59)):
        assert "Disabled 0 unused accounts." in users("end-unused").stderr
        people.sign_in("alma", PASSWORD, DESK, SOMEBODY)
    with freeze_time(clock.now() + timedelta(days=61)):
        told = json.loads(users("end-unused", "--json").stdout)

    assert {"disabled": ["adam"], "kept": ["eve"]} == told
    adam = people.accounts.named("adam")
    assert adam is not None and adam.disabled_because == "unused"
    with freeze_time(clock.now() + timedelta(days=125)):
        assert "alma" in users("end-unused").stdout
        assert "Left the last administrator's account enabled." in users("end-unused").stderr


def test_a_second_factor_is_reset_and_the_password_alone_signs_in_again(
    users: Flask, people: People, settings: Settings
) -> None:
    create(users)
    account = people.accounts.named("alma")
    assert account is not None
    with opened_store(settings.database_url) as store:
        factors = SecondFactors(store, lambda: key_ring(settings))
        factors.add([factors.new_recovery(account.id)[0]], SOMEBODY)
    before = people.sign_in("alma", PASSWORD, DESK, SOMEBODY)
    assert people.of(before) is None

    assert 0 == users("reset-second-factor", "alma").exit_code

    assert people.waiting(before) is None
    assert people.of(people.sign_in("alma", PASSWORD, DESK, SOMEBODY)) is not None
    assert 2 == users("reset-second-factor", "nobody").exit_code

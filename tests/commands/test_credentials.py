"""`flask keys …` and `flask clients …`."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from app.access.credentials import KEY_TEXT
from app.commands import command_line
from app.records.store import opened_store
from app.settings import Settings
from tests.commands.conftest import Flask
from tests.organizations import know

CARRIER = ("--role", "carrier_system", "--organization", "blue-harbor")


@pytest.fixture
def migrated(flask: Flask, settings: Settings, migrated_sqlite: Path) -> Flask:
    shutil.copy(migrated_sqlite, settings.database_url.removeprefix("sqlite:///"))
    with opened_store(settings.database_url) as store:
        know(store, "blue-harbor")
    return flask


def told(flask: Flask, *arguments: str) -> Any:
    result = flask(*arguments, "--json")
    assert 0 == result.exit_code, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("group", ["keys", "clients"])
def test_the_secret_alone_stands_on_standard_output(migrated: Flask, group: str) -> None:
    result = migrated(group, "create", "night batch", *CARRIER)

    assert 0 == result.exit_code
    assert KEY_TEXT.fullmatch(result.stdout.strip())
    assert "cannot show it again" in result.stderr
    assert result.stdout.strip() not in result.stderr


def test_a_key_is_listed_by_how_it_begins_and_revoked_by_that(migrated: Flask) -> None:
    key = migrated("keys", "create", "night batch", *CARRIER, "--days", "5").stdout.strip()

    listed = migrated("keys", "list")
    assert key[:13] in listed.stdout and key not in listed.stdout
    assert "live" in listed.stdout
    assert 0 == migrated("keys", "revoke", key[:13]).exit_code

    [one] = told(migrated, "keys", "list")["keys"]
    assert ("revoked", "blue-harbor", "carrier_system") == (
        one["state"],
        one["organization"],
        one["role"],
    )


def test_days_are_those_of_massachusetts(migrated: Flask) -> None:
    with freeze_time(
        "2026-03-02T04:30:00Z"
    ):  # half past eleven in the evening of the first of March
        made = migrated("keys", "create", "night batch", *CARRIER, "--days", "3")
        listed = migrated("keys", "list")

    assert "expires on 2026-03-04 in Massachusetts" in made.stderr
    assert "2026-03-04" in listed.stdout and "2026-03-05" not in listed.stdout
    assert "Days are in Massachusetts time." in listed.stderr


def test_keys_and_clients_are_told_apart(migrated: Flask) -> None:
    key, client = (
        told(migrated, "keys", "create", "a", *CARRIER),
        told(migrated, "clients", "create", "b", *CARRIER),
    )

    assert [key["id"]] == [one["id"] for one in told(migrated, "keys", "list")["keys"]]
    assert [client["id"]] == [one["id"] for one in told(migrated, "clients", "list")["clients"]]
    assert 2 == migrated("keys", "revoke", client["id"]).exit_code
    assert 2 == migrated("clients", "rotate-secret", key["id"]).exit_code


def test_a_replaced_secret_is_told_and_the_old_one_has_an_end(migrated: Flask) -> None:
    first = told(migrated, "clients", "create", "claims", *CARRIER)

    second = told(migrated, "clients", "rotate-secret", first["id"], "--overlap", "2")

    assert first["client_secret"] != second["client_secret"]
    assert [True, False] == [secret["expires_at"] is None for secret in second["secrets"]]


def test_a_revoked_key_gets_no_new_secret(migrated: Flask) -> None:
    key = told(migrated, "keys", "create", "a", *CARRIER)
    migrated("keys", "revoke", key["id"])

    result = migrated("keys", "rotate", key["id"])

    assert 2 == result.exit_code
    assert "revoked" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--role", "root"), "role: must be one of eligibility_worker, "),
        (
            ("--role", "supervisor"),
            "organization: this role sees the determinations of its organization",
        ),
        ((*CARRIER, "--days", "0"), "days: must be a whole number from 1 to 366"),
        (
            (*CARRIER, "--scope", "audit.read"),
            "scopes: must be one or more permissions of the role: determinations.create, ",
        ),
        (
            ("--role", "auditor", "--organization", "a b"),
            "organization: must be at most 100 letters",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    migrated: Flask, arguments: tuple[str, ...], sentence: str
) -> None:
    result = migrated("keys", "create", "a", *arguments)

    assert 2 == result.exit_code
    assert sentence in result.stderr
    assert "" == result.stdout


@pytest.mark.parametrize("id", ["01925b1e-7e3f-7000-8000-000000000000", "elig_aaaaaaaa", "x", ""])
def test_what_is_not_there_cannot_be_revoked(migrated: Flask, id: str) -> None:
    assert 2 == migrated("keys", "revoke", id).exit_code


def test_the_first_client_makes_a_key_to_sign_with(migrated: Flask) -> None:
    assert [] == told(migrated, "keys", "signing", "list")["keys"]

    told(migrated, "clients", "create", "a", *CARRIER)
    told(migrated, "clients", "create", "b", *CARRIER)

    assert [True] == [key["signs"] for key in told(migrated, "keys", "signing", "list")["keys"]]


def test_a_new_signing_key_signs_and_the_one_before_verifies(migrated: Flask) -> None:
    made = [told(migrated, "keys", "signing", "rotate")["kid"] for _ in range(3)]

    assert [made[2], made[1]] == [
        key["kid"] for key in told(migrated, "keys", "signing", "list")["keys"]
    ]
    shown = migrated("keys", "signing", "list").stdout
    assert "signs" in shown and "verifies" in shown


def test_a_folder_that_cannot_be_written_is_something_down(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'records.sqlite'}", instance=tmp_path / "file"
    )

    result = command_line(settings).test_cli_runner().invoke(args=["keys", "signing", "rotate"])

    assert 4 == result.exit_code


@pytest.mark.parametrize(
    "command", [["keys", "list"], ["keys", "create", "a", "--role", "auditor"], ["clients", "list"]]
)
def test_a_database_without_tables_is_something_down(flask: Flask, command: list[str]) -> None:
    result = flask(*command)

    assert 4 == result.exit_code
    assert "flask db upgrade" in result.stderr

"""`flask organizations …`, and the migration that two spellings of one id stop."""

import json
import shutil
from pathlib import Path

import pytest

from app.records.migrate import downgrade
from app.records.store import opened_store
from app.settings import Settings
from tests.commands.conftest import Flask
from tests.records.conftest import kept, numbered

CREATE = ("organizations", "create", "office-7", "--name", "Worcester Office", "--kind", "office")


@pytest.fixture
def migrated(flask: Flask, settings: Settings, migrated_sqlite: Path) -> Flask:
    shutil.copy(migrated_sqlite, settings.database_url.removeprefix("sqlite:///"))
    return flask


def test_an_organization_is_created_listed_and_closed(migrated: Flask) -> None:
    assert "Created organization office-7." in migrated(*CREATE, "--since", "2011-07-01").stdout
    [listed] = json.loads(migrated("organizations", "list", "--json").stdout)["organizations"]
    assert ("office-7", "Worcester Office", "office", "2011-07-01", None) == tuple(
        listed[name] for name in ("id", "name", "kind", "since", "closed")
    )
    assert "Worcester Office" in migrated("organizations", "list").stdout

    closed = migrated("organizations", "close", "office-7", "--on", "2012-06-30", "--json")
    assert "2012-06-30" == json.loads(closed.stdout)["closed"]
    key = migrated("keys", "create", "x", "--role", "carrier_system", "--organization", "office-7")
    assert 2 == key.exit_code
    assert "closed" in key.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (CREATE, 3, "in use"),
        ((*CREATE[:2], "OFFICE-7", *CREATE[3:]), 3, "in use"),
        ((*CREATE[:2], "a b", *CREATE[3:]), 3, "id:"),
        ((*CREATE[:2], "office-8", *CREATE[3:-1], "church"), 3, "kind:"),
        (("organizations", "close", "nowhere"), 2, "No organization has that id."),
    ],
)
def test_what_cannot_be_is_refused(
    migrated: Flask, arguments: tuple[str, ...], code: int, told: str
) -> None:
    migrated(*CREATE)
    result = migrated(*arguments)

    assert code == result.exit_code, result.output
    assert told in result.stderr


def test_two_spellings_of_an_id_stop_the_migration_with_a_sentence(
    migrated: Flask, settings: Settings
) -> None:
    with opened_store(settings.database_url) as store:
        for number, organization in ((1, "Office-1"), (2, "office-1")):
            store.keep(kept(numbered(number, organization=organization)))
    downgrade(settings, "0015")

    result = migrated("db", "upgrade")

    assert 4 == result.exit_code
    assert "Migrated nothing." in result.stderr and "Office-1 and office-1" in result.stderr

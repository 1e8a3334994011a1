"""`flask db …` and `flask demo load`."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app import clock
from app.commands import command_line
from app.commands.accounts.demonstration import demonstrations
from app.records.applicants.applicants import Applicant, Applicants, Sought
from app.records.applicants.encryption import key_ring
from app.records.applicants.person import Person
from app.records.database import open_database
from app.records.identity import new_id
from app.records.migrate import downgrade
from app.records.store import Store
from app.settings import Settings
from tests.callers import ADMINISTRATOR as OFFICE
from tests.commands.conftest import Flask
from tests.stored import document_of


def test_a_new_database_is_not_current(flask: Flask) -> None:
    result = flask("db", "check")

    assert 4 == result.exit_code
    assert "run `flask db upgrade`" in result.stderr


def test_upgrading_makes_it_current(flask: Flask) -> None:
    assert 0 == flask("db", "upgrade").exit_code
    assert 0 == flask("db", "check").exit_code


def test_upgrading_twice_changes_nothing(flask: Flask) -> None:
    flask("db", "upgrade")

    assert {"current": True, "changed": False, "indexed": 0} == json.loads(
        flask("db", "upgrade", "--json").stdout
    )


def test_upgrading_indexes_the_names_of_people_who_are_there(
    flask: Flask, settings: Settings
) -> None:
    flask("db", "upgrade")
    store = Store(open_database(settings.database_url))
    applicants, now = Applicants(store, key_ring(settings)), clock.now()
    zora = Applicant(
        new_id(now), "one", "office-1", Person("Zora Quackenbush", date(1931, 7, 13)), now, "x", now
    )
    applicants.keep(zora, OFFICE.did("applicant.created", "one", kind="applicant"))
    sought = Sought("quackenbush", None, None, in_part=True)
    downgrade(settings, "0019")

    told = json.loads(flask("db", "upgrade", "--json").stdout)

    assert {"current": True, "changed": True, "indexed": 1} == told
    assert ["one"] == [each.subject for each in applicants.search(sought, 2)]
    store.close()


@pytest.mark.parametrize("command", [["db", "check"], ["db", "upgrade"], ["demo", "load"]])
def test_a_database_out_of_reach_is_something_down(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'file' / 'records.sqlite'}", instance=tmp_path
    )

    result = command_line(settings).test_cli_runner().invoke(args=command)

    assert 4 == result.exit_code
    assert "DATABASE_URL" in result.stderr


def test_a_database_without_tables_is_something_down(flask: Flask) -> None:
    result = flask("demo", "load")

    assert 4 == result.exit_code
    assert "flask db upgrade" in result.stderr


def test_demonstrations_are_loaded_once(flask: Flask, settings: Settings) -> None:
    flask("db", "upgrade")

    first, second = flask("demo", "load", "--json"), flask("demo", "load", "--json")

    everything = len(demonstrations())
    key_file = str(settings.instance / "demonstration.key")
    told, again = json.loads(first.stdout), json.loads(second.stdout)
    assert {"loaded": everything, "were_there": 0, "key_file": key_file}.items() <= told.items()
    assert {"loaded": 0, "were_there": everything, "key_file": key_file}.items() <= again.items()


def test_an_account_for_each_role_has_a_password_for_once_until_somebody_signs_in(
    flask: Flask,
) -> None:
    flask("db", "upgrade")

    first, second = (
        json.loads(flask("demo", "load", "--json").stdout)["accounts"] for _ in range(2)
    )

    assert {"demo-eligibility-worker", "demo-auditor", "demo-administrator"} <= {
        account["name"] for account in first
    }
    assert all(account["one_time_password"] for account in [*first, *second])
    assert first != second
    printed = flask("demo", "load").stdout
    assert "demo-supervisor" in printed


def test_no_account_is_made_where_others_can_reach_the_service(
    settings: Settings, flask: Flask
) -> None:
    elsewhere = command_line(replace(settings, host="0.0.0.0")).test_cli_runner()
    elsewhere.invoke(args=["db", "upgrade"])

    result = elsewhere.invoke(args=["demo", "load", "--json"])

    assert [] == json.loads(result.stdout)["accounts"]
    assert "Created no key and no account" in result.stderr


def test_a_demonstration_lost_is_loaded_again_and_the_others_stay(
    flask: Flask, settings: Settings
) -> None:
    flask("db", "upgrade")
    flask("demo", "load")
    store = Store(open_database(settings.database_url))
    kept = [document_of(store, each.id) for each in demonstrations()]

    flask("demo", "load")

    assert kept == [document_of(store, each.id) for each in demonstrations()]
    store.close()


def test_every_demonstration_has_the_outcome_it_is_to_show(
    flask: Flask, settings: Settings
) -> None:
    flask("db", "upgrade")
    flask("demo", "load")

    store = Store(open_database(settings.database_url))
    for demonstration in demonstrations():
        document = json.loads(document_of(store, demonstration.id) or "{}")
        assert (demonstration.id, demonstration.outcome) == (
            document.get("id"),
            document.get("outcome"),
        ), demonstration.shows
        assert demonstration.request["subject"] == document["subject"]
    store.close()


def test_demonstrations_name_nobody() -> None:
    subjects = [demonstration.request["subject"] for demonstration in demonstrations()]

    assert all(subject.rpartition("-")[2].isdigit() for subject in subjects)
    assert len(set(subjects)) == len(subjects)

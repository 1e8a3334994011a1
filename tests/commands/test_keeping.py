"""`flask records seal|verify|backup|restore|dispose`, as somebody runs them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import text

from app.commands import command_line
from app.commands.demonstration import demonstrations
from app.determinations.decide import Decider
from app.records.database import open_database
from app.settings import Settings
from tests.commands.conftest import Flask


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'records.sqlite'}",
        checkpoints=tmp_path / "checkpoints.jsonl",
        instance=tmp_path / "instance",
    )


@pytest.fixture
def loaded(flask: Flask, settings: Settings, demonstration: Path) -> Flask:
    """The command line with the demonstration data kept, not sealed yet."""
    shutil.copy(demonstration, settings.database_url.removeprefix("sqlite:///"))
    return flask


def change(settings: Settings, statement: str) -> None:
    engine = open_database(settings.database_url)
    with engine.begin() as connection:
        for name in (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            .scalars()
            .all()
        ):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(statement))
    engine.dispose()


def test_what_is_kept_is_sealed_once(loaded: Flask, settings: Settings) -> None:
    first, second = loaded("records", "seal", "--json"), loaded("records", "seal")

    (seal,) = json.loads(first.stdout)["seals"]
    verified = json.loads(loaded("records", "verify", "--json").stdout)
    assert (1, verified["records"]) == (seal["number"], seal["records"])
    assert seal["records"] > 2 * len(demonstrations())
    assert "No unsealed records." in second.stdout
    assert settings.checkpoints is not None
    assert seal["chain"] == json.loads(settings.checkpoints.read_text())["chain"]


def test_what_is_as_it_was_kept_verifies(loaded: Flask) -> None:
    loaded("records", "seal")
    result = loaded("records", "verify")

    assert 0 == result.exit_code
    assert "All records are intact." in result.stdout
    assert json.loads(loaded("records", "verify", "--json").stdout)["holds"] is True


def test_a_changed_record_is_named_and_ends_with_three(loaded: Flask, settings: Settings) -> None:
    loaded("records", "seal")
    changed = demonstrations()[3].id
    change(
        settings,
        "UPDATE determinations SET subject = 'somebody-else' WHERE id = "
        f"'{changed.replace('-', '')}'",
    )

    result = loaded("records", "verify")
    told = json.loads(loaded("records", "verify", "--json").stdout)

    assert 3 == result.exit_code
    assert f"determination {changed}: was changed after it was stored" in result.stdout
    assert (False, [changed]) == (
        told["holds"],
        [complaint["id"] for complaint in told["complaints"]],
    )


def test_the_loss_of_a_seal_shows_against_the_checkpoints(
    loaded: Flask, settings: Settings, tmp_path: Path
) -> None:
    loaded("records", "seal")
    change(settings, "DELETE FROM sealed_records")
    change(settings, "DELETE FROM seals")

    result = loaded("records", "verify")

    assert 3 == result.exit_code
    assert "seal 1: is missing: the checkpoints note it" in result.stdout
    other = tmp_path / "other.jsonl"
    other.write_text("nonsense\n")
    refused = loaded("records", "verify", "--checkpoints", str(other))
    assert (2, "") == (refused.exit_code, refused.stdout)


def test_a_backup_comes_back_and_verifies(
    loaded: Flask, settings: Settings, decider: Decider, tmp_path: Path
) -> None:
    loaded("records", "seal")
    file = str(tmp_path / "backup.gz")
    assert 0 == loaded("records", "backup", file).exit_code
    assert 2 == loaded("records", "backup", file).exit_code

    elsewhere = command_line(
        replace(settings, database_url=f"sqlite:///{tmp_path / 'other.sqlite'}")
    ).test_cli_runner()
    elsewhere.invoke(args=["db", "upgrade"])
    restored = elsewhere.invoke(args=["records", "restore", file, "--json"])

    assert 0 == restored.exit_code
    assert len(demonstrations()) == json.loads(restored.stdout)["rows"]["determinations"]
    assert 0 == elsewhere.invoke(args=["records", "verify"]).exit_code
    again = elsewhere.invoke(args=["records", "restore", file])
    assert (3, "") == (again.exit_code, again.stdout)


def test_what_is_no_backup_is_refused(loaded: Flask, tmp_path: Path) -> None:
    (tmp_path / "backup.gz").write_text("nothing")

    assert 3 == loaded("records", "restore", str(tmp_path / "backup.gz")).exit_code
    assert 2 == loaded("records", "restore", str(tmp_path / "missing.gz")).exit_code


def test_what_was_kept_long_enough_is_disposed_of(loaded: Flask) -> None:
    loaded("records", "seal")
    everything = len(demonstrations())

    with freeze_time("2060-01-01"):
        would = json.loads(loaded("records", "dispose", "--dry-run", "--json").stdout)
        did = json.loads(loaded("records", "dispose", "--json").stdout)
        again = json.loads(loaded("records", "dispose", "--json").stdout)

    assert {"dry_run": True, "disposed": did["disposed"]} == would
    assert everything == did["disposed"]["determination"]
    assert 0 == again["disposed"]["determination"]
    assert 0 == loaded("records", "verify").exit_code


def test_nothing_young_is_disposed_of(loaded: Flask) -> None:
    loaded("records", "seal")

    disposed = json.loads(loaded("records", "dispose", "--json").stdout)["disposed"]

    assert {"determination": 0, "audit": 0, "idempotency": 0, "applicant": 0} == disposed


@pytest.mark.parametrize("command", [["seal"], ["verify"], ["dispose"], ["backup", "x.gz"]])
def test_a_database_out_of_reach_is_something_down(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'file' / 'records.sqlite'}", instance=tmp_path
    )

    result = command_line(settings).test_cli_runner().invoke(args=["records", *command])

    assert (4, "") == (result.exit_code, result.stdout)

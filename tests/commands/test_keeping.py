"""`flask records seal|verify|backup|restore|dispose`, as somebody runs them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from app import clock
from app.access.origin import Origin
from app.commands import command_line
from app.commands.accounts.demonstration import demonstrations
from app.determinations.decide import Decider
from app.records.database import open_database
from app.records.identity import new_id
from app.records.store import opened_store
from app.records.verifications.reports import begin, last_verifications
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
    sealed = verified["records"] - verified["unsealed"]
    assert (1, sealed) == (seal["number"], seal["records"])
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


def test_each_verification_keeps_its_report_beside_others_that_go_on(
    loaded: Flask, settings: Settings
) -> None:
    loaded("records", "seal")
    loaded("records", "verify")
    with opened_store(settings.database_url) as store:
        ((first,), _) = last_verifications(store, 1)
        now = clock.now()
        going_on = replace(first, id=new_id(now), seen_at=now, state="running", ended_at=None)
        entry = Origin("account:somebody").did(
            "verification.started", going_on.id, kind="verification"
        )
        begin(store, going_on, entry)
        loaded("records", "verify")
        (newest, _, oldest), _ = last_verifications(store, 3)

    assert first == oldest
    assert ("intact", 0) == (first.state, first.complaints)
    assert "intact" == newest.state
    assert {True} == {each.started_by.startswith("command:") for each in (first, newest)}


def test_a_database_that_takes_no_report_is_verified_all_the_same(
    loaded: Flask, settings: Settings
) -> None:
    loaded("records", "seal")
    change(
        settings,
        "CREATE TRIGGER shut BEFORE INSERT ON verifications BEGIN SELECT RAISE(ABORT, 'shut'); END",
    )
    result = loaded("records", "verify")

    assert 0 == result.exit_code
    assert "All records are intact." in result.stdout
    assert "takes no report" in result.stderr


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
    odd = loaded("records", "verify", "--checkpoints", str(other))
    assert 3 == odd.exit_code
    assert "checkpoints line 1: is torn or is no checkpoint; it was read past" in odd.stdout
    missing = loaded("records", "verify", "--checkpoints", str(tmp_path / "missing.jsonl"))
    assert (2, "") == (missing.exit_code, missing.stdout)


def test_without_checkpoints_a_verification_ends_with_five_and_says_what_lacks(
    loaded: Flask, settings: Settings
) -> None:
    loaded("records", "seal")
    inside = command_line(replace(settings, checkpoints=None)).test_cli_runner()

    result = inside.invoke(args=["records", "verify"])
    told = json.loads(inside.invoke(args=["records", "verify", "--json"]).stdout)

    assert 5 == result.exit_code
    assert "ELIGIBILITY_CHECKPOINTS names no file" in " ".join(result.stdout.split())
    assert "Proved against itself only" in result.stdout
    assert ("inside", 0, 0, False) == tuple(
        told["proved"][name] for name in ("against", "through_seal", "witnesses", "enough")
    )


@pytest.mark.parametrize("what", ["missing", "emptied", "another database"])
def test_a_verification_without_its_evidence_ends_with_three(
    loaded: Flask, settings: Settings, what: str
) -> None:
    assert settings.checkpoints is not None
    loaded("records", "seal")
    assert 0 == loaded("records", "verify").exit_code
    if what == "missing":
        settings.checkpoints.unlink()
    elif what == "emptied":
        settings.checkpoints.write_text("")
    else:
        for table in ("sealed_records", "seals", "installation", "unsealed", "audit_entries"):
            change(settings, f"DELETE FROM {table}")

    assert 3 == loaded("records", "verify").exit_code


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


@pytest.mark.parametrize("command", [["seal"], ["verify"], ["dispose"], ["backup", "x.gz"]])
def test_a_database_out_of_reach_is_something_down(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'file' / 'records.sqlite'}", instance=tmp_path
    )

    result = command_line(settings).test_cli_runner().invoke(args=["records", *command])

    assert (4, "") == (result.exit_code, result.stdout)

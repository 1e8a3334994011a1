"""A backup that is taken back: what it did not hold any more is told, and accepted aloud or not at
all.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text

from app.commands import command_line
from app.records.database import open_database
from app.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'records.sqlite'}",
        checkpoints=tmp_path / "checkpoints.jsonl",
        instance=tmp_path / "instance",
    )


def runner(settings: Settings) -> Run:
    cli = command_line(settings).test_cli_runner()
    return lambda *arguments: cli.invoke(args=list(arguments))


@pytest.fixture
def before(settings: Settings) -> Run:
    """The command line on a database with two seals."""
    run = runner(settings)
    assert 0 == run("db", "upgrade").exit_code
    for name in ("one", "two"):
        assert 0 == run("keys", "create", name, "--role", "auditor").exit_code
        assert 0 == run("records", "seal").exit_code
    return run


@pytest.fixture
def after(settings: Settings, tmp_path: Path) -> Run:
    """The command line on a new, empty database in the same installation."""
    run = runner(replace(settings, database_url=f"sqlite:///{tmp_path / 'restored.sqlite'}"))
    assert 0 == run("db", "upgrade").exit_code
    return run


def test_what_was_backed_up_last_comes_back_and_verifies_against_the_checkpoints(
    before: Run, after: Run, tmp_path: Path
) -> None:
    before("records", "backup", str(tmp_path / "backup.gz"))

    restored = after("records", "restore", str(tmp_path / "backup.gz"))

    assert 0 == restored.exit_code
    assert "accept-loss" not in restored.stdout
    assert 0 == after("records", "verify").exit_code
    after("records", "seal")
    assert 0 == after("records", "verify").exit_code


@pytest.fixture
def losing(before: Run, after: Run, tmp_path: Path) -> Result:
    """What restoring says where two seals were made after the backup."""
    before("records", "backup", str(tmp_path / "backup.gz"))
    for name in ("three", "four"):
        before("keys", "create", name, "--role", "auditor")
        before("records", "seal")
    return after("records", "restore", str(tmp_path / "backup.gz"))


def test_what_was_sealed_after_the_backup_is_told_and_stays_named(
    losing: Result, after: Run
) -> None:
    assert 0 == losing.exit_code
    assert "The checkpoints note the seals 4 to 5 after the end of this backup" in losing.stdout
    assert "flask records accept-loss --through 5" in losing.stdout
    after("records", "seal")
    verified = after("records", "verify")
    assert 3 == verified.exit_code
    assert "seal 5: is missing: the checkpoints note it" in verified.stdout


def test_a_loss_that_was_accepted_is_told_at_every_verification(
    losing: Result, after: Run, settings: Settings
) -> None:
    accepted = after("records", "accept-loss", "--through", "5", "--because", "a disk broke")
    after("records", "seal")
    verified, told = (
        after("records", "verify"),
        json.loads(after("records", "verify", "--json").stdout),
    )

    assert (0, 0) == (accepted.exit_code, verified.exit_code)
    assert "accepted the loss of the seals 4 to 5" in verified.stdout
    assert "a disk broke" in verified.stdout
    [loss] = told["checkpoints"]["accepted_losses"]
    assert (3, 5, "a disk broke") == (loss["after"], loss["through"], loss["because"])
    assert 4 == told["checkpoints"]["seals"]
    engine = open_database(
        f"sqlite:///{settings.checkpoints.parent / 'restored.sqlite'}"
        if settings.checkpoints
        else ""
    )
    with engine.connect() as connection:
        actions = connection.execute(text("SELECT action, object_id FROM audit_entries")).all()
    assert ("records.loss_accepted", "seals 4-5") in actions


def test_a_loss_is_accepted_after_the_service_has_sealed_again(losing: Result, after: Run) -> None:
    for name in ("five", "six", "seven"):
        after("keys", "create", name, "--role", "auditor")
        after("records", "seal")
    assert 3 == after("records", "verify").exit_code

    refused = after("records", "accept-loss", "--through", "4", "--because", "a disk broke")
    assert 2 == refused.exit_code
    assert "seals 4 to 6 are missing" in refused.stderr
    assert (
        0
        == after("records", "accept-loss", "--through", "6", "--because", "a disk broke").exit_code
    )

    assert 0 == after("records", "verify").exit_code
    after("records", "seal")
    assert 0 == after("records", "verify").exit_code


def test_where_nothing_is_lost_nothing_is_accepted(before: Run, settings: Settings) -> None:
    assert settings.checkpoints is not None
    noted = settings.checkpoints.read_text()

    refused = before("records", "accept-loss", "--through", "2", "--because", "just so")

    assert (3, "") == (refused.exit_code, refused.stdout)
    assert noted == settings.checkpoints.read_text()

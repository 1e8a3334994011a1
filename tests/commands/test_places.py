"""Where the database and the installation's folder may be, and what is said where they may not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.servers import environment, free_port


def run(folder: Path, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """A program of this environment, run with a umask that lets everybody read."""
    env = {**environment(folder, PORT=str(free_port()), **more), "TMPDIR": str(folder)}
    called = [sys.executable, "-m", *command]
    return subprocess.run(
        called, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, umask=0o022
    )


def test_the_database_is_for_its_owner_only_whoever_makes_it(tmp_path: Path) -> None:
    assert 0 == run(tmp_path, "flask", "db", "upgrade").returncode

    assert {0o600} == {file.stat().st_mode & 0o777 for file in tmp_path.glob("kept.sqlite*")}


@pytest.mark.parametrize(
    "address", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"]
)
@pytest.mark.parametrize("command", [["upgrade"], ["check"]])
def test_a_database_in_memory_is_refused(tmp_path: Path, address: str, command: list[str]) -> None:
    result = run(tmp_path, "flask", "db", *command, DATABASE_URL=address)

    assert (4, "") == (result.returncode, result.stdout)
    assert "a database in memory stores nothing" in result.stderr


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        "flask",
        "db",
        "upgrade",
        DATABASE_URL=f"sqlite:///{tmp_path}/mistyped/folder/kept.sqlite",
    )

    assert (4, "") == (result.returncode, result.stdout)
    assert f"{tmp_path}/mistyped/folder does not exist" in result.stderr
    assert not (tmp_path / "mistyped").exists()


def test_the_installations_own_folder_is_made(tmp_path: Path) -> None:
    own = tmp_path / "own"
    result = run(
        tmp_path,
        "flask",
        "db",
        "upgrade",
        DATABASE_URL=f"sqlite:///{own}/kept.sqlite",
        ELIGIBILITY_INSTANCE=str(own),
    )

    assert 0 == result.returncode, result.stderr
    assert 0o700 == own.stat().st_mode & 0o777


@pytest.mark.parametrize(
    "command",
    [["flask", "db", "upgrade"], ["gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]],
)
def test_an_installations_folder_that_is_none_is_told_by_its_path(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "file").touch()

    result = run(tmp_path, *command, ELIGIBILITY_INSTANCE=str(tmp_path / "file"))

    assert 2 == result.returncode
    assert f"ELIGIBILITY_INSTANCE: {tmp_path / 'file'} is not a folder" in " ".join(
        result.stderr.split()
    )
    assert "Traceback" not in result.stderr


def test_an_installations_folder_that_cannot_be_made_is_told_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    server = ["gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]

    result = run(
        tmp_path,
        *server,
        ELIGIBILITY_INSTANCE=str(tmp_path / "file" / "own"),
        ELIGIBILITY_SECRET_KEY="",
    )

    assert 2 == result.returncode, result.stderr
    assert str(tmp_path / "file" / "own") in result.stderr
    assert "Traceback" not in result.stderr


def test_a_server_that_is_refused_leaves_no_folder_for_its_figures(tmp_path: Path) -> None:
    for more in (
        {"ELIGIBILITY_MODE": "production"},
        {"ELIGIBILITY_MODE": "neither"},
        {"ELIGIBILITY_RULESETS": os.devnull},
    ):
        assert (
            0
            != run(
                tmp_path, "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app", **more
            ).returncode
        )

    assert [] == list(tmp_path.glob("eligibility-metrics-*"))

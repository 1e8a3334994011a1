"""The Makefile and the start script, as a person at a terminal meets them."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT

VENV = sys.prefix
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTEST"))
}


def make(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs make in the repository, in the environment that runs these tests."""
    installed = [f"--old-file={VENV}/installed", f"--old-file={VENV}/installed-dev"]
    command = ["make", *installed, f"VENV={VENV}", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=300
    )


def serve(port: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Runs the start script, which must end by itself."""
    environment = {
        **ENVIRONMENT,
        "PORT": port,
        "DATABASE_URL": f"sqlite:///{folder / 'records.sqlite'}",
    }
    return subprocess.run(
        [ROOT / "bin/serve", VENV], env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.slow
def test_a_run_without_tests_is_a_failure() -> None:
    result = make("test", "ARGS=-n 0 tests/readme.py")

    assert 0 != result.returncode
    assert "no tests ran" in result.stdout


def test_help_tells_every_target() -> None:
    result = make("help")

    told = [line.split()[1] for line in result.stdout.splitlines()]
    targets = re.search(r"^\.PHONY: (help .+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    assert targets[1].split() == told


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = serve(str(port), tmp_path)

    assert 1 == result.returncode
    assert f"Port {port} cannot be used" in result.stderr
    assert "make run PORT=" in result.stderr
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    result = serve(port, tmp_path)

    assert 1 == result.returncode
    assert "PORT must be a number from 1 to 65535" in result.stderr


@pytest.mark.parametrize("version", ["Python 3.10", "Python 2.7"])
def test_a_python_that_does_not_fit_is_refused_by_name(tmp_path: Path, version: str) -> None:
    old = tmp_path / "python"
    old.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "{version}"\nexit 1\n', encoding="utf-8"
    )
    old.chmod(0o755)

    result = subprocess.run(
        [ROOT / "bin/install", old, tmp_path / "venv", "requirements.txt"],
        capture_output=True,
        text=True,
    )

    assert 1 == result.returncode
    assert f"{version} does not fit" in result.stderr
    assert not (tmp_path / "venv").exists()


def test_a_port_that_is_taken_is_told_before_anything_is_installed(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [
            "make",
            "run",
            f"PORT={port}",
            f"VENV={tmp_path / 'venv'}",
            f"PYTHON={sys.executable}",
        ]

        result = subprocess.run(
            command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
        )

    assert 0 != result.returncode
    assert f"Port {port} cannot be used" in result.stderr
    assert not (tmp_path / "venv").exists()

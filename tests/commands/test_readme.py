"""What the README shows is what comes of it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.records import migrate
from tests.readme import ROOT, amendment, blocks, contained, traced_answer, traced_request


def test_the_traced_request_is_answered_as_shown(app: Flask, client: FlaskClient) -> None:
    migrate.upgrade(app.config["SETTINGS"])
    path, body = traced_request()

    answer = client.post(path, data=body, content_type="application/json")

    assert 201 == answer.status_code
    assert [] == contained(traced_answer(), answer.get_json())
    assert client.get(f"{answer.headers['Location']}?detail=brief").data == answer.data


@pytest.mark.slow
def test_the_worked_amendment_is_sound_and_keeps_the_habits(tmp_path: Path) -> None:
    provision, cases = amendment()
    (tmp_path / "app").symlink_to(ROOT / "app", target_is_directory=True)
    for folder in ("rulesets", "tests", "fixtures"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "rulesets/enrollment/left-military-service.yaml").write_text(
        provision, encoding="utf-8"
    )
    (tmp_path / "tests/cases/enrollment/left-military-service.yaml").write_text(
        cases, encoding="utf-8"
    )

    command = [sys.executable, "-m", "pytest", "tests/test_cases.py", "tests/test_habits.py"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST")
    }
    tried = subprocess.run(
        [*command, "-k", "military or both_sides or not_met or gist or case_file"],
        cwd=tmp_path,
        env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert 0 == tried.returncode, tried.stdout[-3000:]


@pytest.mark.parametrize(
    "link",
    sorted(
        {
            link
            for file in ("README.md", "CONTRIBUTING.md")
            for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / file).read_text(encoding="utf-8"))
        }
    ),
)
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_commands_shown_are_commands(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [
        line.split("#")[0].split()
        for block in blocks("sh")
        for line in block.splitlines()
        if line.startswith("flask ")
    ]

    for words in shown:
        monkeypatch.chdir(tmp_path if "backup" in words else ROOT)
        result = app.test_cli_runner().invoke(args=words[1:])
        assert 0 == result.exit_code, (words, result.output)

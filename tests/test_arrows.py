"""The arrows between the rooms of the house hold, and a wrong one would be noticed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT = Path(sys.executable).with_name("lint-imports")
WRONG = {
    "Calls go one way": ("law/sentences.py", "import app.engine"),
    "Deciding knows neither the clock, the settings nor the way in": (
        "determinations/facts/derive.py",
        "import app.clock",
    ),
    "Records know determinations by their model, and nothing that decides": (
        "records/store.py",
        "import app.determinations.decide",
    ),
    "Only the engine imports durable-rules": (
        "determinations/decide.py",
        "import durable_rules_engine",
    ),
    "Only records import SQLAlchemy and Alembic": ("api/http/health.py", "import sqlalchemy"),
    "A packet is checked without the service": ("verify.py", "import app.records.store"),
    "The log's formats know nothing of the service": ("transparency/tree.py", "import app.clock"),
    "A witness shares the log's formats with the service, and nothing else": (
        "witness/witness.py",
        "import app.records.store",
    ),
    "Only the ways in import Flask and marshmallow": ("engine/engine.py", "import flask"),
    "Only access reads and signs tokens, only the ways in speak OAuth": (
        "commands/accounts/keys.py",
        "import joserfc",
    ),
    "Letters are made of documents alone": ("letters/composing.py", "import app.records.store"),
    "Only letters make PDFs and say days in other languages": (
        "console/words.py",
        "import babel",
    ),
    "Only access hashes passwords": ("records/people/accounts.py", "import argon2"),
    "Only access checks second factors": ("console/words.py", "import pyotp"),
}


def contracts(folder: Path) -> dict[str, str]:
    """Each contract of the repository, KEPT or BROKEN by the program in a folder."""
    printed = subprocess.run(
        [LINT, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder)},
    ).stdout
    return dict(re.findall(r"^(.+) (KEPT|BROKEN)$", printed, re.MULTILINE))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_arrows_hold() -> None:
    assert dict.fromkeys(WRONG, "KEPT") == contracts(ROOT)


def test_a_wrong_arrow_is_noticed_by_its_contract(copied: Path) -> None:
    for file, wrong_import in WRONG.values():
        path = copied / "app" / file
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{wrong_import}\n", encoding="utf-8")

    assert dict.fromkeys(WRONG, "BROKEN") == contracts(copied)

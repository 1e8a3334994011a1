"""The documents' requests, commands, amendment and links do what the documents say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.records import migrate
from tests.organizations import know
from tests.readme import (
    AMENDING,
    DOCUMENTS,
    README,
    ROOT,
    amendment,
    blocks,
    contained,
    traced_answer,
    traced_request,
)

README_LINES_AT_MOST = 150
TERMS_AT_MOST = 60
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"`((?:app|bench|bin|deploy|docs|fixtures|rulesets|tests)/[\w./-]*\w)`")
_ADDRESS = re.compile(r"/v1/[\w{}./-]*[\w}]")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


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


def prose(document: Path) -> str:
    """A document without its blocks of code."""
    return _CODE.sub("", document.read_text(encoding="utf-8"))


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    words = (re.sub(r"[^\w\- ]", "", heading) for heading in _HEADING.findall(prose(document)))
    return {heading.lower().replace(" ", "-") for heading in words}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document: Path) -> None:
    for link in _LINK.findall(prose(document)):
        if not link.startswith(("https://", "http://")):
            file, _, anchor = link.partition("#")
            target = (document.parent / file).resolve() if file else document
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize(
    "document", [d for d in DOCUMENTS if d != AMENDING], ids=lambda document: document.name
)
def test_the_files_that_a_document_names_are_there(document: Path) -> None:
    named = _PATH.findall(prose(document))

    assert [] == [path for path in named if not (ROOT / path).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_the_addresses_that_a_document_names_are_there(app: Flask, document: Path) -> None:
    adapter = app.url_map.bind("localhost")
    for address in _ADDRESS.findall(document.read_text(encoding="utf-8")):
        assert adapter.allowed_methods(address.replace("{id}", str(UUID(int=0)))), address


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= README_LINES_AT_MOST


def test_the_glossary_lists_each_word_once_in_order() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms, words = (
        re.findall(r"^\| (?!---|term |word )(.+?) \|", part, re.MULTILINE)
        for part in text.partition("## Words of the program")[::2]
    )

    assert len(terms) <= TERMS_AT_MOST
    assert sorted({*terms, *words}) == sorted([*terms, *words])
    assert (terms, words) == (sorted(terms, key=str.lower), sorted(words, key=str.lower))


def test_the_commands_shown_are_commands(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [
        line.split("#")[0].split()
        for document in DOCUMENTS
        for block in blocks("sh", document)
        for line in block.splitlines()
        if line.startswith("flask ")
    ]

    know(app.extensions["eligibility"].store, "blue-harbor")
    for words in shown:
        monkeypatch.chdir(tmp_path if "backup" in words else ROOT)
        result = app.test_cli_runner().invoke(args=words[1:])
        # Records of a test have no checkpoints outside the database: a verification complains.
        expected = {3, 5} if words[1:3] == ["records", "verify"] else {0}
        assert result.exit_code in expected, (words, result.output)

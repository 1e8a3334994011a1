"""The command line on the repository's law and on a database of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from app.commands import command_line
from app.determinations.decide import Decider
from app.settings import Settings
from tests.ordinary import applying

Flask = Callable[..., Result]
ORDINARY = applying("2011-02-16", event={"kind": "none"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'records.sqlite'}", instance=tmp_path / "instance"
    )


@pytest.fixture
def flask(settings: Settings, decider: Decider) -> Flask:
    """Runs `flask …`; facts are given as an object and arrive as a file."""
    app = command_line(settings)
    app.extensions["decider"] = decider

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return app.test_cli_runner().invoke(args=list(arguments), input=stdin)

    return run


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory, decider: Decider) -> Path:
    """An SQLite database with the demonstration's determinations alone, to be copied: where others
    can reach the service, there are no accounts and no year at the waiver desk.
    """
    folder = tmp_path_factory.mktemp("demonstration")
    file = folder / "records.sqlite"
    settings = Settings(database_url=f"sqlite:///{file}", instance=folder, host="0.0.0.0")
    app = command_line(settings)
    app.extensions["decider"] = decider
    for command in (["db", "upgrade"], ["demo", "load"]):
        assert 0 == app.test_cli_runner().invoke(args=command).exit_code
    return file


@pytest.fixture
def facts(tmp_path: Path) -> Callable[[Any], str]:
    """Writes facts into a file and tells its name."""

    def write(given: Any) -> str:
        path = tmp_path / "facts.json"
        path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
        return str(path)

    return write
